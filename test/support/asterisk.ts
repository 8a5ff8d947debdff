// Real Asterisk: 16 with chan_sip, 22 with chan_pjsip, from the unpacked Debian folders, one private folder a run.
// Its configuration is the files of asterisk-common/, asterisk-16/ and asterisk-22/, with addresses filled in.

import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { debianRoot, findBelow, loaderOf } from './debian-root.ts';
import { eventually, type Patience } from './eventually.ts';
import { PeerProcess, type ProgramOptions, run } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';
import { supportFile } from './repository.ts';

export type AsteriskVersion = 16 | 22;

export interface AsteriskOptions {
  /** Loopback address; SIP is on port 5060 of it, over UDP and TCP. */
  readonly address: string;
  /** Where the desk phones listen: Asterisk 16 has to know, at Asterisk 22 they register. */
  readonly phones?: { readonly address: string; readonly port: number };
  /** Its extensions.conf; the stories' own unless told. */
  readonly extensions?: string;
  /** The package's own configuration in place of the stories': `files` are added, `endings` put at the end of its files. */
  readonly stock?: {
    readonly files: Readonly<Record<string, string>>;
    readonly endings: Readonly<Record<string, string>>;
  };
  /** Changes to its files, by their names. */
  readonly changed?: Readonly<Record<string, (text: string) => string>>;
  readonly inside?: ProgramOptions['inside'];
}

/** What Asterisk looks for on start and complains about; nothing in these is needed. */
const EMPTY = ['acl', 'ccss', 'cdr', 'cel', 'features', 'indications', 'musiconhold', 'pjproject', 'udptl'];

export class Asterisk {
  readonly version: AsteriskVersion;
  readonly address: string;
  readonly #folder: string;
  readonly #program: readonly string[];
  readonly #process: PeerProcess;

  /** Resolves once it is fully booted and listening. */
  static async start(version: AsteriskVersion, options: AsteriskOptions): Promise<Asterisk> {
    const asterisk = new Asterisk(version, options);
    await eventually(
      `Asterisk ${version} is up`,
      async () => {
        if (!asterisk.#process.alive) throw new Error(`it ended:\n${asterisk.#process.output()}`);
        return (await asterisk.cli('core waitfullybooted')).includes('fully booted');
      },
      { within: 60_000, every: 100 },
    );
    // The stock configuration loads all modules, of which some find no hardware.
    const trouble = options.stock
      ? null
      : asterisk.log.match(/^.*(?:Unable to bind|Failed to bind|Could not create|in use).*$/m);
    if (trouble)
      throw new Error(`Asterisk ${version} cannot listen on ${options.address}:5060: ${trouble[0]}`);
    return asterisk;
  }

  private constructor(version: AsteriskVersion, options: AsteriskOptions) {
    this.version = version;
    this.address = options.address;
    const root = debianRoot(`asterisk-${version}`);
    this.#folder = privateFolder(`a${version}`);
    configure(this.#folder, root, version, options);
    const { loader, libraries } = loaderOf(root);
    const binary = join(root, 'usr/sbin/asterisk');
    this.#program = [loader, '--library-path', libraries, binary, '-C', join(this.#folder, 'asterisk.conf')];
    const [command = '', ...args] = this.#program;
    this.#process = new PeerProcess(`Asterisk ${version}`, command, [...args, '-f', '-vvv'], {
      inside: options.inside,
      env: { OPENSSL_MODULES: join(libraries.split(':')[0] ?? '', 'ossl-modules'), LD_PRELOAD: '' },
    });
  }

  get alive(): boolean {
    return this.#process.alive;
  }

  /** Its console so far. */
  get log(): string {
    // Each look through its command line writes two lines of its own.
    return this.#process.output().replace(/^.*Remote UNIX connection.*\n/gm, '');
  }

  /** A place in the console, to look only at what comes after. */
  mark(): number {
    return this.#process.mark();
  }

  logSince(mark: number): string {
    return this.#process.output(mark);
  }

