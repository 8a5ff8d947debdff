// Lists microphones, speakers and cameras, and stores which of them the visitor has chosen, for later visits too.
// Without storage only the choice is lost.

export type DeviceKind = 'audioinput' | 'audiooutput' | 'videoinput';

export interface Device {
  readonly id: string;
  /** Empty until the visitor has allowed one of its kind. */
  readonly label: string;
}

export type Devices = Readonly<Record<DeviceKind, readonly Device[]>>;

const key = (kind: DeviceKind) => `sip-call.${kind}`;

/** Its id; undefined is the system's default. */
export function chosenDevice(kind: DeviceKind): string | undefined {
  try {
    return localStorage.getItem(key(kind)) || undefined;
  } catch {
    return undefined;
  }
}

/** An empty id is the system's default. */
export function chooseDevice(kind: DeviceKind, id: string): void {
  try {
    localStorage.setItem(key(kind), id);
  } catch {
    // Storage is full, or forbidden to this frame.
  }
}

/** Captures the chosen devices, or the default when a chosen one is absent. Rejects as getUserMedia does. */
export async function capture({ audio = false, video = false }): Promise<MediaStream> {
  const { mediaDevices } = navigator;
  try {
    return await mediaDevices.getUserMedia({
      audio: audio && constraintsFor('audioinput'),
      video: video && constraintsFor('videoinput'),
    });
  } catch (error) {
    if ((error as Partial<DOMException> | null)?.name !== 'OverconstrainedError') throw error;
    return mediaDevices.getUserMedia({ audio, video });
  }
}

/**
 * Captures another camera than `current`: the one that faces the other way, or the next. Undefined when there is none.
 */
export async function captureOtherCamera(current: MediaStreamTrack): Promise<MediaStream | undefined> {
  const { facingMode, deviceId } = current.getSettings();
  const { videoinput } = await presentDevices();
  if (videoinput.length < 2) return undefined;
  const at = videoinput.findIndex(({ id }) => id === deviceId);
  const next = videoinput[(at + 1) % videoinput.length]!.id;
  // Phones list a camera for each lens, and open only one at a time.
  if (facingMode) current.stop();
  const facing = facingMode === 'environment' ? 'user' : 'environment';
  return await navigator.mediaDevices
    .getUserMedia({ video: facingMode ? { facingMode: facing } : { deviceId: { exact: next } } })
    .catch(() => capture({ video: true }));
}

/** Not `ideal`: with that Chromium uses its default, whatever is requested. */
function constraintsFor(kind: DeviceKind): MediaTrackConstraints | true {
  const exact = chosenDevice(kind);
  return exact ? { deviceId: { exact } } : true;
}

/** The devices that can be chosen; empty when the browser does not list them. */
export async function presentDevices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  const of = (kind: DeviceKind) =>
    all
      // Chromium lists the system's default as a separate device; our own entry for it replaces that.
      .filter(device => device.kind === kind && !/^(?:|default|communications)$/.test(device.deviceId))
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return { audioinput: of('audioinput'), audiooutput: of('audiooutput'), videoinput: of('videoinput') };
}

/** Counts cameras without their ids too: without permission, browsers report at least whether there is one. */
export async function countCameras(): Promise<number> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return all.filter(({ kind }) => kind === 'videoinput').length;
}

interface InUse {
  /** The track reports that its device is gone. */
  readonly ended: boolean;
  readonly current: string | undefined;
  readonly chosen: string | undefined;
  readonly present: readonly Device[];
}

/** Whether to use another device: this one was pulled out, or the chosen one was plugged in. */
export function mustSwitch({ ended, current, chosen, present }: InUse): boolean {
  const isPresent = (id: string | undefined) => present.some(device => device.id === id);
  if (ended) return true;
  if (chosen && isPresent(chosen)) return current !== chosen;
  return Boolean(current) && !/^(?:default|communications)$/.test(current!) && !isPresent(current);
}
