// What the element's attributes say about its call: which address, through which gateway, with which token. No state of a
// call; an attribute that is wrong gives undefined.
import type { GatewayPath } from '../../contract/http.ts';
import { type Address, gatewayUrl, parseAddress } from '../base/address.ts';
import type { CallRequest } from '../call/prepared-phone.ts';

export interface TargetAttributes {
  readonly to: string | null;
  readonly gateway: string | null;
  readonly tokenUrl: string | null;
  readonly video: boolean;
  readonly listen: boolean;
}

export class CallTarget {
  readonly #attributes: TargetAttributes;
  readonly #script: string;
  /** A fallback from the card, called instead of `to`. */
  fallback: string | undefined;

  constructor(attributes: TargetAttributes, script: string) {
    this.#attributes = attributes;
    this.#script = script;
  }

  get address(): Address | undefined {
    return parseAddress(this.fallback ?? this.#attributes.to);
  }

  gatewayUrl(path: GatewayPath): string | undefined {
    return gatewayUrl(path, this.#script, this.#attributes.gateway);
  }

  /** The call that a press makes. */
  get request(): CallRequest | undefined {
    const { tokenUrl, video, listen } = this.#attributes;
    const uri = this.address?.uri;
    const socket = this.gatewayUrl('sip');
    if (!uri || !socket) return undefined;
    return {
      socket,
      tokenUrl: tokenUrl ?? this.gatewayUrl('token')!,
      uri,
      video,
      // `listen` is meant for the address in `to` only.
      listen: listen && !this.fallback,
    };
  }
}
