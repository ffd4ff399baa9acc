import { substitutions } from '../../src/cloudformation/template/functions';
import { intrinsicName } from './intrinsic-name';
import { Computed, isObject, type Node, type Resolved, type Scope } from './scope';
import { ATTRIBUTES_OF_PROPERTIES, isIdentifier } from './attributes';
import { concatenate, type TextPart, Unknown } from './unknown';

type Intrinsic = (argument: Node, scope: Scope) => Resolved;

const PSEUDO_NO_VALUE = 'AWS::NoValue';

/**
 * Evaluate the outermost intrinsic function of a node.
 *
 * @returns a scalar, a list or object whose elements are still unevaluated, undefined when absent, or an Unknown that
 * names the cause. Never throws on malformed intrinsics: those are Unknown too.
 */
export function resolve(node: Node, scope: Scope): Resolved {
  if (typeof node === 'string') return node.includes('{{') ? withoutDynamicReferences(node) : node;
  if (typeof node !== 'object') return node as Resolved;
  if (node === null) return undefined;
  if (Array.isArray(node) || node instanceof Unknown) return node as Resolved;
  if (node instanceof Computed) return resolve(node.value, LITERAL);
  if (!scope.hasIntrinsics) return node as Resolved;
  const name = intrinsicName(node);
  if (name === undefined) return ofTransform(node) ?? (node as Resolved);
  const intrinsic = INTRINSICS[name];
  const argument = (node as Record<string, Node>)[name];
  if (intrinsic === undefined) return new Unknown(`${name} is evaluated by CloudFormation only`);
  return intrinsic(argument, scope);
}

/**
 * What a transform makes of what stands beside it: a macro anything, an include something else of a function. Undefined
 * where it leaves what is written.
 */
function ofTransform(node: Node): Unknown | undefined {
  if (!isObject(node) || !('Fn::Transform' in node)) return undefined;
  const transform = node['Fn::Transform'];
  const name = isObject(transform) ? transform['Name'] : transform;
  if (name !== 'AWS::Include')
    return new Unknown(`the macro ${String(name)} may change properties during deployment`, {
      mayBeAbsent: true,
    });
  const isFunction = Object.keys(node).some(
    (key) => key !== 'Fn::Transform' && (key === 'Ref' || key.startsWith('Fn::')),
  );
  return isFunction ? new Unknown('a transform changes this function during deployment') : undefined;
}

/**
 * The logical ids that an expression refers to by Ref, Fn::GetAtt or Fn::Sub, and whether it holds anything else that
 * could turn out to be a reference (a parameter, an import).
 *
 * @param scope with conditions only the branches that they choose count, without them all branches.
 */
export function referencesOf(
  node: Node,
  scope: Pick<Scope, 'hasResource'> & Partial<Pick<Scope, 'condition'>>,
): { resources: Set<string>; open: boolean } {
  const found = { resources: new Set<string>(), open: false };
  const visit = (current: Node): void => {
    if (current instanceof Computed) return visit(current.expression);
    if (Array.isArray(current)) return current.forEach(visit);
    if (!isObject(current)) return;
    const name = intrinsicName(current);
    if (name === undefined) {
      if (!('Fn::Transform' in current)) return Object.values(current).forEach(visit);
      // A transform may change what stands beside it, functions too.
      found.open = true;
      return Object.entries(current).forEach(([key, value]) => visit({ [key]: value }));
    }
    const argument = current[name];
    if (name === 'Fn::If' && scope.condition !== undefined && Array.isArray(argument)) {
      const truth = scope.condition(String(argument[0]));
      if (truth === 'unknown') found.open = true;
      else visit(truth ? argument[1] : argument[2]);
      return;
    }
    const target = REFERENCE_TARGETS[name]?.(argument);
    if (target === undefined) {
      if (name === 'Fn::ImportValue' || name === 'Fn::Transform') found.open = true;
      return visit(argument);
    }
    for (const logicalId of target) {
      if (scope.hasResource(logicalId)) found.resources.add(logicalId);
      else found.open ||= !logicalId.startsWith('AWS::');
    }
    if (name === 'Fn::Sub' && Array.isArray(argument)) visit(argument[1]);
  };
  visit(node);
  return found;
}

