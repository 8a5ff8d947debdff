// All attacks of the siege by family, each family in one process, with the rates at which they share two
// cores with twenty calls and the gateway. A rate is of messages, frames, datagrams, connections or calls a
// second.

import type { SiegeAttack, SiegeTargets } from '../siege-attack.ts';
import { brokenFrames, fragments } from './frames.ts';
import { startHostilePbx, victimsOf } from './hostile-pbx.ts';
import * as http from './http.ts';
import * as media from './media.ts';
import * as signalling from './signalling.ts';
import * as page from './web-socket.ts';

export interface ListedAttack {
  readonly run: SiegeAttack;
  readonly perSecond: number;
}

export interface AttackFamily {
  readonly name: string;
  readonly attacks: Readonly<Record<string, ListedAttack>>;
  /** For attacks of other families too: runs whatever is selected. */
  readonly prepare?: (targets: SiegeTargets) => Promise<void>;
}

const at = (perSecond: number, run: SiegeAttack): ListedAttack => ({ run, perSecond });

export const families: readonly AttackFamily[] = [
  {
    name: 'signalling',
    attacks: {
      'protos-udp': at(15, signalling.protosUdp),
      'protos-tcp': at(8, signalling.protosTcp),
      'torture-udp': at(10, signalling.tortureUdp),
      'torture-tcp': at(5, signalling.tortureTcp),
      'mutated-udp': at(40, signalling.mutatedUdp),
      'mutated-tcp': at(10, signalling.mutatedTcp),
      'multipart-udp': at(2, signalling.multipartUdp),
      'status-line-udp': at(2, signalling.statusLineUdp),
      'named-invites': at(5, signalling.namedInvites),
      'via-ports': at(5, signalling.viaPorts),
    },
  },
  {
    name: 'web-socket',
    attacks: {
      'protos-ws': at(15, page.protosWs),
      'torture-ws': at(10, page.tortureWs),
      'mutated-ws': at(30, page.mutatedWs),
      'flood-ws': at(100, page.floodWs),
      'multipart-ws': at(2, page.multipartWs),
      'sdp-ws': at(2, page.sdpWs),
      'held-places': at(8, page.heldPlaces),
      'bye-answers': at(0.5, page.byeAnswers),
      'broken-frames': at(24, brokenFrames),
      fragments: at(100, fragments),
    },
  },
  {
    name: 'pbx',
    prepare: ({ hostilePbx: { address, port } }) => startHostilePbx(address, port),
    attacks: {
      'pbx-reasons': at(0.5, victimsOf('reasons')),
      'pbx-headers': at(1, victimsOf('headers')),
      'pbx-contacts': at(1, victimsOf('contacts')),
      'pbx-sdp': at(3, victimsOf('sdp')),
    },
  },
  {
    name: 'media',
    attacks: {
      stun: at(100, media.stun),
      hellos: at(60, media.hellos),
      rtp: at(120, media.rtp),
      noise: at(120, media.noise),
      'media-tcp': at(5, media.tcpFrames),
    },
  },
  {
    name: 'http',
    attacks: {
      pipelining: at(0.2, http.pipelining),
      'early-leavers': at(5, http.earlyLeavers),
      'slow-readers': at(1, http.slowReaders),
      'case-variants': at(1, http.caseVariants),
      'qr-codes': at(0.1, http.qrCodes),
      'many-hosts': at(3, http.manyHosts),
      upgrades: at(5, http.upgrades),
      'endless-bodies': at(2, http.endlessBodies),
      names: at(5, http.names),
      'slow-headers': at(20, http.slowHeaders),
      'foreign-pages': at(5, http.foreignPages),
    },
  },
];

export const attackNames: readonly string[] = families.flatMap(({ attacks }) => Object.keys(attacks));
