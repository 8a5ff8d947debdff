// The ICE-lite side of one browser leg (RFC 8445 2.5, 7.3; RFC 7675): answers checks that are authenticated
// with the local password, keeps a few validated addresses, and returns the address to send to. Never starts
// a check, so nothing is sent to an address that is not validated.

import type { IceCredentials } from '../sdp/plan.ts';
import type { BrowserPort, Source, Tuple } from './browser-port.ts';
import { isAuthentic, type StunBinding, writeError, writeSuccess } from './stun.ts';

/** Safari sends from two or three addresses. A client with more than these rebinds without end. */
const maxTuples = 6;

/** One generation of credentials; an ICE restart creates another (RFC 8445 9). */
export interface Generation {
  readonly agent: IceAgent;
  readonly local: IceCredentials;
  readonly remoteUfrag: string;
}

export interface IceOwner {
  /** A check has passed: the browser is reachable. */
  checked(now: number): void;
}

export class IceAgent {
  readonly owner: IceOwner;
  readonly #port: BrowserPort;
  #current: Generation | null = null;
  /** Whether a check has used the current credentials. */
  #proved = false;
  /** The earlier generation, used while no check has used the current credentials. */
  #previous: Generation | null = null;
  #tuples: Tuple[] = [];
  #target: Tuple | null = null;
  #nominated = false;
  /** The time of the last valid check; NaN before the first. */
  lastCheckAt = Number.NaN;

  constructor(port: BrowserPort, owner: IceOwner) {
    this.#port = port;
    this.owner = owner;
  }

  /** Where packets to the browser are sent; null until a check has passed. */
  get target(): Tuple | null {
    return this.#target;
  }

  /**
   * Sets new credentials. The old ones stay valid until the first check with the new ones, so that media
   * continues (RFC 8445 9). New credentials that no check has used are replaced by newer ones; the used ones
   * before them are kept.
   */
  renew(local: IceCredentials, remoteUfrag: string): void {
    const current = this.#current;
    if (current !== null && current.local.ufrag === local.ufrag && current.remoteUfrag === remoteUfrag)
      return;
    this.#current = { agent: this, local, remoteUfrag };
    if (this.#previous === null && this.#proved) this.#previous = current;
    else this.#forget(current);
    this.#proved = false;
    // The same ufrag with another peer (a new offer answered with the same ports) replaces its entry.
    if (this.#previous?.local.ufrag === local.ufrag) this.#previous = null;
    this.#port.register(this.#current);
  }

  /**
   * A binding message whose user name selects `generation`. Returns false when the message must be counted as
   * dropped.
   */
  receive(generation: Generation, message: Buffer, binding: StunBinding, from: Source, now: number): boolean {
    if (binding.kind === 'indication') return this.#known(from) !== undefined;
    if (binding.kind !== 'request') return false;
    const { ufrag, password } = generation.local;
    if (binding.username !== `${ufrag}:${generation.remoteUfrag}`) return false;
    if (!isAuthentic(message, binding, password)) return false;
    const { transaction } = binding;
    if (binding.unknown.length > 0) {
      reply(from, writeError(transaction, password, 420, binding.unknown));
      return true;
    }
    if (binding.controlled) {
      // A lite agent is always the controlled one (RFC 8445 6.1.1).
      reply(from, writeError(transaction, password, 487, []));
      return true;
    }
    const tuple = this.#admit(from, now);
    if (tuple === null) return false;
    this.lastCheckAt = now;
    if (generation === this.#current && !this.#proved) {
      this.#proved = true;
      this.#forget(this.#previous);
      this.#previous = null;
      this.#nominated = false;
    }
    if (binding.useCandidate) {
      this.#target = tuple;
      this.#nominated = true;
    } else if (!this.#nominated) {
      this.#target ??= tuple;
    }
    reply(from, writeSuccess(transaction, password, from.address, from.port));
    this.owner.checked(now);
    return true;
  }

  /** Removes addresses without a check since `then`: each address needs its own consent (RFC 7675 5.1). */
  expire(then: number): void {
    for (const tuple of this.#tuples) {
      if (tuple.checkedAt >= then) continue;
      this.lose(tuple);
      this.#port.release(tuple);
    }
  }

  /** Consent has ended: nothing is sent until a check passes again (RFC 7675 5.1). */
  revoke(): void {
    for (const tuple of this.#tuples) this.#port.release(tuple);
    this.#tuples = [];
    this.#target = null;
    this.#nominated = false;
  }

  close(): void {
    this.revoke();
    this.#forget(this.#previous);
    this.#forget(this.#current);
    this.#previous = null;
    this.#current = null;
  }

  #known({ path, address, port }: Source): Tuple | undefined {
    return this.#tuples.find(t => t.port === port && t.address === address && t.path === path);
  }

  #admit(from: Source, now: number): Tuple | null {
    const known = this.#known(from);
    if (known !== undefined) {
      known.checkedAt = now;
      return known;
    }
    const tuple = this.#port.claim(this, from, now);
    if (tuple === null) return null;
    if (this.#tuples.length >= maxTuples) {
      const oldest = this.#tuples
        .filter(t => t !== this.#target)
        .reduce((a, b) => (a.checkedAt <= b.checkedAt ? a : b));
      this.lose(oldest);
      this.#port.release(oldest);
    }
    this.#tuples.push(tuple);
    return tuple;
  }

  /** Removes an address: another leg has taken it over, the list is full, or its checks have ended. */
  lose(tuple: Tuple): void {
    this.#tuples = this.#tuples.filter(t => t !== tuple);
    if (this.#target !== tuple) return;
    this.#target = this.#tuples.reduce<Tuple | null>(
      (latest, other) => (latest === null || other.checkedAt > latest.checkedAt ? other : latest),
      null,
    );
  }

  #forget(generation: Generation | null): void {
    if (generation !== null) this.#port.unregister(generation);
  }
}

function reply({ path, address, port }: Source, message: Buffer): void {
  path.send(message, message.length, port, address);
}
