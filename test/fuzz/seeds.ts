// What the fuzzer begins with: every torture message, what was once found to break us, and messages by the
// generator of sound ones.

import { readdirSync, readFileSync } from 'node:fs';
import { serialize } from '../../gateway/engine/message/serialize.ts';
import { invalid } from '../conformance/rfc4475-invalid.ts';
import { meaning } from '../conformance/rfc4475-meaning.ts';
import { valid } from '../conformance/rfc4475-valid.ts';
import { ipv6 } from '../conformance/rfc5118.ts';
import { repository } from '../support/repository.ts';
import { generate } from './generate.ts';
import { Random } from './random.ts';

export const corpusFolder = `${repository}test/fuzz/corpus/`;

/** Bytes that broke an invariant once, each named for what was wrong with us. */
export function crashers(): { name: string; bytes: Buffer }[] {
  return readdirSync(corpusFolder)
    .filter(name => name.endsWith('.sip'))
    .map(name => ({ name, bytes: readFileSync(corpusFolder + name) }));
}

export function seeds(): Buffer[] {
  const torture = [...valid, ...invalid, ...meaning, ...ipv6].map(({ message }) => message);
  const generated = Array.from({ length: 40 }, (_, seed) => serialize(generate(new Random(seed))));
  return [...torture, ...crashers().map(({ bytes }) => bytes), ...generated];
}
