import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Extensions,
  extensionHeaders,
  extensionsAfter,
  ourExtensions,
} from '../../../gateway/call/extensions.ts';

/** What an INVITE says after these refusals, one after the other; undefined once one is final. */
function after(...refusals: (readonly [status: number, name?: string, value?: string])[]) {
  let extensions: Extensions | undefined = ourExtensions;
  for (const [status, name, value] of refusals) {
    const get = (asked: string) => (asked === name ? value : undefined);
    extensions = extensions && extensionsAfter(extensions, { status, get });
  }
  return extensions && extensionHeaders(extensions);
}

test('an INVITE says what it can do', () => {
  assert.deepEqual(after(), { Supported: '100rel, timer' });
});

for (const [what, refusals, said] of [
  ['421', [[421, 'Require', '100rel']], { Supported: '100rel, timer', Require: '100rel' }],
  [
    '421 in other letters',
    [[421, 'Require', ' 100REL ,Timer']],
    { Supported: '100rel, timer', Require: '100rel, timer' },
  ],
  ['421 for what we cannot do', [[421, 'Require', '100rel, precondition']], undefined],
  ['421 for nothing', [[421]], undefined],
  [
    '421 twice',
    [
      [421, 'Require', '100rel'],
      [421, 'Require', '100rel'],
    ],
    undefined,
  ],
  ['420', [[420, 'Unsupported', 'timer']], { Supported: '100rel' }],
  ['420 for nothing in particular', [[420]], {}],
  ['420 for what was never said', [[420, 'Unsupported', 'replaces']], undefined],
  [
    '420 twice',
    [
      [420, 'Unsupported', 'timer'],
      [420, 'Unsupported', '100rel'],
    ],
    {},
  ],
  [
    '421 for what it does not know',
    [
      [420, 'Unsupported', '100rel'],
      [421, 'Require', '100rel'],
    ],
    undefined,
  ],
  [
    '422',
    [[422, 'Min-SE', '1800;x=y']],
    { Supported: '100rel, timer', 'Session-Expires': '1800', 'Min-SE': '1800' },
  ],
  [
    '422 for as much as is asked',
    [
      [422, 'Min-SE', '300'],
      [422, 'Min-SE', '300'],
    ],
    undefined,
  ],
  ['422 for more than a day', [[422, 'Min-SE', '99999999']], undefined],
  ['422 for nothing that can be read', [[422, 'Min-SE', 'soon']], undefined],
  ['415', [[415]], undefined],
  ['488', [[488]], undefined],
] as const) {
  test(`${what} is answered with ${JSON.stringify(said) ?? 'no other INVITE'}`, () => {
    assert.deepEqual(after(...refusals), said);
  });
}
