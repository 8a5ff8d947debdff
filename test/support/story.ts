// One story on real parts: its time is bounded, what it leaves behind is counted, and when it fails everybody's
// last words are printed.

import { after, before, describe, test } from 'node:test';
import type { AsteriskVersion } from './asterisk.ts';
import { Office } from './office.ts';
import { partsMissing } from './parts.ts';

/**
 * Runs in the order written; each begins with no call anywhere and must end so. `todo` says what the product still
 * lacks for it: the story is told, and its failure shown, without failing the run.
 */
export type Story = (name: string, body: (office: Office) => Promise<void>, todo?: string) => void;

/**
 * A file of stories in one office. `prepare` runs once the office is open, `tell` names the stories.
 * Skipped with the reason where parts are missing.
 */
export function stories(
  title: string,
  versions: readonly AsteriskVersion[],
  prepare: (office: Office) => Promise<void>,
  tell: (story: Story) => void,
): void {
  describe(title, { skip: partsMissing() }, () => {
    let office: Office;

    before(
      async () => {
        office = await Office.open(versions);
        try {
          await prepare(office);
        } catch (error) {
          console.error(office.evidence());
          await office.close();
          throw error;
        }
      },
      { timeout: 180_000 },
    );
    after(async () => await office?.close());

    tell((name, body, todo) => {
      test(name, { timeout: 180_000, ...(todo && { todo }) }, async () => {
        try {
          await body(office);
          await office.quiet();
        } catch (error) {
          if (!todo) console.error(office.evidence());
          await office.tidy();
          throw error;
        }
      });
    });
  });
}