  /** The first console line, past (since `since`) or to come, that fits. */
  waitFor(pattern: RegExp, options: Patience & { readonly since?: number } = {}): Promise<RegExpMatchArray> {
    return this.#process.waitFor(pattern, options);
  }

  /** What fail2ban would read: notices, warnings, errors. */
  get messages(): string {
    return readFileSync(this.messagesFile, 'utf8');
  }

  get messagesFile(): string {
    // Stock Asterisk since 18 has another name for it.
    const file = join(this.#folder, 'log/messages');
    return existsSync(file) ? file : `${file}.log`;
  }

  /** What it has written below its log folder, such as cdr-csv/Master.csv; empty while there is none. */
  logFile(path: string): string {
    const file = join(this.#folder, 'log', path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Runs one command of its command line; resolves with the answer. */
  async cli(command: string): Promise<string> {
    const [program = '', ...args] = this.#program;
    return await run(program, [...args, '-rx', command]);
  }

  /** Legs that exist now, as `core show channels concise` names them. */
  async channels(): Promise<string[]> {
    const answer = await this.cli('core show channels concise');
    return answer.split('\n').filter(line => line.includes('!'));
  }

  /** Resolves when no leg is left; what a call leaves behind is a leak. */
  async quiet(patience: Patience = {}): Promise<void> {
    let left: string[] = [];
    await eventually(
      `no leg is left at Asterisk ${this.version}`,
      async () => {
        left = await this.channels();
        if (left.length > 0) throw new Error(left.join(' | '));
        return true;
      },
      { every: 150, ...patience },
    );
  }

  async stop(): Promise<void> {
    await this.#process.stop(5_000);
  }

  /** Ends it as a power cut would: no BYE, no goodbye. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }
}

function configure(folder: string, root: string, version: AsteriskVersion, options: AsteriskOptions): void {
  for (const name of ['run', 'log/cdr-csv', 'spool', 'lib/keys', 'data/sounds/en']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const values: Record<string, string> = {
    FOLDER: folder,
    ROOT: root,
    MODULES: findBelow(join(root, 'usr/lib'), 'app_echo.so'),
    ADDRESS: options.address,
    HOST: options.address.includes(':') ? `[${options.address}]` : options.address,
    PHONES_ADDRESS: options.phones?.address ?? options.address,
    PHONES_PORT: String(options.phones?.port ?? 5070),
  };
  const { stock } = options;
  if (stock) cpSync(join(root, 'etc/asterisk'), folder, { recursive: true });
  for (const source of ['asterisk-common', `asterisk-${version}`]) {
    for (const name of readdirSync(supportFile(source))) {
      if (stock && name !== 'asterisk.conf') continue;
      const text = readFileSync(join(supportFile(source), name), 'utf8');
      const filled = text.replace(/@([A-Z_]+)@/g, (all, key) => values[key] ?? all);
      writeFileSync(join(folder, name), options.changed?.[name]?.(filled) ?? filled);
    }
  }
  if (options.extensions) writeFileSync(join(folder, 'extensions.conf'), options.extensions);
  if (stock) {
    for (const [path, text] of Object.entries(stock.files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    for (const [path, text] of Object.entries(stock.endings))
      appendFileSync(join(folder, path), `\n${text}\n`);
  } else {
    for (const name of EMPTY) writeFileSync(join(folder, `${name}.conf`), '[general]\n');
  }

  const data = join(root, 'usr/share/asterisk');
  for (const name of readdirSync(data)) {
    if (name !== 'sounds') symlinkSync(join(data, name), join(folder, 'data', name));
  }
  // Packages leave "en" to their installation scripts, and bad-user, the founding document's, is in none of them.
  const voices = join(data, 'sounds/en_US_f_Allison');
  const sounds = join(folder, 'data/sounds/en');
  for (const name of readdirSync(voices)) symlinkSync(join(voices, name), join(sounds, name));
  if (!existsSync(join(sounds, 'bad-user.gsm'))) {
    copyFileSync(join(voices, 'pbx-invalid.gsm'), join(sounds, 'bad-user.gsm'));
  }
}
