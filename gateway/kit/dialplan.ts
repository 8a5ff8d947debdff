// Asterisk's side: guests come into guest-call, reach the people named and nobody else, and are logged by the address
// they come from. The founding document's dialplan, with three things mended:
//
// - its `_.` also matches h, the end of every good call, and i and t: here a call leaves guest-call with its first
//   step, and the contexts it goes to have no pattern, so nothing but a dialled name ever meets it;
// - behind the gateway the peer is the gateway, so the visitor's address is taken from its header, from nobody else's;
// - what was dialled is in no line of the log, so nobody can write lines there by dialling them.

import type { Premises } from './premises.ts';

export type Channel = 'SIP' | 'PJSIP';

/** extensions.conf for chan_sip (Asterisk 16) or chan_pjsip. */
export function dialplan(premises: Premises, channel: Channel): string {
  const { people, context } = premises;
  return [
    `; extensions.conf for ${channel === 'SIP' ? 'chan_sip' : 'chan_pjsip'}: guest calls. Apply with "dialplan reload".`,
    '',
    '[guest-call]',
    ...people.map(({ user, extension }) =>
      extension === undefined
        ? `;exten => ${user},1,Goto(guest-call-people,${user},1)      ; when it rings somewhere, see below`
        : `exten => ${user},1,Goto(guest-call-people,${user},1)`,
    ),
    '; Whatever else is dialled, h, i and t included.',
    'exten => _[!-~]!,1,Goto(guest-call-wrong,s,1)',
    '',
    '[guest-call-people]',
    `; Local/105@${context} rings extension 105 of the context "${context}", as a colleague would.`,
    ...people.flatMap(({ user, extension }) => person(user, extension, context)),
    '[guest-call-wrong]',
    'exten => s,1,Gosub(guest-call-address,s,1)',
    ' same => n,Log(WARNING,Wrong call IP=${GUEST}${BY})',
    '; The founding document plays a word here, which answers the call: a scanner then takes it for somebody, and the',
    '; visitor is not offered what the gateway knows to offer instead. No Debian package has a sound of that name.',
    '; same => n,Playback(bad-user)',
    ' same => n,Hangup(1)                       ; unallocated: 404',
    '',
    ...whence(premises, channel),
    '',
  ].join('\n');
}

function person(user: string, extension: string | undefined, context: string): string[] {
  const lines = [
    `exten => ${user},1,Gosub(guest-call-address,s,1)`,
    ' same => n,Log(NOTICE,Good call IP=${GUEST}${BY})',
    ` same => n,Dial(Local/${extension ?? 'NUMBER'}@${context})`,
    ' same => n,Hangup()',
  ];
  if (extension !== undefined) return [...lines, ''];
  return [
    `; Where does ${user} ring? Write the extension for NUMBER and take the semicolons away, above too; or say`,
    `; { user: ${user}, extension: 105 } in the gateway's file and have this written anew.`,
    ...lines.map(line => `;${line}`),
    '',
  ];
}

function whence({ gateway, tellAddress }: Premises, channel: Channel): string[] {
  const header =
    channel === 'SIP' ? 'SIP_HEADER(X-Sip-Call-Address)' : 'PJSIP_HEADER(read,X-Sip-Call-Address)';
  return [
    "; GUEST: who calls. What the gateway tells is believed when it comes from the gateway's own address; a line that",
    '; goes by it says so at its end, and fail2ban leaves it alone: the gateway bans its visitors itself.',
    '[guest-call-address]',
    ...(channel === 'SIP'
      ? ['exten => s,1,Set(GUEST=${CHANNEL(peerip)})']
      : [
          '; Address and port, as 192.0.2.1:5060 or [2001:db8::1]:5060.',
          'exten => s,1,Set(PEER=${CHANNEL(pjsip,remote_addr)})',
          ' same => n,Set(GUEST=${CUT(PEER,:,1)})',
          ' same => n,GotoIf($[${FIELDQTY(PEER,:)} < 3]?whole)',
          ' same => n,Set(GUEST=${FILTER(0-9a-f:.,${CUT(PEER,],1)})})',
        ]),
    ` same => n(whole),Set(BY=)`,
    ...(tellAddress
      ? [
          ` same => n,GotoIf($["\${GUEST}" != "${gateway}"]?known)`,
          ` same => n,Set(TOLD=\${FILTER(0-9a-fA-F:.,\${${header}})})`,
          ' same => n,GotoIf($["${TOLD}" = ""]?known)',
          ' same => n,Set(GUEST=${TOLD})',
          ` same => n,Set(BY= told by the gateway ${gateway})`,
        ]
      : []),
    ' same => n(known),Return()',
  ];
}

/** What chan_sip has to be told so that guests may call: sip.conf. */
export function sipConf(): string {
  return [
    '; sip.conf: put these into its [general]. Apply with "sip reload".',
    '[general]',
    'context=guest-call          ; whoever is nobody we know',
    'allowguest=yes',
    'alwaysauthreject=yes        ; a wrong password and a wrong name sound the same',
    'tcpenable=yes',
    '',
  ].join('\n');
}

/** The same for chan_pjsip: pjsip.conf. */
export function pjsipConf(): string {
  return [
    '; pjsip.conf: guests. Apply with "pjsip reload". Transports for UDP and TCP are yours already.',
    '[anonymous]',
    'type=endpoint',
    'context=guest-call          ; whoever is nobody we know',
    'disallow=all',
    'allow=opus,alaw,ulaw,g722,vp8,h264',
    'direct_media=no',
    '',
  ].join('\n');
}
