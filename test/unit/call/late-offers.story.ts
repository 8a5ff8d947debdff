// The same on a real rtpengine.

import { after, before, describe } from 'node:test';
import { openAddress } from '../../../gateway/media/address.ts';
import { createRtpengineRelay } from '../../../gateway/media/rtpengine/rtpengine-relay.ts';
import { claimLoopback } from '../../support/loopback.ts';
import { partsMissing } from '../../support/parts.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { tellLateOffers } from './late-offers.ts';

describe('offers that come late or early, on an rtpengine', { skip: partsMissing() }, () => {
  let rtpengine: Rtpengine;
  before(async () => {
    const network = await claimLoopback();
    rtpengine = await Rtpengine.start({ address: network.address(11) });
  });
  after(() => rtpengine?.stop());

  tellLateOffers(() =>
    createRtpengineRelay({
      servers: [rtpengine.server],
      addresses: [openAddress('127.0.0.1')],
      timeoutMs: 3000,
      setupMs: 9000,
    }),
  );
});
