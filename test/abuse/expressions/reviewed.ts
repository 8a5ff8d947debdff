// What was decided of each superlinear expression in a library, by its text. An entry holds for any version of the
// library; a new or changed expression has none, and the test fails until there is one.

import { keyOf } from './collect.ts';

export interface Reviewed {
  /** `bounded`: reached with input that is cut to a length first, as the attacks prove. `unreached`: no peer's bytes. */
  readonly is: 'bounded' | 'unreached';
  readonly because: string;
}

/** Libraries that read only the command line, the owner's file, or values that our own schemas describe. */
export const ownersOnly: readonly string[] = ['commander', 'yaml', 'zod'];

/** Calls whose whole expression is only known at run time, and what it is. */
export const givenAtRunTime: Readonly<Record<string, string>> = {
  'gateway: this.dialogs.match(request)': 'a table of dialogs, not a text',
  'sdp-transform: content.match(obj.reg)': 'an expression of its grammar, which are all checked',
};

const handedOn: Reviewed = {
  is: 'bounded',
  because: 'The engine hands on what it has read and written anew, each part of a bounded length.',
};
const credentials: Reviewed = {
  is: 'unreached',
  because: 'The gateway has no credentials: no challenge and no Authorization is ever parsed.',
};
const certificates: Reviewed = {
  is: 'unreached',
  because:
    'Only to make or read certificates: the relay brings its own, and node:crypto reads those of peers.',
};

const decisions: Readonly<Record<string, readonly (readonly [RegExp, Reviewed])[]>> = {
  'drachtio-srf': [
    [/^SIP\/(\d+\.\d+)\s+(\d+)\s*(.*)\s*$/, handedOn],
    [/.*;\s*boundary="?(.*?)"?$/, handedOn],
    [/Content-Type:\s*(.*)\r\n/, handedOn],
    [
      /((?:[\w\-.!%*_+`'~]+)(?:\s+[\w\-.!%*_+`'~]+)*|"[^"\\]*(?:\\.[^"\\]*)*")?\s*<\s*([^>]*)\s*>|((?:[^\s@"<]@)?[^\s;]+)/g,
      handedOn,
    ],
    [/\s*,\s*/g, handedOn],
    [/\s*;\s*([\w\-.!%*_+`'~]+)(?:\s*=\s*([\w\-.!%*_+`'~]+|"[^"\\]*(\\.[^"\\]*)*"))?/g, handedOn],
    [
      /^(sips?):(?:([^\s@>:]*)(?::([^\s@>]*))?@)?((?:[0-9A-Za-z\-_]+\.)+[0-9A-Za-z\-_]+|(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})|\[(?:[A-Fa-f0-9:]+)\]|[^@:]*)?(?::(\d+))?((?:;[^\s=?>;]+(?:=[^\s?;]+)?)*)(?:\?([^>]*))?$/,
      handedOn,
    ],
    [/\[.*\]/, handedOn],
    [/sips?:(.*?)@/, handedOn],
    [
      /SIP\s*\/\s*(\d+\.\d+)\s*\/\s*([\S]+)\s+([^\s;:]+)(?:\s*:\s*(\d+))?/g,
      { is: 'unreached', because: 'Neither drachtio-srf nor the call app asks for a Via in parts.' },
    ],
    [/([^\s]*)\s+/g, credentials],
    [/([^\s,"=]*)\s*=\s*([^\s,"]+|"[^"\\]*(?:\\.[^"\\]*)*")\s*/g, credentials],
    [/,\s*([^\s,"=]*)\s*=\s*([^\s,"]+|"[^"\\]*(?:\\.[^"\\]*)*")\s*/g, credentials],
    [/^\s*?([a-zA-Z0-9]+)="?(.*?)"?\s*?$/, credentials],
  ],
  '@peculiar/utils': [
    [/=+$/g, certificates],
    [/-----BEGIN ([^-]+)-----([\s\S]*?)-----END \1-----/g, certificates],
  ],
  '@peculiar/x509': [
    [/"(.*?[^\\])?"/, certificates],
    [
      /(\d\.[\d.]*\d|[A-Za-z]+)=((?:"")|(?:".*?[^\\]")|(?:[^,+"\\](?=[,+]|$))|(?:[^,+].*?(?:[^\\][,+]))|(?:))([,+])?/g,
      certificates,
    ],
    [
      /-{5}BEGIN ([^\n]+(?=-{5}))-{5}\n(?:((?:[^:\n]+: (?:[^\n]+\n(?: +[^\n]+\n)*))+))?\n?((?:[a-zA-Z0-9=+/]+\n)+)-{5}END \1-{5}/g,
      certificates,
    ],
  ],
  asn1js: [
    [/0+$/, certificates],
    [/^\s+|\s+$/g, certificates],
  ],
  ms: [
    [
      /^(-?(?:\d+)?\.?\d+) *(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i,
      {
        is: 'unreached',
        because: 'debug gives it numbers; and a text longer than 100 characters is not looked at.',
      },
    ],
  ],
  'short-uuid': [
    [
      /(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})/,
      { is: 'unreached', because: 'drachtio-srf makes names with it and reads none.' },
    ],
  ],
  jssip: [
    [
      /^[-.()]*\+?[0-9\-.()]+$/,
      {
        is: 'unreached',
        because: 'A number to call; the widget calls addresses with an @, as its page has them.',
      },
    ],
  ],
};

export const reviewed: ReadonlyMap<string, Reviewed> = new Map(
  Object.entries(decisions).flatMap(([owner, entries]) =>
    entries.map(([{ source, flags }, entry]): [string, Reviewed] => [
      keyOf(owner, `/${source}/${flags}`),
      entry,
    ]),
  ),
);
