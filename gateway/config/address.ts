// This machine's addresses, as an owner writes them. Where a NAT or a container stands before the machine, the address
// that is bound and the one that others know are apart:
//
//   address: 198.51.100.7
//   address: [198.51.100.7, "2001:db8::7"]
//   address: { bind: 10.0.0.5, announce: 203.0.113.5 }
//   address: { bind: 0.0.0.0, announce: 203.0.113.5, ports: ["15060:5060", "30000-39999:20000-29999/udp"] }

import { isIP } from 'node:net';
import { z } from 'zod';
import { network } from '../net/network.ts';
import { isPortMapping, type PortMapping, portMapping } from './port-mapping.ts';

/** One address, complete but for what only the running machine knows. */
export interface WrittenAddress {
  /** Absent: the machine's first address of that family. */
  readonly bind?: string;
  /** What others get, the best first; never empty. */
  readonly announce: readonly string[];
  readonly ports: readonly PortMapping[];
  /** Networks whose members reach the bound address, beside those that the machine is connected to. */
  readonly localNetworks: readonly string[];
}

const one = z.string('expected an IP address').refine(isHostAddress, {
  message: 'expected the IP address of this machine, not a wildcard or a group',
});

const apart = z
  .strictObject({
    /** Of this machine; 0.0.0.0 or "::" for all of a family. Default: its first address of that family. */
    bind: z
      .string('expected an IP address of this machine')
      .refine(text => isHostAddress(text) || isWildcard(text), 'expected an IP address of this machine')
      .optional(),
    /** As browsers and PBXs reach it; several where some reach it by one and some by another. */
    announce: z.union([one, z.array(one).min(1, 'expected at least one address')], {
      error: 'expected an IP address, or a list of them',
    }),
    /** Ports that others know by another number, as Docker's `-p` writes them: OUTSIDE:INSIDE. */
    ports: z
      .array(
        z.string('expected OUTSIDE:INSIDE in quotes').refine(isPortMapping, {
          message: 'expected OUTSIDE:INSIDE such as "15060:5060" or "30000-39999:20000-29999/udp"',
        }),
        'expected a list such as ["15060:5060"]',
      )
      .default([]),
    /** Networks that reach the bound address without the NAT. */
    localNetworks: z.array(network, 'expected a list of networks').default([]),
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
      const kind = typeof item === 'object' && item !== null ? apart : one;
      const result = kind.safeParse(item, { reportInput: true });
      if (!result.success) {
        for (const issue of result.error.issues) {
          context.issues.push({ ...issue, path: [...path, ...issue.path] } as never);
        }
        continue;
      }
      const next = typeof result.data === 'string' ? plainly(result.data) : separately(result.data);
      if (found.some(other => clash(other, next))) {
        const message =
          'binds what an entry before it binds; write what others are told as one list under announce';
        context.addIssue({ code: 'custom', path, message, input: item });
      }
      found.push(next);
    }
    return found;
  });

function plainly(address: string): WrittenAddress {
  return { bind: canonical(address), announce: [canonical(address)], ports: [], localNetworks: [] };
}

function separately({ bind, announce, ports, localNetworks }: z.output<typeof apart>): WrittenAddress {
  return {
    ...(bind !== undefined && { bind: canonical(bind) }),
    announce: [announce].flat().map(canonical),
    ports: ports.flatMap(text => portMapping(text) ?? []),
    localNetworks,
  };
}

function clash(one: WrittenAddress, other: WrittenAddress): boolean {
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
