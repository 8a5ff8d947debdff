// `sip-call pbx`: what the administrator needs beside the gateway and its PBXs, from the gateway's own configuration.

import type { Command } from 'commander';
import { writeKit } from '../kit/folder.ts';
import { type KitFile, kit } from '../kit/kit.ts';
import { readDeployment } from '../kit/read-deployment.ts';
import { readConfigFile } from './config-file.ts';

interface Flags {
  config: string;
  pbx?: string[];
  firewall: string;
  ssh: string;
  out?: string;
  force?: boolean;
}

const EXAMPLES = `
Examples:
  sip-call pbx --config gateway.yaml --out kit                    # then read kit/README.txt
  sip-call pbx --config gateway.yaml --pbx 192.0.2.10             # to read; for a file that does not say where the PBX is

In gateway.yaml, a site says where its PBX is:
  pbx: 192.0.2.10
or, with a second server, TLS, and the context of its extensions (all keys: docs/pbx.md):
  pbx:
    servers:
      - { name: asterisk.mysite.ru, addresses: [192.0.2.10], tls: 5061 }
      - { name: second.mysite.ru, addresses: [192.0.2.11] }
    context: office`;

export function addPbxCommand(program: Command): void {
  program
    .command('pbx')
    .description(
      'print, or write into a folder, what belongs beside the gateway and all its PBXs: DNS records, dialplan, firewall, fail2ban, logrotate, and what to do with them',
    )
    .requiredOption('-c, --config <file>', "the gateway's YAML configuration")
    .option('--pbx <addresses...>', 'where the PBX is, for sites of the file that do not say it')
    .option('--firewall <iptables|nftables>', 'whose rules to write', 'iptables')
    .option('--ssh <port>', "where the machines' ssh is, which the rules leave open", '22')
    .option('-o, --out <folder>', 'write the files into a folder; without it, they are printed')
    .option('--force', 'overwrite files of the folder that somebody has changed; each is kept as FILE.old')
    .addHelpText('after', EXAMPLES)
    .action((flags: Flags) => {
      const premises = readDeployment(readConfigFile(flags.config), flags);
      const files = kit(premises);
      for (const note of premises.notes) console.error(`note: ${note}`);
      if (flags.out === undefined) console.log(files.map(printed).join('\n'));
      else write(files, flags.out, flags.force === true);
    });
}

function printed({ path, text }: KitFile): string {
  return `## ${path} ${'#'.repeat(Math.max(2, 76 - path.length))}\n\n${text}`;
}

function write(files: readonly KitFile[], folder: string, force: boolean): void {
  const { written, unchanged, obsolete } = writeKit(files, folder, force);
  for (const path of written) console.log(`written    ${folder}/${path}`);
  for (const path of obsolete)
    console.log(`obsolete   ${folder}/${path}: no longer of the kit, left as it is`);
  if (unchanged > 0) console.log(`unchanged  ${unchanged} ${unchanged === 1 ? 'file' : 'files'}`);
  console.log(`Now read ${folder}/README.txt: where each file goes, how to load it, and how to check it.`);
}
