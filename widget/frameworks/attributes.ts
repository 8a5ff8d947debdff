// The element's attributes in the markup of frameworks, as types.
import type { SipCallRequestDetail, SipCallStateDetail } from '../element/events.ts';
import type { SipCallSettings } from '../element/page-settings.ts';

export interface SipCallAttributes extends Omit<SipCallSettings, 'words' | 'lang'> {
  /** The address to call: `director@mysite.ru`. */
  to: string;
  corner?: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left';
  /** Seconds until a floating button appears. */
  delay?: number | string;
  popup?: boolean;
  'token-url'?: string;
  'show-availability'?: boolean;
}

export type SipCallRequestEvent = CustomEvent<SipCallRequestDetail>;
export type SipCallStateEvent = CustomEvent<SipCallStateDetail>;
