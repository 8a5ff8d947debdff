// The element's events, as pages and frameworks see them.
import type { CallState, EndReason } from '../call/call-store.ts';

/** The detail of `sip-call-request`; `to` is the address as people read it. */
export interface SipCallRequestDetail {
  readonly to: string;
  readonly video: boolean;
}

/** The detail of `sip-call-state`; `reason` comes with `ended` and `failed`. */
export interface SipCallStateDetail {
  readonly state: CallState;
  readonly reason?: EndReason;
}

declare global {
  // Of elements, documents and windows: the events bubble.
  interface GlobalEventHandlersEventMap {
    'sip-call-request': CustomEvent<SipCallRequestDetail>;
    'sip-call-state': CustomEvent<SipCallStateDetail>;
  }
}

interface Details {
  'sip-call-request': SipCallRequestDetail;
  'sip-call-state': SipCallStateDetail;
}

/** False when a listener called `preventDefault`. */
export function dispatch<Type extends keyof Details>(
  element: EventTarget,
  type: Type,
  detail: Details[Type],
): boolean {
  const cancelable = type === 'sip-call-request';
  return element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
}
