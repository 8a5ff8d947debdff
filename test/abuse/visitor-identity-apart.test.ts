// The same attacks on a gateway whose SIP engine is another process.

import { deployment } from '../support/deployment.ts';

deployment.engine = 'drachtio';
await import('./visitor-identity.test.ts');
