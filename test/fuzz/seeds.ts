// The messages with which the fuzzer starts: every torture message, messages that once broke the parser, and generated
// valid messages.

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

/** Bytes that once broke an invariant. Each file is named after the error. */
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
