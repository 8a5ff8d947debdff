// What the element's attributes say about its call: which address, through which gateway, with which token. Pure.
import { gatewaySocket, parseAddress } from '../base/address.ts';
import type { CallRequest } from '../call/prepared-phone.ts';

export interface TargetAttributes {
  readonly to: string | null;
  readonly gateway: string | null;
  readonly tokenUrl: string | null;
  readonly video: boolean;
  readonly listen: boolean;
}

/** The call that a press makes; undefined when an attribute is wrong. `fallback` is called instead of `to`. */
export function callRequest(
  { to, gateway, tokenUrl, video, listen }: TargetAttributes,
  script: string,
  fallback: string | undefined,
): CallRequest | undefined {
  const uri = parseAddress(fallback ?? to)?.uri;
  const socket = gatewaySocket(script, gateway);
  if (!uri || !socket) return undefined;
  // `listen` is meant for the address in `to` only.
  return { socket, tokenUrl, uri, video, listen: listen && !fallback };
}
