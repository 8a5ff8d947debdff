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

/** The URL that gives tokens: the page's own server, or else the gateway whose WebSocket is `socket`. */
export function tokenUrlOf({ tokenUrl }: TargetAttributes, socket: string | undefined): string {
  return tokenUrl ?? (socket ?? '').replace(/^ws(.*)sip$/, 'http$1token');
}

/** The call that a press makes; undefined when an attribute is wrong. `fallback` is called instead of `to`. */
export function callRequest(
  attributes: TargetAttributes,
  script: string,
  fallback: string | undefined,
): CallRequest | undefined {
  const { to, gateway, video, listen } = attributes;
  const uri = parseAddress(fallback ?? to)?.uri;
  const socket = gatewaySocket(script, gateway);
  if (!uri || !socket) return undefined;
  // `listen` is meant for the address in `to` only.
  return { socket, tokenUrl: tokenUrlOf(attributes, socket), uri, video, listen: listen && !fallback };
}
