// `sip-call snippet`: prints the tags for a page, pinned to this version of the widget by its hash.

import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { asciiAddress, readableHost } from '../config/host-name.ts';
import { ConfigError } from '../config/load.ts';
import { parseUri } from '../engine/message/uri.ts';
import { chunks, ensureBuilt, integrityOf, pinnedPath, widgetVersion } from '../http/widget-build.ts';

export function addSnippetCommand(program: Command): void {
  program
    .command('snippet')
    .description('print the tags to paste into a page, pinned to this version of the widget')
    .argument('<address>', 'the address to call, such as director@mysite.ru')
    .requiredOption('--gateway <url>', 'URL of the gateway, such as https://call.mysite.ru')
    .option('--chunks', 'also print the hashes of the chunks that the script loads later, as an import map')
    .action((address: string, { gateway, chunks }: { gateway: string; chunks?: boolean }) => {
      ensureBuilt();
      console.log(snippet(readAddress(address), readGateway(gateway), chunks === true));
    });
}

function snippet(address: string, gateway: string, withChunks: boolean): string {
  const base = `${gateway}${pinnedPath(widgetVersion())}`;
  return [
    ...(withChunks ? importMap(base) : []),
    `<script type="module" src="${base}sip-call.js" integrity="${integrityOf('sip-call.js')}" crossorigin></script>`,
    `<sip-call to="${address}"></sip-call>`,
  ].join('\n');
}

/** HTML, "import map's integrity". An import map is an inline script, so the policy of the page must allow its hash. */
function importMap(base: string): string[] {
  const integrity = Object.fromEntries(chunks().map(name => [`${base}${name}`, integrityOf(name)]));
  const map = JSON.stringify({ integrity });
  const hash = createHash('sha256').update(map).digest('base64');
  return [
    `<!-- with a Content-Security-Policy: script-src 'sha256-${hash}' -->`,
    `<script type="importmap">${map}</script>`,
  ];
}

function readAddress(text: string): string {
  const uri = parseUri(asciiAddress(/^sips?:/i.test(text) ? text : `sip:${text}`));
  if (!uri?.user || !/^[\w.!*+~-]+@[\w.-]+$/.test(`${uri.user}@${uri.host}`)) {
    throw new ConfigError([`${text}: expected an address such as director@mysite.ru`]);
  }
  // The page shows the address, so the host is in Unicode.
  return `${uri.user}@${readableHost(uri.host)}`;
}

/** The URL without a slash at the end. */
function readGateway(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new ConfigError([
      `--gateway ${text}: expected the URL of the gateway, such as https://call.mysite.ru`,
    ]);
  }
  return (url.origin + url.pathname).replace(/(?<!\/)\/+$/, '');
}
