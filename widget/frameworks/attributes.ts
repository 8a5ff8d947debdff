// What may be written on the element in a framework's markup: its attributes, as types.
import type { SipCallSettings } from '../element/page-settings.ts';
import type { SipCallRequestDetail, SipCallStateDetail } from '../element/sip-call.ts';

export interface SipCallAttributes extends Omit<SipCallSettings, 'words' | 'lang'> {
  /** Whom to call: `director@mysite.ru`. */
  to: string;
  corner?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left';
  /** Seconds until a floating button is there. */
  delay?: number | string;
}

export type SipCallRequestEvent = CustomEvent<SipCallRequestDetail>;
export type SipCallStateEvent = CustomEvent<SipCallStateDetail>;
