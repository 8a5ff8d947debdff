// `sip-call resolve`: shows the servers of a SIP address, as a call of the gateway finds them.

import { isIP } from 'node:net';
import type { Command } from 'commander';
import { dnsCause } from '../call/dns-cause.ts';
import { asciiAddress } from '../config/host-name.ts';
import { ConfigError, configFrom } from '../config/load.ts';
import { parseUri } from '../engine/message/uri.ts';
import { addressFence, splitEndpoint } from '../net/address-fence.ts';
import { ResolveError } from '../resolver/resolve-error.ts';
import { createResolver, type ResolvableUri, type Resolver } from '../resolver/resolver.ts';
import { drawWalk, type KnownTarget, type Walk } from './walk-drawing.ts';

interface Flags {
  json?: boolean;
  dns?: string[];
  allow?: string[];
}

/** `ended` receives the exit code: 0 with at least one server, 1 without. */
export function addResolveCommand(program: Command, ended: (code: number) => void): void {
  program
    .command('resolve')
    .description('show the servers of a SIP address, and the DNS records that lead to them (RFC 3263)')
    .argument('<address>', 'such as sip:director@mysite.ru, also with sips:, a port or ;transport=')
    .option('--json', 'print the resolution as JSON')
    .option('--dns <servers...>', "DNS servers as ADDRESS:PORT (default: the system's)")
    .option('--allow <networks...>', 'private networks that DNS may point at, such as 10.0.0.0/8')
    .action(async (address: string, flags: Flags) => {
      const uri = readAddress(address);
      const resolver = resolverFor(flags);
      const found = await walk(resolver, uri, address);
      resolver.close();
      const colour = process.stdout.isTTY === true && process.stdout.hasColors();
      console.log(flags.json ? JSON.stringify(found, null, 2) : drawWalk(found, colour));
      ended(found.targets.length > 0 ? 0 : 1);
    });
}

async function walk(resolver: Resolver, uri: ResolvableUri, address: string): Promise<Walk> {
  const started = performance.now();
  const targets: KnownTarget[] = [];
  try {
    const begun = await resolver.begin(uri);
    for await (const target of begun.targets) {
      targets.push({ ...target, knownAfterMs: Math.round((performance.now() - started) * 10) / 10 });
    }
    return { address, targets, trace: (await begun.whole).trace };
  } catch (error) {
    if (!(error instanceof ResolveError)) throw error;
    const { code, message, trace } = error;
    const { why, mend } = dnsCause(error, uri.host);
    return { address, targets, trace, error: { code, message, why, mend } };
  }
}

/** Scheme and user may be absent. */
function readAddress(text: string): ResolvableUri {
  const ascii = asciiAddress(/^sips?:/i.test(text) ? text : `sip:${text}`);
  // The user does not affect the resolution.
  const parsed = parseUri(ascii.replace(/^(sips?:)[^@]*@/i, '$1'));
  if (!parsed) throw new ConfigError([`${text}: expected a SIP address such as sip:director@mysite.ru`]);
  const { scheme, host, port, params } = parsed;
  return {
    scheme: scheme === 'sips' ? 'sips' : 'sip',
    host,
    ...(port !== undefined && { port }),
    ...(params.has('transport') && { transport: params.get('transport') }),
  };
}

function resolverFor(flags: Flags): Resolver {
  const dns = { ...(flags.dns && { servers: flags.dns }), ...(flags.allow && { allow: flags.allow }) };
  // The flags are those of a gateway: the schema of the configuration checks them. The site is a placeholder.
  const site = { domain: 'mysite.ru', origins: ['*'], callable: ['director'] };
  const { servers, allow } = configFrom({ dns, sites: [site] }).dns;
  for (const server of servers ?? []) {
    if (isIP(splitEndpoint(server).address) === 0) {
      throw new ConfigError([`dns.servers: expected an IP address and a port, got "${server}"`]);
    }
  }
  return createResolver({ servers, allow: addressFence(allow) });
}
