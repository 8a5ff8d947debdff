// Digits on their way to the other side: as events in the audio stream (RFC 4733) or, where it takes none, by INFO
// (application/dtmf-relay), which the gateway hands on.
import type { Session } from './jssip.ts';

/** Milliseconds; RFC 4733 2.5.1.3 leaves them to us, PBXs ask for 40 and more. */
const digit = { duration: 120, gap: 70 };

/** Whether the other side takes events in the audio stream. */
export function takesEvents(connection: RTCPeerConnection | undefined): boolean {
  return /^a=rtpmap:\d+ telephone-event\//im.test(connection?.remoteDescription?.sdp ?? '');
}

/** False when there is no way. */
export function sendDigits(
  digits: string,
  connection: RTCPeerConnection | undefined,
  session: Session | undefined,
  takesInfo: boolean,
): boolean {
  const dtmf = connection?.getSenders().find(({ track }) => track?.kind === 'audio')?.dtmf;
  if (dtmf?.canInsertDTMF) {
    dtmf.insertDTMF(dtmf.toneBuffer + digits, digit.duration, digit.gap);
    return true;
  }
  if (!session || !takesInfo || takesEvents(connection)) return false;
  // INFO is JsSIP's own way.
  session.sendDTMF(digits, { duration: digit.duration, interToneGap: digit.gap });
  return true;
}
