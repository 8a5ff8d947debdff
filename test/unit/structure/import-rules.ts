// Which room may import which: one row for each room. A room is a folder; the longest name that fits a file is its room.
// `types of X` allows `import type` alone. Every room may import itself and node's own modules.

export const rooms: Readonly<Record<string, readonly string[]>> = {
  // What the widget and the gateway say to each other. Types only.
  contract: [],

  // The composition root imports all rooms of the gateway.
  gateway: ['gateway/*'],
  'gateway/admin': ['gateway/auth', 'gateway/config', 'gateway/http', 'gateway/net', 'gateway/observe'],
  'gateway/auth': [
    'types of contract',
    'gateway/config',
    'gateway/directory',
    'gateway/net',
    'gateway/observe',
  ],
  'gateway/availability': [
    'types of contract',
    'gateway/config',
    'gateway/directory',
    'types of gateway/observe',
  ],
  'gateway/call': [
    'types of contract',
    'gateway/auth',
    'gateway/availability',
    'gateway/config',
    'gateway/directory',
    'gateway/engine/message',
    'gateway/media',
    'gateway/observe',
    'gateway/resolver',
  ],
  'gateway/cards': [],
  'gateway/cli': [
    'gateway',
    'gateway/call',
    'gateway/config',
    'gateway/engine/message',
    'gateway/http',
    'gateway/kit',
    'gateway/net',
    'gateway/observe',
    'gateway/resolver',
  ],
  'gateway/config': ['types of contract', 'gateway/net'],
  'gateway/directory': ['gateway/config', 'gateway/engine/message', 'types of gateway/cards'],
  'gateway/edge': [
    'types of contract',
    'gateway/auth',
    'gateway/config',
    'gateway/directory',
    'gateway/net',
    'gateway/observe',
  ],
  'gateway/engine': ['gateway/engine/message'],
  'gateway/engine/message': [],
  'gateway/http': [
    'types of contract',
    'gateway/auth',
    'gateway/availability',
    'gateway/cards',
    'gateway/config',
    'gateway/directory',
    'gateway/net',
    'gateway/observe',
  ],
  'gateway/kit': ['gateway/config', 'gateway/net'],
  'gateway/media': [],
  'gateway/media/embedded': ['gateway/media', 'gateway/media/sdp'],
  'gateway/media/rtpengine': ['gateway/media', 'gateway/media/sdp'],
  'gateway/media/sdp': ['gateway/media'],
  'gateway/net': ['types of gateway/config'],
  'gateway/observe': ['gateway/net'],
  'gateway/records': ['types of gateway/call', 'types of gateway/media', 'gateway/observe'],
  'gateway/resolver': [],

  // The entries of the widget's build.
  widget: ['widget/*'],
  'widget/availability': ['types of contract', 'widget/base', 'types of widget/call', 'widget/locales'],
  'widget/base': ['types of contract'],
  'widget/call': ['types of contract', 'widget/base', 'widget/devices'],
  'widget/card': [
    'types of contract',
    'widget/availability',
    'widget/base',
    'widget/call',
    'widget/devices',
    'widget/element',
    'widget/locales',
  ],
  'widget/devices': ['types of contract', 'widget/base', 'widget/call'],
  'widget/element': ['types of contract', 'widget/*'],
  'widget/frameworks': ['widget/element'],
  'widget/locales': ['types of widget/base', 'types of widget/call'],
  'widget/shapes': ['widget/base', 'widget/card', 'widget/element', 'widget/locales'],

  'demo-site': ['gateway', 'gateway/config', 'gateway/engine', 'gateway/observe'],
};

/** Packages that only some files may import; all other packages are free. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  'drachtio-srf': ['gateway/call', 'demo-site/pbx'],
  jssip: ['widget/call/jssip.ts'],
  lit: ['widget'],
  'node:dns': ['gateway/resolver/dns-source.ts'],
  'node:dns/promises': ['gateway/resolver/dns-source.ts'],
  werift: ['gateway/media/embedded'],
  ws: ['gateway/edge', 'gateway/engine/transport', 'gateway/engine/engine.ts'],
};