const REFERENCE_TARGETS: Readonly<Record<string, (argument: Node) => string[] | undefined>> = {
  Ref: (argument) => [String(argument)],
  'Fn::GetAtt': (argument) => [attributeOf(argument)[0]],
  'Fn::Sub': (argument) => {
    const [template, variables]: readonly Node[] = Array.isArray(argument) ? argument : [argument];
    return substitutions(String(template))
      .flatMap(({ variable }) => variable ?? [])
      .filter((variable) => !isObject(variables) || !Object.hasOwn(variables, variable))
      .map((variable) => variable.split('.')[0]!);
  },
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => reference(String(argument), scope),
  'Fn::GetAtt': (argument, scope) => attribute(...attributeOf(argument), scope),
  'Fn::If': (argument, scope) =>
    Array.isArray(argument) && argument.length === 3 ? either(argument, scope) : malformed('Fn::If'),
  'Fn::Sub': (argument, scope) => {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, undefined];
    return typeof template === 'string' ? substitute(template, variables, scope) : malformed('Fn::Sub');
  },
  'Fn::Join': (argument, scope) => {
    if (!Array.isArray(argument) || argument.length !== 2) return malformed('Fn::Join');
    const list = resolveList(argument[1], scope);
    if (list instanceof Unknown) return list;
    const delimiter = String(argument[0]);
    return joined(list.flatMap((item, index) => (index === 0 ? [text(item)] : [delimiter, text(item)])));
  },
  'Fn::Split': (argument, scope) => {
    if (!Array.isArray(argument) || argument.length !== 2) return malformed('Fn::Split');
    const source = resolve(argument[1], scope);
    return typeof source === 'string' ? source.split(String(argument[0])) : unknownFrom(source, 'Fn::Split');
  },
  'Fn::Select': (argument, scope) => {
    if (!Array.isArray(argument) || argument.length !== 2) return malformed('Fn::Select');
    const index = resolve(argument[0], scope);
    const list = resolveList(argument[1], scope);
    if (list instanceof Unknown) return new Unknown(list.cause);
    if (index instanceof Unknown) return index;
    const item = list[Number(index)];
    return item === undefined
      ? new Unknown(`Fn::Select asks for item ${String(index)} of ${list.length}`)
      : item;
  },
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) => {
    const source = resolve(argument, scope);
    return typeof source === 'string'
      ? Buffer.from(source).toString('base64')
      : unknownFrom(source, 'Fn::Base64');
  },
  'Fn::Length': (argument, scope) => {
    const list = resolveList(argument, scope);
    return list instanceof Unknown ? list : list.length;
  },
  'Fn::GetAZs': () =>
    new Unknown('the Availability Zones of the Region are not listed in the template', { nonEmpty: true }),
  'Fn::Cidr': () =>
    new Unknown('the address ranges of Fn::Cidr are computed by CloudFormation', { nonEmpty: true }),
  'Fn::ImportValue': (argument, scope) => {
    const name = resolve(argument, scope);
    const label = typeof name === 'string' ? ` "${name}"` : '';
    return new Unknown(`the export${label} belongs to another stack`, { nonEmpty: true });
  },
};

/** The branch that a condition chooses; where it is undecided, what both branches have in common. */
function either([condition, ...branches]: readonly Node[], scope: Scope): Resolved {
  const truth = scope.condition(String(condition));
  if (truth !== 'unknown') return resolve(truth ? branches[0] : branches[1], scope);
  const [left, right] = branches.map((branch) => resolve(branch, scope));
  if (left === right && typeof left !== 'object') return left;
  return new Unknown(`too many combinations decide; give values that settle condition ${String(condition)}`, {
    isUntried: true,
    mayBeAbsent: [left, right].some(
      (value) => value === undefined || (value instanceof Unknown && value.knowledge.mayBeAbsent === true),
    ),
  });
}

function reference(name: string, scope: Scope): Resolved {
  if (name === PSEUDO_NO_VALUE) return undefined;
  if (scope.hasResource(name)) {
    return new Unknown(`the id of ${name} exists only once it is created`, {
      reference: name,
      nonEmpty: true,
      isIdentifier: isIdentifier(scope.resource?.(name)?.type, 'Ref'),
    });
  }
  const value = scope.parameter(name);
  if (value === undefined) return new Unknown(`nothing in the template is named ${name}`);
  return typeof value === 'string' ? resolve(value, scope) : value;
}

function attributeOf(argument: Node): [logicalId: string, name: string] {
  const [logicalId, ...name] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
  return [logicalId ?? '', name.join('.')];
}

