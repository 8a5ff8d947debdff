// Which microphones, speakers and cameras there are, and which of them the visitor chose, now or on an earlier visit.
// A page that may store nothing forgets the choice and nothing else.

export type DeviceKind = 'audioinput' | 'audiooutput' | 'videoinput';

export interface Device {
  readonly id: string;
  /** Empty until the visitor has allowed one of its kind. */
  readonly label: string;
}

export type Devices = Readonly<Record<DeviceKind, readonly Device[]>>;

const key = (kind: DeviceKind) => `sip-call.${kind}`;

/** Its id; undefined leaves it to the system. */
export function chosenDevice(kind: DeviceKind): string | undefined {
  try {
    return localStorage.getItem(key(kind)) || undefined;
  } catch {
    return undefined;
  }
}

/** An empty id leaves it to the system again. */
export function chooseDevice(kind: DeviceKind, id: string): void {
  try {
    localStorage.setItem(key(kind), id);
  } catch {
    // Storage is full, or forbidden to this frame.
  }
}

/** The chosen devices, or any where one of those is absent. Rejects as getUserMedia does. */
export async function take({ audio = false, video = false }): Promise<MediaStream> {
  const { mediaDevices } = navigator;
  try {
    return await mediaDevices.getUserMedia({
      audio: audio && wish('audioinput'),
      video: video && wish('videoinput'),
    });
  } catch (error) {
    if ((error as Partial<DOMException> | null)?.name !== 'OverconstrainedError') throw error;
    return mediaDevices.getUserMedia({ audio, video });
  }
}

/** Another camera than `current`: facing the other way where it faces any, else the next. Undefined: there is none. */
export async function takeOther(current: MediaStreamTrack): Promise<MediaStream | undefined> {
  const { facingMode, deviceId } = current.getSettings();
  const { videoinput } = await presentDevices();
  if (videoinput.length < 2) return undefined;
  const at = videoinput.findIndex(({ id }) => id === deviceId);
  const next = videoinput[(at + 1) % videoinput.length]!.id;
  // Phones list a camera for each lens, and have but one open at a time.
  if (facingMode) current.stop();
  const facing = facingMode === 'environment' ? 'user' : 'environment';
  return await navigator.mediaDevices
    .getUserMedia({ video: facingMode ? { facingMode: facing } : { deviceId: { exact: next } } })
    .catch(() => take({ video: true }));
}

/** Not `ideal`: Chromium takes its default then, whatever is wished for. */
function wish(kind: DeviceKind): MediaTrackConstraints | true {
  const exact = chosenDevice(kind);
  return exact ? { deviceId: { exact } } : true;
}

/** Those that can be told apart; empty when the browser does not say. */
export async function presentDevices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  const of = (kind: DeviceKind) =>
    all
      // Chromium lists the system's own choice under a name of its own; ours stands for it.
      .filter(device => device.kind === kind && !/^(?:|default|communications)$/.test(device.deviceId))
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return { audioinput: of('audioinput'), audiooutput: of('audiooutput'), videoinput: of('videoinput') };
}

/** Cameras, told of or not: without permission browsers say at least whether there is one. */
export async function countCameras(): Promise<number> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return all.filter(({ kind }) => kind === 'videoinput').length;
}

interface InUse {
  /** The track says that its device is gone. */
  readonly ended: boolean;
  readonly current: string | undefined;
  readonly chosen: string | undefined;
  readonly present: readonly Device[];
}

/** Whether another device must be taken: this one was pulled out, or the chosen one was plugged in. */
export function mustChange({ ended, current, chosen, present }: InUse): boolean {
  const isPresent = (id: string | undefined) => present.some(device => device.id === id);
  if (ended) return true;
  if (chosen && isPresent(chosen)) return current !== chosen;
  return Boolean(current) && !/^(?:default|communications)$/.test(current!) && !isPresent(current);
}
