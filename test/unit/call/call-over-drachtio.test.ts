// The scenes of calls once more, the SIP engine being a server in another process: same tests, other engine.

import { deployment } from '../../support/deployment.ts';

deployment.engine = 'drachtio';
await import('./call.test.ts');
await import('./failover.test.ts');
await import('./status.test.ts');
