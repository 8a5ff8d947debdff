// A property test of the fence: for any bytes of a browser, a PBX gets requests for configured people only, at hosts from
// DNS, written by the gateway; no other host gets a packet; and no challenge is answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SipMessage, SipRequest } from '../../gateway/engine/message/message.ts';
import { Random } from '../fuzz/random.ts';
import { eventually } from '../support/eventually.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { outOfDialogRequest } from './direct-sip-client.ts';
import { type Dialog, Hostile } from './hostile.ts';
import { watchOutFlow } from './out-flow.ts';
import { assertPermitted } from './permitted-datagrams.ts';
import { ANSWER, DIRECTOR, type Siege, startSiege } from './siege.ts';

const SEED = Number(process.env.SIP_CALL_TEST_SEED ?? 3261);
const MESSAGES = 1_500;
/** A burst may go out before the answers are looked at. */
const BURST = 10;

test(`whatever a browser sends, a PBX sees only configured people and our own words (seed ${SEED})`, async context => {
  const outFlow = watchOutFlow(context);
  const siege = await startSiege(context, {
    limits: {
      messagesPerSecond: 100_000,
      connectionsPerAddress: 1_000,
      calls: 1_000,
      setupSeconds: 2,
      ringSeconds: 0.2,
      reconnectSeconds: 0.1,
    },
  });
  const random = new Random(SEED);
  const pbx = answering(siege.pbx, random);
  const hostile = new Hostile(random, siege.bystander.hostPort);
  const page = new Page(siege);
  const sent: Buffer[] = [];
  try {
    for (let count = 0; count < MESSAGES; count += BURST) {
      const browser = await page.browser();
      for (let left = BURST; left > 0; left--) {
        const dialog = page.dialogs.length > 0 && random.oneIn(2) ? random.pick(page.dialogs) : undefined;
        if (dialog) dialog.cseq++;
        const bytes = dialog ? hostile.within(dialog) : hostile.stranger();
        sent.push(bytes);
        browser.send(bytes);
      }
      await page.handled();
      page.listen();
      pbx.answer();
    }
    await eventually('the last calls have ended', async () => {
      page.listen();
      page.leave();
      pbx.answer();
      const { calls } = await siege.gateway.health();
      return calls === 0;
    });
    for (const datagram of siege.pbx.received) {
      assertPermitted(datagram, { users: ['director', 'alex', '101'], contacts: [pbx.contact] });
    }
    await siege.goodCall();
    siege.bystander.assertUntouched();
    const { hostname, port } = new URL(siege.gateway.url);
    const ours = [port, siege.pbx.port, siege.dnsPort, siege.sipPort('udp'), ...siege.enginePorts];
    const known = new Set(ours.map(each => `${hostname}:${each}`));
    const outside = outFlow.to([siege.dnsPort]).filter(to => !known.has(to));
    assert.deepEqual(outside, []);
    // A property that nothing was held against proves nothing.
    context.diagnostic(JSON.stringify({ seed: SEED, ...pbx.saw, dialogs: page.met }));
    assert.ok(
      pbx.saw.INVITE! > 100 && pbx.saw.reINVITE! > 10 && pbx.saw.BYE! > 0 && pbx.saw.challenged! > 10,
    );
  } catch (error) {
    context.diagnostic(`seed ${SEED}; the last that was sent: ${JSON.stringify(String(sent.at(-1)))}`);
    throw error;
  }
});

/** The page's side: its WebSocket, had anew when it is closed, and the dialogs that came about. */
class Page {
  readonly dialogs: Dialog[] = [];
  met = 0;
  readonly #siege: Siege;
  #browser: RawPeer | undefined;
  #open = false;

  constructor(siege: Siege) {
    this.#siege = siege;
  }

