// Scenes of calls with video, and of a seminar. Draws its own video, so that no camera is needed.

const rang = [{ type: 'requested' }, { type: 'invited' }, { type: 'rang', earlyMedia: false }];
const answered = seconds => ({ type: 'answered', at: Date.now() - seconds * 1000 });
const talking = [...rang, answered(64), { type: 'judged', quality: 'good' }];
const listening = [{ type: 'requested', listen: true }, ...rang.slice(1), answered(431)];
const requested = (name, fact) => [
  { type: 'media-requested', media: name },
  { media: name, ...fact },
];
const camera = requested('camera', { type: 'media-granted', on: true });

const them = painted({ wall: ['#e9d8c2', '#b98a62'], coat: '#20435c', skin: '#e0ac84', hair: '#33231a' });
const me = painted({ wall: ['#cfdfe4', '#7f9aa6'], coat: '#7a3b2e', skin: '#c98f68', hair: '#1c1512' });
const seen = (...lines) => ({
  local: lines.includes('me') ? me : undefined,
  cameras: lines.length,
  ...(lines.includes('them') && { remote: them }),
});
const seminar = { to: 'seminar@mysite.test' };

export const seenScenes = [
  ['in call, a camera to switch on', talking, { streams: { cameras: 1 } }],
  [
    'in call, camera asked',
    [...talking, ...requested('camera', { type: 'device-asked' })],
    { streams: { cameras: 1 } },
  ],
  ['in call, only the visitor is seen', [...talking, ...camera], { streams: seen('me') }],
  ['in call, both are seen', [...talking, ...camera], { streams: seen('me', 'them') }],
  [
    'floating, both are seen',
    [...talking, ...camera],
    { streams: seen('me', 'them'), look: { shape: 'floating' } },
  ],
  ['in call, only they are seen', talking, { streams: seen('them') }],
  ...['declined', 'refused'].map(why => [
    `in call, camera ${why}`,
    [...talking, ...requested('camera', { type: 'media-refused', why })],
    { streams: { cameras: 1 } },
  ]),
  ['seminar, listening', listening, seminar],
  ['seminar, microphone asked', [...listening, ...requested('voice', { type: 'device-asked' })], seminar],
  [
    'seminar, speaking',
    [...listening, ...requested('voice', { type: 'media-granted', on: true })],
    { ...seminar, streams: { cameras: 1 } },
  ],
  [
    'seminar, microphone missing',
    [...listening, ...requested('voice', { type: 'media-refused', why: 'missing' })],
    seminar,
  ],
];

/** A person in front of a wall who moves slowly, except when the visitor prefers reduced motion. */
function painted({ wall, coat, skin, hair }) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const brush = canvas.getContext('2d');
  const round = (colour, x, y, width, height) => {
    brush.fillStyle = colour;
    brush.beginPath();
    brush.ellipse(x, y, width, height, 0, 0, 2 * Math.PI);
    brush.fill();
  };
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const paint = () => {
    const lift = calm.matches ? 0 : 3 * Math.sin(performance.now() / 700);
    const light = brush.createLinearGradient(0, 0, 640, 480);
    for (const [i, colour] of wall.entries()) light.addColorStop(i, colour);
    brush.fillStyle = light;
    brush.fillRect(0, 0, 640, 480);
    round(hair, 320, 190 + lift, 104, 122);
    round(coat, 320, 520 + lift, 215, 185);
    round(skin, 320, 345 + lift, 46, 60);
    round(skin, 320, 225 + lift, 84, 106);
    round(hair, 320, 138 + lift, 88, 44);
    round('#2a1d17', 288, 222 + lift, 7, 8);
    round('#2a1d17', 352, 222 + lift, 7, 8);
    round('#9c4a3c', 320, 280 + lift, 24, 6);
  };
  paint();
  setInterval(paint, 200);
  return canvas.captureStream(10);
}
