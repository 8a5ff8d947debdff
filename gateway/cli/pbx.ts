// `sip-call pbx`: writes the files for the machines of the gateway and its PBXs, from the gateway's configuration.

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
  sip-call pbx --config gateway.yaml --pbx 192.0.2.10             # prints the files; for a configuration without pbx

In gateway.yaml, a site has the address of its PBX:
  pbx: 192.0.2.10
or, with a second server, TLS, and the context of its extensions (all keys: docs/configuration.md):
  pbx:
    servers:
      - { name: asterisk.mysite.ru, addresses: [192.0.2.10], tls: 5061 }
      - { name: second.mysite.ru, addresses: [192.0.2.11] }
    context: office`;

export function addPbxCommand(program: Command): void {
  program
    .command('pbx')
    .description(
      'print, or write into a folder, the files for the machines of the gateway and its PBXs: DNS records, dialplan, firewall, fail2ban, logrotate, and a README',
    )
    .requiredOption('-c, --config <file>', "the gateway's YAML configuration")
    .option('--pbx <addresses...>', 'addresses of the PBX, for sites without pbx in the file')
    .option('--firewall <iptables|nftables>', 'the firewall to write rules for', 'iptables')
    .option('--ssh <port>', 'the ssh port of the machines, which the rules leave open', '22')
    .option('-o, --out <folder>', 'write the files into a folder instead of printing them')
    .option('--force', 'overwrite files of the folder that were changed by hand; each is kept as FILE.old')
    .addHelpText('after', EXAMPLES)
    .action((flags: Flags) => {
      const deployment = readDeployment(readConfigFile(flags.config), flags);
      const files = kit(deployment);
      for (const note of deployment.notes) console.error(`note: ${note}`);
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
    console.log(`obsolete   ${folder}/${path}: no longer part of the kit; not removed`);
  if (unchanged > 0) console.log(`unchanged  ${unchanged} ${unchanged === 1 ? 'file' : 'files'}`);
  console.log(`Now read ${folder}/README.txt: where each file goes, how to load it, and how to check it.`);
}
