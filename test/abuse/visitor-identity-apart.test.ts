// The same attacks on a gateway whose SIP engine is another process.

import { everyScene } from '../support/signalling-gateway.ts';

everyScene.engine = 'drachtio';
await import('./visitor-identity.test.ts');
