// Subroutines of the dialplan that find the source of a call: a visitor of the gateway, or a guest who calls directly.

import type { PbxSide } from './deployment.ts';

export function guestContext(pbx: PbxSide, gateways: readonly string[]): string[] {
  const isSip = pbx.driver === 'chan_sip';
  return [...(needsDomain(pbx) ? domainContext(isSip) : []), ...fromContext(pbx, gateways, isSip)];
}

function needsDomain({ sites }: PbxSide): boolean {
  const users = sites.flatMap(({ people }) => people.map(({ user }) => user));
  return new Set(users).size < users.length;
}

function domainContext(isSip: boolean): string[] {
  return [
    '[guest-call-domain]',
    ...(isSip
      ? ['exten => s,1,Set(DOMAIN=${CUT(SIPDOMAIN,:,1)})']
      : [
          '; The Request-URI, such as sip:director@mysite.ru:5060;transport=tcp.',
          'exten => s,1,Set(DOMAIN=${CHANNEL(pjsip,request_uri)})',
          ' same => n,Set(DOMAIN=${CUT(DOMAIN,@,2)})',
          ' same => n,Set(DOMAIN=${CUT(DOMAIN,\\;,1)})',
          ' same => n,Set(DOMAIN=${CUT(DOMAIN,:,1)})',
        ]),
    ' same => n,Set(DOMAIN=${TOLOWER(${FILTER(-0-9a-zA-Z.,${DOMAIN})})})',
    ' same => n,Return()',
    '',
  ];
}

function fromContext({ guests, sites }: PbxSide, gateways: readonly string[], isSip: boolean): string[] {
  const header = (name: string) => (isSip ? `SIP_HEADER(${name})` : `PJSIP_HEADER(read,${name})`);
  const isGateway = gateways.map(address => `"\${GUEST}" = "${address}"`).join(' | ');
  return [
    '; GUEST: the source address of a call. The header of the gateway is trusted only from the address of the gateway. The',
    '; log line of such a call ends with "via gateway": fail2ban ignores it, because the gateway bans its visitors itself.',
    '[guest-call-from]',
    ...(isSip
      ? ['exten => s,1,Set(GUEST=${CHANNEL(peerip)})']
      : [
          '; Address and port, such as 192.0.2.1:5060 or [2001:db8::1]:5060.',
          'exten => s,1,Set(PEER=${CHANNEL(pjsip,remote_addr)})',
          ' same => n,Set(GUEST=${CUT(PEER,:,1)})',
          ' same => n,GotoIf($[${FIELDQTY(PEER,:)} < 3]?whole)',
          ' same => n,Set(GUEST=${FILTER(0-9a-f:.,${CUT(PEER,],1)})})',
        ]),
    ' same => n(whole),Set(BY=)',
    ` same => n,GotoIf($[${isGateway}]?gateway)`,
    `; Direct calls: at most ${guests.calls} concurrent calls, of ${guests.seconds} seconds each.`,
    ' same => n,Set(GROUP(guest-call)=direct)',
    ` same => n,GotoIf($[\${GROUP_COUNT(direct@guest-call)} > ${guests.calls}]?full)`,
    ` same => n,Set(TIMEOUT(absolute)=${guests.seconds})`,
    ' same => n,Return()',
    ' same => n(full),Log(NOTICE,Limit of guest calls reached. Refused IP=${GUEST})',
    ' same => n,Hangup(34)                       ; 503',
    ` same => n(gateway),Set(BY= via gateway \${GUEST})`,
    ...(sites.some(site => site.sendVisitorAddress)
      ? [
          ` same => n,Set(VISITOR=\${FILTER(0-9a-fA-F:.,\${${header('X-Sip-Call-Address')}})})`,
          ' same => n,GotoIf($["${VISITOR}" = ""]?call)',
          ' same => n,Set(GUEST=${VISITOR})',
        ]
      : []),
    '; The call ID of the log and the records of the gateway, and the calling page; also in the CDR.',
    ` same => n(call),Set(CALL=\${FILTER(-0-9a-zA-Z_.,\${${header('X-Sip-Call')}})})`,
    ` same => n,Set(PAGE=\${FILTER(-0-9a-zA-Z_.~:/%@+=&!*,\${${header('X-Sip-Call-Page')}})})`,
    ' same => n,GotoIf($["${CALL}" = ""]?done)',
    ' same => n,Set(CDR(userfield)=${CALL:0:64} ${PAGE:0:180})',
    ' same => n,Set(BY=${BY} call ${CALL:0:64} page ${PAGE:0:180})',
    ' same => n(done),Return()',
    '',
  ];
}
