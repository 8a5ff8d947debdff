// Where a visitor was when they called: what their page says of itself, believed only as far as it can be. A browser
// may say anything; what is not plainly an address or a campaign is left out, and the rest is written anew.

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
 * @param told what the page said under a name, if anything
 * @param origin of the page, as its browser says it
 */
export function readPageContext(told: (name: string) => unknown, origin: string): PageContext {
  const page = place(told('X-Sip-Call-Page'));
  const referrer = place(told('X-Sip-Call-Referrer'));
  const utm = campaign(told('X-Sip-Call-Utm'));
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
