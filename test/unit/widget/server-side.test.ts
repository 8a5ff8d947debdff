import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../support/peer-process.ts';
import { repository } from '../../support/repository.ts';

test('in Node, without a DOM, the package can be imported', async () => {
  const program = `
    globalThis.sipCall = { theme: 'dark' };
    const { SipCall, upgradeLinks } = await import('sip-call');
    for (const types of ['react', 'vue', 'svelte']) await import('sip-call/' + types);
    console.log(typeof document, typeof SipCall, typeof upgradeLinks, SipCall.observedAttributes.includes('to'));`;
  const said = await run(process.execPath, ['--input-type=module', '-e', program], { cwd: repository });
  assert.equal(said, 'undefined function function true');
});
