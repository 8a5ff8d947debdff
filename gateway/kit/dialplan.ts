// Asterisk's side: guests come into guest-call, reach only the people named, and are logged by the address
// they come from. The founding document's dialplan, with three things mended:
//
// - its `_.` also matches h, the end of every good call, and i and t: here a call leaves guest-call with its first
//   step, and the contexts it goes to have no pattern, so nothing but a dialled name ever meets it;
// - a failed Dial went on at the next line, or ended in 404: here its end is one of 486 and 480;
// - what was dialled is in no line of the log, so dialling writes no lines there.

import type { KitPerson, KitSite, PbxSide } from './deployment.ts';
import { guestContext } from './guest-context.ts';

/** `gateways`: the addresses whose word on a visitor is taken. */
export function dialplan(pbx: PbxSide, gateways: readonly string[]): string {
  return [
    '; /etc/asterisk/sip-call/extensions.conf: calls of guests.',
    ';',
    '; Add this line at the end of /etc/asterisk/extensions.conf, and take a [guest-call] of your own out:',
    ';     #include sip-call/extensions.conf',
    '; Then: asterisk -rx "dialplan reload"',
    '; Look: asterisk -rx "dialplan show guest-call"',
    '',
    ...entrance(pbx.sites),
    ...pbx.sites.flatMap(people),
    ...endings(pbx),
    ...guestContext(pbx, gateways),
  ].join('\n');
}

function entrance(sites: readonly KitSite[]): string[] {
  const byUser = new Map<string, KitSite[]>();
  for (const site of sites) {
    for (const { user } of site.people) byUser.set(user, [...(byUser.get(user) ?? []), site]);
  }
  const shared = [...byUser].filter(([, list]) => list.length > 1);
  return [
    '[guest-call]',
    '; Each name leads out of this context at once.',
    ...[...byUser].map(([user, [first, second]]) =>
      second || !first
        ? `exten => ${user},1,Goto(guest-call-domains,${user},1)`
        : `exten => ${user},1,Goto(${contextOf(first, sites)},${user},1)`,
    ),
    '; Whatever else is dialled, h, i and t included.',
    'exten => _[!-~]!,1,Goto(guest-call-wrong,s,1)',
    '',
    ...(shared.length === 0 ? [] : domains(shared, sites)),
  ];
}

/** Names of several sites: the domain that was dialled tells which one. */
function domains(
  shared: readonly (readonly [user: string, sites: readonly KitSite[]])[],
  sites: readonly KitSite[],
): string[] {
  return [
    '; Names that several of the sites have. DOMAIN is what was dialled after the @.',
    '[guest-call-domains]',
    ...shared.flatMap(([user, list]) => [
      `exten => ${user},1,Gosub(guest-call-domain,s,1)`,
      ...list.map(
        site => ` same => n,GotoIf($["\${DOMAIN}" = "${site.domain}"]?${contextOf(site, sites)},${user},1)`,
      ),
      ' same => n,Goto(guest-call-wrong,s,1)',
    ]),
    '',
  ];
}

/** Asterisk cuts names of contexts after 79 characters. */
function contextOf(site: KitSite, sites: readonly KitSite[]): string {
  const name = `guest-call-at-${site.domain}`;
  return name.length <= 79 ? name : `guest-call-at-site-${sites.indexOf(site) + 1}`;
}

function people(site: KitSite, _: number, sites: readonly KitSite[]): string[] {
  return [
    `; The people of ${site.domain}. Local/105@${site.context} rings extension 105 of the context "${site.context}", as a`,
    '; colleague would. Its own Dial should not have the options t and T, or guests could transfer.',
    `[${contextOf(site, sites)}]`,
    ...site.people.flatMap(person => steps(person, site)),
    '',
  ];
}

function steps({ user, extension, conference }: KitPerson, { domain, context }: KitSite): string[] {
  const good = [
    `exten => ${user},1,Gosub(guest-call-from,s,1)`,
    ' same => n,Log(NOTICE,Good call IP=${GUEST}${BY})',
  ];
  if (conference) {
    return [
      ...good,
      ' same => n,Answer()',
      ` same => n,ConfBridge(${user}@${domain})`,
      ' same => n,Hangup()',
    ];
  }
  if (extension !== undefined) {
    return [
      ...good,
      ` same => n,Dial(Local/${extension}@${context})`,
      ' same => n,Goto(guest-call-over,s,1)',
    ];
  }
  return [
    `; Where does ${user} ring? Write { user: ${user}, extension: 105 } in gateway.yaml, and make the kit anew.`,
    `exten => ${user},1,Log(WARNING,No extension is known of ${user}@${domain})`,
    ' same => n,Hangup(20)                       ; 480',
  ];
}

function endings({ wrongNumber }: PbxSide): string[] {
  return [
    '; What the caller gets when nobody has answered: 486 where the person is busy or declines, 480 otherwise, also where',
    '; the telephone is not registered.',
    '[guest-call-over]',
    'exten => s,1,GotoIf($["${DIALSTATUS}" = "ANSWER"]?answered)',
    ' same => n,GotoIf($["${DIALSTATUS}" = "BUSY"]?busy)',
    ' same => n,GotoIf($["${HANGUPCAUSE}" = "17" | "${HANGUPCAUSE}" = "21"]?busy)',
    ' same => n,Hangup(20)                       ; 480',
    ' same => n(busy),Hangup(17)                 ; 486',
    ' same => n(answered),Hangup()',
    '',
    '[guest-call-wrong]',
    'exten => s,1,Gosub(guest-call-from,s,1)',
    ' same => n,Log(WARNING,Wrong call IP=${GUEST}${BY})',
    ...(wrongNumber === 'bad-user'
      ? [
          "; The founding document's word for it. It answers the call. No Debian package has a sound of this name.",
          ' same => n,Playback(bad-user)',
          ' same => n,Hangup()',
        ]
      : [' same => n,Hangup(1)                        ; 404']),
    '',
  ];
}
