// The product's own process between pages that are raw WebSockets and a PBX that is a raw UDP peer; DNS is a real
// server's. For what only a process can do: leave, come back, run out of something.

import type { TestContext } from 'node:test';
import { startDnsServer } from '../../demo-site/dns/dns-server.ts';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { drachtioFor, Gateway, type GatewayOptions } from './gateway.ts';
import { RawCall } from './raw-call.ts';
import { RawPeer } from './raw-peer.ts';
import { PAGE, SDP } from './signalling-gateway.ts';

export const DIRECTOR = 'sip:director@mysite.test';
/** One page makes many calls here, and comes back by itself: none shows a token. */
export const SITE = {
  domain: 'mysite.test',
  origins: [PAGE],
  callable: ['director', 'alex'],
  tokens: false as const,
};

export interface ProcessScene {
  readonly gateway: Gateway;
  readonly pbx: RawPeer;
  /** A page that may call, unless it is of another origin. */
  page(origin?: string): Promise<RawPeer>;
  /** Another process with the same file's content, save what is told. */
  again(options?: Partial<GatewayOptions>): Promise<Gateway>;
}

export async function startProcessScene(
  context: TestContext,
  options: Partial<GatewayOptions> = {},
): Promise<ProcessScene> {
  const pbx = await RawPeer.pbx('127.0.0.1');
  const dns = await startDnsServer({
    address: '127.0.0.1',
    port: 0,
    zone: {
      origin: 'mysite.test',
      records: [
        { name: 'pbx.mysite.test', type: 'A', data: '127.0.0.1' },
        {
          name: '_sip._udp.mysite.test',
          type: 'SRV',
          data: { priority: 0, weight: 0, port: pbx.port, target: 'pbx.mysite.test' },
        },
      ],
    },
  });
  const drachtio = await drachtioFor(options);
  const started: Gateway[] = [];
  const pages: RawPeer[] = [];
  const again = async (more: Partial<GatewayOptions> = {}) => {
    const gateway = await Gateway.start({
      address: '127.0.0.1',
      dns: `127.0.0.1:${dns.port}`,
      sites: [SITE],
      ...options,
      ...more,
      file: { ...(drachtio && { engine: drachtio.settings }), ...options.file, ...more.file },
    });
    started.push(gateway);
    return gateway;
  };
  context.after(async () => {
    for (const page of pages) page.close();
    pbx.close();
    for (const gateway of started) await gateway.stop();
    await drachtio?.kill();
    await dns.close();
  });
  const gateway = await again();
  const page = async (origin = PAGE) => {
    const peer = await RawPeer.browser(started.at(-1)!.url, origin);
    pages.push(peer);
    return peer;
  };
  return { gateway, pbx, page, again };
}

/** What a browser offers, without a browser behind it: no sound will come. */
export async function browserOffer(): Promise<string> {
  const leg = await WebRtcLeg.open();
  const offer = leg.offer();
  leg.close();
  return offer;
}

/**
 * A call from this page that the PBX has answered, and that is joined. Its browser is connected and neither side sends:
 * the relay misses nothing, however long a busy machine takes for a test.
 */
export async function callAnswered(page: RawPeer, pbx: RawPeer, to = DIRECTOR) {
  const call = new RawCall(page, to);
  const leg = await WebRtcLeg.open();
  void page.closed.then(() => leg.close());
  call.invite(leg.offer());
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: `${SDP}a=inactive\r\n` });
  const answered = await page.response(200);
  call.ack(answered);
  await pbx.request('ACK');
  await leg.connect(String(answered.body));
  // Whoever answers a request in the dialog has joined its two sides.
  call.request('INFO');
  await page.response(200, 'INFO');
  return { call, invite };
}
