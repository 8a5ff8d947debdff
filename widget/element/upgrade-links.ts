// Makes the page's own links to sip: addresses callable: a plain click shows a <sip-call> beside the link and calls. The
// link still works for other clicks and without the script. Listens at the document, so links that are added later work
// too. Loaded only when a page asks for it.
import type { Address } from '../base/address.ts';
import type { SipCall } from './sip-call.ts';

/** `parse` is the widget's parser of addresses. */
export function upgradeLinks(parse: (text: string) => Address | undefined): void {
  const callers = new WeakMap<Element, SipCall>();

  function callerOf(event: Event): SipCall | undefined {
    const path = event.composedPath() as Element[];
    const link = path.find(node => node.localName === 'a');
    const address = parse(addressIn(link?.getAttribute('href') ?? ''));
    // Links inside the element are its fallbacks.
    if (!link || !address || path.some(node => node.localName === 'sip-call')) return undefined;
    const caller = callers.get(link) ?? callerBeside(link);
    callers.set(link, caller);
    caller.to = address.text;
    return caller;
  }

  const intent = (event: Event) => callerOf(event)?.preload();
  for (const gesture of ['pointerover', 'focusin']) document.addEventListener(gesture, intent);
  document.addEventListener('click', event => {
    const { defaultPrevented, ctrlKey, metaKey, shiftKey, altKey } = event;
    if (defaultPrevented || ctrlKey || metaKey || shiftKey || altKey) return;
    const caller = callerOf(event);
    if (!caller) return;
    event.preventDefault();
    const link = event.composedPath().find(node => (node as Element).localName === 'a') as Element;
    if (!caller.isConnected) link.after(caller);
    caller.call();
  });
}

/** Visible only while it shows a call: the link is the button. */
function callerBeside(link: Element): SipCall {
  const caller = document.createElement('sip-call');
  caller.hidden = true;
  caller.addEventListener('sip-call-state', ({ detail: { state } }) => {
    caller.hidden = state === 'idle';
    if (caller.hidden) (link as HTMLElement).focus();
  });
  return caller;
}

/** `director@mysite.ru` of `sip:director@mysite.ru;transport=tcp`; empty for other links. */
function addressIn(href: string): string {
  const address = /^\s*sip:([^;?]+)/i.exec(href)?.[1] ?? '';
  try {
    return decodeURIComponent(address);
  } catch {
    return '';
  }
}
