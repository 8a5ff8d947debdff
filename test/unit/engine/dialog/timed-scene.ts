// An application of an engine on a manual clock, and a peer on a real socket.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { SipRequest } from '../../../../gateway/engine/message/message.ts';
import { type App, shortTimers, startApp, type WholeDialog } from '../drachtio/testbed.ts';
import { ManualClock } from '../transaction/manual-clock.ts';
import { sdp, WireCall, WirePeer } from './wire-peer.ts';

/** Longer than any transaction is remembered with the short timers, in ms. */
export const forgotten = 64 * shortTimers.t1 + 1;

export class TimedScene {
  readonly clock: ManualClock;
  readonly app: App;
  readonly peer: WirePeer;

  private constructor(clock: ManualClock, app: App, peer: WirePeer) {
    this.clock = clock;
    this.app = app;
    this.peer = peer;
  }

  static async open(context: TestContext): Promise<TimedScene> {
    const clock = new ManualClock();
    // Only then the test checks that the engine is empty, which needs time to pass.
    let passing: NodeJS.Timeout | undefined;
    context.after(() => {
      passing = setInterval(() => clock.pass(forgotten), 20);
    });
    const app = await startApp(context, { clock });
    const scene = new TimedScene(clock, app, await WirePeer.open(context, app.udpPort));
    context.after(() => clearInterval(passing));
    return scene;
  }

  /** A call from the peer, answered by the application. */
  async called(
    headers: readonly string[],
  ): Promise<{ call: WireCall; dialog: WholeDialog; answered: string }> {
    const accepted = new Promise<WholeDialog>((resolve, reject) => {
      this.app.srf.use('invite', (req, res) => {
        this.app.srf.createUAS(req, res, { localSdp: sdp }).then(resolve, reject);
      });
    });
    const call = new WireCall(this.peer, this.app.uri('bob'), 'session');
    call.invite({ headers });
    const answer = await this.peer.hearResponse(200);
    const dialog = await accepted;
    const acknowledged = once(dialog, 'ack');
    call.ack(answer);
    await acknowledged;
    this.clock.pass(forgotten);
    const required = answer.headers.get('Require') ?? '';
    return { call, dialog, answered: `${answer.headers.get('Session-Expires')} ${required}`.trim() };
  }

  /** A call to the peer, which answers with these headers. */
  async calling(headers: readonly string[], options: Record<string, unknown> = {}): Promise<WholeDialog> {
    const uri = `sip:x@127.0.0.1:${this.peer.port}`;
    const outcome = this.app.srf.createUAC(uri, { localSdp: sdp, ...options });
    const invite = await this.peer.hearRequest('INVITE');
    this.peer.respond(invite, '200 OK', { tag: 'b', body: sdp, headers });
    const dialog = await outcome;
    await this.peer.hearRequest('ACK');
    this.clock.pass(forgotten);
    return dialog;
  }

  async hangUp(dialog: WholeDialog): Promise<void> {
    const destroyed = dialog.destroy();
    this.peer.respond(await this.peer.hearRequest('BYE'), '200 OK');
    await destroyed;
  }

  /** The engine itself ends the call. */
  async ended(dialog: WholeDialog, provoke: () => void): Promise<void> {
    const destroyed = once(dialog, 'destroy');
    provoke();
    const bye = await this.peer.hearRequest('BYE');
    assert.match(bye.headers.get('Reason')!, /text="Session timer expired"/);
    this.peer.respond(bye, '200 OK');
    assert.equal((await destroyed)[1], 'Session timer expired');
  }

  /**
   * Lets time pass, for 4 s at most, until `count` requests have arrived. Not longer, because their answers would be
   * missing.
   */
  async until(method: string, count: number): Promise<void> {
    const sent = () => new Set(this.requests(method).map(({ headers }) => headers.get('CSeq'))).size;
    for (let waited = 0; sent() < count && waited < 4_000; waited += 100) {
      this.clock.pass(100);
      await new Promise(setImmediate);
    }
    assert.equal(sent(), count);
  }

  requests(method: string): SipRequest[] {
    return this.peer.heard.filter(
      (message): message is SipRequest => message.kind === 'request' && message.method === method,
    );
  }
}
