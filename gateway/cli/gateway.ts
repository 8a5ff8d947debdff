// `sip-call gateway`: runs a gateway from a configuration file, or for one site from flags.

import type { Command } from 'commander';
import { ConfigError, configFrom } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { startGateway } from '../gateway.ts';
import { captureLibraryOutput } from '../observe/library-output.ts';
import { createLog } from '../observe/log.ts';
import type { RunningGateway } from '../process-signals.ts';
import { readConfigFile, withLines } from './config-file.ts';

interface Flags {
  config?: string;
  domain?: string;
  callable?: string;
  origin?: string[];
  listen?: string;
  address?: string;
  certificate?: string;
  key?: string;
  dns?: string[];
  allow?: string[];
}

/** `started` receives the running gateway: main.ts handles the signals of the process. */
export function addGatewayCommand(program: Command, started: (running: RunningGateway) => void): void {
  program
    .command('gateway')
    .description('accept calls from browsers and forward them to PBXs')
    .option('-c, --config <file>', 'YAML configuration; excludes all other options')
    .option('--domain <domain>', 'SIP domain of the one site, such as mysite.ru')
    .option('--callable <names>', 'the people that visitors can call, such as director,alex,101')
    .option('--origin <origins...>', 'pages that may call, such as https://mysite.ru, or * for any')
    .option(
      '--listen <address:port>',
      'address of the HTTP server for pages, widget and WebSocket (default: 0.0.0.0:8443)',
    )
    .option('--address <ip>', 'address of this machine for browsers and PBXs')
    .option('--certificate <file>', 'PEM certificate, for https')
    .option('--key <file>', 'PEM key of the certificate')
    .option('--dns <servers...>', "DNS servers as ADDRESS:PORT (default: the system's)")
    .option('--allow <networks...>', 'private networks that DNS may point at, such as 10.0.0.0/8')
    .action(async (flags: Flags) => {
      const config = readConfig(flags);
      const log = createLog(config.log.level, undefined, config.log.addresses);
      const release = captureLibraryOutput(log);
      const gateway = await startGateway(config, log).catch(error => {
        // The error goes to standard error, like those of the other commands.
        release();
        throw flags.config === undefined ? error : withLines(error, flags.config);
      });
      log.info({ url: gateway.publicUrl(), listening: gateway.url, admin: gateway.adminUrl }, 'ready');
      started({ gateway, log, reload: () => gateway.reload(readConfig(flags)) });
    });
}

function readConfig({ config, ...flags }: Flags): Config {
  if (config !== undefined) {
    const others = Object.keys(flags).map(name => `--${name}`);
    if (others.length === 0) return readConfigFile(config);
    throw new ConfigError([`${others.join(', ')}: not allowed with --config; write it into ${config}`]);
  }
  if (!flags.domain || !flags.callable) {
    throw new ConfigError(['expected --config FILE, or --domain and --callable for a single site']);
  }
  if ((flags.certificate === undefined) !== (flags.key === undefined)) {
    throw new ConfigError(['--certificate and --key: expected both or neither']);
  }
  return configFrom({
    ...(flags.listen && { listen: flags.listen }),
    ...(flags.address && { address: flags.address }),
    ...(flags.certificate && flags.key && { tls: { certificate: flags.certificate, key: flags.key } }),
    dns: { ...(flags.dns && { servers: flags.dns }), ...(flags.allow && { allow: flags.allow }) },
    sites: [
      {
        domain: flags.domain,
        origins: flags.origin ?? [`https://${flags.domain}`],
        callable: flags.callable.split(',').map(name => name.trim()),
      },
    ],
  });
}
