// The HTTP requests of the widget to the gateway, and the answers. Types only: both sides check their constants with
// `satisfies`. Imports neither side.
import type { Challenge } from 'altcha-lib';

/** What has a URL at the gateway, beside each other. `sip` is the WebSocket, `call` a page. */
export type GatewayPath = 'sip' | 'token' | 'status' | 'callback' | 'call';

/** Form fields of `POST /token`. */
export interface TokenForm {
  /** The address to call. */
  readonly to: string;
  /** The solution of a challenge. */
  readonly work?: string;
}

/** The answer to `POST /token`: a token for one call, or the proof of work that is required first. */
export type TokenAnswer =
  | { readonly token: string; readonly seconds: number; readonly challenge?: undefined }
  | { readonly token?: undefined; readonly challenge: Challenge };

/** 403: the page may not call this address. The others: a limit is reached, and `Retry-After` says until when. */
export type TokenRefusal = 403 | 429 | 503;

/** The answer to `GET /status?to=`: whether a call is possible now, and the other ways to reach the person. */
export interface AvailabilityStatus {
  readonly state: 'open' | 'closed' | 'unreachable' | 'unknown';
  /** Only with `closed`: an instant in ISO 8601, UTC. Absent when there is none within a year. */
  readonly opensAt?: string;
  /** In the order of the configuration, without persons outside their hours. */
  readonly fallbacks: readonly FallbackOffer[];
}

/** Another way to reach a person. The destination of a callback request is not sent to the page. */
export type FallbackOffer =
  | { readonly kind: 'person'; readonly to: string; readonly name?: string; readonly title?: string }
  | { readonly kind: 'hotline'; readonly phone: string }
  | { readonly kind: 'mail'; readonly mail: string }
  | { readonly kind: 'callback' };

/** The body of `POST /callback`, as JSON. */
export interface CallbackRequest {
  /** The address that the visitor called. */
  readonly to: string;
  readonly name: string;
  readonly phone: string;
  readonly message: string;
}

/** 204: delivered. 400: a field is wrong. 403: not offered here. 429: too often. 502: not delivered. */
export type CallbackStatus = 204 | 400 | 403 | 429 | 502;
