// How many assertions each file of drachtio-srf's own suite makes when all is well: what it makes against a real
// drachtio-server 0.9.10. Exact, because a `.catch(() => t.pass())` in the middle of uac.js turns whatever failed
// before it into a pass, and only the number shows that the rest of the chain never ran.
// (subscribe.js is left out: it fails against the real server too.)

export const expectedAssertions = {
  uac: 19,
  uas: 8,
  b2b: 19,
  proxy: 2,
  'reinvite-tests': 1,
  refer: 1,
} as const;

/** Files side by side: most of uas.js is waiting for the end of a call whose 200 nobody acknowledges. */
export const lanes: readonly (readonly SuiteFile[])[] = [
  ['uas'],
  ['uac', 'b2b', 'proxy', 'reinvite-tests', 'refer'],
];

export type SuiteFile = keyof typeof expectedAssertions;

export const suiteFiles = Object.keys(expectedAssertions) as SuiteFile[];
