// Puts one <sip-call> into each of its states, through the element's internal method for this, so that every state can
// be viewed and photographed without a network.

import { seenScenes } from './gallery-seen.js';
import { shapeScenes } from './gallery-shapes.js';

const report = Symbol.for('sip-call.report');

const asked = [{ type: 'requested' }, { type: 'device-asked' }];
const invited = [{ type: 'requested' }, { type: 'invited' }];
const rang = [...invited, { type: 'rang', earlyMedia: false }];
const answered = seconds => [...rang, { type: 'answered', at: Date.now() - seconds * 1000 }];
const ended = reason => ({ type: 'ended', reason, at: Date.now() });

/** Findings of a sound test. */
const found = findings => ({ samples: 12, spokeAt: 4, received: 60, back: false, ...findings });

/** Name, events, and options for the element. */
const scenes = [
  ['idle', []],
  ['idle, own words', [], { label: 'Talk to the director' }],
  ['idle, not an address', [], { to: 'director' }],
  ['before the call', [], { soundTest: { step: 'untried' } }],
  ['before the call, with a camera', [], { video: true, soundTest: { step: 'untried' } }],
  ['before the call, microphone asked', [], { soundTest: { step: 'asking' } }],
  ['before the call, connecting', [], { soundTest: { step: 'connecting' } }],
  [
    'before the call, listening',
    [],
    { soundTest: { step: 'listening', findings: found({ spokeAt: undefined }) } },
  ],
  [
    'before the call, sound came back',
    [],
    { soundTest: { step: 'listening', findings: found({ back: true, roundTrip: 34 }) } },
  ],
  [
    'before the call, test over',
    [],
    { soundTest: { step: 'over', findings: found({ back: true, roundTrip: 34 }) } },
  ],
  [
    'before the call, microphone silent',
    [],
    { soundTest: { step: 'listening', findings: found({ samples: 60, spokeAt: undefined }) } },
  ],
  [
    'before the call, nothing comes back',
    [],
    { soundTest: { step: 'listening', findings: found({ samples: 60, received: 0 }) } },
  ],
  ...['microphone-refused', 'microphone-blocked', 'gateway-unreachable', 'media-failed', 'failed'].map(
    reason => [
      `before the call, test failed: ${reason}`,
      [],
      { soundTest: { step: 'failed', reason, allowed: false } },
    ],
  ),
  [
    'before the call, microphone allowed',
    [],
    { soundTest: { step: 'failed', reason: 'microphone-refused', allowed: true } },
  ],
  ['preparing, microphone asked', asked],
  ['calling', invited],
  ['ringing', rang],
  ['in call', answered(7)],
  ['in call, muted, over an hour', [...answered(3723), { type: 'muted', on: true }]],
  ['in call, connection unsteady', [...answered(95), { type: 'signalling-lost' }]],
  ['in call, reconnecting', [...answered(96), { type: 'media-lost' }]],
  ['in call, good sound', [...answered(12), { type: 'judged', quality: 'good' }]],
  ['in call, on hold', [...answered(80), { type: 'held', on: true }]],
  ['in call, held by them', [...answered(81), { type: 'held-by-them', on: true }]],
  ['in call, hold refused', [...answered(82), { type: 'judged', quality: 'good' }, { type: 'hold-refused' }]],
  ...[
    ['poor', 'nothing-arrives'],
    ['poor', 'not-heard'],
    ['fair', 'microphone-silent'],
    ['poor', 'breaking-up'],
  ].map(([quality, trouble]) => [
    `in call, ${trouble}`,
    [...answered(33), { type: 'judged', quality, trouble }],
  ]),
  ['in call, devices', answered(51), { press: 'settings-toggle' }],
  ['in call, keypad', answered(42), { keys: '402#' }],
  ['in call, long address', answered(5), { to: 'customer.relations.and.returns@headquarters.mysite.test' }],
  ['ended: hung-up', [...answered(133), ended('hung-up')]],
  ['ended: remote-hung-up', [...answered(61), ended('remote-hung-up')]],
  ...['cancelled', 'busy', 'declined', 'no-answer'].map(reason => [
    `ended: ${reason}`,
    [...rang, ended(reason)],
  ]),
  ...[
    'not-found',
    'microphone-refused',
    'microphone-dismissed',
    'microphone-off',
    'microphone-missing',
    'microphone-in-use',
    'microphone-blocked',
    'elsewhere',
    'insecure-page',
    'unsupported-browser',
    'gateway-unreachable',
    'server-unreachable',
    'media-failed',
    'call-dropped',
    'failed',
  ].map(reason => [`failed: ${reason}`, [...invited, ended(reason)]]),
  [
    'failed: microphone-refused, then allowed',
    [...asked, ended('microphone-refused'), { type: 'device-allowed' }],
  ],
];

