// `import 'sip-call/react'`: the element in JSX, for React 18 and 19. Types only. Only React 19 takes event listeners as
// properties; with React 18 use a ref.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { SipCall } from '../element/sip-call.ts';
import type { SipCallAttributes, SipCallRequestEvent, SipCallStateEvent } from './attributes.ts';

type Props = DetailedHTMLProps<HTMLAttributes<SipCall>, SipCall> &
  SipCallAttributes & {
    'onsip-call-request'?: (event: SipCallRequestEvent) => void;
    'onsip-call-state'?: (event: SipCallStateEvent) => void;
  };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'sip-call': Props;
    }
  }
}
