// A cause of the catalogue with the details of one call: what an outcome carries into log, record and the browser.

import { type CauseCode, causes } from './causes/catalogue.ts';
import type { CauseEntry, Side } from './causes/entry.ts';

export interface Cause {
  /** Stable name. */
  readonly code: CauseCode;
  readonly side: Side | undefined;
  /** One sentence. */
  readonly why: string;
  /** What mends it, for the owner or the administrator of the PBX. */
  readonly mend: string | undefined;
  readonly details: Details;
}

export type Details = Readonly<Record<string, string | number>>;

type Named<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;
type Texts<Entry> = Entry extends { says: infer Says; mend: infer Mend }
  ? Says | Mend
  : Entry extends { says: infer Says }
    ? Says
    : never;
/** The details that the texts of an entry name. */
type DetailsOf<Code extends CauseCode> = Named<Texts<(typeof causes)[Code]>>;
type Given<Code extends CauseCode> = [DetailsOf<Code>] extends [never]
  ? []
  : [details: Readonly<Record<DetailsOf<Code>, string | number>>];

/** A detail may be a peer's text. */
const LONGEST = 500;

export function cause<Code extends CauseCode>(code: Code, ...[given]: Given<Code>): Cause {
  const { side, says, mend }: CauseEntry = causes[code];
  const named = new Set([...namesIn(says), ...namesIn(mend ?? '')]);
  const details = Object.fromEntries(
    Object.entries<string | number>(given ?? {})
      .filter(([name]) => named.has(name))
      .map(([name, value]) => [name, plain(value)]),
  );
  return { code, side, why: filled(says, details), mend: mend && filled(mend, details), details };
}

/** The fields of a log line about a cause. */
export function causeFields(cause: Cause | undefined) {
  if (!cause) return {};
  const { code, side, why, mend, details } = cause;
  return { cause: code, side, why, mend, ...(Object.keys(details).length > 0 && { details }) };
}

const NAME = /\{(\w+)\}/g;

function namesIn(text: string): string[] {
  return [...text.matchAll(NAME)].map(([, name = '']) => name);
}

function filled(text: string, details: Details): string {
  return text.replace(NAME, (all, name: string) => String(details[name] ?? all));
}

/** On one line, of a bounded length. */
function plain(value: string | number): string | number {
  return typeof value === 'number' ? value : value.replace(/[^\x20-\x7e]/g, ' ').slice(0, LONGEST);
}
