// A drachtio-srf application in a separate process, on the engine at `admin`. `b2bua` forwards calls to
// `calleePort`; `uas` answers them.

import { once } from 'node:events';
import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { answerParent } from './process-usage.ts';
import { sdp } from './soak-socket.ts';

export interface AppProcessOptions {
  readonly app: 'b2bua' | 'uas';
  readonly admin: number;
  readonly secret: string;
  readonly calleePort: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as AppProcessOptions;
const srf = new Srf();
srf.connect({ host: '127.0.0.1', port: options.admin, secret: options.secret });
await once(srf, 'connect');
srf.use('invite', (req: SrfRequest, res: SrfResponse) => {
  if (options.app === 'uas') srf.createUAS(req, res, { localSdp: sdp }).catch(() => {});
  else connect(req, res).catch(() => {});
});

async function connect(req: SrfRequest, res: SrfResponse): Promise<void> {
  const user = /^sip:([^@]*)@/.exec(req.uri)?.[1] ?? '';
  // drachtio-srf reports a CANCEL only after its own INVITE was echoed, which takes a while in a busy
  // application.
  let cancelled = false;
  req.on('cancel', () => {
    cancelled = true;
  });
  const uri = `sip:${user}@127.0.0.1:${options.calleePort}`;
  const { uas, uac } = await srf.createB2BUA(
    req,
    res,
    uri,
    { localSdpB: req.body ?? '' },
    {
      cbRequest: (_error, sent) => {
        if (cancelled) sent?.cancel();
      },
    },
  );
  follow(uas, uac);
  follow(uac, uas);
}

function follow(leg: Dialog, other: Dialog): void {
  const hangUp = () => {
    if (other.connected) other.destroy().catch(() => {});
  };
  leg.on('destroy', hangUp);
  // drachtio-srf reports a BYE even before a listener can exist.
  if (!leg.connected) hangUp();
  leg.on('modify', (req, res) => {
    other.modify(req.body ?? '').then(
      body => res.send(200, { body }),
      () => res.send(488),
    );
  });
}

process.send?.('ready');
answerParent(usage => usage);
