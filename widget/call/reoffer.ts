// A new offer in an established call (RFC 3264 8, RFC 3261 14). JsSIP's hold() and renegotiate() end the call when the
// other side refuses; here a refusal changes nothing.

interface Answer {
  readonly status_code?: number;
  readonly body?: string;
}

/** What is needed of JsSIP's session; JsSIP's types omit a part of it. */
export interface OfferingSession {
  readonly contact: string;
  isReadyToReOffer(): boolean;
  sendRequest(
    method: string,
    options?: {
      extraHeaders?: string[];
      body?: string;
      eventHandlers?: {
        onSuccessResponse?(response: Answer): void;
        onErrorResponse?(response: Answer): void;
        onTransportError?(): void;
        onRequestTimeout?(): void;
        onDialogError?(): void;
      };
    },
  ): void;
}

export type ReofferResult = 'agreed' | 'refused' | 'crossed' | 'gone';

/**
 * Offers what `connection` now requires; `options` as in `createOffer`. Resolves with `refused` when nothing has
 * changed, `crossed` when the reason is an offer of the other side, `gone` when the other side has ended the call (RFC
 * 3261 12.2.1.2).
 */
export async function reoffer(
  session: OfferingSession,
  connection: RTCPeerConnection,
  options: RTCOfferOptions = {},
): Promise<ReofferResult> {
  if (!session.isReadyToReOffer() || connection.signalingState !== 'stable') return 'crossed';
  // RFC 3264 8: a rejected offer leaves the session as it was. The offer is set only after its answer: with a local
  // offer that stops receiving, Chromium stops playing, and a rollback does not start it again.
  const offer = await connection.createOffer(options);
  const { outcome, sdp } = await exchange(session, offer.sdp ?? '');
  if (!sdp) return outcome === 'agreed' ? 'refused' : outcome;
  try {
    await connection.setLocalDescription(offer);
    await connection.setRemoteDescription({ type: 'answer', sdp });
    return 'agreed';
  } catch (error) {
    console.error('<sip-call>:', error);
    // Rejects when there is nothing to roll back.
    await connection.setLocalDescription({ type: 'rollback' }).catch(() => {});
    return 'refused';
  }
}

function exchange(session: OfferingSession, body: string): Promise<{ outcome: ReofferResult; sdp?: string }> {
  return new Promise(resolve => {
    const refused = () => resolve({ outcome: 'refused' });
    session.sendRequest('INVITE', {
      extraHeaders: [`Contact: ${session.contact}`, 'Content-Type: application/sdp'],
      body,
      eventHandlers: {
        onSuccessResponse: ({ body: sdp = '' }) => {
          // Each retransmission of the 200 needs an ACK (RFC 3261 13.2.2.4).
          session.sendRequest('ACK');
          resolve({ outcome: 'agreed', sdp });
        },
        onErrorResponse: ({ status_code }) =>
          resolve({ outcome: status_code === 491 ? 'crossed' : 'refused' }),
        onTransportError: refused,
        onRequestTimeout: refused,
        onDialogError: () => resolve({ outcome: 'gone' }),
      },
    });
  });
}
