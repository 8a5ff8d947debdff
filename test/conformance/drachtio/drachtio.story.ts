// drachtio-srf's own test suite, as shipped in its package, against the engine: every assertion that passes against a
// real drachtio-server must pass here.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { partsMissing } from '../../support/parts.ts';
import { expectedAssertions, lanes } from './expected.ts';
import { Testbed } from './testbed.ts';

describe("drachtio-srf's own suite", { concurrency: true, skip: partsMissing() }, () => {
  lanes.forEach((files, lane) => {
    describe(`lane ${lane}`, { concurrency: false }, () => {
      let testbed: Testbed;
      before(async () => {
        testbed = await Testbed.open(lane);
      });
      after(async () => await testbed?.close());

      for (const file of files) {
        test(`${file}: ${expectedAssertions[file]} assertions`, { timeout: 200_000 }, async () => {
          const { tally, output } = await testbed.run(file);
          const seen = { passed: tally.passed.length, failed: tally.failed };
          assert.deepEqual(seen, { passed: expectedAssertions[file], failed: [] }, output);
        });
      }
    });
  });
});
