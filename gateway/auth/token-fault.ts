// Why a token is not believed: what log and documentation say of it, and who can have caused it.

/** What is wrong with a token; `mend` is for the owner of the site. */
export const tokenFaults = {
  'no-token': {
    says: 'The page shows no token',
    mend: 'Have your client show a token: WebSocket subprotocols sip and token. with the token after the dot',
  },
  'bad-token': {
    says: 'The token of the page is not signed with the key that the configuration names',
    mend: "Have the site's server sign with the key of tokens in the configuration; give gateways behind one name the same tokens.secret",
  },
  'token-of-another-gateway': {
    says: 'The token of the page was made by another gateway, or by this one before it was started anew',
    mend: 'Write the same tokens.secret into the configuration of each gateway behind one name',
  },
  'token-expired': {
    says: 'The token of the page had expired before it was shown',
    mend: "Set the clocks of the site's server and of the gateway; keep tokens out of every cache (Cache-Control: no-store)",
  },
  'token-not-yet-valid': {
    says: 'The token of the page is not valid yet: its nbf is in the future',
    mend: "Set the clock of the site's server, which is ahead of that of the gateway, or leave nbf out",
  },
  'token-too-long': {
    says: 'The token of the page is valid for longer than 300 s',
    mend: "Have the site's server write an exp of two minutes from now, 300 s at most; set its clock, which may be ahead of that of the gateway",
  },
  'token-incomplete': {
    says: 'A claim of the token of the page is missing or not usable: exp, jti or seconds',
    mend: "Have the site's server write exp and jti, and a positive number as seconds or none (docs/tokens.md)",
  },
  'token-of-another-page': {
    says: 'The token of the page is for another origin than that of the page',
    mend: "Have the site's server write the origin of the page as the browser names it, such as https://www.mysite.ru, with or without www, into the claim origin",
  },
  'token-used': {
    says: 'The token of the page was used before',
    mend: "Have the site's server make another token for each request; keep tokens out of every cache (Cache-Control: no-store)",
  },
} as const satisfies Readonly<Record<string, { readonly says: string; readonly mend: string }>>;

export type TokenFault = keyof typeof tokenFaults;

/**
 * Who has caused it. `page`: whoever shows it, and it is an offence while other tokens of the issuer are good.
 * `issuer`: only who signs tokens can have. `chance`: a token came late, to another gateway, or from one of several
 * servers of the site that is set up wrongly, and a new one may be good.
 */
export type FaultOrigin = 'page' | 'issuer' | 'chance';

const causes: Readonly<Record<TokenFault, FaultOrigin>> = {
  'no-token': 'page',
  'bad-token': 'page',
  'token-of-another-gateway': 'chance',
  'token-expired': 'chance',
  'token-not-yet-valid': 'issuer',
  'token-too-long': 'issuer',
  'token-incomplete': 'issuer',
  'token-of-another-page': 'issuer',
  'token-used': 'chance',
};

/**
 * `own`: the site's own server signs, which may give one token to several visitors or pages, may have another key than
 * the others behind its name, and may give its pages what is no token. The gateway does none of that.
 */
export function faultOriginOf(doubt: TokenFault, own: boolean): FaultOrigin {
  if (own && doubt === 'bad-token') return 'chance';
  if (!own && (doubt === 'token-of-another-page' || doubt === 'token-used')) return 'page';
  return causes[doubt];
}
