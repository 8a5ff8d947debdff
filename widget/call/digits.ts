// Sends digits to the other side: as events in the audio stream (RFC 4733) or, where it does not support these, by INFO
// (application/dtmf-relay), which the gateway forwards.
import type { Session } from './jssip.ts';

/** Milliseconds; RFC 4733 2.5.1.3 leaves them open, PBXs require 40 or more. */
const timing = { duration: 120, gap: 70 };

/** Whether the other side supports events in the audio stream. */
export function takesEvents(connection: RTCPeerConnection | undefined): boolean {
  return /^a=rtpmap:\d+ telephone-event\//im.test(connection?.remoteDescription?.sdp ?? '');
}

/** False when the other side supports neither. */
export function sendDigits(
  digits: string,
  connection: RTCPeerConnection | undefined,
  session: Session | undefined,
  takesInfo: boolean,
): boolean {
  const dtmf = connection?.getSenders().find(({ track }) => track?.kind === 'audio')?.dtmf;
  if (dtmf?.canInsertDTMF) {
    dtmf.insertDTMF(dtmf.toneBuffer + digits, timing.duration, timing.gap);
    return true;
  }
  if (!session || !takesInfo || takesEvents(connection)) return false;
  // JsSIP sends digits by INFO.
  session.sendDTMF(digits, { duration: timing.duration, interToneGap: timing.gap });
  return true;
}
