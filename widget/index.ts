// The script that a page includes: defines <sip-call>, once, and tells it where the script came from, because
// that is where its gateway is.
import { SipCall } from './sip-call.ts';

if (!customElements.get('sip-call')) {
  SipCall.script = import.meta.url;
  customElements.define('sip-call', SipCall);
}
