// One call in a media worker: a browser leg, its lines toward the PBX, and the packets between them. RTP is
// assigned by payload type (unique across the BUNDLE, RFC 8843 9.2), RTCP by the SSRCs in it.

import { randomBytes } from 'node:crypto';
import type { BlockList } from 'node:net';
import { type MediaFlow, OneWayWatch } from '../one-way.ts';
import type { LegReport, MediaEvent, MediaReport } from '../relay.ts';
import { notNegotiated } from '../sdp/plan.ts';
import { BrowserLeg, type BrowserLegParts } from './browser-leg.ts';
import { EchoStream } from './echo.ts';
import { LineStreams, PbxLine } from './pbx-line.ts';
import type { PortPair, PortPool } from './port-pool.ts';
import { LegStatistics, type StreamStatistics } from './receive-statistics.ts';
import type { ReceiverReports } from './receiver-reports.ts';
import { RtcpTranslator } from './rtcp.ts';
import { isCompound } from './rtp.ts';
import type { CallPlan } from './worker-protocol.ts';

const maxRemoved = 16;
/**
 * A browser whose ICE checks continue for this long after its last media packet is connected and sends
 * nothing.
 */
const aliveMs = 4000;

export interface CallParts {
  /** One for each address. */
  readonly pools: readonly PortPool[];
  readonly leg: Omit<BrowserLegParts, 'meter'>;
  /** Configured networks of PBXs behind NAT; null for none. */
  readonly networks: BlockList | null;
  readonly keepAliveMs: number;
  readonly oneWayMs: number;
  readonly silentAfterMs: number;
  readonly now: () => number;
  readonly emit: (event: MediaEvent) => void;
  readonly reportError: (error: unknown) => void;
}

export class RelayedCall {
  readonly id: string;
  /** When the worker ends the call, unless it has ended before. */
  readonly endsAt: number;
  readonly #parts: CallParts;
  readonly #browser: BrowserLeg;
  readonly #browserMeter = new LegStatistics();
  readonly #pbxMeter = new LegStatistics();
  readonly #lines = new Map<number, PbxLine>();
  /** Lines with ports on another address, until a plan for that address is applied. */
  readonly #moving = new Map<number, PbxLine>();
  /** Removed lines, for the report. */
  readonly #removed: PbxLine[] = [];
  readonly #lineOfType: (PbxLine | null)[] = new Array<PbxLine | null>(128).fill(null);
  /** By line; the streams outlive the line. */
  readonly #streams = new Map<number, LineStreams>();
  readonly #translator = new RtcpTranslator(randomBytes(12).toString('base64'));
  readonly #oneWay: OneWayWatch;
  #echo: EchoStream | null = null;
  #closed = false;
  #plannedAt = Number.NaN;
  #silent = { browser: false, pbx: false };

  constructor(id: string, longestMs: number, parts: CallParts) {
    this.id = id;
    this.endsAt = parts.now() + longestMs;
    this.#parts = parts;
    this.#oneWay = new OneWayWatch(id, parts.oneWayMs, parts.emit);
    this.#browser = new BrowserLeg(
      { ...parts.leg, meter: this.#browserMeter },
      {
        connected: () => parts.emit({ type: 'connected', call: id }),
        failed: reason => parts.emit({ type: 'failed', call: id, reason }),
        lost: () => parts.emit({ type: 'lost', call: id }),
        rtp: (packet, length, now) => this.#fromBrowser(packet, length, now),
        rtcp: (packet, length) => this.#reportFromBrowser(packet, length, parts.now()),
      },
    );
  }

