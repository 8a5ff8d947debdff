// Checks before the start: files, folders and ports. A gateway that cannot work reports every reason and exits. Ports are
// bound and released; if another program binds one before the start, the start itself reports it.

import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from './config/config-error.ts';
import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import { readIdentity } from './http/certificate.ts';
import { ensureBuilt } from './http/widget-build.ts';
import { portProblems } from './preflight-ports.ts';

/** @throws {ConfigError} with all problems */
export async function preflight(
  config: Config,
  addresses: readonly OwnAddress[],
  { media }: { readonly media: boolean },
): Promise<void> {
  const { tls, records, log } = config;
  const problems = [
    ...problemsOf(() => tls && readIdentity(tls)),
    ...problemsOf(ensureBuilt),
    ...(records ? folderProblems('records.file', records.file) : []),
    ...(log.securityFile ? folderProblems('log.securityFile', log.securityFile) : []),
    ...(await portProblems(config, addresses, media && !config.media.rtpengine)),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

function problemsOf(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [(error as Error).message];
  }
}

/** Creates the folder if it is missing. An existing path must be a file that can be written. */
function folderProblems(key: string, file: string): string[] {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
  } catch (error) {
    return [`${key}: the folder ${folder} cannot be created: ${reasonOf(error)}`];
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const existing = statSync(file, { throwIfNoEntry: false });
    if (existing?.isDirectory()) return [`${key}: ${file} is a folder; expected the path of a file`];
    if (existing) accessSync(file, constants.W_OK);
    return [];
  } catch (error) {
    return [`${key}: ${file} cannot be written: ${reasonOf(error)}`];
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES')
    return `the user ${process.env.USER ?? process.getuid?.() ?? ''} has no permission (EACCES)`;
  if (code === 'EROFS') return 'the file system is read-only (EROFS)';
  return code ?? message;
}
