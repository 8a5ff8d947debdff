// `import 'sip-call'`: the element for pages with a build step. Safe without a DOM. Settings or an attribute must name the
// gateway, because a bundle's address is not the gateway's.
import { parseAddress } from './base/address.ts';
import { settings } from './element/page-settings.ts';
import { SipCall } from './element/sip-call.ts';

export type { CallState, EndReason } from './call/call-store.ts';
export type { SipCallRequestDetail, SipCallStateDetail } from './element/events.ts';
export type { OwnWords, SipCallSettings } from './element/page-settings.ts';

export { SipCall };

/** Makes the page's links to `sip:` addresses callable, as `data-upgrade-links` on the script does. */
export async function upgradeLinks(): Promise<void> {
  const page = await import('./page.ts');
  page.upgradeLinks(parseAddress);
}

if (globalThis.customElements && !customElements.get('sip-call')) customElements.define('sip-call', SipCall);
if (globalThis.sipCall) SipCall.configure(settings);
