// What may be written on the element in a framework's markup: its attributes, as types.
import type { SipCallSettings } from '../page-settings.ts';
import type { SipCallRequestDetail, SipCallStateDetail } from '../sip-call.ts';

export interface SipCallAttributes extends Omit<SipCallSettings, 'words' | 'lang'> {
  /** Whom to call: `director@mysite.ru`. */
  to: string;
}

export type SipCallRequestEvent = CustomEvent<SipCallRequestDetail>;
export type SipCallStateEvent = CustomEvent<SipCallStateDetail>;
