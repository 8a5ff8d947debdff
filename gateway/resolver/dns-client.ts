// Sends a question to DNS servers until one answers: to the next server after a refusal or failure, or after a period
// of silence, while the silent one may still answer. Must not depend on records or the cache.

import { askOverTcp, askOverUdp, type DnsServerAddress } from './dns-exchange.ts';
import { codeName, composeQuery, type DnsReply, type Query, replyCodes } from './dns-message.ts';
import { type RecordType, timedOut } from './records.ts';

/** How long a silent server is asked after the others. */
const silentMs = 30_000;
const maxQuestions = 512;

export type QueryResult = { readonly reply: DnsReply } | { readonly failed: string };

export class DnsClient {
  readonly #servers: () => readonly DnsServerAddress[];
  readonly #timeoutMs: number;
  readonly #now: () => number;
  /** One per question under way. */
  readonly #underWay = new Set<AbortController>();
  /** Servers that were silent, each with the end of that state; and servers without EDNS. By `address port`. */
  readonly #silentUntil = new Map<string, number>();
  readonly #withoutEdns = new Set<string>();
  #closed = false;

  /**
   * @param servers in order of preference
   * @param timeoutMs for one question to all servers together; enough for three attempts
   * @param now milliseconds of a monotonic clock
   */
  constructor(servers: () => readonly DnsServerAddress[], timeoutMs: number, now: () => number) {
    this.#servers = servers;
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  /** Never rejects. */
  async ask(type: RecordType, name: string): Promise<QueryResult> {
    const servers = this.#lastSilentLast(this.#servers());
    if (servers.length === 0) return { failed: 'no DNS server is known' };
    if (this.#closed) return { failed: 'closed' };
    if (this.#underWay.size >= maxQuestions) return { failed: 'too many simultaneous questions' };
    const stop = new AbortController();
    this.#underWay.add(stop);
    try {
      return await this.#race(servers, type, name, stop.signal);
    } finally {
      this.#underWay.delete(stop);
      stop.abort();
    }
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#underWay) stop.abort(new Error('closed'));
  }

  #race(
    servers: readonly DnsServerAddress[],
    type: RecordType,
    name: string,
    signal: AbortSignal,
  ): Promise<QueryResult> {
    const rounds = Math.max(1, Math.ceil(3 / servers.length));
    const waiting = Array.from({ length: rounds }, () => servers).flat();
    const asked = new Set<DnsServerAddress>();
    const answered = new Set<DnsServerAddress>();
    const pauseMs = this.#timeoutMs / waiting.length;
    return new Promise(resolve => {
      let failed = timedOut;
      let running = 0;
      let settled = false;
      let pause: NodeJS.Timeout | undefined;
      const settle = (result: QueryResult) => {
        settled = true;
        clearTimeout(pause);
        clearTimeout(limit);
        for (const server of asked) if (!answered.has(server)) this.#wasSilent(server);
        resolve(result);
      };
      const limit = setTimeout(() => settle({ failed: timedOut }), this.#timeoutMs);
      const next = () => {
        clearTimeout(pause);
        let server = waiting.shift();
        // A server that has refused is not asked again.
        while (server && answered.has(server)) server = waiting.shift();
        if (!server) {
          if (running === 0) settle({ failed });
          return;
        }
        if (waiting.length > 0) pause = setTimeout(next, pauseMs);
        asked.add(server);
        running++;
        void this.#askServer(server, type, name, signal).then(result => {
          if (settled) return;
          running--;
          answered.add(server);
          if ('reply' in result) return settle(result);
          failed = result.failed;
          next();
        });
      };
      next();
    });
  }

  async #askServer(
    server: DnsServerAddress,
    type: RecordType,
    name: string,
    signal: AbortSignal,
  ): Promise<QueryResult> {
    const key = keyOf(server);
    try {
      const edns = !this.#withoutEdns.has(key);
      let reply = await exchange(server, composeQuery(type, name, edns), signal);
      // RFC 6891 7: a server without EDNS is asked again without it.
      if (edns && (reply.code === replyCodes.FORMERR || reply.code === replyCodes.NOTIMP)) {
        if (this.#withoutEdns.size < 100) this.#withoutEdns.add(key);
        reply = await exchange(server, composeQuery(type, name, false), signal);
      }
      return isAnswer(reply) ? { reply } : { failed: codeName(reply.code) };
    } catch (error) {
      return { failed: failureText(error) };
    }
  }

  #wasSilent(server: DnsServerAddress): void {
    if (this.#silentUntil.size < 100) this.#silentUntil.set(keyOf(server), this.#now() + silentMs);
  }

  #lastSilentLast(servers: readonly DnsServerAddress[]): readonly DnsServerAddress[] {
    const now = this.#now();
    for (const [key, until] of this.#silentUntil) if (until <= now) this.#silentUntil.delete(key);
    if (this.#silentUntil.size === 0) return servers;
    const silent = (server: DnsServerAddress) => this.#silentUntil.has(keyOf(server));
    return [...servers.filter(server => !silent(server)), ...servers.filter(silent)];
  }
}

async function exchange(server: DnsServerAddress, query: Query, signal: AbortSignal): Promise<DnsReply> {
  const reply = await askOverUdp(server, query, signal);
  // RFC 2181 9: the content of a truncated answer must not be used.
  return reply.truncated ? askOverTcp(server, query, signal) : reply;
}

function isAnswer({ code }: DnsReply): boolean {
  return code === replyCodes.NOERROR || code === replyCodes.NXDOMAIN;
}

function keyOf({ address, port }: DnsServerAddress): string {
  return `${address} ${port}`;
}

function failureText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'DNS server refused the connection';
  return typeof code === 'string' ? code.replace(/^E/, '') : message;
}
