// Which room may import which: one row for each room. A room is a folder; the longest name that fits a file is its room.
// `types of X` allows `import type` alone. Every room may import itself and node's own modules.

export const rooms: Readonly<Record<string, readonly string[]>> = {
  // The composition root knows all rooms of the gateway.
  gateway: ['gateway/*'],
  'gateway/admin': ['gateway/auth', 'gateway/config', 'gateway/http', 'gateway/net', 'gateway/observe'],
  'gateway/auth': ['gateway/config', 'gateway/directory', 'gateway/net', 'gateway/observe'],
  'gateway/availability': ['gateway/config', 'gateway/directory', 'types of gateway/observe'],
  'gateway/call': [
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
  'gateway/config': ['gateway/net'],
  'gateway/directory': ['gateway/config', 'gateway/engine/message', 'types of gateway/cards'],
  'gateway/edge': ['gateway/auth', 'gateway/config', 'gateway/directory', 'gateway/net', 'gateway/observe'],
  'gateway/engine': ['gateway/engine/message'],
  'gateway/engine/message': [],
  'gateway/http': [
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
  'widget/availability': ['widget/base', 'types of widget/call', 'widget/locales'],
  'widget/base': [],
  'widget/call': ['widget/base', 'widget/devices'],
  'widget/card': [
    'widget/availability',
    'widget/base',
    'widget/call',
    'widget/devices',
    'widget/element',
    'widget/locales',
  ],
  'widget/devices': ['widget/base', 'widget/call'],
  'widget/element': ['widget/*'],
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
