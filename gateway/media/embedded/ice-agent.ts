// The ICE-lite side of one browser leg (RFC 8445 2.5, 7.3; RFC 7675): answers checks that
// carry our password, keeps the few addresses they came from, and says where to send.
// Never starts a check, so nothing goes to an address that has not proved itself.

import type { IceCredentials } from '../sdp/plan.ts';
import type { BrowserPort, Source, Tuple } from './browser-port.ts';
import { isAuthentic, type StunBinding, writeError, writeSuccess } from './stun.ts';

/** Safari sends from two or three; more than these is somebody rebinding without end. */
const maxTuples = 6;

/** One generation of credentials; an ICE restart makes another (RFC 8445 9). */
export interface Generation {
  readonly agent: IceAgent;
  readonly local: IceCredentials;
  readonly remoteUfrag: string;
}

export interface IceOwner {
  /** A check has passed: the browser is there. */
  checked(now: number): void;
}

export class IceAgent {
  readonly owner: IceOwner;
  readonly #port: BrowserPort;
  #current: Generation | null = null;
  /** A check has come with the current credentials. */
  #proved = false;
  /** What served until now, while the current ones are not proved. */
  #previous: Generation | null = null;
  #tuples: Tuple[] = [];
  #target: Tuple | null = null;
  #nominated = false;
  /** When the last check passed; NaN before the first. */
  lastCheckAt = Number.NaN;

  constructor(port: BrowserPort, owner: IceOwner) {
    this.#port = port;
    this.owner = owner;
  }

  /** Where packets to the browser go; null until a check has passed. */
  get target(): Tuple | null {
    return this.#target;
  }

  /**
   * The old credentials stay good until the first check with the new ones: media goes on meanwhile (RFC 8445 9).
   * New ones that nobody has used yet are forgotten for newer ones; those that served before them are not.
   */
  renew(local: IceCredentials, remoteUfrag: string): void {
    const current = this.#current;
    if (current !== null && current.local.ufrag === local.ufrag && current.remoteUfrag === remoteUfrag)
      return;
    this.#current = { agent: this, local, remoteUfrag };
    if (this.#previous === null && this.#proved) this.#previous = current;
    else this.#forget(current);
    this.#proved = false;
    // The same ufrag with another peer (a new offer answered by the same ports) replaces its entry.
    if (this.#previous?.local.ufrag === local.ufrag) this.#previous = null;
    this.#port.register(this.#current);
  }

  /** A binding message whose username named `generation`. False when it is to be counted as dropped. */
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

  /** An address proves itself, not its neighbours: one not checked since `then` gets nothing more (RFC 7675 5.1). */
  expire(then: number): void {
    for (const tuple of this.#tuples) {
      if (tuple.checkedAt >= then) continue;
      this.lose(tuple);
      this.#port.release(tuple);
    }
  }

  /** Consent is gone: nothing more is sent until a check passes again (RFC 7675 5.1). */
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

  #known({ way, address, port }: Source): Tuple | undefined {
    return this.#tuples.find(t => t.port === port && t.address === address && t.way === way);
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

  /** Another leg has taken this address over, room is needed, or it is checked no longer. */
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

function reply({ way, address, port }: Source, message: Buffer): void {
  way.send(message, message.length, port, address);
}
