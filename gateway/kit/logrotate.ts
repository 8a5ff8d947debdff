// The security log does not grow for ever. It is cut where it lies: fail2ban does not start without the file, and the
// gateway, which opens it anew for each line, needs no signal.

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
