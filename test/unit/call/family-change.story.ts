// The same on a real rtpengine.

import { after, before, describe } from 'node:test';
import { openAddress } from '../../../gateway/media/address.ts';
import { createRtpengineRelay } from '../../../gateway/media/rtpengine/rtpengine-relay.ts';
import { claimLoopback } from '../../support/loopback.ts';
import { partsMissing } from '../../support/parts.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { tellFamilyChanges } from './family-change.ts';

describe('a PBX that changes its family, on an rtpengine', { skip: partsMissing() }, () => {
  let rtpengine: Rtpengine;
  before(async () => {
    const network = await claimLoopback();
    rtpengine = await Rtpengine.start({ address: network.address(15), others: ['::1'], firstPort: 31_000 });
  });
  after(() => rtpengine?.stop());

  tellFamilyChanges(families =>
    createRtpengineRelay({
      servers: [rtpengine.server],
      addresses: families.map(family => openAddress(family === 4 ? rtpengine.server.host : '::1')),
      timeoutMs: 3000,
      setupMs: 9000,
    }),
  );
});
