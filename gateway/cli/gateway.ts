// `sip-call gateway`: runs a gateway from a file, or for one site from flags.

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

/** `started` receives the running gateway: signals are the process's business, not the command's. */
export function addGatewayCommand(program: Command, started: (running: RunningGateway) => void): void {
  program
    .command('gateway')
    .description('take calls from browsers and bring them to PBXs')
    .option('-c, --config <file>', 'YAML configuration, in place of all other options')
    .option('--domain <domain>', 'SIP domain of the one site, such as mysite.ru')
    .option('--callable <names>', 'whom visitors may call, such as director,alex,101')
    .option('--origin <origins...>', 'pages that may call, such as https://mysite.ru, or * for any')
    .option(
      '--listen <address:port>',
      'where the widget and the WebSocket are served (default: 0.0.0.0:8443)',
    )
    .option('--address <ip>', "this machine's address as browsers and PBXs reach it")
    .option('--certificate <file>', 'PEM certificate, for https')
    .option('--key <file>', 'PEM key of the certificate')
    .option('--dns <servers...>', "DNS servers as ADDRESS:PORT (default: the system's)")
    .option('--allow <networks...>', 'private networks that DNS may point at, such as 10.0.0.0/8')
    .action(async (flags: Flags) => {
      const config = readConfig(flags);
      const log = createLog(config.log.level, undefined, config.log.addresses);
      const release = captureLibraryOutput(log);
      const gateway = await startGateway(config, log).catch(error => {
        // What is wrong is told on standard error, as by the other commands.
        release();
        throw flags.config === undefined ? error : withLines(error, flags.config);
      });
      log.info({ url: gateway.publicUrl(), listening: gateway.url, admin: gateway.adminUrl }, 'ready');
      started({ gateway, log, reload: () => gateway.reload(readConfig(flags)) });
    });
}

function readConfig({ config, ...flags }: Flags): Config {
  if (config !== undefined) {
    const beside = Object.keys(flags).map(name => `--${name}`);
    if (beside.length === 0) return readConfigFile(config);
    throw new ConfigError([`${beside.join(', ')}: not beside --config; write it into ${config}`]);
  }
  if (!flags.domain || !flags.callable) {
    throw new ConfigError(['give --config FILE, or --domain and --callable for a single site']);
  }
  if ((flags.certificate === undefined) !== (flags.key === undefined)) {
    throw new ConfigError(['--certificate and --key go together']);
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
