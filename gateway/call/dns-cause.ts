// What is wrong with a domain's DNS, as a cause that shows the owner the record to change.

import { isIPv6 } from 'node:net';
import type { DnsFault } from '../resolver/dns-fault.ts';
import type { ResolveError } from '../resolver/resolve-error.ts';
import { type Cause, cause } from './cause.ts';

export function dnsCause({ fault, message }: ResolveError, domain: string): Cause {
  if (!fault) return cause('dns-unusable', { owner: domain, record: message });
  switch (fault.kind) {
    case 'not-allowed':
      return cause('dns-not-allowed', { ...fault, bits: isIPv6(fault.address) ? 128 : 32 });
    case 'without-dot':
      return cause('dns-target-without-dot', fault);
    case 'target-missing': {
      const { intended } = fault;
      return cause('dns-target-missing', {
        ...fault,
        hint: intended ? ` (if ${intended} was intended: ${intended}.)` : '',
      });
    }
    case 'not-offered':
      return cause('dns-not-offered', fault);
    case 'unusable':
      return cause('dns-unusable', fault);
    case 'no-such-domain':
    case 'no-record':
      return cause(`dns-${fault.kind}`, fault);
    default:
      return cause(questionCauses[fault.kind], { ...fault, detail: fault.failure });
  }
}

const questionCauses = {
  refused: 'dns-refused',
  failed: 'dns-failed',
  timeout: 'dns-timeout',
  unreachable: 'dns-unreachable',
  'alias-loop': 'dns-alias-loop',
  'bad-answer': 'dns-bad-answer',
} as const satisfies Readonly<Record<Extract<DnsFault, { failure: string }>['kind'], string>>;
