// `import 'sip-call/svelte'`: the element in Svelte 4 and 5 markup. Types only.
import type {} from 'svelte/elements';
import type { SipCall } from '../element/sip-call.ts';
import type { SipCallAttributes, SipCallRequestEvent, SipCallStateEvent } from './attributes.ts';

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'sip-call': HTMLAttributes<SipCall> &
      SipCallAttributes & {
        'onsip-call-request'?: (event: SipCallRequestEvent) => void;
        'onsip-call-state'?: (event: SipCallStateEvent) => void;
        'on:sip-call-request'?: (event: SipCallRequestEvent) => void;
        'on:sip-call-state'?: (event: SipCallStateEvent) => void;
      };
  }
}
