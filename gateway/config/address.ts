// The key `address`: this machine's addresses. Behind a NAT or in a container, the bound address and the announced one
// differ:
//
//   address: 198.51.100.7
//   address: [198.51.100.7, "2001:db8::7"]
//   address: { bind: 10.0.0.5, announce: 203.0.113.5 }
//   address: { bind: 0.0.0.0, announce: 203.0.113.5, ports: ["15060:5060", "30000-39999:20000-29999/udp"] }

import { isIP } from 'node:net';
import { z } from 'zod';
import { network } from '../net/network.ts';
import { key } from './key.ts';
import { isPortMapping, type PortMapping, portMapping } from './port-mapping.ts';

/** One address as the file gives it; own-address.ts adds what the running machine has. */
export interface WrittenAddress {
  /** Absent: the machine's first address of that family. */
  readonly bind?: string;
  /** What browsers and PBXs get, the preferred one first; never empty. */
  readonly announce: readonly string[];
  readonly ports: readonly PortMapping[];
  /** Networks whose members reach the bound address, in addition to those that the machine is connected to. */
  readonly localNetworks: readonly string[];
}

const plain = z.string('expected an IP address').refine(isHostAddress, {
  message: 'expected an IP address of this machine, not a wildcard or a multicast address',
});

const boundAndAnnounced = z
  .strictObject({
    bind: key(
      z
        .string('expected an IP address of this machine')
        .refine(text => isHostAddress(text) || isWildcard(text), 'expected an IP address of this machine')
        .optional(),
      'Address of this machine that SIP and media bind; `0.0.0.0` or `"::"` for all addresses of a family.',
      { form: 'IP address', defaultText: 'the first address of this machine of the family of `announce`' },
    ),
    announce: key(
      z.union([plain, z.array(plain).min(1, 'expected at least one address')], {
        error: 'expected an IP address, or a list of them',
      }),
      'Address at which browsers and PBXs reach the gateway: that of the NAT. With a list, browsers get a candidate for each, the first preferred; PBXs get the first.',
      { form: 'IP address, or a list of them', examples: ['203.0.113.5', ['203.0.113.5', '10.0.0.5']] },
    ),
    ports: key(
      z
        .array(
          z.string('expected OUTSIDE:INSIDE in quotes').refine(isPortMapping, {
            message: 'expected OUTSIDE:INSIDE such as "15060:5060" or "30000-39999:20000-29999/udp"',
          }),
          'expected a list such as ["15060:5060"]',
        )
        .default([]),
      'Ports that the NAT maps to other numbers, in the form of `docker run -p`. A range and its counterpart have the same length.',
      { form: 'list of OUTSIDE:INSIDE', examples: [['15060:5060', '30000-39999:20000-29999/udp']] },
    ),
    localNetworks: key(
      z.array(network, 'expected a list of networks').default([]),
      'Networks that reach the bound address without the NAT. Their PBXs get the bound address. The networks that the machine is connected to are included.',
      { form: 'list of networks', examples: [['10.0.0.0/8']] },
    ),
  })
  .superRefine(({ bind, announce }, context) => {
    const families = new Set([...(bind ? [bind] : []), announce].flat().map(isIP));
    if (families.size > 1)
      context.addIssue({
        code: 'custom',
        path: ['announce'],
        message: 'expected the family of bind; write one entry for IPv4 and one for IPv6',
        input: announce,
      });
  });

const expected = 'expected an IP address, { bind: ..., announce: ... }, or a list of these';

/** The accepted input. Validation takes it apart, so that an error names the entry and its key. */
export const writtenAddresses = z.union([
  plain,
  boundAndAnnounced,
  z.array(z.union([plain, boundAndAnnounced])).min(1),
]);

type Written = string | Readonly<Record<string, unknown>>;

export const addresses = z
  .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())], { error: expected })
  .transform((value: Written | unknown[], context): readonly WrittenAddress[] => {
    const list = Array.isArray(value) ? value : [value];
    if (list.length === 0)
      context.addIssue({ code: 'custom', message: 'expected at least one address', input: value });
    const found: WrittenAddress[] = [];
    for (const [index, item] of list.entries()) {
      const path = Array.isArray(value) ? [index] : [];
      const kind = typeof item === 'object' && item !== null ? boundAndAnnounced : plain;
      const result = kind.safeParse(item, { reportInput: true });
      if (!result.success) {
        for (const issue of result.error.issues) {
          context.issues.push({ ...issue, path: [...path, ...issue.path] } as never);
        }
        continue;
      }
      const next =
        typeof result.data === 'string' ? fromPlain(result.data) : fromBoundAndAnnounced(result.data);
      if (found.some(other => bindsSame(other, next))) {
        const message =
          'binds the same address as an earlier entry; write several announced addresses as one list under announce';
        context.addIssue({ code: 'custom', path, message, input: item });
      }
      found.push(next);
    }
    return found;
  });

function fromPlain(address: string): WrittenAddress {
  return { bind: canonical(address), announce: [canonical(address)], ports: [], localNetworks: [] };
}

function fromBoundAndAnnounced({
  bind,
  announce,
  ports,
  localNetworks,
}: z.output<typeof boundAndAnnounced>): WrittenAddress {
  return {
    ...(bind !== undefined && { bind: canonical(bind) }),
    announce: [announce].flat().map(canonical),
    ports: ports.flatMap(text => portMapping(text) ?? []),
    localNetworks,
  };
}

function bindsSame(one: WrittenAddress, other: WrittenAddress): boolean {
  if (isIP(one.announce[0] ?? '') !== isIP(other.announce[0] ?? '')) return false;
  const binds = [one.bind, other.bind];
  return one.bind === other.bind || binds.some(bind => bind === undefined || isWildcard(bind));
}

/** The spelling of the operating system (RFC 5952). */
function canonical(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

export function isWildcard(text: string): boolean {
  return isIP(text) !== 0 && /^[0:.]+$/.test(text);
}

function isHostAddress(text: string): boolean {
  return (
    isIP(text) !== 0 &&
    !text.includes('%') &&
    !/^(0\.|22[4-9]\.|23\d\.|2[45]\d\.|ff)/i.test(text) &&
    !isWildcard(text)
  );
}
