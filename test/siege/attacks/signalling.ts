// SIP attacks at the engine's UDP and TCP ports.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { pace, udpFrom } from '../../bench/attack/pace.ts';
import { broken } from '../../bench/attack/signalling-attacks.ts';
import { invalid } from '../../conformance/rfc4475-invalid.ts';
import { meaning } from '../../conformance/rfc4475-meaning.ts';
import { valid } from '../../conformance/rfc4475-valid.ts';
import { ipv6 } from '../../conformance/rfc5118.ts';
import { PROTOS_COUNT, protosMessage } from '../../fuzz/protos.ts';
import type { AttackContext, SiegeAttack } from '../siege-attack.ts';
import { hangingContentType, hangingReason } from './hostile-text.ts';
import { message } from './message.ts';

export const SEED = 4475;

export const torture = [...valid, ...invalid, ...meaning, ...ipv6].map(row => row.message);

/** Sends one datagram after another from one socket. */
function byUdp(next: (index: number, own: string, scene: AttackContext) => Buffer): SiegeAttack {
  return async scene => {
    const { targets, tally, ms, perSecond } = scene;
    const from = scene.address();
    const socket = await udpFrom(from, bytes => tally.datagram(bytes));
    const own = `${from}:${socket.address().port}`;
    await pace(perSecond, ms, index => {
      const bytes = next(index, own, scene);
      socket.send(bytes, targets.sip, targets.sipAddress);
      tally.sent++;
      tally.bytesOut += bytes.length;
    });
    socket.close();
  };
}

/** The same on a connection that is reopened after the gateway has closed it. */
function byTcp(next: (index: number, own: string, scene: AttackContext) => Buffer): SiegeAttack {
  return async scene => {
    const { targets, tally, ms, perSecond } = scene;
    if (targets.sipTcp === undefined) throw new Error('the TCP port of this engine is unknown');
    let socket: Socket | undefined;
    let own = '';
    const open = () => {
      const fresh = connect({
        host: targets.sipAddress,
        port: targets.sipTcp!,
        localAddress: scene.address(),
      });
      fresh.on('error', () => {});
      fresh.on('data', bytes => tally.answeredSip(bytes.toString('latin1', 0, 40)));
      fresh.on('close', () => {
        tally.answered('closed');
        if (socket === fresh) socket = undefined;
      });
      void once(fresh, 'connect').then(
        () => {
          own = `${fresh.localAddress}:${fresh.localPort}`;
        },
        () => {},
      );
      return fresh;
    };
    await pace(perSecond, ms, index => {
      socket ??= open();
      // Data that the gateway does not read must not accumulate here.
      if (socket.connecting || socket.writableLength > 1 << 20) return;
      socket.write(next(index, own, scene));
      tally.sent++;
    });
    socket?.destroy();
  };
}

const protos = (transport: 'UDP' | 'TCP') => (index: number, sentBy: string, scene: AttackContext) =>
  protosMessage(index % PROTOS_COUNT, SEED, {
    uri: `sip:director@${scene.targets.sipAddress}`,
    transport,
    sentBy,
    run: `${transport}${Math.floor(index / PROTOS_COUNT)}-`,
  });

export const protosUdp = byUdp(protos('UDP'));
export const protosTcp = byTcp(protos('TCP'));
export const tortureUdp = byUdp(index => torture[index % torture.length]!);
export const tortureTcp = byTcp(index => torture[index % torture.length]!);

const next = broken();
export const mutatedUdp = byUdp(() => next().subarray(0, 65_000));
export const mutatedTcp = byTcp(() => next());

/** Requests that take a parser with a quadratic expression seconds. */
export const multipartUdp = byUdp((_index, own, { targets }) =>
  message('OPTIONS', `sip:${targets.sipAddress}`, 'UDP', own, {
    headers: [`Content-Type: ${hangingContentType(30_000)}`],
    body: 'a\r\n\r\nb',
  }),
);

/** Responses without a request, with a status line that takes a cubic expression very long. */
export const statusLineUdp = byUdp((index, own, { targets }) =>
  message('', hangingReason(index % 2 ? 1_500 : 15_000), 'UDP', own, {
    to: `<sip:${targets.sipAddress}>;tag=a`,
  }),
);

/**
 * INVITEs in the name of another address. Each must be refused once; the traffic to that address is measured.
 */
export const namedInvites = byUdp((index, own, { targets }) =>
  message('INVITE', `sip:director@${targets.sipAddress}`, 'UDP', own, {
    ...(index % 2 ? { to: `<sip:director@${targets.sipAddress}>;tag=${index}` } : {}),
    headers: index % 2 ? [] : ['Supported: timer', 'Session-Expires: 10'],
  }),
);

/** Requests whose answers must go to a different port each time. */
export const viaPorts = byUdp((index, own, { targets }) =>
  message('OPTIONS', `sip:${targets.sipAddress}`, 'UDP', `${own.split(':')[0]}:${1_024 + (index % 60_000)}`, {
    rport: false,
  }),
);
