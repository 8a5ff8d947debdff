// Where the visitor was when they called, for the company's own statistics: page, referrer and campaign, as headers of
// the INVITE. Addresses go without their query and fragment, which may hold secrets; of the query only utm_* is told.

/** Characters of each value; the gateway cuts further. */
const most = 200;

/** Lines such as `X-Sip-Call-Page: https://mysite.ru/contacts`; encoded, so that nothing in them can end a line. */
export function pageContextHeaders(page: string, referrer: string): string[] {
  const campaign = new URLSearchParams();
  for (const [name, value] of readUrl(page)?.searchParams ?? []) {
    if (/^utm_[a-z_]+$/.test(name)) campaign.append(name, value);
  }
  // The gateway's own page, opened by one of the site's.
  const from = /\/call\?/.test(page) && readUrl(page)?.searchParams.get('from');
  const told = { Page: place(page), Referrer: place(from || referrer), Utm: String(campaign) };
  return Object.entries(told)
    .filter(([, value]) => value)
    .map(([name, value]) => `X-Sip-Call-${name}: ${value.slice(0, most)}`);
}

function place(address: string): string {
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
