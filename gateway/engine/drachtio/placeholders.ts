// What applications leave for the server to fill in: `localhost` for our address on the chosen flow, a Content-Type for
// SDP. The dialog layer adds Contact and tags.

import type { LocalAddress } from '../dialog/network.ts';
import { formatAddress, parseAddress } from '../message/address.ts';
import type { TransportName } from '../transport/transport.ts';

type Field = readonly [name: string, value: string];

/** In these fields, `@localhost` means our address. */
const substituted: ReadonlySet<string> = new Set(['Contact', 'P-Asserted-Identity']);

export function fillFields(fields: readonly Field[], place: LocalAddress): readonly Field[] {
  if (!fields.some(([name, value]) => substituted.has(name) && value.includes('localhost'))) return fields;
  return fields.map(([name, value]): Field => {
    if (!substituted.has(name)) return [name, value];
    const filled = fillHost(value, place);
    return [name, name === 'Contact' && filled !== value ? withTransport(filled, place.transport) : filled];
  });
}

/** A From or To in angle brackets, so that parameters added later belong to the header. */
export function fillIdentity(value: string, place: LocalAddress): string {
  const filled = fillHost(value, place);
  if (filled.includes('<')) return filled;
  const address = parseAddress(filled);
  return address === undefined ? filled : formatAddress(address);
}

function fillHost(value: string, place: LocalAddress): string {
  return value.replace(
    /(sips?:(?:[^@\s<>:]*(?::[^@\s<>:]*)?@)?)localhost(?![\w.-])(?::\d+)?/i,
    `$1${place.hostPort}`,
  );
}

/** Without a transport in our Contact, a peer would send its requests over UDP. */
function withTransport(contact: string, transport: TransportName): string {
  const address = parseAddress(contact);
  if (address === undefined) return contact;
  if (transport !== 'udp' && !/;transport=/i.test(address.uri)) {
    const [uri = '', ...headers] = address.uri.split('?');
    address.uri = [`${uri};transport=${transport}`, ...headers].join('?');
  }
  return formatAddress(address);
}

const sdpStart = Buffer.from('v=0');

/** Adds the Content-Type of SDP if none is given. Undefined if the body is something else. */
export function typed(fields: readonly Field[], body: Buffer): readonly Field[] | undefined {
  if (body.length === 0 || fields.some(([name]) => name === 'Content-Type')) return fields;
  if (!body.subarray(0, sdpStart.length).equals(sdpStart)) return undefined;
  return [...fields, ['Content-Type', 'application/sdp']];
}
