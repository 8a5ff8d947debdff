// Checks what a start needs before anything listens. A gateway that cannot run reports all reasons and exits. Ports are
// bound for a moment and released; if another program takes one in between, the start itself fails.

import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from './config/config-error.ts';
import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import { readIdentity } from './http/certificate.ts';
import { ensureBuilt } from './http/widget-build.ts';
import { portProblems } from './preflight-ports.ts';

/** @throws {ConfigError} that lists everything that is missing */
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

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [(error as Error).message];
  }
}

/** Creates the folder if it is missing, and checks that the file can be written. */
function folderProblems(key: string, file: string): string[] {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
  } catch (error) {
    return [`${key}: the folder ${folder} cannot be made: ${reasonOf(error)}`];
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isDirectory()) return [`${key}: ${file} is a folder; expected the path of a file`];
    if (there) accessSync(file, constants.W_OK);
    return [];
  } catch (error) {
    return [`${key}: ${file} cannot be written: ${reasonOf(error)}`];
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES') return `the user ${process.env.USER ?? process.getuid?.() ?? ''} may not (EACCES)`;
  if (code === 'EROFS') return 'it is on a file system that is read only (EROFS)';
  return code ?? message;
}
