// The number of assertions that each file of drachtio-srf's test suite makes against a real drachtio-server 0.9.10.
// Exact numbers, because a `.catch(() => t.pass())` in the middle of uac.js turns an earlier failure into a pass, and
// only the number shows that the rest of the chain did not run. subscribe.js is left out: it fails against the real
// server too.

export const expectedAssertions = {
  uac: 19,
  uas: 8,
  b2b: 19,
  proxy: 2,
  'reinvite-tests': 1,
  refer: 1,
} as const;

/** Files that run in parallel: uas.js mostly waits for the end of a call whose 200 is never acknowledged. */
export const lanes: readonly (readonly SuiteFile[])[] = [
  ['uas'],
  ['uac', 'b2b', 'proxy', 'reinvite-tests', 'refer'],
];

export type SuiteFile = keyof typeof expectedAssertions;

export const suiteFiles = Object.keys(expectedAssertions) as SuiteFile[];
