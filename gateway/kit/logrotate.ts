// Rotation of the security log by copytruncate: fail2ban does not start without the file, and the gateway opens the file
// for each line, so it needs no signal.

import type { GatewaySide } from './deployment.ts';

export function logrotate({ securityLog }: GatewaySide): string {
  return [
    '# /etc/logrotate.d/sip-call',
    `"${securityLog}" {`,
    '    daily',
    '    rotate 7',
    '    maxsize 50M',
    '    missingok',
    '    notifempty',
    '    compress',
    '    delaycompress',
    '    copytruncate',
    '}',
    '',
  ].join('\n');
}
