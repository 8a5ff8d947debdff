// Asks the browser for the microphone (and the camera), and turns each way of not getting it into the reason
// that a person can act on. No timer: a visitor may think as long as they like.
import type { EndReason } from '../call/call-store.ts';
import { take } from './devices.ts';

export type Capture = { stream: MediaStream } | { refused: EndReason };

/** Of the microphone, as the browser keeps it up to date; undefined until it has said so, and where it never does. */
let known: PermissionStatus | undefined;
permissionNow().then(permission => {
  known = permission;
});

/**
 * Nobody is going to be asked, as far as is known at this moment, and nobody hears of it: Apple's browsers silence
 * another tab's call for it, which must be asked for first.
 */
export const permitted = (): boolean =>
  !impossible() && known?.state === 'granted' && !navigator.vendor.startsWith('Apple');

/** Whether the browser is going to put its question to the visitor; unknown counts as yes. */
export async function willAsk(device: 'microphone' | 'camera' = 'microphone'): Promise<boolean> {
  if (impossible()) return false;
  const permission = await permissionNow(device);
  return !permission || permission.state === 'prompt';
}

export async function capture(video: boolean): Promise<Capture> {
  const refused = impossible();
  if (refused) return { refused };
  try {
    return { stream: await take({ audio: true, video }) };
  } catch (error) {
    const open = (await permissionNow())?.state === 'prompt';
    const refused = reasonForError(error, { forbidden: policyForbids(), open });
    // No camera is no reason not to talk.
    return video && refused !== 'microphone-blocked' ? capture(false) : { refused };
  }
}

/**
 * Resolves once the visitor has mended what the microphone was refused for: plugged one in, or changed their mind in
 * the browser's settings. Never where the browser does not tell.
 */
export async function mended(reason: EndReason): Promise<void> {
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
    const look = async () => {
      const present = await mediaDevices.enumerateDevices().catch(() => []);
      if (!present.some(({ kind }) => kind === 'audioinput')) return;
      mediaDevices.removeEventListener('devicechange', look);
      resolve();
    };
    mediaDevices.addEventListener('devicechange', look);
  });
}

/** What is known beside the error: `forbidden` by the page's policy; `open` while the browser would ask again. */
interface Circumstances {
  readonly forbidden: boolean;
  readonly open: boolean;
}

/** The names are those of Media Capture and Streams 10.2 (getUserMedia). */
export function reasonForError(error: unknown, { forbidden, open }: Circumstances): EndReason {
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
      // Chromium says "Permission denied by system" when the operating system holds the switch.
      if (/by system/i.test(message)) return 'microphone-off';
      return open || /dismissed/i.test(message) ? 'microphone-dismissed' : 'microphone-refused';
    default:
      return 'failed';
  }
}

/** Why no call can be made from this page, or with this browser. */
export function impossible(): EndReason | undefined {
  if (!window.isSecureContext) return 'insecure-page';
  const able = 'mediaDevices' in navigator && 'RTCPeerConnection' in window;
  return able ? undefined : 'unsupported-browser';
}

async function permissionNow(name = 'microphone'): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: name as PermissionName });
  } catch {
    return undefined;
  }
}

/** A Permissions-Policy header or an iframe without allow="microphone"; only Chromium tells. */
function policyForbids(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return featurePolicy?.allowsFeature('microphone') === false;
}
