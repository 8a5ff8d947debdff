// One call in a media worker: a browser leg, its lines towards the PBX, and what passes
// between them. RTP goes by payload type (unique across the BUNDLE, RFC 8843 9.2), RTCP
// by the SSRCs it speaks of. SSRCs and sequence numbers cross unchanged.

import type { LegReport, MediaEvent, MediaReport } from '../relay.ts';
import { notNegotiated } from '../sdp/plan.ts';
import { BrowserLeg, type BrowserLegParts } from './browser-leg.ts';
import { Echo } from './echo.ts';
import { LegMeter, type StreamMeter } from './meter.ts';
import { PbxLine } from './pbx-line.ts';
import type { PortPair, PortPool } from './port-pool.ts';
import type { CallPlan } from './protocol.ts';
import { isCompound, someSsrc } from './rtp.ts';

/** A call has few streams; a peer that invents more gets its reports on the first line. */
const maxSsrcs = 32;
const maxGone = 16;

export interface CallParts {
  readonly pool: PortPool;
  readonly leg: Omit<BrowserLegParts, 'meter'>;
  readonly symmetric: boolean;
  readonly silentAfterMs: number;
  readonly now: () => number;
  readonly emit: (event: MediaEvent) => void;
  readonly bug: (error: unknown) => void;
}

export class RelayedCall {
  readonly id: string;
  /** When it ends by itself, if nobody ends it before. */
  readonly endsAt: number;
  readonly #parts: CallParts;
  readonly #browser: BrowserLeg;
  readonly #browserMeter = new LegMeter();
  readonly #pbxMeter = new LegMeter();
  readonly #lines = new Map<number, PbxLine>();
  /** Lines of old, for the report. */
  readonly #gone: PbxLine[] = [];
  readonly #lineOfType: (PbxLine | null)[] = new Array<PbxLine | null>(128).fill(null);
  readonly #lineOfSsrc = new Map<number, PbxLine>();
  #echo: Echo | null = null;
  #closed = false;
  #plannedAt = Number.NaN;
  #silent = { browser: false, pbx: false };

  constructor(id: string, longestMs: number, parts: CallParts) {
    this.id = id;
    this.endsAt = parts.now() + longestMs;
    this.#parts = parts;
    this.#browser = new BrowserLeg(
      { ...parts.leg, meter: this.#browserMeter },
      {
        connected: () => parts.emit({ type: 'connected', call: id }),
        failed: reason => parts.emit({ type: 'failed', call: id, reason }),
        lost: () => parts.emit({ type: 'lost', call: id }),
        rtp: (packet, length, now) => this.#fromBrowser(packet, length, now),
        rtcp: (packet, length) => this.#reportFromBrowser(packet, length),
      },
    );
  }

