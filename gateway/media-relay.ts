// Selects the media relay: the embedded one, or the rtpengines in the configuration.

import type { Live } from './config/live.ts';
import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import { createEmbeddedRelay } from './media/embedded/embedded-relay.ts';
import type { MediaRelay } from './media/relay.ts';
import { createRtpengineRelay } from './media/rtpengine/rtpengine-relay.ts';
import { splitEndpoint } from './net/address-fence.ts';
import type { Log } from './observe/log.ts';

/** The time that a call may take beyond set-up, ringing and talk, until both sides have its end. */
const MARGIN_MS = 60_000;

/**
 * `addresses`: those of this machine. `resolveHost`: resolves host names in a PBX's SDP. Rejects if ports cannot be
 * bound, or no rtpengine answers.
 */
export async function startMediaRelay(
  config: Live<Config>,
  addresses: readonly OwnAddress[],
  allowPbxMedia: (address: string) => boolean,
  resolveHost: (host: string) => Promise<readonly string[]>,
  log: Log,
): Promise<MediaRelay> {
  const { media, limits } = config.current;
  const silentAfterMs = limits.silentSeconds * 1000;
  const { symmetric = [] } = media;
  if (media.rtpengine) {
    const servers = media.rtpengine.map(text => {
      const { address: host, port } = splitEndpoint(text);
      return { host, port };
    });
    return await createRtpengineRelay({
      ...{ servers, addresses, silentAfterMs, allowPbxMedia, resolveHost, log },
      latches: symmetric.length > 0,
    });
  }
  return await createEmbeddedRelay({
    workers: media.workers,
    addresses,
    browser: { port: media.browserPort },
    pbx: { ports: media.pbxPorts, networks: symmetric },
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
