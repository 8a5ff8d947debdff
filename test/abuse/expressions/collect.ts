// Every regular expression in a module: literals, what is given to RegExp, and texts that match and search compile.

import { parseAst } from 'vite';
import { type Constants, constantsOf, textsOf } from './fold.ts';
import type { Module } from './graph.ts';
import { isNode, type Node, nodesOf } from './syntax.ts';

export interface Expression {
  readonly owner: string;
  /** As a literal: `/a+/g`. What is only known at run time is `x`. */
  readonly literal: string;
  readonly source: string;
  readonly flags: string;
  readonly places: string[];
}

export interface Collected {
  readonly expressions: readonly Expression[];
  /** `owner: call`, where the whole expression is only known at run time. */
  readonly given: readonly string[];
}

export function collect(modules: readonly Module[]): Collected {
  const expressions = new Map<string, Expression>();
  const given = new Set<string>();
  for (const module of modules) {
    const { owner, path, code } = module;
    const add = (source: string, flags: string, node: Node) => {
      const literal = `/${writtenOut(source)}/${flags}`;
      const key = keyOf(owner, literal);
      const place = `${path}:${code.slice(0, node.start).split('\n').length}`;
      const known = expressions.get(key);
      if (known === undefined) expressions.set(key, { owner, literal, source, flags, places: [place] });
      else known.places.push(place);
    };
    const program = parse(module);
    let constants: Constants | undefined;
    for (const node of nodesOf(program)) {
      if (node.regex !== undefined) add(node.regex.pattern, node.regex.flags, node);
      const compiled = compiledBy(node);
      if (compiled === undefined) continue;
      constants ??= constantsOf(program);
      const found = expressionsOf(compiled, constants);
      if (found === undefined) given.add(`${owner}: ${code.slice(node.start, node.end)}`);
      else for (const { source, flags } of found) add(source, flags, node);
    }
  }
  return { expressions: [...expressions.values()], given: [...given] };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};
const writtenOut = (source: string) => source.replace(/[\t\n\v\f\r]/g, character => ESCAPES[character]!);

export const keyOf = (owner: string, literal: string) => `${owner} ${literal}`;

function parse({ path, code }: Module): Node {
  const lang = path.endsWith('.ts') ? 'ts' : 'js';
  return parseAst(code, { lang, sourceType: 'unambiguous' }) as unknown as Node;
}

interface Compiled {
  readonly pattern: Node;
  readonly flags: Node | undefined;
}

/** The arguments of a call that makes a regular expression of a text. */
function compiledBy(node: Node): Compiled | undefined {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const [pattern, flags] = (node.arguments ?? []) as Node[];
  const callee = node.callee as Node;
  if (pattern === undefined || pattern.regex !== undefined) return undefined;
  if (callee.type === 'Identifier') return callee.name === 'RegExp' ? { pattern, flags } : undefined;
  const method =
    callee.type === 'MemberExpression' && isNode(callee.property) ? callee.property.name : undefined;
  const compiles = method === 'match' || method === 'matchAll' || method === 'search';
  return compiles && flags === undefined ? { pattern, flags: undefined } : undefined;
}

function expressionsOf(
  { pattern, flags }: Compiled,
  constants: Constants,
): { source: string; flags: string }[] | undefined {
  const sources = textsOf(pattern, constants);
  const [flagText = ''] = flags === undefined ? [] : (textsOf(flags, constants) ?? []);
  return sources?.map(source => ({ source, flags: flagText }));
}
