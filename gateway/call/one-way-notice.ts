// One-way sound in a call that is up: logged with its cause and the line that fixes it, and sent to the page while it
// lasts, by INFO (RFC 6086) of the package `sip-call-sound`, to a page whose INVITE takes this package.

import type { SoundNotice, SoundPackage } from '../../contract/sip.ts';
import type { Log } from '../observe/log.ts';
import { causeFields } from './cause.ts';
import type { Dialog } from './dialog.ts';
import { type OneWaySide, oneWayCause } from './one-way-cause.ts';

const PACKAGE = 'sip-call-sound' satisfies SoundPackage;

export interface OneWayNoticeParts {
  readonly log: Log;
  readonly call: string;
  /** The INVITE's Recv-Info. */
  readonly takes: string | undefined;
  /** The browser's, once there is one. */
  readonly page: () => Dialog | undefined;
  /** The server that has the call, and the gateway's own media ports toward it. */
  readonly details: () => { readonly server: string; readonly ports: string };
}

export class OneWayNotice {
  readonly #parts: OneWayNoticeParts;
  /** The page takes INFO of our package. */
  readonly takesPackage: boolean;
  /** What lasts now, by side and kind. */
  readonly #lasting = new Map<string, OneWaySide>();
  /** What the page has confirmed. */
  #told: SoundNotice = 'both-ways';
  #telling = false;
  #again = false;

  constructor(parts: OneWayNoticeParts) {
    this.#parts = parts;
    this.takesPackage = takesPackage(parts.takes);
  }

  async began(side: OneWaySide, forMs: number): Promise<void> {
    const { log, call, details } = this.#parts;
    this.#lasting.set(keyOf(side), side);
    const cause = oneWayCause(side, details());
    log.warn({ call, leg: side.leg, forMs, ...causeFields(cause) }, 'one-way sound');
    await this.tell();
  }

  async over(side: OneWaySide): Promise<void> {
    const { log, call } = this.#parts;
    this.#lasting.delete(keyOf(side));
    if (this.#lasting.size === 0) log.info({ call }, 'sound goes both ways again');
    await this.tell();
  }

  /** Brings the page up to date; it may have been away. One request at a time, so that none overtakes another. */
  async tell(): Promise<void> {
    this.#again = this.#telling;
    if (this.#telling || !this.takesPackage) return;
    this.#telling = true;
    try {
      for (let page = this.#parts.page(); page?.connected; page = this.#parts.page()) {
        const notice = this.#notice;
        if (notice === this.#told) break;
        this.#again = false;
        if (await send(page, notice)) this.#told = notice;
        else if (!this.#again) break;
      }
    } finally {
      this.#telling = false;
    }
  }

  /** A visitor notices by themselves that they hear nothing, and not that they are not heard. */
  get #notice(): SoundNotice {
    const ways = [...this.#lasting.values()].map(({ leg, cause }) =>
      (leg === 'pbx') === (cause === 'hears-nothing') ? 'not-reaching' : 'nothing-arrives',
    );
    return ways.includes('not-reaching') ? 'not-reaching' : (ways[0] ?? 'both-ways');
  }
}

function keyOf({ leg, cause }: OneWaySide): string {
  return `${leg} ${cause}`;
}

function takesPackage(list = ''): boolean {
  return list.split(',').some(name => name.split(';', 1)[0]?.trim().toLowerCase() === PACKAGE);
}

/** True when the page has confirmed it. */
async function send(page: Dialog, notice: SoundNotice): Promise<boolean> {
  const headers = {
    'Info-Package': PACKAGE,
    'Content-Type': 'text/plain',
    'Content-Disposition': 'Info-Package',
  };
  try {
    return (await page.request({ method: 'INFO', headers, body: notice })).status < 300;
  } catch {
    return false;
  }
}
