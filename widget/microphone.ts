// Asks the browser for the microphone (and the camera), and turns each way of not getting it into the reason
// that a person can act on. No timer: a visitor may think as long as they like.
import type { EndReason } from './call-store.ts';

export type Capture = { stream: MediaStream } | { refused: EndReason };

/** Whether the browser is going to put its question to the visitor; unknown counts as yes. */
export async function willAsk(): Promise<boolean> {
  try {
    const status = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    return status.state === 'prompt';
  } catch {
    return true;
  }
}

export async function capture(video: boolean): Promise<Capture> {
  if (!window.isSecureContext) return { refused: 'insecure-page' };
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) {
    return { refused: 'unsupported-browser' };
  }
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ audio: true, video }) };
  } catch (error) {
    const refused = reasonForError(error, policyForbids());
    // No camera is no reason not to talk.
    return video && refused !== 'microphone-blocked' ? capture(false) : { refused };
  }
}

/** The names are those of Media Capture and Streams 10.2 (getUserMedia). */
export function reasonForError(error: unknown, forbidden: boolean): EndReason {
  const { name = '', message = '' } = (error ?? {}) as Partial<DOMException>;
  switch (name) {
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'microphone-missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'microphone-in-use';
    case 'SecurityError':
      return 'microphone-blocked';
    case 'NotAllowedError':
      // Chromium says "Permission denied by system" when the operating system holds the switch.
      return forbidden || /by system/i.test(message) ? 'microphone-blocked' : 'microphone-refused';
    default:
      return 'failed';
  }
}

/** A Permissions-Policy header or an iframe without allow="microphone"; only Chromium tells. */
function policyForbids(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return featurePolicy?.allowsFeature('microphone') === false;
}