function attribute(logicalId: string, name: string, scope: Scope): Resolved {
  const resource = scope.resource?.(logicalId);
  if (resource !== undefined && ATTRIBUTES_OF_PROPERTIES[resource.type]?.includes(name)) {
    const value = isObject(resource.properties) ? resolve(resource.properties[name], scope) : undefined;
    if (value !== undefined && !(value instanceof Unknown)) return value;
  }
  return new Unknown(`attribute ${name} of ${logicalId} exists only once it is created`, {
    reference: scope.hasResource(logicalId) ? logicalId : undefined,
    nonEmpty: true,
    isIdentifier: isIdentifier(resource?.type, name),
  });
}

function substitute(template: string, variables: Node, scope: Scope): Resolved {
  const local = isObject(variables) ? variables : {};
  return joined(
    substitutions(template).flatMap(({ literal, variable }): TextPart[] => {
      const known = resolve(literal, scope) as TextPart;
      if (variable === undefined) return [known];
      if (Object.hasOwn(local, variable)) return [known, text(resolve(local[variable], scope))];
      const value = variable.includes('.')
        ? attribute(...attributeOf(variable), scope)
        : reference(variable, scope);
      return [known, text(value)];
    }),
  );
}

function findInMap(argument: Node, scope: Scope): Resolved {
  if (!Array.isArray(argument) || argument.length < 3) return malformed('Fn::FindInMap');
  const [name, first, second] = argument.slice(0, 3).map((part) => resolve(part, scope));
  for (const part of [name, first, second])
    if (part instanceof Unknown && !excludesKeys(part)) return new Unknown(part.cause);
  const entry = scope.mapping(String(name))?.[keyOf(first)]?.[keyOf(second)];
  if (entry !== undefined) return resolve(entry, scope);
  const fallback = isObject(argument[3]) ? argument[3]['DefaultValue'] : undefined;
  if (fallback !== undefined) return resolve(fallback, scope);
  if (first instanceof Unknown || second instanceof Unknown) scope.rejectWorld();
  return new Unknown(`mapping ${String(name)} has no entry ${keyOf(first)}, ${keyOf(second)}`);
}

/** A parameter that has none of the mapping's keys: its world was split off when the keys were tried one by one. */
function excludesKeys(value: Unknown): boolean {
  return (value.knowledge.excluded?.length ?? 0) > 0;
}

function keyOf(value: Resolved): string {
  return value instanceof Unknown ? '' : String(value);
}

/** Evaluate a list and each of its items, without the absent ones. */
function resolveList(node: Node, scope: Scope): readonly Resolved[] | Unknown {
  const list = resolve(node, scope);
  if (!Array.isArray(list)) return unknownFrom(list, 'a list');
  const items = list.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  const uncertain = items.find(
    (item): item is Unknown => item instanceof Unknown && item.knowledge.mayBeAbsent === true,
  );
  return uncertain === undefined ? items : new Unknown(uncertain.cause);
}

/** The text that pieces make up, which may make up a dynamic reference only together. */
function joined(parts: readonly TextPart[]): string | Unknown {
  const whole = concatenate(parts);
  if (typeof whole === 'string') return whole.includes('{{') ? withoutDynamicReferences(whole) : whole;
  const isReference = whole.knowledge.text?.some((part) => typeof part === 'string' && part.includes('{{'));
  return isReference ? new Unknown(whole.cause, { nonEmpty: true }) : whole;
}

function text(value: Resolved): TextPart {
  if (value instanceof Unknown) return value;
  return typeof value === 'object' || value === undefined ? malformed('a text') : String(value);
}

function unknownFrom(value: Resolved, expected: string): Unknown {
  return value instanceof Unknown ? new Unknown(value.cause) : malformed(expected);
}

function malformed(name: string): Unknown {
  return new Unknown(`${name} is not written as CloudFormation expects it`);
}

/** Dynamic references are filled in by CloudFormation when it calls the service; nobody else sees the value. */
function withoutDynamicReferences(source: string): string | Unknown {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of source.matchAll(/\{\{(resolve:([a-z-]+)|changeSet):[^{}]*\}\}/g)) {
    const cause =
      match[2] === undefined
        ? 'it is known only after the change set is applied'
        : `a dynamic reference to ${match[2]} is filled in during deployment`;
    parts.push(source.slice(end, match.index), new Unknown(cause, { nonEmpty: true }));
    end = match.index + match[0].length;
  }
  return end === 0 ? source : concatenate([...parts, source.slice(end)]);
}

const LITERAL: Scope = {
  hasIntrinsics: false,
  version: 0,
  parameter: () => undefined,
  isSecret: () => false,
  condition: () => false,
  decide: () => false,
  mapping: () => undefined,
  hasResource: () => false,
  rejectWorld: () => undefined,
};