  async browser(): Promise<RawPeer> {
    if (this.#browser && this.#open) return this.#browser;
    const browser = await this.#siege.visitor();
    this.#browser = browser;
    this.#open = true;
    this.dialogs.length = 0;
    void browser.closed.then(() => {
      if (this.#browser === browser) this.#open = false;
    });
    return browser;
  }

  /** Resolves once the gateway has handled what was sent: requests of one connection are answered in order. */
  async handled(): Promise<void> {
    const browser = this.#browser;
    if (!browser || !this.#open) return;
    browser.send(outOfDialogRequest('OPTIONS', DIRECTOR, 'SIP/2.0/WS browser.invalid'));
    await Promise.race([browser.response(200, 'OPTIONS').catch(() => {}), browser.closed]);
  }

  /** Sends ACK for final answers, accepts offers, and answers every BYE with 200. */
  listen(): void {
    const browser = this.#browser;
    if (!browser || !this.#open) return;
    for (const message of browser.inbox.splice(0)) {
      if (message.kind === 'request') {
        if (message.method !== 'ACK')
          browser.respond(message, message.method === 'BYE' ? '200 OK' : '488 No');
      } else if (message.status === 200 && message.headers.get('CSeq')?.endsWith('INVITE')) {
        this.#acknowledge(browser, message);
      }
    }
  }

  leave(): void {
    this.#browser?.close();
    this.#open = false;
  }

  #acknowledge(browser: RawPeer, { headers }: SipMessage): void {
    const to = headers.get('To') ?? '';
    const from = headers.get('From') ?? '';
    const callId = headers.get('Call-ID') ?? '';
    const cseq = Number.parseInt(headers.get('CSeq') ?? '', 10);
    const target = /<([^>]*)>/.exec(headers.get('Contact') ?? '')?.[1] ?? '';
    browser.send(
      [
        `ACK ${target} SIP/2.0`,
        `Via: SIP/2.0/WS browser.invalid;branch=z9hG4bKack${callId}${cseq}`,
        `To: ${to}`,
        `From: ${from}`,
        `Call-ID: ${callId}`,
        `CSeq: ${cseq} ACK`,
        'Max-Forwards: 70',
        'Content-Length: 0\r\n\r\n',
      ].join('\r\n'),
    );
    if (this.dialogs.some(dialog => dialog.callId === callId)) return;
    this.met++;
    this.dialogs.push({ to, from, callId, target, cseq });
    if (this.dialogs.length > 8) this.dialogs.shift();
  }
}

/** A PBX that gives varying answers and challenges wherever it can. */
function answering(pbx: RawPeer, random: Random) {
  const contact = `sip:peer@${pbx.address}:${pbx.port}`;
  const saw: Record<string, number> = { INVITE: 0, reINVITE: 0, BYE: 0, CANCEL: 0, ACK: 0, challenged: 0 };
  const challenged = (request: SipRequest) => {
    saw.challenged!++;
    const status = random.pick(['401 Unauthorized', '407 Proxy Authentication Required']);
    const name = status.startsWith('401') ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    pbx.respond(request, status, {
      tag: 'challenger',
      headers: [`${name}: Digest realm="mysite.test", nonce="abc", qop="auth", algorithm=MD5`],
    });
  };
  const first = (invite: SipRequest) => {
    switch (random.below(8)) {
      case 0:
        return pbx.respond(invite, '302 Moved', { contact: 'sip:+14165551212@127.0.0.2' });
      case 1:
        return pbx.respond(invite, '180 Ringing');
      case 2:
        pbx.respond(invite, '183 Progress', { body: ANSWER });
    }
    pbx.respond(invite, '200 OK', { body: ANSWER });
  };
  const answer = () => {
    for (const message of pbx.inbox.splice(0)) {
      if (message.kind === 'response') continue;
      const { method, headers } = message;
      const again = method === 'INVITE' && headers.get('To')?.includes(';tag=');
      const kind = again ? 'reINVITE' : method;
      saw[kind] = (saw[kind] ?? 0) + 1;
      if (method === 'ACK') continue;
      if (random.oneIn(4) && method !== 'CANCEL') challenged(message);
      else if (method !== 'INVITE') pbx.respond(message, '200 OK');
      else if (again) pbx.respond(message, random.pick(['200 OK', '200 OK', '488 No']), { body: ANSWER });
      else first(message);
    }
  };
  return { contact, saw, answer };
}
