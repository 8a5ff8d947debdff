// The dialplan: guest calls enter the context guest-call, reach only the listed people, and are logged with their source
// address. It differs from the dialplan of the founding document in three points:
//
// - the pattern `_.` also matches h (the end of every good call), i and t. Here the first step of a call leaves
//   guest-call, and the contexts after it have no pattern: only a dialled name matches the pattern;
// - a failed Dial continued at the next line, or ended with 404. Here it ends with 486 or 480;
// - the dialled name is not logged, so a caller cannot write into the log.

import type { KitPerson, KitSite, PbxSide } from './deployment.ts';
import { guestContext } from './guest-context.ts';

/** `gateways`: the addresses from which the header with the address of a visitor is trusted. */
export function dialplan(pbx: PbxSide, gateways: readonly string[]): string {
  return [
    '; /etc/asterisk/sip-call/extensions.conf: guest calls.',
    ';',
    '; Add this line at the end of /etc/asterisk/extensions.conf, and remove a [guest-call] of your own:',
    ';     #include sip-call/extensions.conf',
    '; Load:  asterisk -rx "dialplan reload"',
    '; Check: asterisk -rx "dialplan show guest-call"',
    '',
    ...guestCall(pbx.sites),
    ...pbx.sites.flatMap(people),
    ...endings(pbx),
    ...guestContext(pbx, gateways),
  ].join('\n');
}

function guestCall(sites: readonly KitSite[]): string[] {
  const byUser = new Map<string, KitSite[]>();
  for (const site of sites) {
    for (const { user } of site.people) byUser.set(user, [...(byUser.get(user) ?? []), site]);
  }
  const shared = [...byUser].filter(([, list]) => list.length > 1);
  return [
    '[guest-call]',
    '; The first step of each name leaves this context.',
    ...[...byUser].map(([user, [first, second]]) =>
      second || !first
        ? `exten => ${user},1,Goto(guest-call-domains,${user},1)`
        : `exten => ${user},1,Goto(${contextOf(first, sites)},${user},1)`,
    ),
    '; Everything else that is dialled, including h, i and t.',
    'exten => _[!-~]!,1,Goto(guest-call-wrong,s,1)',
    '',
    ...(shared.length === 0 ? [] : domains(shared, sites)),
  ];
}

/** Names that several sites have: the dialled domain selects the site. */
function domains(
  shared: readonly (readonly [user: string, sites: readonly KitSite[]])[],
  sites: readonly KitSite[],
): string[] {
  return [
    '; Names that several sites have. DOMAIN is the part of the dialled address after the @.',
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

/** Asterisk truncates names of contexts after 79 characters. */
function contextOf(site: KitSite, sites: readonly KitSite[]): string {
  const name = `guest-call-at-${site.domain}`;
  return name.length <= 79 ? name : `guest-call-at-site-${sites.indexOf(site) + 1}`;
}

function people(site: KitSite, _: number, sites: readonly KitSite[]): string[] {
  return [
    `; The people of ${site.domain}. Local/105@${site.context} rings extension 105 of the context "${site.context}",`,
    '; like an internal call. Its Dial must not have the options t and T: guests could transfer calls.',
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
    `; ${user} has no extension. Write { user: ${user}, extension: 105 } in gateway.yaml, and run sip-call pbx again.`,
    `exten => ${user},1,Log(WARNING,No extension for ${user}@${domain})`,
    ' same => n,Hangup(20)                       ; 480',
  ];
}

function endings({ wrongNumber }: PbxSide): string[] {
  return [
    '; The response to an unanswered call: 486 if the person is busy or declines; 480 otherwise, also if the telephone',
    '; is not registered.',
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
          '; Answers the call and plays the sound bad-user. No Debian package has a sound of this name.',
          ' same => n,Playback(bad-user)',
          ' same => n,Hangup()',
        ]
      : [' same => n,Hangup(1)                        ; 404']),
    '',
  ];
}
