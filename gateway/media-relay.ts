// Creates the media relay of the gateway: the embedded one, or the rtpengines that the configuration names.

import type { Live } from './config/live.ts';
import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import { createEmbeddedRelay } from './media/embedded/embedded-relay.ts';
import type { MediaRelay } from './media/relay.ts';
import { createRtpengineRelay } from './media/rtpengine/rtpengine-relay.ts';
import { splitEndpoint } from './net/address-fence.ts';
import type { Log } from './observe/log.ts';

/**
 * Added to the longest set-up, ringing and talk time of a call: the time that ending the call takes on both
 * sides.
 */
const MARGIN_MS = 60_000;

/**
 * `addresses`: the addresses of this machine. `resolveHost`: looks up host names in a PBX's SDP. Rejects when
 * a port cannot be bound, or when no rtpengine answers.
 */
export async function startMediaRelay(
  config: Live<Config>,
  addresses: readonly OwnAddress[],
  allowPbxMedia: (address: string) => boolean,
  resolveHost: (host: string) => Promise<readonly string[]>,
  log: Log,
): Promise<MediaRelay> {
  const { media, limits } = config.current;
  const silentAfterMs = limits.silenceSeconds * 1000;
  const { symmetricRtp = [] } = media;
  if (media.rtpengine) {
    const servers = media.rtpengine.map(text => {
      const { address: host, port } = splitEndpoint(text);
      return { host, port };
    });
    return await createRtpengineRelay({
      ...{ servers, addresses, silentAfterMs, allowPbxMedia, resolveHost, log },
      networks: symmetricRtp,
    });
  }
  return await createEmbeddedRelay({
    workers: media.workers,
    addresses,
    browser: { port: media.browserPort },
    pbx: { ports: media.pbxPorts, networks: symmetricRtp },
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
