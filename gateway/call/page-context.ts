// The page that a call comes from, as the page reports it. A browser can send anything: a value that is not an address
// or a campaign is left out, and the others are written anew.

import type { PageContextHeader } from '../../contract/sip.ts';

export interface PageContext {
  /** Origin and path of the page, as `https://mysite.ru/contacts`: of the origin that the call came from. */
  readonly page?: string;
  /** Origin and path of where the visitor came from. */
  readonly referrer?: string;
  /** Campaign parameters as a query: `utm_source=letter&utm_medium=mail`. */
  readonly utm?: string;
}

/** Characters of one value, after encoding. */
const LONGEST = 200;
const WEB_ORIGIN = /^https?:\/\/[\w.:[\]-]+$/;
const CAMPAIGN = /^utm_[a-z_]{1,24}$/;

/**
 * @param header returns the value of a header of the INVITE
 * @param origin of the page, from its WebSocket handshake
 */
export function readPageContext(header: (name: PageContextHeader) => unknown, origin: string): PageContext {
  const page = place(header('X-Sip-Call-Page'));
  const referrer = place(header('X-Sip-Call-Referrer'));
  const utm = campaign(header('X-Sip-Call-Utm'));
  return {
    ...(page?.startsWith(`${origin}/`) && { page }),
    ...(referrer && { referrer }),
    ...(utm && { utm }),
  };
}

function place(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > LONGEST || !URL.canParse(text)) return undefined;
  const { origin, pathname } = new URL(text);
  // Also keeps out what URL lets through in a name: Node 20 takes a quotation mark beside letters of another script.
  if (!WEB_ORIGIN.test(origin)) return undefined;
  return bounded(origin + pathname.replace(/[^\w.~:/%@!$&()*+,;=-]/g, hex));
}

function campaign(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > LONGEST) return undefined;
  const kept = [...new URLSearchParams(text)].filter(([name]) => CAMPAIGN.test(name));
  return bounded(String(new URLSearchParams(kept)));
}

/** Cut where it is too long, but never within an escape. */
function bounded(text: string): string {
  return text.slice(0, LONGEST).replace(/%.?$/, '');
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
