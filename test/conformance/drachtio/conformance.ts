// `npm run conformance:drachtio`: drachtio-srf's own test suite against the engine. Prints the passed and the expected
// assertions by file. Exits with 1 if one is missing, additional or failed.

import { ensureParts, programPath } from '../../support/parts.ts';
import { expectedAssertions, lanes, type SuiteFile, suiteFiles } from './expected.ts';
import { Testbed } from './testbed.ts';

const words = process.argv.slice(2);
const chosen = suiteFiles.filter(file => words.length === 0 || words.includes(file));
if (programPath('sipp') === undefined) await ensureParts(line => console.error(line));
if (chosen.length === 0 || programPath('sipp') === undefined) {
  console.error(
    chosen.length === 0 ? `files: ${suiteFiles.join(' ')}` : 'SIPp is missing (Debian: sip-tester)',
  );
  process.exit(1);
}
let failed = 0;
await Promise.all(lanes.map(async (files, lane) => await runLane(files, lane)));
process.exit(failed === 0 ? 0 : 1);

async function runLane(files: readonly SuiteFile[], lane: number): Promise<void> {
  const testbed = await Testbed.open(lane);
  for (const file of files) if (chosen.includes(file) && !(await judge(testbed, file))) failed += 1;
  await testbed.close();
}

async function judge(testbed: Testbed, file: SuiteFile): Promise<boolean> {
  const expected = expectedAssertions[file];
  const began = Date.now();
  const { tally, output } = await testbed.run(file);
  const passed = tally.passed.length;
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${file.padEnd(16)} ${String(passed).padStart(2)}/${expected}  ${seconds} s`);
  if (passed === expected && tally.failed.length === 0) return true;
  for (const words of tally.passed) console.log(`    passed: ${words}`);
  for (const words of tally.failed) console.log(`    FAILED: ${words}`);
  console.log(output.slice(-4000));
  return false;
}
