// The rest of the state machine of call-store.ts: what happens to a call between its beginning and its end. Fetched with
// the parts that confirm such facts, for a page whose button nobody presses has no use for it.
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
const ask: Step<'device-asked'> = call => (call.asking ? call : { ...call, asking: true });
const stopAsking: Step<'device-granted'> = (call, { camera = call.camera }) => ({
  ...call,
  asking: false,
  camera,
});
const wish: Step<'wished'> = (call, { wish }) => {
  const { refusal: _, ...rest } = call;
  return { ...rest, wish };
};
const wishOver = ({ wish: _, ...call }: Call): Call => ({ ...call, asking: false });
const grant: Step<'granted'> = (call, { wish, on }) => ({
  ...wishOver(call),
  [wish === 'camera' ? 'camera' : 'speaks']: on,
});
const refuseWish: Step<'wish-refused'> = (call, { wish, why }) => ({
  ...wishOver(call),
  ...(wish === 'camera' && { camera: false }),
  refusal: `${wish}-${why}`,
});
const judge: Step<'judged'> = (call, { quality, trouble }) =>
  quality === call.quality && trouble === call.trouble ? call : { ...call, quality, trouble };
const oneWay: Step<'one-way'> = (call, { missing }) =>
  missing === call.oneWay ? call : { ...call, oneWay: missing };
const answer: Step<'answered'> = (call, { at, digits = true }) => ({
  ...call,
  state: 'in-call',
  digits,
  answeredAt: at,
});
const lose: Step<'signalling-lost'> = call =>
  call.signallingLost ? call : { ...call, signallingLost: true };
const restore: Step<'signalling-restored'> = call =>
  call.signallingLost ? { ...call, signallingLost: false } : call;
const fallSilent: Step<'media-lost'> = call => (call.mediaLost ? call : { ...call, mediaLost: true });
const sound: Step<'media-restored'> = call => (call.mediaLost ? { ...call, mediaLost: false } : call);

/** The visitor mended it in the browser's settings, with the card still before them. */
const allow: Step<'device-allowed'> = call =>
  call.reason?.startsWith('microphone') && !call.allowed ? { ...call, allowed: true } : call;

export const progress: Rows = {
  preparing: {
    'device-asked': ask,
    'device-granted': stopAsking,
    invited: call => ({ ...call, state: 'calling', asking: false }),
  },
  calling: { rang: ring, answered: answer, muted: mute },
  ringing: { rang: ring, answered: answer, muted: mute },
  'in-call': {
    muted: mute,
    held: hold,
    'held-by-them': heldByThem,
    'hold-refused': refuseHold,
    wished: wish,
    granted: grant,
    'wish-refused': refuseWish,
    'device-asked': ask,
    'device-granted': stopAsking,
    judged: judge,
    'one-way': oneWay,
    'signalling-lost': lose,
    'signalling-restored': restore,
    'media-lost': fallSilent,
    'media-restored': sound,
  },
  failed: { 'device-allowed': allow },
};
