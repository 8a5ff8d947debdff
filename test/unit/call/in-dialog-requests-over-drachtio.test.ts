// The same with the SIP engine in another process.

import { everyScene } from '../../support/signalling-gateway.ts';

everyScene.engine = 'drachtio';
await import('./in-dialog-requests.test.ts');
