// The same with the SIP engine in another process.

import { everyScene } from '../../support/signalling-gateway.ts';

everyScene.engine = 'drachtio';
await import('./pbx-answers.test.ts');
await import('./required.test.ts');