  /**
   * Returns the port pair of each line in `ids`, on the address of that index. Releases the pairs of other
   * lines. A line that carries media on another address keeps its pair until a plan is applied, because the
   * offer may be refused. Null: no port is free.
   */
  async ports(ids: readonly number[], at = 0): Promise<PortPair[] | null> {
    const pool = this.#parts.pools[at];
    for (const line of this.#lines.values()) {
      const carries = line.plan !== null || line.pair.pool === pool;
      if (!ids.includes(line.id) || !carries) this.#release(line);
    }
    for (const line of this.#moving.values()) {
      if (!ids.includes(line.id) || line.pair.pool !== pool) this.#release(line);
    }
    const pairs: PortPair[] = [];
    for (const id of ids) {
      const known = [this.#lines.get(id), this.#moving.get(id)].find(line => line?.pair.pool === pool);
      const pair = known?.pair ?? (await pool?.take()) ?? null;
      if (pair === null) return null;
      if (this.#closed) {
        // The call ended while its ports were being bound.
        pair.pool.release(pair);
        return null;
      }
      if (known === undefined) {
        const lines = this.#lines.has(id) ? this.#moving : this.#lines;
        lines.set(id, this.#createLine(id, pair));
      }
      pairs.push(pair);
    }
    return pairs;
  }

  apply(plan: CallPlan): void {
    const now = this.#parts.now();
    this.#plannedAt = now;
    this.#lineOfType.fill(null);
    this.#echo = plan.echo ? new EchoStream(plan.echo) : null;
    this.#move(this.#parts.pools[plan.at]);
    for (const line of this.#lines.values()) {
      const linePlan = plan.lines.find(l => l.line === line.id) ?? null;
      line.apply(linePlan);
      linePlan?.toPbx.forEach((renamed, type) => {
        if (renamed !== notNegotiated) this.#lineOfType[type] = line;
      });
    }
    this.#browser.apply(plan.browser, now);
  }

  /** The callee has answered. */
  established(): void {
    this.#oneWay.established(this.#parts.now());
  }

  /** Requests a full video frame. Returns whether there is a browser that sends video. */
  requestPicture(): boolean {
    let asked = false;
    for (const line of this.#lines.values()) {
      const request = line.plan?.expectBrowser ? line.pictureRequest() : null;
      if (request !== null && this.#browser.sendRtcp(request)) asked = true;
    }
    return asked;
  }

  tick(now: number): void {
    this.#browser.tick(now);
    for (const line of this.#lines.values()) line.tick(now);
    const { connectedAt } = this.#browser;
    this.#oneWay.update(now, { browser: this.#browserFlow(), pbx: this.#pbxFlow() });
    this.#watch('browser', Math.max(connectedAt, this.#plannedAt), this.#browserMeter.lastAt, now);
    this.#watch('pbx', this.#plannedAt, this.#pbxMeter.lastAt, now);
  }

  report(): MediaReport {
    const now = this.#parts.now();
    const lines = [...this.#removed, ...this.#lines.values()];
    const leg = (
      meter: LegStatistics,
      side: 'fromBrowser' | 'fromPbx',
      echo?: StreamStatistics,
    ): LegReport => {
      const streams = lines.map(line => ({ audio: line.isAudio, meter: line[side] }));
      return meter.report(echo ? [...streams, { audio: true, meter: echo }] : streams, now);
    };
    const browser = leg(this.#browserMeter, 'fromBrowser', this.#echo?.fromBrowser);
    return { browser, pbx: leg(this.#pbxMeter, 'fromPbx'), ...this.#oneWay.report(now) };
  }

  close(): MediaReport {
    const report = this.report();
    this.#closed = true;
    this.#browser.close();
    for (const line of [...this.#lines.values(), ...this.#moving.values()]) this.#release(line);
    return report;
  }

  /** Lines with ports on this address replace those on another one. */
  #move(pool: PortPool | undefined): void {
    for (const line of this.#moving.values()) {
      const before = this.#lines.get(line.id);
      this.#moving.delete(line.id);
      if (line.pair.pool !== pool) this.#release(line);
      else {
        if (before !== undefined) this.#release(before);
        this.#lines.set(line.id, line);
      }
    }
  }

  #createLine(id: number, pair: PortPair): PbxLine {
    const { networks, keepAliveMs, oneWayMs, now, reportError, leg } = this.#parts;
    const streams = this.#streams.get(id) ?? new LineStreams();
    this.#streams.set(id, streams);
    const { ring } = leg;
    const [translator, meter] = [this.#translator, this.#pbxMeter];
    return new PbxLine(
      id,
      { pair, streams, ring, translator, meter, networks, keepAliveMs, oneWayMs, now },
      {
        rtp: (_line, packet, start) => this.#browser.sendRtp(packet, start, packet.length),
        rtcp: (_line, packet) => void this.#browser.sendRtcp(packet),
        reportError,
      },
    );
  }

  #release(line: PbxLine): void {
    line.apply(null);
    for (const lines of [this.#lines, this.#moving]) if (lines.get(line.id) === line) lines.delete(line.id);
    this.#removed.push(line);
    if (this.#removed.length > maxRemoved) this.#removed.shift();
    line.pair.pool.release(line.pair);
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
    // RFC 3264 5.1: a side that must not receive media gets none, even before it has the answer.
    if (line.plan?.expectBrowser === false) return;
    line.sendRtp(packet, length, now);
  }

  #echoed(start: number, packet: Buffer, length: number, now: number): void {
    if (start < 0) {
      this.#browser.refused();
      return;
    }
    this.#browserMeter.lastAt = now;
    this.#browser.sendRtp(packet, start, length);
  }

  /**
   * Each line gets the reports that concern it. An empty report goes to the first line, to keep its NAT
   * binding open.
   */
  #reportFromBrowser(packet: Buffer, length: number, now: number): void {
    if (!isCompound(packet, length)) {
      this.#browser.refused();
      return;
    }
    let reported = false;
    for (const line of this.#lines.values()) if (line.sendRtcp(packet, length, now)) reported = true;
    if (!reported) this.#lines.values().next().value?.sendEmptyReport(now);
  }

  #browserFlow(): MediaFlow {
    const { connectedAt, lastCheckAt } = this.#browser;
    const line = this.#audio;
    const lastAt = line?.fromBrowser.lastAt ?? Number.NaN;
    const since = Math.max(connectedAt, this.#plannedAt);
    const silentSince = Number.isNaN(lastAt) ? since : Math.max(since, lastAt);
    const isThere = lastCheckAt - silentSince >= Math.min(aliveMs, this.#parts.oneWayMs / 2);
    const due = isThere && line?.plan?.expectBrowser === true;
    return { due, since, lastAt, deafSince: this.#deafSince(line?.atBrowser) };
  }

  #pbxFlow(): MediaFlow {
    const line = this.#audio;
    const lastAt = line?.fromPbx.lastAt ?? Number.NaN;
    const due = line?.plan?.expectPbx === true;
    return { due, since: this.#plannedAt, lastAt, deafSince: this.#deafSince(line?.atPbx) };
  }

  /** One-way media is detected on audio only: video neither replaces audio nor counts as missing. */
  get #audio(): PbxLine | undefined {
    for (const line of this.#lines.values()) if (line.isAudio) return line;
    return undefined;
  }

  #deafSince(reception: ReceiverReports | undefined): number {
    return reception?.deafSince(this.#parts.now()) ?? Number.NaN;
  }

  #isDue(side: 'expectBrowser' | 'expectPbx'): boolean {
    for (const { plan } of this.#lines.values()) if (plan?.[side]) return true;
    return false;
  }

  /**
   * Emits 'silent' once for a leg whose expected media has been missing too long. `since` is NaN while no
   * media is expected.
   */
  #watch(leg: 'browser' | 'pbx', since: number, lastAt: number, now: number): void {
    const due = this.#isDue(leg === 'browser' ? 'expectBrowser' : 'expectPbx');
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
