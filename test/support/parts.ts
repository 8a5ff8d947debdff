// The real parts that stories need, made sure of before they run: Debian packages, and what is unpacked: two Asterisks,
// an rtpengine, a name server.
// Off Debian or without the right to install, it says what is missing; under CI (CI=true) missing is failing.

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { debianCodename } from './debian-mirror.ts';
import { isUnpacked, rootNames, unpack } from './debian-root.ts';
import { run } from './peer-process.ts';

/** A program, and the Debian package it comes in. */
const programs = {
  chromium: 'chromium',
  'firefox-esr': 'firefox-esr',
  dnsmasq: 'dnsmasq-base',
  baresip: 'baresip-core',
  sipp: 'sip-tester',
  turnserver: 'coturn',
  ip: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
  'fail2ban-server': 'fail2ban',
  'named-checkzone': 'bind9-utils',
  logrotate: 'logrotate',
  'systemd-notify': 'systemd',
  python3: 'python3',
} as const;

export type Program = keyof typeof programs;

/** What only stories of firewalls run: others are told without. */
export const firewallPrograms: readonly Program[] = [
  ...(['ip', 'iptables', 'nft', 'fail2ban-server', 'named-checkzone', 'logrotate'] as const),
];
/** What only stories of systemd run. */
export const servicePrograms: readonly Program[] = ['systemd-notify', 'python3'];
/** Of baresip, for H.264. It is in a package of its own, and is not a program. */
const codecModule = { path: '/usr/lib/baresip/modules/avcodec.so', package: 'baresip-ffmpeg' };
const special = [...firewallPrograms, ...servicePrograms];
const usualPrograms = (Object.keys(programs) as Program[]).filter(name => !special.includes(name));

/** One run of apt may have to wait for another's lock and for slow mirrors. */
const PATIENT = [
  ...['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=5'],
  ...['-o', 'Acquire::http::Timeout=30', '-o', 'Acquire::https::Timeout=30'],
];

/** Where a program is; undefined when it is not installed. */
export function programPath(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map(folder => join(folder, program)).find(isExecutable);
}

/** What cannot be done without and this machine lacks, in words; empty when all is there. */
export function missingParts(needed: readonly Program[]): string[] {
  const missing = needed
    .filter(program => !programPath(program))
    .map(program => `${program} (Debian package ${programs[program]})`);
  if (!existsSync(codecModule.path))
    missing.push(`${codecModule.path} (Debian package ${codecModule.package})`);
  for (const name of rootNames)
    if (!isUnpacked(name)) missing.push(`${name} (unpacked by npm test on Debian)`);
  return missing;
}

/** Gets what is missing where that can be done. Resolves with what is missing still and why. */
export async function ensureParts(say: (line: string) => void): Promise<string[]> {
  const failures: string[] = [];
  if (debianCodename() !== undefined) {
    const attempt = async (what: string, work: () => Promise<void>) => {
      await work().catch((error: Error) => failures.push(`${what}: ${error.message}`));
    };
    await attempt('apt-get', () => installPackages(say));
    for (const name of rootNames) {
      if (isUnpacked(name)) continue;
      say(`unpacking ${name}`);
      await attempt(name, () => unpack(name));
    }
  }
  const missing = missingParts([...usualPrograms, ...special]);
  return missing.length > 0 ? [...missing, ...failures] : [];
}

/**
 * Why the stories of this process are to be skipped, or false when all parts are there, and those that they need more.
 * Throws under CI: a story that did not run proves nothing.
 */
export function partsMissing(more: readonly Program[] = []): string | false {
  const missing = missingParts([...usualPrograms, ...more]);
  if (missing.length === 0) return false;
  const reason = `missing: ${missing.join(', ')}`;
  if (underCi()) throw new Error(reason);
  return reason;
}

export function underCi(): boolean {
  return /^(1|true|yes)$/i.test(process.env.CI ?? '');
}

async function installPackages(say: (line: string) => void): Promise<void> {
  const wanted = (Object.keys(programs) as Program[]).filter(program => !programPath(program));
  const packages: string[] = wanted.map(program => programs[program]);
  if (!existsSync(codecModule.path)) packages.push(codecModule.package);
  if (packages.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(`not root; run: apt-get install --no-install-recommends ${packages.join(' ')}`);
  }
  say(`installing ${packages.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  // Somebody else's broken source fails an update whose result is good enough: the installation tells.
  const update = await run('apt-get', [...PATIENT, '-q', 'update'], { env, within: 15 * 60_000 }).catch(
    (error: Error) => error,
  );
  await run('apt-get', [...PATIENT, '-qy', 'install', '--no-install-recommends', ...packages], {
    env,
    within: 30 * 60_000,
  }).catch((error: Error) => {
    throw update instanceof Error ? new Error(`${update.message}\n${error.message}`) : error;
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
