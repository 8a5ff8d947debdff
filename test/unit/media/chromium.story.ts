// A real Chromium through the embedded relay to a plain RTP echo and back: it plays and shows what it sent.
// Needs Debian's chromium; ends only its own processes.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { openAddress } from '../../../gateway/media/address.ts';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import type { MediaEvent } from '../../../gateway/media/relay.ts';
import { eventually } from '../../support/eventually.ts';
import { partsMissing, programPath } from '../../support/parts.ts';
import { echoAnswer, RtpEcho } from './rtp-echo.ts';

/** What runs in the page; kept as text for the page's own context. */
interface PageStats {
  readonly audioPackets: number;
  readonly energy: number;
  readonly frames: number;
  readonly lost: number;
  readonly streams: number;
}

describe('the embedded relay with Chromium', { skip: partsMissing() }, () => {
  let relay: EmbeddedRelay;
  let browser: Browser;
  let page: Page;
  let server: Server;
  const events: MediaEvent[] = [];

  before(async () => {
    relay = await createEmbeddedRelay({
      workers: 1,
      addresses: [openAddress('127.0.0.1')],
      browser: { port: 0 },
      pbx: { ports: [27000, 27098] },
      drainMs: 100,
    });
    relay.onEvent(event => events.push(event));
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>leg</title>');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({
      executablePath: programPath('chromium') ?? 'chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
      ],
    });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

  after(async () => {
    await browser?.close();
    server?.close();
    await relay?.shutdown();
  });

  async function call(id: string, video: boolean, codecs: RegExp): Promise<RtpEcho> {
    const echo = await RtpEcho.open();
    const offer = await page.evaluate(async withVideo => {
      const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: withVideo });
      for (const track of stream.getTracks()) pc.addTrack(track, stream);
      const world = window as unknown as { pc: RTCPeerConnection; streams: number };
      world.pc = pc;
      world.streams = 0;
      pc.ontrack = ({ streams, track }) => {
        world.streams += streams.length;
        const element = document.createElement(track.kind === 'audio' ? 'audio' : 'video');
        element.autoplay = true;
        element.srcObject = streams[0] ?? null;
        document.body.append(element);
      };
      await pc.setLocalDescription();
      return pc.localDescription?.sdp ?? '';
    }, video);
    const forPbx = await relay.offer(id, 'browser', offer);
    const answer = await relay.answer(id, 'pbx', echoAnswer(forPbx, echo, codecs));
    await page.evaluate(async sdp => {
      const { pc } = window as unknown as { pc: RTCPeerConnection };
      await pc.setRemoteDescription({ type: 'answer', sdp });
    }, answer);
    return echo;
  }

  async function statsOnce(enough: (stats: PageStats) => boolean): Promise<PageStats> {
    return await eventually('enough came back', async () => {
      const stats = await page.evaluate(async () => {
        const world = window as unknown as { pc: RTCPeerConnection; streams: number };
        const sum = { audioPackets: 0, energy: 0, frames: 0, lost: 0, streams: world.streams };
        for (const entry of (await world.pc.getStats()).values()) {
          if (entry.type !== 'inbound-rtp') continue;
          sum.lost += entry.packetsLost;
          if (entry.kind === 'audio') {
            sum.audioPackets += entry.packetsReceived;
            sum.energy += entry.totalAudioEnergy;
          } else sum.frames += entry.framesDecoded;
        }
        return sum;
      });
      if (enough(stats)) return stats;
      throw new Error(JSON.stringify(stats));
    });
  }

  /** The number of full frames that the page has sent. */
  async function wholePictures(): Promise<number> {
    return await page.evaluate(async () => {
      const { pc } = window as unknown as { pc: RTCPeerConnection };
      let count = 0;
      for (const entry of (await pc.getStats()).values()) count += entry.keyFramesEncoded ?? 0;
      return count;
    });
  }

  async function hangUp(id: string, echo: RtpEcho): Promise<void> {
    const report = await relay.close(id);
    await page.evaluate(() => (window as unknown as { pc: RTCPeerConnection }).pc.close());
    echo.close();
    assert.ok(report.browser.packets > 50 && report.pbx.packets > 50, JSON.stringify(report));
    assert.ok(report.browser.lost <= 2 && report.pbx.lost <= 2, JSON.stringify(report));
  }

  for (const [name, codecs] of [
    ['PCMU', /pcmu/i],
    ['opus', /opus/i],
  ] as const) {
    it(`receives its own ${name} audio`, async () => {
      const echo = await call(name, false, codecs);
      const stats = await statsOnce(({ audioPackets, energy }) => audioPackets > 60 && energy > 0.01);
      assert.equal(stats.lost, 0);
      assert.ok(stats.streams > 0, 'the track has no stream');
      assert.ok(events.some(event => event.type === 'connected' && event.call === name));
      await hangUp(name, echo);
    });
  }

  it('receives its own VP8, in one BUNDLE with its audio', async () => {
    const echo = await call('video', true, /pcmu|vp8/i);
    await statsOnce(({ audioPackets, frames }) => audioPackets > 60 && frames > 20);
    await hangUp('video', echo);
  });

  it('sends a full video frame on request', async () => {
    const echo = await call('picture', true, /pcmu|vp8/i);
    await statsOnce(({ frames }) => frames > 20);
    const before = await wholePictures();
    assert.equal(await relay.requestPicture('picture'), true);
    await eventually('another full frame', async () => (await wholePictures()) > before);
    await hangUp('picture', echo);
  });

  it('accepts a hold from the PBX and restarts ICE, in one call', async () => {
    const echo = await call('again', false, /pcmu/i);
    await statsOnce(({ audioPackets }) => audioPackets > 20);
    const line = ['m=audio', echo.audio.address().port, 'RTP/AVP 0'].join(' ');
    const hold = `v=0\r\no=pbx 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n${line}\r\na=rtpmap:0 PCMU/8000\r\na=sendonly\r\n`;
    const offer = await relay.offer('again', 'pbx', hold);
    const answer = await page.evaluate(async sdp => {
      const { pc } = window as unknown as { pc: RTCPeerConnection };
      await pc.setRemoteDescription({ type: 'offer', sdp });
      await pc.setLocalDescription();
      return pc.localDescription?.sdp ?? '';
    }, offer);
    assert.match(await relay.answer('again', 'browser', answer), /^a=recvonly\r$/m);
    const restart = await page.evaluate(async () => {
      const { pc } = window as unknown as { pc: RTCPeerConnection };
      for (const transceiver of pc.getTransceivers()) transceiver.direction = 'sendrecv';
      await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
      return pc.localDescription?.sdp ?? '';
    });
    const forPbx = await relay.offer('again', 'browser', restart);
    const restarted = await relay.answer('again', 'pbx', echoAnswer(forPbx, echo, /pcmu/i));
    await page.evaluate(async sdp => {
      const { pc } = window as unknown as { pc: RTCPeerConnection };
      await pc.setRemoteDescription({ type: 'answer', sdp });
    }, restarted);
    const { audioPackets } = await statsOnce(() => true);
    await statsOnce(stats => stats.audioPackets > audioPackets + 50);
    await hangUp('again', echo);
  });
});
