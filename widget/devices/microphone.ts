// Requests the microphone (and the camera) from the browser, and maps each failure to a reason that the visitor can act
// on. Has no time-out: a visitor may think for any time.
import type { EndReason } from '../call/call-store.ts';
import { capture as captureDevices } from './devices.ts';

export type Capture = { stream: MediaStream } | { refused: EndReason };

/**
 * The permission of the microphone, kept current by the browser; undefined until the browser has answered, or where it
 * never does.
 */
let known: PermissionStatus | undefined;
permissionNow().then(permission => {
  known = permission;
});

/**
 * The microphone can be opened now without a question and without an effect elsewhere. False in Apple's browsers, which
 * would mute the call of another tab, so that the lock must be taken first.
 */
export const isGranted = (): boolean =>
  !whyImpossible() && known?.state === 'granted' && !navigator.vendor.startsWith('Apple');

/** Whether the browser will ask the visitor; true when that is unknown. */
export async function willAsk(device: 'microphone' | 'camera' = 'microphone'): Promise<boolean> {
  if (whyImpossible()) return false;
  const permission = await permissionNow(device);
  return !permission || permission.state === 'prompt';
}

export async function captureMicrophone(video: boolean): Promise<Capture> {
  const refused = whyImpossible();
  if (refused) return { refused };
  try {
    return { stream: await captureDevices({ audio: true, video }) };
  } catch (error) {
    const mayAskAgain = (await permissionNow())?.state === 'prompt';
    const refused = reasonForError(error, { forbidden: policyForbids(), mayAskAgain });
    // A call works without a camera.
    return video && refused !== 'microphone-blocked' ? captureMicrophone(false) : { refused };
  }
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/**
 * Calls `report` once the visitor has plugged a microphone in, or allowed it in the browser's settings, after a call that
 * ended with `reason`. Some browsers never report that: a weak reference, so that `owner` is not kept in memory.
 */
export function whenAvailable<Owner extends object>(
  reason: EndReason,
  owner: Owner,
  report: (owner: Owner) => void,
): void {
  if (!reason.startsWith('microphone')) return;
  const weak = new WeakRef(owner);
  available(reason).then(() => {
    const current = weak.deref();
    if (current) report(current);
  });
}

async function available(reason: EndReason): Promise<void> {
  if (reason === 'microphone-missing') return pluggedIn();
  const permission = await permissionNow();
  if (!permission) return new Promise(() => {});
  await new Promise<void>(resolve => {
    permission.onchange = () => permission.state === 'granted' && resolve();
  });
}

function pluggedIn(): Promise<void> {
  const { mediaDevices } = navigator;
  return new Promise(resolve => {
    const check = async () => {
      const present = await mediaDevices.enumerateDevices().catch(() => []);
      if (!present.some(({ kind }) => kind === 'audioinput')) return;
      mediaDevices.removeEventListener('devicechange', check);
      resolve();
    };
    mediaDevices.addEventListener('devicechange', check);
  });
}

/**
 * What is known besides the error: `forbidden` by the page's policy; `mayAskAgain` when the browser would ask again.
 */
interface ErrorContext {
  readonly forbidden: boolean;
  readonly mayAskAgain: boolean;
}

/** The names are those of Media Capture and Streams 10.2 (getUserMedia). */
export function reasonForError(error: unknown, { forbidden, mayAskAgain }: ErrorContext): EndReason {
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
      if (forbidden) return 'microphone-blocked';
      // Chromium says "Permission denied by system" when the operating system forbids it.
      if (/by system/i.test(message)) return 'microphone-off';
      return mayAskAgain || /dismissed/i.test(message) ? 'microphone-dismissed' : 'microphone-refused';
    default:
      return 'failed';
  }
}

/** Why no call can be made from this page, or with this browser. */
export function whyImpossible(): EndReason | undefined {
  if (!window.isSecureContext) return 'insecure-page';
  const supported = 'mediaDevices' in navigator && 'RTCPeerConnection' in window;
  return supported ? undefined : 'unsupported-browser';
}

async function permissionNow(name = 'microphone'): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: name as PermissionName });
  } catch {
    return undefined;
  }
}

/** A Permissions-Policy header or an iframe without allow="microphone"; only Chromium reports it. */
function policyForbids(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return featurePolicy?.allowsFeature('microphone') === false;
}
