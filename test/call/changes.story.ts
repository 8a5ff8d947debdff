// A call that is changed while it goes on, from either side, and a PBX that says no, or that both sides should not
// speak at once. What no Asterisk does when it is told, a scripted one does.

import assert from 'node:assert/strict';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { eventually } from '../support/eventually.ts';
import { MirrorPbx, vp8Line } from '../support/mirror-pbx.ts';
import type { Line } from '../support/office.ts';
import { stories } from '../support/story.ts';
import type { Visitor } from '../support/visitor.ts';

declare global {
  interface Window {
    /** Keeps back what the gateway says, from begin to end. */
    slow: { begin(): void; end(): void; readonly frames: number };
  }
}

let visitor: Visitor;
let line: Line;
let pbx: MirrorPbx;

stories(
  'A call changes',
  [],
  async office => {
    visitor = await office.visitor();
    const first = office.addressOf(22);
    pbx = office.add(await MirrorPbx.start(first));
    line = await office.line({ first });
  },
  story => {
    story(
      'the PBX offers a picture: it is taken if it can be shown, and the camera waits for the visitor',
      async () => {
        const invite = await talk();
        assert.match(await offered(invite, 'RTP/AVP 31'), /^m=video 0 /m);
        assert.match(await offered(invite, vp8Line(97)), /^m=video [1-9](?:.|\r\n)*^a=recvonly/m);
        await visitor.hears(visitor.tone);
        assert.deepEqual(await visitor.askedFor(), ['microphone']);
        await visitor.click(/^Camera$/);
        pbx.agrees(await pbx.sip.request('INVITE'));
        await visitor.isTold(/Your camera is on/);
        await visitor.sees(10);
        await visitor.hears(visitor.tone);
        await bye();
      },
    );

    story('both offer at once, and each again later: both have their way', async () => {
      const invite = await talk();
      // As if the network were slow: what the gateway says waits.
      await visitor.happens(() => window.slow.begin());
      pbx.sip.requestWithin(invite, 'INVITE', pbx.describe(vp8Line(97)));
      await eventually('their offer is on its way', () => visitor.happens(() => window.slow.frames > 0));
      await visitor.click(/^Hold$/);
      await eventually('both offers have met', () => visitor.happens(() => window.slow.frames > 1));
      const at = Date.now();
      await visitor.happens(() => window.slow.end());
      await pbx.sip.response(491);
      pbx.sip.requestWithin(invite, 'ACK');
      const again = await pbx.sip.request('INVITE');
      assert.doesNotMatch(again.body.toString(), /m=video/, 'what was refused was taken all the same');
      pbx.agrees(again);
      // RFC 3261 14.1: whoever chose the Call-ID waits for 2.1 to 4 s.
      assert.ok(Date.now() - at >= 2_000, `offered again after ${Date.now() - at} ms`);
      await visitor.isTold(/^On hold/);
      assert.match(await offered(invite, vp8Line(97)), /^m=video [1-9]/m);
      await visitor.click(/^Resume$/);
      pbx.agrees(await pbx.sip.request('INVITE'));
      await visitor.hears(visitor.tone);
      await bye();
    });

    story('ICE gives up: the call does not end, but looks for another way', async () => {
      await talk();
      const before = await visitor.happens(iceName);
      await visitor.happens(() => {
        const connection = window.sipCallTest.connection()!;
        const kind = Object.getPrototypeOf(connection);
        const states = ['iceConnectionState', 'connectionState'] as const;
        for (const state of states) {
          Object.defineProperty(kind, state, { get: () => 'failed', configurable: true });
        }
        for (const state of states) connection.dispatchEvent(new Event(`${state.toLowerCase()}change`));
        for (const state of states) Reflect.deleteProperty(kind, state);
      });
      await visitor.isTold(/^Reconnecting…/);
      await eventually('ICE begins anew', async () => (await visitor.happens(iceName)) !== before);
      await visitor.happens(() => {
        window.sipCallTest.connection()?.dispatchEvent(new Event('connectionstatechange'));
      });
      await visitor.isTold(/^In call$/);
      await visitor.hears(visitor.tone);
      await bye();
    });

    story('the PBX takes no change: the visitor is told, and hears as before', async () => {
      await talk();
      await visitor.click(/^Hold$/);
      pbx.sip.respond(await pbx.sip.request('INVITE'), '488 Not Acceptable Here');
      await visitor.isTold(/Hold is not possible in this call/);
      await visitor.hears(visitor.tone);
      await bye();
    });
  },
);

/** Runs in the page: changes when ICE begins anew (RFC 8839 4.4.1.1.1). */
const iceName = () =>
  /^a=ice-ufrag:(.*)$/m.exec(window.sipCallTest.connection()?.localDescription?.sdp ?? '')?.[1];

/** A call in which the visitor hears themselves; its INVITE at the PBX. */
async function talk(): Promise<SipRequest> {
  await visitor.open(line.pageFor('director'));
  await visitor.happens(canBeSlow);
  const [invite] = await Promise.all([pbx.answers(), visitor.call()]);
  await visitor.waitFor('in-call');
  await visitor.hears(visitor.tone);
  return invite;
}

/** What the visitor's side answers to this second line, offered in mid-call. */
async function offered(invite: SipRequest, video: string): Promise<string> {
  pbx.sip.requestWithin(invite, 'INVITE', pbx.describe(video));
  const answer = await pbx.sip.response(200);
  pbx.sip.requestWithin(invite, 'ACK');
  return answer.body.toString();
}

/** Runs in the page, before its WebSocket is opened. */
function canBeSlow(): void {
  let kept: (() => void)[] | undefined;
  const { set, ...rest } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage')!;
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    ...rest,
    set(listener: (event: MessageEvent) => void) {
      set?.call(this, (event: MessageEvent) => (kept ? kept.push(() => listener(event)) : listener(event)));
    },
  });
  window.slow = {
    begin: () => {
      kept = [];
    },
    end: () => {
      for (const frame of kept?.splice(0) ?? []) frame();
      kept = undefined;
    },
    get frames() {
      return kept?.length ?? 0;
    },
  };
}

async function bye(): Promise<void> {
  const answered = pbx.sip.request('BYE').then(bye => pbx.sip.respond(bye, '200 OK'));
  await Promise.all([visitor.hangUp(), answered]);
}
