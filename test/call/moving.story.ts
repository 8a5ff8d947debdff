// The visitor's network fails or changes in mid-call: the call waits, finds another way, and goes on.

import assert from 'node:assert/strict';
import { BreakableLink } from '../support/breakable-link.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import type { Line, Office } from '../support/office.ts';
import { stories } from '../support/story.ts';
import { UdpPath } from '../support/udp-path.ts';
import type { Visitor } from '../support/visitor.ts';

/** A gateway, and ways to it for signalling and for media that can be cut. */
interface Journey {
  readonly line: Line;
  readonly link: BreakableLink;
  readonly path: UdpPath;
}

let visitor: Visitor;
let brief: Journey;
let long: Journey;

stories(
  'The network fails or changes in mid-call',
  [16],
  async office => {
    visitor = await office.visitor();
    brief = await journey(office, 6, 12);
    long = await journey(office, 16, 30);
  },
  story => {
    story('another network, of which no event tells: the sound finds its way', async office => {
      const phone = await talk(office, brief);
      brief.path.leave();
      await visitor.isTold(/^Reconnecting… .*You can keep waiting\./, { within: 30_000 });
      await visitor.isTold(/^In call/, { within: 30_000 });
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await bye('visitor', phone);
    });

    story('another network, with the WebSocket lost and the browser knowing: the same', async office => {
      const phone = await talk(office, brief);
      brief.link.cut();
      brief.path.leave();
      await visitor.offline(true);
      await visitor.isTold(/You can keep/);
      brief.link.mend();
      await visitor.offline(false);
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await visitor.isTold(/^In call$/);
      await bye('person', phone);
    });

    story('a NAT that forgets the visitor: the sound comes back by itself', async office => {
      const phone = await talk(office, brief);
      brief.path.forget();
      await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
      await bye('visitor', phone);
    });

    story(
      'no network at all, until ICE has given up: the call is there still when it is back',
      async office => {
        const phone = await talk(office, long);
        long.link.cut();
        long.path.cut();
        await visitor.isTold(/^Reconnecting…/, { within: 30_000 });
        await eventually(
          'ICE has failed',
          async () => (await visitor.stats()).some(({ iceState }) => iceState === 'failed'),
          { within: 25_000 },
        );
        long.link.mend();
        long.path.mend();
        await visitor.isTold(/^In call$/, { within: 30_000 });
        await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
        await bye('visitor', phone);
      },
    );

    story(
      'no way is left: each side ends the call after the grace, and the visitor is told',
      async office => {
        const phone = await talk(office, brief);
        const since = brief.line.gateway.mark();
        brief.path.cut();
        await visitor.isTold(/^Reconnecting…/, { within: 30_000 });
        brief.link.cut();
        assert.equal(phone.state, 'talking');
        // Sooner than the widget would by itself, after 30 s.
        assert.deepEqual(await visitor.ended({ within: 25_000 }), {
          state: 'failed',
          reason: 'call-dropped',
        });
        await phone.waitFor('idle');
        await brief.line.gateway.waitFor(/"ending":"(?:media|visitor)-lost"/, { since });
        brief.path.mend();
        brief.link.mend();
      },
    );
  },
);

async function journey(office: Office, host: number, reconnectSeconds: number): Promise<Journey> {
  const gatewayAddress = office.network.address(host);
  const browserPort = await freePort(gatewayAddress);
  const line = await office.line({
    first: office.addressOf(16),
    gatewayAddress,
    media: { browserPort },
    limits: { reconnectSeconds },
  });
  const here = office.network.address(host + 1);
  const link = office.add(await BreakableLink.to(line.gateway.url, here));
  const path = office.add(await UdpPath.to(gatewayAddress, browserPort, here));
  return { line, link, path };
}

/** A call whose WebSocket and whose sound go by ways that can be cut. */
async function talk(office: Office, { line, link, path }: Journey) {
  const phone = office.phone('105');
  const page = line.pageFor('director', { gateway: link.url });
  await visitor.open(`${page}&media=${path.address}`);
  // The page hears that the gateway's media is where our path begins, and only there.
  await visitor.happens(() => {
    const via = new URLSearchParams(location.search).get('media');
    const prototype = RTCPeerConnection.prototype as {
      setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
    };
    const take = prototype.setRemoteDescription;
    prototype.setRemoteDescription = function ({ type, sdp }) {
      const led = sdp
        ?.replace(/^a=candidate:\S+ 1 tcp .*\r\n/gm, '')
        .replace(/^(a=candidate:\S+ 1 udp \d+) \S+/gm, `$1 ${via}`);
      return take.call(this, { type, sdp: led ?? '' });
    };
  });
  await visitor.call();
  await visitor.waitFor('in-call');
  await Promise.all([visitor.hears(phone.tone), phone.hears(visitor.tone)]);
  return phone;
}

async function bye(who: 'visitor' | 'person', phone: ReturnType<Office['phone']>): Promise<void> {
  await (who === 'visitor' ? visitor : phone).hangUp();
  const reason = who === 'visitor' ? 'hung-up' : 'remote-hung-up';
  assert.deepEqual(await visitor.ended({ within: 10_000 }), { state: 'ended', reason });
  await phone.waitFor('idle', { within: 10_000 });
}
