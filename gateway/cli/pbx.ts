// `sip-call pbx`: what the administrator of the PBX needs beside it, from the gateway's own configuration.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { type KitFile, kit } from '../kit/kit.ts';
import { readPremises } from '../kit/premises.ts';
import { readConfigFile } from './config-file.ts';

interface Flags {
  config: string;
  pbx: string[];
  pbxName?: string;
  domain?: string;
  context: string;
  firewall: string;
  out?: string;
}

export function addPbxCommand(program: Command): void {
  program
    .command('pbx')
    .description('print what belongs beside a PBX: DNS records, dialplan, firewall, fail2ban, logrotate')
    .requiredOption('-c, --config <file>', "the gateway's YAML configuration")
    .requiredOption('--pbx <addresses...>', 'where the PBX is, as the gateway reaches it')
    .option('--pbx-name <name>', 'its name in DNS (default: asterisk.DOMAIN)')
    .option('--domain <domain>', 'which site, where the gateway has several')
    .option('--context <name>', "the dialplan's context with people's extensions", 'default')
    .option('--firewall <iptables|nftables>', 'whose rules to write', 'iptables')
    .option('-o, --out <folder>', 'write the files into a folder instead')
    .action((flags: Flags) => {
      const files = kit(readPremises(readConfigFile(flags.config), flags));
      if (flags.out === undefined) console.log(files.map(printed).join('\n'));
      else write(files, flags.out);
    });
}

function printed({ path, text }: KitFile): string {
  return `## ${path} ${'#'.repeat(Math.max(2, 76 - path.length))}\n\n${text}`;
}

function write(files: readonly KitFile[], folder: string): void {
  for (const { path, text } of files) {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    console.log(whole);
  }
}
