// The desk phones 105, 106 and 101: one baresip with three accounts. Each sends a tone of its own and records what
// it hears. They answer at Asterisk 22, where they register, and at Asterisk 16, whose [default] peer they are.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaresipControl, type BaresipEvent } from './baresip-control.ts';
import { eventually, type Patience, SOUND_MS } from './eventually.ts';
import { freePort } from './free-port.ts';
import { programPath } from './parts.ts';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';
import { hearsTone, recordedSound } from './recorded-sound.ts';
import { amplitudeAt, type Sound } from './tone.ts';

export type PhoneNumber = '105' | '106' | '101';

/** Hz; far from ring tones, dial digits and each other's harmonics. */
export const phoneTones: Readonly<Record<PhoneNumber, number>> = { '105': 700, '106': 890, '101': 1130 };
const numbers = Object.keys(phoneTones) as PhoneNumber[];

export type PhoneState = 'idle' | 'ringing' | 'talking';

/** What the person at the phone does when it rings. */
export type Manner = 'answers' | 'lets it ring' | 'is busy';

export interface DeskPhonesOptions {
  readonly address: string;
  readonly port: number;
  /** Address of the Asterisk 22 where the phones register; without it they do not. */
  readonly registrar?: string;
}

export class DeskPhones {
  readonly #process: PeerProcess;
  readonly #phones: ReadonlyMap<string, DeskPhone>;
  #control: BaresipControl | undefined;
  /** The last command and those before it. */
  #commanded: Promise<void> = Promise.resolve();

  /** Resolves once all three are there, registered if they shall. */
  static async start(options: DeskPhonesOptions): Promise<DeskPhones> {
    const controlPort = await freePort(options.address);
    const phones = new DeskPhones(options, controlPort);
    await phones.#process.waitFor(/baresip is ready/);
    const control = await BaresipControl.connect(options.address, controlPort, event => {
      phones.#phones.get(numberOf(event))?.take(event);
    });
    phones.#control = control;
    if (options.registrar) {
      await eventually('the desk phones register', async () => {
        const accounts = await control.command('reginfo');
        if ([...accounts.matchAll(/OK .*Expires/g)].length === numbers.length) return true;
        throw new Error(accounts);
      });
    }
    return phones;
  }

  private constructor(options: DeskPhonesOptions, controlPort: number) {
    const folder = privateFolder('phones');
    writeFileSync(join(folder, 'config'), configuration(folder, options, controlPort));
    writeFileSync(join(folder, 'accounts'), numbers.map(number => account(number, options)).join('\n'));
    writeFileSync(join(folder, 'contacts'), '');
    this.#process = new PeerProcess('baresip', programPath('baresip') ?? 'baresip', ['-f', folder, '-v']);
    const actions: PhoneActions = {
      command: (number, name, params) => {
        // Commands go to the account that was found last: one phone's two steps come before another's.
        const done = this.#commanded.then(async () => {
          await this.#control?.command('uafind', aor(number, options));
          await this.#control?.command(name, params);
        });
        this.#commanded = done.catch(() => {});
        return done;
      },
      output: mark => this.#process.output(mark),
      mark: () => this.#process.mark(),
    };
    this.#phones = new Map(numbers.map(number => [number, new DeskPhone(number, actions)]));
  }

  phone(number: PhoneNumber): DeskPhone {
    return this.#phones.get(number) as DeskPhone;
  }

  /** Ends all calls, and lets every phone answer again. */
  async hangUp(): Promise<void> {
    for (const phone of this.#phones.values()) {
      if (phone.state !== 'idle') await phone.hangUp().catch(() => {});
      phone.manner = 'answers';
    }
  }

  async stop(): Promise<void> {
    this.#control?.close();
    await this.#process.stop(1_000);
  }
}

interface PhoneActions {
  command(number: PhoneNumber, name: string, params?: string): Promise<void>;
  output(mark: number): string;
  mark(): number;
}

export class DeskPhone {
  readonly number: PhoneNumber;
  /** Hz of the tone that it sends while it talks. */
  readonly tone: number;
  manner: Manner = 'answers';
  state: PhoneState = 'idle';
  /** How often it has rung. */
  rings = 0;
  readonly #actions: PhoneActions;
  #callMark = 0;

  constructor(number: PhoneNumber, actions: PhoneActions) {
    this.number = number;
    this.tone = phoneTones[number];
    this.#actions = actions;
  }

