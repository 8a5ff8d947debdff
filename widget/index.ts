// The script that a page includes: defines <sip-call> once and passes it the script's address, where its gateway is. Applies
// `window.sipCall` and the script tag's `data-upgrade-links`.
import { parseAddress } from './base/address.ts';
import { SipCall } from './element/sip-call.ts';

export { SipCall };

if (!customElements.get('sip-call')) {
  // The gateway serves a pinned version below `/v/0.1.0/`.
  SipCall.script = import.meta.url.replace(/\/v\/[\w.-]+(?=\/[^/]*$)/, '');
  customElements.define('sip-call', SipCall);
  if (globalThis.sipCall) SipCall.configure(globalThis.sipCall);
  // A module has no document.currentScript.
  if (
    [...document.scripts].some(({ src, dataset }) => src === import.meta.url && 'upgradeLinks' in dataset)
  ) {
    import('./page.ts').then(({ upgradeLinks }) => upgradeLinks(parseAddress));
  }
}