  /** The pair of each line of these; lines that are not among them give theirs back. Null: ports ran out. */
  async ports(ids: readonly number[]): Promise<PortPair[] | null> {
    for (const line of this.#lines.values()) if (!ids.includes(line.id)) this.#release(line);
    const pairs: PortPair[] = [];
    for (const id of ids) {
      const pair = this.#lines.get(id)?.pair ?? (await this.#parts.pool.take());
      if (pair === null) return null;
      if (this.#closed) {
        // It ended by itself while its ports were bound.
        this.#parts.pool.release(pair);
        return null;
      }
      if (!this.#lines.has(id)) this.#lines.set(id, this.#createLine(id, pair));
      pairs.push(pair);
    }
    return pairs;
  }

  apply(plan: CallPlan): void {
    const now = this.#parts.now();
    this.#plannedAt = now;
    this.#lineOfType.fill(null);
    this.#echo = plan.echo ? new Echo(plan.echo) : null;
    for (const line of this.#lines.values()) {
      const linePlan = plan.lines.find(l => l.line === line.id) ?? null;
      line.apply(linePlan);
      linePlan?.toPbx.forEach((renamed, type) => {
        if (renamed !== notNegotiated) this.#lineOfType[type] = line;
      });
    }
    this.#browser.apply(plan.browser, now);
  }

  tick(now: number): void {
    this.#browser.tick(now);
    const { connectedAt } = this.#browser;
    this.#watch('browser', Math.max(connectedAt, this.#plannedAt), this.#browserMeter.lastAt, now);
    this.#watch('pbx', this.#plannedAt, this.#pbxMeter.lastAt, now);
  }

  report(): MediaReport {
    const now = this.#parts.now();
    const lines = [...this.#gone, ...this.#lines.values()];
    const leg = (meter: LegMeter, side: 'fromBrowser' | 'fromPbx', echo?: StreamMeter): LegReport => {
      const streams = lines.map(line => ({ audio: line.isAudio, meter: line[side] }));
      return meter.report(echo ? [...streams, { audio: true, meter: echo }] : streams, now);
    };
    const browser = leg(this.#browserMeter, 'fromBrowser', this.#echo?.fromBrowser);
    return { browser, pbx: leg(this.#pbxMeter, 'fromPbx') };
  }

  close(): MediaReport {
    const report = this.report();
    this.#closed = true;
    this.#browser.close();
    for (const line of this.#lines.values()) this.#release(line);
    return report;
  }

  #createLine(id: number, pair: PortPair): PbxLine {
    const { symmetric, now, bug } = this.#parts;
    return new PbxLine(
      id,
      { pair, meter: this.#pbxMeter, symmetric, now },
      {
        rtp: (line, packet, start) => {
          this.#learn(line, line.fromPbx.ssrc);
          this.#browser.sendRtp(packet, start, packet.length);
        },
        rtcp: (_line, packet) => this.#browser.sendRtcp(packet),
        bug,
      },
    );
  }

  #release(line: PbxLine): void {
    line.apply(null);
    this.#lines.delete(line.id);
    this.#gone.push(line);
    if (this.#gone.length > maxGone) this.#gone.shift();
    for (const [ssrc, known] of this.#lineOfSsrc) if (known === line) this.#lineOfSsrc.delete(ssrc);
    this.#parts.pool.release(line.pair);
  }

  #fromBrowser(packet: Buffer, length: number, now: number): void {
    if (this.#echo !== null) {
      this.#echoed(this.#echo.turn(packet, length, now), packet, length, now);
      return;
    }
    const line = this.#lineOfType[packet[1]! & 0x7f]!;
    if (line === null) {
      this.#browser.refused();
      return;
    }
    this.#browserMeter.lastAt = now;
    // RFC 3264 5.1: who is to be sent nothing is sent nothing, whether the browser knows by now or not.
    if (line.plan?.expectBrowser === false) return;
    line.sendRtp(packet, length, now);
    this.#learn(line, line.fromBrowser.ssrc);
  }

  #echoed(start: number, packet: Buffer, length: number, now: number): void {
    if (start < 0) {
      this.#browser.refused();
      return;
    }
    this.#browserMeter.lastAt = now;
    this.#browser.sendRtp(packet, start, length);
  }

  #reportFromBrowser(packet: Buffer, length: number): void {
    if (!isCompound(packet, length)) {
      this.#browser.refused();
      return;
    }
    let line: PbxLine | undefined;
    const found = someSsrc(packet, length, ssrc => {
      line = this.#lineOfSsrc.get(ssrc);
      return line !== undefined;
    });
    // Reports of a browser that has not sent or heard anything yet.
    if (!found) line = this.#lines.values().next().value;
    line?.sendRtcp(packet, length);
  }

  #learn(line: PbxLine, ssrc: number): void {
    if (this.#lineOfSsrc.get(ssrc) === line) return;
    if (this.#lineOfSsrc.size >= maxSsrcs) this.#lineOfSsrc.clear();
    this.#lineOfSsrc.set(ssrc, line);
  }

  /** Says once that a leg from which media is due has been silent too long. `since` is NaN when none is due yet. */
  #watch(leg: 'browser' | 'pbx', since: number, lastAt: number, now: number): void {
    const due = [...this.#lines.values()].some(({ plan }) =>
      leg === 'browser' ? plan?.expectBrowser : plan?.expectPbx,
    );
    const silentMs = now - (Number.isNaN(lastAt) ? since : Math.max(since, lastAt));
    if (!due || !(silentMs >= this.#parts.silentAfterMs)) {
      this.#silent[leg] = false;
      return;
    }
    if (this.#silent[leg]) return;
    this.#silent[leg] = true;
    this.#parts.emit({ type: 'silent', call: this.id, leg, silentMs: Math.round(silentMs) });
  }
}
