// The script that a page includes: defines <sip-call>, once, tells it where the script came from, because that is where
// its gateway is, and does what the page asks for beforehand (`window.sipCall`) or on its tag (`data-upgrade-links`).
import { parseAddress } from './base/address.ts';
import { SipCall } from './element/sip-call.ts';

export { SipCall };

if (!customElements.get('sip-call')) {
  // A pinned version lives in a folder of the gateway's, `/v/0.1.0/`.
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
