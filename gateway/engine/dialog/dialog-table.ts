// All dialogs of the engine, by the id that applications use and by the tags that peers use. The size is limited: a
// full table accepts no new calls.

import { tagOf } from '../message/address.ts';
import type { SipRequest } from '../message/message.ts';
import { type Dialog, dialogId, type Owner } from './dialog.ts';

export class DialogTable {
  // A call from one application of this engine to another has the same id on both sides.
  readonly #clients = new Map<string, Dialog>();
  readonly #servers = new Map<string, Dialog>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  get full(): boolean {
    return this.size >= this.#limit;
  }

  add(dialog: Dialog): void {
    this.#side(dialog).set(dialog.id, dialog);
  }

  remove(dialog: Dialog): void {
    dialog.state = 'Terminated';
    dialog.session?.stop();
    dialog.localDescription = undefined;
    const side = this.#side(dialog);
    if (side.get(dialog.id) === dialog) side.delete(dialog.id);
  }

  /** The dialog that an application names. If two dialogs have this id, the one that belongs to `owner`. */
  named(id: string, owner: Owner): Dialog | undefined {
    const client = this.#clients.get(id);
    const server = this.#servers.get(id);
    if (client === undefined || server === undefined) return client ?? server;
    return server.owner === owner && client.owner !== owner ? server : client;
  }

  /**
   * RFC 3261 12.2.2: finds the dialog of a peer's request by Call-ID, by the local tag in To and by the remote tag in
   * From.
   */
  match(request: SipRequest): Dialog | undefined {
    const { headers } = request;
    const callId = headers.get('Call-ID')!;
    const localTag = tagOf(headers.get('To')!) ?? '';
    const remoteTag = tagOf(headers.get('From')!) ?? '';
    const client = this.#clients.get(dialogId(callId, localTag));
    if (client !== undefined) {
      if (client.remoteTag === remoteTag) return client;
      const fork = client.outgoingInvite?.fork(remoteTag);
      if (fork !== undefined) return fork;
    }
    const server = this.#servers.get(dialogId(callId, remoteTag));
    return server?.localTag === localTag ? server : undefined;
  }

  /** The dialog that this initial request would create, if it exists already. */
  matchInitial(request: SipRequest): Dialog | undefined {
    const { headers } = request;
    return this.#servers.get(dialogId(headers.get('Call-ID')!, tagOf(headers.get('From')!) ?? ''));
  }

  *ownedBy(owner: Owner): Iterable<Dialog> {
    for (const dialog of this) if (dialog.owner === owner) yield dialog;
  }

  *[Symbol.iterator](): Iterator<Dialog> {
    yield* this.#clients.values();
    yield* this.#servers.values();
  }

  clear(): void {
    for (const dialog of this) dialog.session?.stop();
    this.#clients.clear();
    this.#servers.clear();
  }

  #side(dialog: Dialog): Map<string, Dialog> {
    return dialog.role === 'uac' ? this.#clients : this.#servers;
  }
}
