// The second half of the state table in call-store.ts: the events between the beginning and the end of a call. Loaded
// with the code that reports these events; a page whose button is not pressed does not load it.
import type { Call, Rows, Step } from './call-store.ts';

const mute: Step<'muted'> = (call, { on }) => (on === call.muted ? call : { ...call, muted: on });
const ring: Step<'rang'> = (call, { earlyMedia }) =>
  call.state === 'ringing' && (call.earlyMedia || !earlyMedia)
    ? call
    : { ...call, state: 'ringing', earlyMedia: call.earlyMedia || earlyMedia };
const hold: Step<'held'> = (call, { on }) =>
  on === call.held ? call : { ...call, held: on, holdRefused: false };
const heldByThem: Step<'held-by-them'> = (call, { on }) =>
  on === call.heldByThem ? call : { ...call, heldByThem: on };
const refuseHold: Step<'hold-refused'> = call => (call.holdRefused ? call : { ...call, holdRefused: true });
const askForDevice: Step<'device-asked'> = call => (call.asking ? call : { ...call, asking: true });
const grantDevice: Step<'device-granted'> = (call, { camera = call.camera }) => ({
  ...call,
  asking: false,
  camera,
});
const requestMedia: Step<'media-requested'> = (call, { media }) => {
  const { refusal: _, ...rest } = call;
  return { ...rest, requestedMedia: media };
};
const requestDone = ({ requestedMedia: _, ...call }: Call): Call => ({ ...call, asking: false });
const grantMedia: Step<'media-granted'> = (call, { media, on }) => ({
  ...requestDone(call),
  [media === 'camera' ? 'camera' : 'speaks']: on,
});
const refuseMedia: Step<'media-refused'> = (call, { media, why }) => ({
  ...requestDone(call),
  ...(media === 'camera' && { camera: false }),
  refusal: `${media}-${why}`,
});
const setQuality: Step<'judged'> = (call, { quality, trouble }) =>
  quality === call.quality && trouble === call.trouble ? call : { ...call, quality, trouble };
const oneWay: Step<'one-way'> = (call, { missing }) =>
  missing === call.oneWay ? call : { ...call, oneWay: missing };
const answer: Step<'answered'> = (call, { at, digits = true }) => ({
  ...call,
  state: 'in-call',
  digits,
  answeredAt: at,
});
const loseSignalling: Step<'signalling-lost'> = call =>
  call.signallingLost ? call : { ...call, signallingLost: true };
const restoreSignalling: Step<'signalling-restored'> = call =>
  call.signallingLost ? { ...call, signallingLost: false } : call;
const loseMedia: Step<'media-lost'> = call => (call.mediaLost ? call : { ...call, mediaLost: true });
const restoreMedia: Step<'media-restored'> = call => (call.mediaLost ? { ...call, mediaLost: false } : call);

/** The visitor has allowed the microphone in the browser's settings while the card was open. */
const allow: Step<'device-allowed'> = call =>
  call.reason?.startsWith('microphone') && !call.allowed ? { ...call, allowed: true } : call;

export const progress: Rows = {
  preparing: {
    'device-asked': askForDevice,
    'device-granted': grantDevice,
    invited: call => ({ ...call, state: 'calling', asking: false }),
  },
  calling: { rang: ring, answered: answer, muted: mute },
  ringing: { rang: ring, answered: answer, muted: mute },
  'in-call': {
    muted: mute,
    held: hold,
    'held-by-them': heldByThem,
    'hold-refused': refuseHold,
    'media-requested': requestMedia,
    'media-granted': grantMedia,
    'media-refused': refuseMedia,
    'device-asked': askForDevice,
    'device-granted': grantDevice,
    judged: setQuality,
    'one-way': oneWay,
    'signalling-lost': loseSignalling,
    'signalling-restored': restoreSignalling,
    'media-lost': loseMedia,
    'media-restored': restoreMedia,
  },
  failed: { 'device-allowed': allow },
};
