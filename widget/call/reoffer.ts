// Another offer in an established call (RFC 3264 8, RFC 3261 14). JsSIP's own hold() and renegotiate() end the call
// when the other side says no; here no means that all stays as it was.

interface Answer {
  readonly status_code?: number;
  readonly body?: string;
}

/** What is needed of JsSIP's session; part of it is left out of its types. */
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
 * Offers what `connection` now wants; `options` as in `createOffer`. Resolves with `refused` when things stay as they
 * were, `crossed` when they do only because the other side is offering something itself, `gone` when it no longer
 * knows the call (RFC 3261 12.2.1.2).
 */
export async function reoffer(
  session: OfferingSession,
  connection: RTCPeerConnection,
  options: RTCOfferOptions = {},
): Promise<ReofferResult> {
  if (!session.isReadyToReOffer() || connection.signalingState !== 'stable') return 'crossed';
  // RFC 3264 8: a rejected offer leaves what was agreed before. Set only once it is taken: Chromium stops hearing with
  // an offer that says so, and does not begin again when that is rolled back.
  const offer = await connection.createOffer(options);
  const { outcome, sdp } = await exchange(session, offer.sdp ?? '');
  if (!sdp) return outcome === 'agreed' ? 'refused' : outcome;
  try {
    await connection.setLocalDescription(offer);
    await connection.setRemoteDescription({ type: 'answer', sdp });
    return 'agreed';
  } catch (error) {
    console.error('<sip-call>:', error);
    // Rejects where nothing is left to take back.
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
          // Each retransmission of the 200 wants its ACK (RFC 3261 13.2.2.4).
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
