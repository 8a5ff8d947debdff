// The catalogue of causes: why calls fail, on which side the fault is, and what mends it. docs/causes.md lists it.

import { dnsCauses } from './dns.ts';
import { gatewayCauses } from './gateway.ts';
import { pbxCauses } from './pbx.ts';
import { tokenCauses } from './token.ts';
import { transportCauses } from './transport.ts';

export const causes = { ...pbxCauses, ...transportCauses, ...dnsCauses, ...gatewayCauses, ...tokenCauses };

export type CauseCode = keyof typeof causes;
