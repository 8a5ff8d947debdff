// The reasons to reject a token: the texts for log and documentation, and the possible origin of each fault.

/** `says` describes the fault; `mend` tells the owner of the site how to correct it. */
export const tokenFaults = {
  'no-token': {
    says: 'The page presents no token',
    mend: 'Have your client present a token: WebSocket subprotocols sip and token. with the token after the dot',
  },
  'bad-token': {
    says: 'The token of the page is not signed with the key that the configuration names',
    mend: "Have the site's server sign with the key of tokens in the configuration; give gateways behind one name the same tokens.secret",
  },
  'token-of-another-gateway': {
    says: 'The token of the page was made by another gateway, or by this one before it was restarted',
    mend: 'Write the same tokens.secret into the configuration of each gateway behind one name',
  },
  'token-expired': {
    says: 'The token of the page had expired before the page presented it',
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
 * The origin of a fault. `page`: the page that presents the token; an offence while other tokens of the issuer are good.
 * `issuer`: only the signer of the tokens can cause it. `chance`: the token came late, or was sent to another gateway, or
 * came from one of several servers of the site that is misconfigured; a new token may be good.
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
 * `own`: the site's own server signs. It may give one token to several visitors or pages, may use another key than the
 * other servers of the site, and may give its pages something that is no token. The gateway does none of that.
 */
export function faultOriginOf(fault: TokenFault, own: boolean): FaultOrigin {
  if (own && fault === 'bad-token') return 'chance';
  if (!own && (fault === 'token-of-another-page' || fault === 'token-used')) return 'page';
  return causes[fault];
}
