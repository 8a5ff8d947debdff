// The text that an argument of RegExp comes to: literals joined, constants of the same module put in. A part that is
// only known at run time becomes `x`; where the whole is, there is no text.

import { isNode, type Node, nodesOf } from './syntax.ts';

export interface Constants {
  /** The outermost of that name; undefined where there are several. */
  readonly values: ReadonlyMap<string, Node | undefined>;
  /** The arguments that a function of one parameter is called with, by the parameter's name. */
  readonly parameters: ReadonlyMap<string, readonly Node[] | undefined>;
}

export function constantsOf(program: Node): Constants {
  const functions = new Map<string, string>();
  const parameters = new Map<string, Node[] | undefined>();
  const everywhere = valuesOf([...nodesOf(program)]);
  const outermost = valuesOf(
    (program.body as Node[]).flatMap(statement => (statement.declarations as Node[]) ?? []),
  );
  const values = new Map([...everywhere, ...outermost]);
  for (const [name, value] of values) {
    const [parameter, ...others] = value?.type === 'ArrowFunctionExpression' ? (value.params as Node[]) : [];
    if (parameter?.name === undefined || others.length > 0) continue;
    functions.set(name, parameter.name);
    parameters.set(parameter.name, parameters.has(parameter.name) ? undefined : []);
  }
  for (const node of nodesOf(program)) {
    if (node.type !== 'CallExpression') continue;
    const parameter = functions.get((node.callee as Node).name ?? '');
    const [argument] = node.arguments as Node[];
    if (parameter !== undefined && argument !== undefined) parameters.get(parameter)?.push(argument);
  }
  return { values, parameters };
}

function valuesOf(nodes: readonly Node[]): Map<string, Node | undefined> {
  const values = new Map<string, Node | undefined>();
  for (const node of nodes) {
    if (node.type !== 'VariableDeclarator' || !isNode(node.id) || node.id.name === undefined) continue;
    const value = isNode(node.init) ? node.init : undefined;
    values.set(node.id.name, values.has(node.id.name) ? undefined : value);
  }
  return values;
}

const UNKNOWN = 'x';
/** Constants that name each other must end. */
const MOST_STEPS = 20;

/** All texts that it can be; undefined when it is only known at run time. */
export function textsOf(node: Node, constants: Constants, steps = 0): string[] | undefined {
  if (steps > MOST_STEPS) return undefined;
  const fold = (inner: Node) => textsOf(inner, constants, steps + 1);
  switch (node.type) {
    case 'Literal':
      if (node.regex !== undefined) return [node.regex.pattern];
      return typeof node.value === 'string' ? [node.value] : undefined;
    case 'Identifier': {
      const value = constants.values.get(node.name!);
      if (value !== undefined) return fold(value);
      const given = constants.parameters.get(node.name!);
      return given?.every(argument => fold(argument) !== undefined)
        ? given.flatMap(argument => fold(argument)!)
        : undefined;
    }
    case 'BinaryExpression':
      return node.operator === '+'
        ? [first(fold(node.left as Node)) + first(fold(node.right as Node))]
        : undefined;
    case 'TemplateLiteral':
      return [joined(node, fold)];
    case 'MemberExpression': {
      const { object, property } = node as unknown as { object: Node; property: Node };
      const value = object.type === 'Identifier' ? constants.values.get(object.name!) : object;
      return property.name === 'source' && value?.regex !== undefined ? [value.regex.pattern] : undefined;
    }
    default:
      return undefined;
  }
}

function joined(template: Node, fold: (inner: Node) => string[] | undefined): string {
  const quasis = template.quasis as { value: { cooked: string } }[];
  const parts = template.expressions as Node[];
  return quasis
    .map(({ value }, i) => value.cooked + (parts[i] === undefined ? '' : first(fold(parts[i]))))
    .join('');
}

const first = (texts: string[] | undefined) => texts?.[0] ?? UNKNOWN;
