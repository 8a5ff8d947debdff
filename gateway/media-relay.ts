// Which media relay a gateway has: the embedded one, or the rtpengines that its configuration names.

import { splitEndpoint } from './config/address.ts';
import type { Live } from './config/live.ts';
import type { Config } from './config/schema.ts';
import { createEmbeddedRelay } from './media/embedded/embedded-relay.ts';
import type { MediaRelay } from './media/relay.ts';
import { createRtpengineRelay } from './media/rtpengine/rtpengine-relay.ts';
import type { Log } from './observe/log.ts';

/** What a call may take on top of its set-up, its ringing and its talk, until both sides have heard that it is over. */
const MARGIN_MS = 60_000;

/**
 * `address`: this machine's, as PBXs reach it. `resolveHost`: looks up host names in a PBX's SDP. Rejects when ports
 * cannot be had, or no rtpengine answers.
 */
export async function startMediaRelay(
  config: Live<Config>,
  address: string,
  allowPbxMedia: (address: string) => boolean,
  resolveHost: (host: string) => Promise<readonly string[]>,
  log: Log,
): Promise<MediaRelay> {
  const { media, limits } = config.current;
  const silentAfterMs = limits.silentSeconds * 1000;
  if (media.rtpengine) {
    const servers = media.rtpengine.map(text => {
      const { address: host, port } = splitEndpoint(text);
      return { host, port };
    });
    return await createRtpengineRelay({ servers, address, silentAfterMs, allowPbxMedia, resolveHost, log });
  }
  return await createEmbeddedRelay({
    workers: media.workers,
    browser: { listen: address, port: media.browserPort, announce: [address] },
    pbx: { listen: address, announce: address, ports: media.pbxPorts },
    silentAfterMs,
    longestMs: () => longestMs(config.current.limits),
    allowPbxMedia,
    resolveHost,
    log,
  });
}

function longestMs({ setupSeconds, ringSeconds, callMinutes }: Config['limits']): number {
  return (setupSeconds + ringSeconds + callMinutes * 60) * 1000 + MARGIN_MS;
}
