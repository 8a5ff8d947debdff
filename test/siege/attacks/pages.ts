// Attackers' WebSockets with valid tokens, from allowed origins: a few at a time, each from another address,
// reopened after the gateway has closed them.

import { WebSocket } from 'ws';
import { openPage } from '../../bench/page.ts';
import type { AttackContext } from '../siege-attack.ts';

export class Pages {
  readonly #scene: AttackContext;
  readonly #user: string;
  readonly #places: (WebSocket | 'opening' | undefined)[];
  #next = 0;

  /** `user`: the callee of the tokens. */
  constructor(scene: AttackContext, user: string, places: number) {
    this.#scene = scene;
    this.#user = user;
    this.#places = new Array<WebSocket | 'opening' | undefined>(places).fill(undefined);
  }

  get uri(): string {
    return `sip:${this.#user}@${this.#scene.targets.domain}`;
  }

  /** Returns an open page, or undefined until there is one. */
  take(): WebSocket | undefined {
    const place = this.#next++ % this.#places.length;
    const page = this.#places[place];
    if (page instanceof WebSocket && page.readyState === WebSocket.OPEN) return page;
    if (page === undefined) this.#open(place);
    return undefined;
  }

  /** Closes this page; the next message goes to another one. */
  close(page: WebSocket): void {
    page.terminate();
  }

  end(): void {
    for (const page of this.#places) if (page instanceof WebSocket) page.terminate();
  }

  #open(place: number): void {
    this.#places[place] = 'opening';
    enter(this.#scene, this.uri).then(
      page => {
        this.#places[place] = page;
        page.on('message', data => this.#scene.tally.answeredSip(String(data)));
        page.on('close', () => {
          this.#places[place] = undefined;
        });
      },
      () => {
        this.#places[place] = undefined;
      },
    );
  }
}

/** Opens a WebSocket. Rejects when the gateway refuses it, and counts the refusal. */
export async function enter({ targets, tally, address }: AttackContext, uri: string): Promise<WebSocket> {
  try {
    const page = await openPage(targets.url, { from: address(), to: uri });
    page.on('close', code => tally.answered(`closed ${code}`));
    await new Promise<void>((resolve, reject) => {
      page.once('open', resolve);
      page.once('error', reject);
      page.on('error', () => {});
    });
    return page;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    tally.answered(`refused: ${code ?? message.replace(/^Unexpected server response: /, '')}`);
    throw error;
  }
}
