// The page from which the visitor calls, for the company's statistics: page, referrer and campaign, as headers of the
// INVITE. Query and fragment may contain secrets: only utm_* parameters are sent.

import type { PageContextHeader } from '../../contract/sip.ts';

/** Characters of each value; the gateway shortens further. */
const maxLength = 200;

/** Lines such as `X-Sip-Call-Page: https://mysite.ru/contacts`; encoded, so that no value can end a line. */
export function pageContextHeaders(page: string, referrer: string): string[] {
  const campaign = new URLSearchParams();
  for (const [name, value] of readUrl(page)?.searchParams ?? []) {
    if (/^utm_[a-z_]+$/.test(name)) campaign.append(name, value);
  }
  // The gateway's own page, opened by a page of the site.
  const from = /\/call\?/.test(page) && readUrl(page)?.searchParams.get('from');
  const values: Record<PageContextHeader, string> = {
    'X-Sip-Call-Page': withoutQuery(page),
    'X-Sip-Call-Referrer': withoutQuery(from || referrer),
    'X-Sip-Call-Utm': String(campaign),
  };
  return Object.entries(values)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value.slice(0, maxLength)}`);
}

function withoutQuery(address: string): string {
  const url = readUrl(address);
  return url && /^https?:$/.test(url.protocol) ? url.origin + url.pathname : '';
}

function readUrl(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}
