// The same with the SIP engine in another process.

import { deployment } from '../../support/deployment.ts';

deployment.engine = 'drachtio';
await import('./in-dialog-requests.test.ts');
