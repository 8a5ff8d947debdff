// Configuration of Asterisk's channel drivers for guest calls, in files that the stock configuration includes.

import { isIP } from 'node:net';
import type { PbxSide } from './deployment.ts';

function head(file: string, what: string, reload: string, check: string): string[] {
  return [
    `; /etc/asterisk/sip-call/${file}: ${what}`,
    ';',
    `; Add this line at the end of /etc/asterisk/${file.replace('-transports', '')}:`,
    `;     #include sip-call/${file}`,
    `; Load:  asterisk -rx "${reload}"`,
    `; Check: asterisk -rx "${check}"`,
    '',
  ];
}

/** sip.conf: `(+)` adds to the existing [general]. */
export function sipConf({ ports, name, addresses }: PbxSide): string {
  const [udp] = ports.udp;
  const [tcp] = ports.tcp;
  const [tls] = ports.tls;
  // chan_sip has one socket for each transport. A socket of both families would send mapped addresses to IPv4 callers.
  const own = addresses.every(address => isIP(address) === 6) ? '[::]' : '0.0.0.0';
  const isStock = own === '0.0.0.0';
  return [
    ...head('sip.conf', 'guest calls, chan_sip.', 'sip reload', 'sip show settings'),
    '[general](+)',
    '; The context of callers without a peer of their own.',
    'context=guest-call',
    'allowguest=yes',
    '; A wrong password and a wrong name get the same response.',
    'alwaysauthreject=yes',
    '; For guests behind a NAT: respond to the source address, and relay RTP through this machine.',
    'nat=force_rport,comedia',
    'directmedia=no',
    ...(udp === undefined || (udp === 5060 && isStock) ? [] : [`udpbindaddr=${own}:${udp}`]),
    ...(tcp === undefined
      ? []
      : ['tcpenable=yes', ...(tcp === 5060 && isStock ? [] : [`tcpbindaddr=${own}:${tcp}`])]),
    ...(tls === undefined
      ? []
      : [
          'tlsenable=yes',
          `tlsbindaddr=${own}:${tls}`,
          `; Certificate of ${name} and its key, in one file.`,
          'tlscertfile=/etc/asterisk/keys/sip-call.pem',
        ]),
    '',
  ].join('\n');
}

export function pjsipConf(): string {
  return [
    ...head('pjsip.conf', 'guest calls, chan_pjsip.', 'pjsip reload', 'pjsip show endpoint anonymous'),
    '[anonymous]',
    'type=endpoint',
    '; The context of callers without an endpoint of their own.',
    'context=guest-call',
    'disallow=all',
    'allow=opus,alaw,ulaw,g722,vp8,h264',
    '; For guests behind a NAT: respond to the source address, and relay RTP through this machine.',
    'direct_media=no',
    'force_rport=yes',
    'rewrite_contact=yes',
    'rtp_symmetric=yes',
    '; Ends the call of a guest after so many seconds without RTP, or on hold.',
    'rtp_timeout=120',
    'rtp_timeout_hold=600',
    'allow_transfer=no',
    'allow_subscribe=no',
    '',
  ].join('\n');
}

/** The stock pjsip.conf has no transport. A transport has one address family. */
export function pjsipTransports({ ports, name, addresses }: PbxSide): string {
  const has = (family: number) => addresses.some(address => isIP(address) === family);
  const transport = (protocol: string, port: number, ...more: readonly string[]) => [
    ...(has(4)
      ? [
          ...[
            `[sip-call-${protocol}-${port}]`,
            'type=transport',
            `protocol=${protocol}`,
            `bind=0.0.0.0:${port}`,
          ],
          '; If this machine is behind a NAT, write its public address and your local network here:',
          ...[';external_media_address=203.0.113.5', ';external_signaling_address=203.0.113.5'],
          ...[';local_net=192.168.0.0/16', ...more, ''],
        ]
      : []),
    ...(has(6)
      ? [
          ...[
            `[sip-call-${protocol}6-${port}]`,
            'type=transport',
            `protocol=${protocol}`,
            `bind=[::]:${port}`,
          ],
          ...[...more, ''],
        ]
      : []),
  ];
  return [
    ...head(
      'pjsip-transports.conf',
      'the ports of chan_pjsip. Leave this file out if "pjsip show transports" already has these ports.',
      'core restart when convenient',
      'pjsip show transports',
    ),
    ...ports.udp.flatMap(port => transport('udp', port)),
    ...ports.tcp.flatMap(port => transport('tcp', port)),
    ...ports.tls.flatMap(port =>
      transport(
        'tls',
        port,
        `; Certificate and key of ${name}.`,
        'cert_file=/etc/asterisk/keys/sip-call.crt',
        'priv_key_file=/etc/asterisk/keys/sip-call.key',
        'method=tlsv1_2',
      ),
    ),
  ].join('\n');
}

export function rtpConf({ rtp }: PbxSide): string {
  return [
    ...head('rtp.conf', 'the UDP ports of RTP.', 'core restart when convenient', 'rtp show settings'),
    '[general](+)',
    `rtpstart=${rtp[0]}`,
    `rtpend=${rtp[1]}`,
    '',
  ].join('\n');
}
