// A gateway as `main` starts it, with embedded engine and relay, a PBX and a browser that the test controls, and a bystander
// that must never receive a packet. Contains no attack.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TestContext } from 'node:test';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { freePort } from '../support/free-port.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, type Scene, type SceneOptions, SDP, startScene } from '../support/signalling-gateway.ts';
import { chromium } from '../unit/media/sdp-samples.ts';

export const DIRECTOR = 'sip:director@mysite.test';
/** What a browser offers, and what the PBX answers. */
export const OFFER = chromium();
export const ANSWER = SDP;

export interface Siege extends Scene {
  readonly pbx: RawPeer;
  readonly bystander: Bystander;
  /** Where the engine waits for the call application and for visitors' frames. */
  readonly enginePorts: readonly number[];
  /** Another visitor's WebSocket. */
  visitor(): Promise<RawPeer>;
  /** A call that is up: answered by the PBX, acknowledged, its two sides joined. */
  call(headers?: readonly string[]): Promise<Established>;
  /** A complete call of another visitor, which the attack must not disturb. */
  goodCall(): Promise<void>;
}

export interface Established {
  readonly call: RawCall;
  /** As the PBX got it. */
  readonly invite: SipRequest;
}

export async function startSiege(context: TestContext, options: SceneOptions = {}): Promise<Siege> {
  const bystander = await Bystander.stand();
  context.after(() => bystander.leave());
  const scene = await startScene(context, { relay: 'embedded', ...options });
  const [pbx] = scene.pbxs as [RawPeer];
  const visitor = async () => {
    const browser = await RawPeer.browser(scene.gateway.url, PAGE);
    context.after(() => browser.close());
    return browser;
  };
  return {
    ...scene,
    pbx,
    bystander,
    visitor,
    enginePorts: scene.drachtio?.applicationPorts ?? [
      Number(scene.logged.find(line => line.msg === 'waiting for applications')?.port),
    ],
    call: headers => establish(scene.browser, pbx, headers),
    async goodCall() {
      const browser = await visitor();
      const { call } = await establish(browser, pbx);
      call.request('BYE');
      await browser.response(200, 'BYE');
      pbx.respond(await pbx.request('BYE'), '200 OK');
    },
  };
}

async function establish(browser: RawPeer, pbx: RawPeer, headers?: readonly string[]): Promise<Established> {
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER, headers);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: ANSWER, tag: call.id });
  call.ack(await browser.response(200));
  await pbx.request('ACK');
  // An answer to a request in the dialog shows that both sides are connected.
  call.request('INFO');
  await browser.response(200, 'INFO');
  return { call, invite };
}

/** A host that is no party of any call: every packet that it receives, UDP or TCP, is a success of the attack. */
export class Bystander {
  /** A separate address, so that answers to the attacker do not arrive here. Linux has all of 127.0.0.0/8. */
  readonly address = '127.0.0.2';
  readonly port: number;
  readonly #heard: string[] = [];
  readonly #udp = createSocket('udp4');
  readonly #tcp = createServer(socket => {
    this.#heard.push('a connection');
    socket
      .on('error', () => {})
      .on('data', bytes => this.#heard.push(String(bytes).split('\r\n', 1)[0] ?? ''));
  });

  static async stand(): Promise<Bystander> {
    const bystander = new Bystander(await freePort('127.0.0.2'));
    await bystander.#listen();
    return bystander;
  }

  private constructor(port: number) {
    this.port = port;
  }

  async #listen(): Promise<void> {
    this.#udp
      .on('message', bytes => this.#heard.push(String(bytes).split('\r\n', 1)[0] ?? ''))
      .bind(this.port, this.address);
    this.#tcp.listen(this.port, this.address);
    await Promise.all([once(this.#udp, 'listening'), once(this.#tcp, 'listening')]);
  }

  get hostPort(): string {
    return `${this.address}:${this.port}`;
  }

  assertUntouched(): void {
    assert.deepEqual(this.#heard, []);
  }

  leave(): void {
    this.#udp.close();
    this.#tcp.close();
  }
}