/** The morning after tomorrow, in the gateway's format of opening times. */
const opensAt = new Date(new Date().setHours(48 + 9, 0, 0, 0)).toISOString();
const fallbacks = [
  { kind: 'person', to: 'alex@mysite.test', name: 'Alex Orlov', title: 'Front desk' },
  { kind: 'hotline', phone: '+7 800 200-00-00' },
  { kind: 'mail', mail: 'office@mysite.test' },
  { kind: 'callback' },
];
/** The gateway's answers, for the scenes that have one. */
const statuses = new Map([
  ['sip:closed@mysite.test', { state: 'closed', opensAt, fallbacks }],
  ['sip:holidays@mysite.test', { state: 'closed', fallbacks: [] }],
  ['sip:unreachable@mysite.test', { state: 'unreachable', fallbacks }],
  ['sip:office@mysite.test', { state: 'open', fallbacks }],
]);
globalThis.fetch = async url => {
  const { pathname, searchParams } = new URL(url, location.href);
  if (pathname.endsWith('/callback')) return new Response(null, { status: 204 });
  const status = statuses.get(searchParams.get('to'));
  return status ? Response.json(status) : new Response(null, { status: 403 });
};

const closed = { to: 'closed@mysite.test' };
const office = { to: 'office@mysite.test' };
const dismissed = [{ type: 'dismissed' }];
const callback = 'button.fallback[aria-expanded]';
scenes.push(
  ['idle, closed', dismissed, closed],
  ['idle, closed for the holidays', dismissed, { to: 'holidays@mysite.test' }],
  ['idle, not answering', dismissed, { to: 'unreachable@mysite.test' }],
  ['ended: closed, other ways', [...dismissed, ended('closed')], closed],
  ['ended: no-answer, other ways', [...rang, ended('no-answer')], office],
  ['failed: microphone-missing, other ways', [...asked, ended('microphone-missing')], office],
  [
    'failed: server-unreachable, other ways',
    [...invited, ended('server-unreachable')],
    { to: 'unreachable@mysite.test' },
  ],
  ['ended: busy, asking to be called back', [...rang, ended('busy')], { ...office, open: callback }],
  [
    'ended: busy, asked to be called back',
    [...rang, ended('busy')],
    { ...office, open: callback, send: '+7 912 000-00-00' },
  ],
);
scenes.push(...shapeScenes, ...seenScenes);
const idOf = name => name.replace(/\W+/g, '-');

/** User agents; the widget's hints where to look depend on them. */
const browsers = {
  chromium: 'Chrome/140.0.0.0 Safari/537.36',
  firefox: 'Firefox/143.0',
  safari: 'Macintosh Version/26.0 Safari/605.1.15',
  android: 'Android 16 Chrome/140.0.0.0 Mobile Safari/537.36',
  ios: 'iPhone Version/26.0 Mobile Safari/604.1',
};

