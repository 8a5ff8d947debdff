// The file that fail2ban reads: one line for each refusal that a guessing or flooding client causes, and nothing else.
// The format is stable, see docs/pbx.md:
//
//   2026-03-01T12:00:00.000Z sip-call refused wrong-destination from 203.0.113.9
//   2026-03-01T12:00:01.000Z sip-call refused rate-limit from 2001:db8:1:2::9 in 2001:db8:1:2::/64
//
// No text from a client is ever written: the offence is one of a fixed list, the address is an IP address. Addresses
// are complete here, whatever the log shortens, because a shortened address cannot be banned.

import { isIP } from 'node:net';
import { clientPrefix, networkOf } from '../net/network-address.ts';
import { LineFile } from './line-file.ts';
import type { Log } from './log.ts';

/**
 * - `wrong-destination`: a call to an address that the page may not call
 * - `missing-origin`: a WebSocket without an origin, which no browser opens
 * - `bad-token`: a token that is missing, forged, of another page or already used, while other tokens of its site are
 * valid
 * - `rate-limit`: more connections, messages or calls than allowed
 * - `malformed`: not a WebSocket for SIP, or not SIP
 * - `unknown-source`: a call or a registration over TCP from a host that is not a visitor
 */
export type Offence =
  | 'wrong-destination'
  | 'missing-origin'
  | 'bad-token'
  | 'rate-limit'
  | 'malformed'
  | 'unknown-source';

/** Reports one refusal. A handshake must have verified the address: a datagram's source may be forged. */
export type ReportRefusal = (address: string, offence: Offence) => void;

/** Used by gateways without this file. */
export const ignoreRefusal: ReportRefusal = () => {};

/** Limits of lines per window: for one network, and in total. A flood does not fill the disk. */
const WINDOW_MS = 10_000;
const MOST_OF_ONE = 20;
const MOST = 1_000;

export class SecurityLog {
  readonly #file: LineFile;
  readonly #now: () => number;
  #window = Number.NEGATIVE_INFINITY;
  readonly #lines = new Map<string, number>();
  #written = 0;
  #omitted = 0;

  /** Creates the file immediately: fail2ban does not start without it. `now` returns milliseconds since 1970. */
  constructor(path: string, log: Log, now: () => number = Date.now) {
    this.#now = now;
    this.#file = new LineFile({
      path: () => path,
      trouble: (error, lost) => {
        if (error) log.error({ path, error: error.message }, 'the security log cannot be written');
        else log.info({ path, lost }, 'the security log is written again');
      },
    });
    this.#write('ready');
  }

  readonly refused: ReportRefusal = (address, offence) => {
    const plain = address.split('%', 1)[0] ?? '';
    const network = networkOf(plain);
    if (network === undefined) return;
    this.#turnWindow();
    const lines = this.#lines.get(network) ?? 0;
    if (lines >= MOST_OF_ONE || this.#written >= MOST) {
      this.#omitted++;
      return;
    }
    this.#lines.set(network, lines + 1);
    this.#written++;
    const suffix = isIP(plain) === 6 ? ` in ${network}/${clientPrefix.ipv6}` : '';
    this.#write(`refused ${offence} from ${plain}${suffix}`);
  };

  /** Resolves when everything is in the file. */
  async close(): Promise<void> {
    this.#writeOmitted();
    await this.#file.flushed();
  }

  /** A clock that was set back also starts a new window. */
  #turnWindow(): void {
    const now = this.#now();
    if (now >= this.#window && now < this.#window + WINDOW_MS) return;
    this.#writeOmitted();
    this.#window = now;
    this.#lines.clear();
    this.#written = 0;
  }

  #writeOmitted(): void {
    if (this.#omitted > 0) this.#write(`omitted ${this.#omitted} lines more`);
    this.#omitted = 0;
  }

  #write(text: string): void {
    this.#file.write(`${new Date(this.#now()).toISOString()} sip-call ${text}`);
  }
}