  /** What baresip says about this account. */
  take({ type }: BaresipEvent): void {
    if (type === 'CALL_INCOMING') {
      this.#begin('ringing');
      this.rings++;
      // A caller who has given up meanwhile is no longer there to be answered.
      if (this.manner === 'answers') this.answer().catch(() => {});
      if (this.manner === 'is busy') this.hangUp().catch(() => {});
    }
    if (type === 'CALL_ESTABLISHED') this.state = 'talking';
    if (type === 'CALL_CLOSED') this.state = 'idle';
  }

  async answer(): Promise<void> {
    await this.#actions.command(this.number, 'accept');
  }

  /** Ends the call; while it rings, refuses it with 486. */
  async hangUp(): Promise<void> {
    await this.#actions.command(this.number, 'hangup');
  }

  /** Calls somebody, such as `sip:seminar@127.0.0.2`. */
  async call(uri: string): Promise<void> {
    this.#begin('idle');
    await this.#actions.command(this.number, 'dial', uri);
  }

  async waitFor(state: PhoneState, patience: Patience = {}): Promise<void> {
    await eventually(`phone ${this.number} is ${state}`, () => this.state === state, patience);
  }

  /** What it heard in the last `seconds` of its call, present or past; undefined when less was recorded. */
  heard(seconds: number): Sound | undefined {
    return recordedSound(this.#actions.output(this.#callMark), `phone-${this.number}`, seconds);
  }

  /**
   * Resolves once it has recorded a second. Recordings are named by the second they begin in: a call on another
   * phone must not begin in the same one.
   */
  async records(): Promise<void> {
    await eventually(`phone ${this.number} records`, () => this.heard(1));
  }

  /** Resolves once the loudest that it hears is this frequency. */
  async hears(frequency: number, patience: Patience = {}): Promise<void> {
    await hearsTone(`phone ${this.number}`, () => this.heard(1), frequency, patience);
  }

  /** Resolves once each of these frequencies is in what it hears. */
  async hearsAll(frequencies: readonly number[], patience: Patience = {}): Promise<void> {
    await eventually(
      `phone ${this.number} hears ${frequencies.join(' and ')} Hz`,
      () => {
        const sound = this.heard(1);
        if (!sound) throw new Error('it recorded less than a second');
        const levels = frequencies.map(frequency => amplitudeAt(sound.samples, sound.rate, frequency));
        if (levels.every(level => level > 0.02)) return true;
        throw new Error(`amplitudes ${levels.map(level => level.toFixed(4)).join(', ')}`);
      },
      { within: SOUND_MS, every: 150, ...patience },
    );
  }

  #begin(state: PhoneState): void {
    this.state = state;
    this.#callMark = this.#actions.mark();
  }
}

function numberOf({ accountaor = '' }: BaresipEvent): string {
  return accountaor.match(/^sip:(\d+)@/)?.[1] ?? '';
}

function aor(number: PhoneNumber, { address, registrar }: DeskPhonesOptions): string {
  return `sip:${number}@${registrar ?? address}`;
}

function account(number: PhoneNumber, options: DeskPhonesOptions): string {
  const parameters = [
    `auth_user=${number};auth_pass=desk-${number};regint=${options.registrar ? 300 : 0}`,
    'answermode=manual;audio_codecs=PCMA/8000/1,PCMU/8000/1',
    `audio_source=ausine,${phoneTones[number]};audio_player=aubridge,phone-${number}`,
  ];
  return `<${aor(number, options)};transport=udp>;${parameters.join(';')}`;
}

function configuration(folder: string, { address, port }: DeskPhonesOptions, controlPort: number): string {
  const modules = ['module g711.so', 'module ausine.so', 'module aubridge.so', 'module sndfile.so'];
  const applications = [
    'module_tmp uuid.so',
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
  ];
  return [
    'poll_method epoll',
    `sip_listen ${address}:${port}`,
    // An address, not an interface: media stays on the loopback network too.
    `net_interface ${address}`,
    'rtp_ports 20000-20998',
    `audio_path ${folder}`,
    'audio_source ausine,440',
    'audio_player aubridge,desk',
    'audio_alert aubridge,bell',
    'audio_channels 1-2',
    'ausrc_srate 48000',
    'auplay_srate 48000',
    // ausine speaks in stereo only; otherwise a phone rings and never answers.
    'ausrc_channels 2',
    `snd_path ${folder}`,
    'module_path /usr/lib/baresip/modules',
    ...modules,
    ...applications,
    `ctrl_tcp_listen ${address}:${controlPort}`,
    '',
  ].join('\n');
}