// Devices have names once the microphone is allowed.
const device = (kind, label) => ({ kind, label, deviceId: label });
navigator.mediaDevices.enumerateDevices = async () => [
  device('audioinput', 'Built-in microphone'),
  device('audioinput', 'A headset with a name that is longer than any card is wide'),
  device('audiooutput', 'Built-in speakers'),
  device('videoinput', 'Built-in camera'),
];

const form = document.querySelector('form');
const wall = document.querySelector('.scenes');
const chosen = new URLSearchParams(location.search);
/** Ids of the scenes to show; all scenes when absent. */
const only = chosen.get('only')?.split(',').filter(Boolean);
for (const [name, value] of chosen) if (form.elements[name]) form.elements[name].value = value;
form.addEventListener('change', () => {
  history.replaceState(null, '', `?${new URLSearchParams(new FormData(form))}`);
  draw();
});

await customElements.whenDefined('sip-call');
draw();

async function draw() {
  const wanted = scenes.filter(([name]) => !only?.length || only.includes(idOf(name)));
  const shown = [];
  const { lang, theme, dir, shape: chosenShape, browser } = Object.fromEntries(new FormData(form));
  if (browser)
    Object.defineProperty(navigator, 'userAgent', { configurable: true, value: browsers[browser] });
  wall.replaceChildren(
    ...wanted.map(
      ([name, facts, { to = 'director@mysite.test', label, video = false, inside, look, ...acts } = {}]) => {
        const scene = document.createElement('figure');
        scene.id = idOf(name);
        const caption = document.createElement('figcaption');
        // A heading, so that screen reader users can move from scene to scene.
        caption.append(Object.assign(document.createElement('h2'), { textContent: name }));
        const element = document.createElement('sip-call');
        const shape = chosenShape || look?.shape || null;
        Object.assign(element, { to, lang, theme, dir, video, ...look, shape });
        if (look?.corner) element.setAttribute('corner', look.corner);
        if (inside) element.innerHTML = inside;
        scene.dataset.shape = shape ?? '';
        if (label)
          element.append(
            Object.assign(document.createElement('span'), { slot: 'label', textContent: label }),
          );
        scene.append(caption, element);
        shown.push(Promise.resolve().then(() => show(element, facts, acts)));
        return scene;
      },
    ),
  );
  // For tests that take screenshots.
  await Promise.all(shown);
  document.querySelector('main').dataset.drawn = '';
}

async function show(element, facts, { keys = '', press, open, send, soundTest, streams }) {
  for (const fact of facts) await element[report](fact, streams);
  await element.updateComplete;
  const inside = element.shadowRoot;
  // A shape is hidden until its chunk is loaded.
  while (inside.firstElementChild.hidden) await new Promise(requestAnimationFrame);
  // A browser starts only videos in the viewport; others would be black.
  for (const video of inside.querySelectorAll('video')) video.play().catch(() => {});
  if (press) inside.querySelector(`[part=${press}]`).click();
  if (soundTest) {
    await element.openSettings();
    const panel = inside.querySelector('[part=sound-check]');
    panel.parentElement[Symbol.for('sip-call.sound-test')](soundTest);
    const { spokeAt, back } = soundTest.step === 'listening' ? soundTest.findings : {};
    panel.style.setProperty('--_local-level', spokeAt ? '0.7' : '0');
    panel.style.setProperty('--_remote-level', back ? '0.55' : '0');
  }
  const card = inside.querySelector('[part=card]');
  for (const key of keys) card.dispatchEvent(new KeyboardEvent('keydown', { key }));
  // The gateway's answer comes a little later.
  if (open) (await drawn(inside, open)).click();
  if (!send) return;
  (await drawn(inside, '[name=phone]')).value = send;
  inside.querySelector('form').requestSubmit();
  await drawn(inside, '.sent');
}

async function drawn(inside, selector) {
  while (!inside.querySelector(selector)) await new Promise(requestAnimationFrame);
  return inside.querySelector(selector);
}
