// Scenes of the shapes: each is a state, with the content of the element.

const rang = [{ type: 'requested' }, { type: 'invited' }, { type: 'rang', earlyMedia: false }];
const answered = seconds => [...rang, { type: 'answered', at: Date.now() - seconds * 1000 }];
const busy = [...rang, { type: 'ended', reason: 'busy', at: Date.now() }];
const anna = { name: 'Anna Petrova', job: 'Director', photo: 'portrait.svg' };

/** Name, events, and options: the element's attributes, and its content. */
export const shapeScenes = [
  ['card', [], { look: { shape: 'card', ...anna } }],
  ['card, ringing', rang, { look: { shape: 'card', ...anna } }],
  ['card, in call', answered(64), { look: { shape: 'card', ...anna } }],
  ['card, busy', busy, { look: { shape: 'card', ...anna } }],
  ['card, initials', [], { look: { shape: 'card', name: 'Anna Petrova', job: 'Director' } }],
  ['card, an address only', [], { look: { shape: 'card' } }],
  [
    'card, own words',
    [],
    {
      look: { shape: 'card' },
      inside:
        '<img slot="photo" src="portrait.svg" alt=""><b slot="name">Anna</b><span slot="job">Ask her</span>',
    },
  ],
  ['floating', [], { look: { shape: 'floating' } }],
  ['floating, in call', answered(64), { look: { shape: 'floating' } }],
  ['floating, minimized', answered(64), { look: { shape: 'floating' }, press: 'minimize' }],
  ['floating, busy', busy, { look: { shape: 'floating' } }],
  ['floating, bottom-left', [], { look: { shape: 'floating', corner: 'bottom-left' } }],
  ['page', [], { look: { shape: 'page', ...anna } }],
  ['page, an address only', [], { look: { shape: 'page' } }],
  ['page, in call', answered(64), { look: { shape: 'page', ...anna } }],
  ['custom', [], { look: { shape: 'custom' }, inside: '<button>Ring us</button>' }],
  ['custom, in call', answered(64), { look: { shape: 'custom' }, inside: '<button>Ring us</button>' }],
  [
    'custom, closed',
    [{ type: 'dismissed' }],
    { to: 'closed@mysite.test', look: { shape: 'custom' }, inside: '<button>Ring us</button>' },
  ],
  ['none', answered(64), { look: { shape: 'none' } }],
];
