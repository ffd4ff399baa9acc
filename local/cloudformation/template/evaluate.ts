/** The value of template functions and references. */
import { splitAttribute, substitutions } from '../../../src/cloudformation/template/functions';
import { validationError, type Template } from './parse';
import { placeholderReference, type Reference } from './references';

/** Where the values of references come from. */
export interface Scope {
  readonly template: Template;
  readonly region: string;
  /** Value of a parameter or pseudo parameter; undefined when `name` is neither. */
  parameter(name: string): string | string[] | undefined;
  /** Physical id of a resource, or one of its attributes; {@link UNKNOWN} when only the operation brings it about. */
  resource(reference: Reference): Promise<unknown>;
  /** Value that another stack exports. */
  importValue(name: string): string;
}

/** `Ref: AWS::NoValue`; what holds it is removed. */
const NO_VALUE = Symbol('AWS::NoValue');

/** A value that nobody knows before the operation: a function of it is unknown too. */
export const UNKNOWN = Symbol('known after apply');

/** How an unknown value is shown. AWS shows the same text. */
export const KNOWN_AFTER_APPLY = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** Thrown by a function that needs a value which is unknown. */
class UnknownOperand extends Error {}

/**
 * Evaluate a part of a template.
 *
 * @returns plain JSON; undefined for AWS::NoValue; {@link KNOWN_AFTER_APPLY} for what is unknown.
 * @throws AwsError ValidationError naming the function that cannot be evaluated.
 */
export async function evaluate(value: unknown, scope: Scope): Promise<any> {
  const result = await reduce(value, scope);
  return result === NO_VALUE ? undefined : shown(result);
}

/** A value with a text for everything in it that is unknown. */
function shown(value: unknown): unknown {
  if (value === UNKNOWN) return KNOWN_AFTER_APPLY;
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}

/** Whether a condition of the template holds. */
export async function conditionHolds(name: string, scope: Scope): Promise<boolean> {
  if (!(name in scope.template.Conditions)) {
    throw validationError(`Template error: unresolved condition dependency ${name} in the template`);
  }
  return truth(scope.template.Conditions[name], scope);
}

async function reduce(value: unknown, scope: Scope): Promise<unknown> {
  if (Array.isArray(value)) {
    const items = await Promise.all(value.map((item) => reduce(item, scope)));
    return items.filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first !== undefined && entries.length === 1) {
    const [name, operand] = first;
    if (name === 'Ref' && typeof operand === 'string') return reference({ name: operand }, scope);
    if (Object.hasOwn(FUNCTIONS, name)) return call(FUNCTIONS[name]!, operand, scope);
    if (name.startsWith('Fn::'))
      throw validationError(`Template error: the local AWS does not know the function ${name}`);
  }
  const reduced = await Promise.all(
    entries.map(async ([key, item]) => [key, await reduce(item, scope)] as const),
  );
  return Object.fromEntries(reduced.filter(([, item]) => item !== NO_VALUE));
}

/** The value of a function; unknown when a value that it needs is. */
async function call(run: TemplateFunction, operand: unknown, scope: Scope): Promise<unknown> {
  try {
    return await run(operand, scope);
  } catch (error) {
    if (error instanceof UnknownOperand) return UNKNOWN;
    throw error;
  }
}

async function reference(target: Reference, scope: Scope): Promise<unknown> {
  if (target.attribute === undefined) {
    if (target.name === 'AWS::NoValue') return NO_VALUE;
    const value = scope.parameter(target.name);
    if (value !== undefined) return value;
  }
  return scope.resource(target);
}

type TemplateFunction = (operand: any, scope: Scope) => Promise<unknown>;

const FUNCTIONS: Record<string, TemplateFunction> = {
  async 'Fn::GetAtt'(operand, scope) {
    const [name, attribute] = typeof operand === 'string' ? splitAttribute(operand) : operand;
    return scope.resource({ name, attribute: scalarText(await reduce(attribute, scope), 'Fn::GetAtt') });
  },
  async 'Fn::Sub'(operand, scope) {
    const [text, variables] = typeof operand === 'string' ? [operand, {}] : operand;
    const values = (await reduce(variables ?? {}, scope)) as Record<string, unknown>;
    let result = '';
    for (const { literal, variable } of substitutions(String(text))) {
      result += literal;
      if (variable === undefined) continue;
      const value =
        variable in values ? values[variable] : await reference(placeholderReference(variable), scope);
      result += scalarText(value, 'Fn::Sub');
    }
    return result;
  },
  async 'Fn::Join'(operand, scope) {
    const [delimiter, list] = listOperand(operand, 2, 'Fn::Join');
    const items = await listValue(list, scope, 'Fn::Join');
    return items.map((item) => scalarText(item, 'Fn::Join')).join(String(delimiter));
  },
  async 'Fn::Split'(operand, scope) {
    const [delimiter, text] = listOperand(operand, 2, 'Fn::Split');
    return scalarText(await reduce(text, scope), 'Fn::Split').split(String(delimiter));
  },
  async 'Fn::Select'(operand, scope) {
    const [position, list] = listOperand(operand, 2, 'Fn::Select');
    const index = Number(scalarText(await reduce(position, scope), 'Fn::Select'));
    const items = await listValue(list, scope, 'Fn::Select');
    if (!Number.isInteger(index) || index < 0 || index >= items.length) {
      throw validationError(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
    }
    return items[index];
  },
  async 'Fn::If'(operand, scope) {
    const [name, whenTrue, whenFalse] = listOperand(operand, 3, 'Fn::If');
    return reduce((await conditionHolds(String(name), scope)) ? whenTrue : whenFalse, scope);
  },
  async 'Fn::FindInMap'(operand, scope) {
    const [map, top, second] = (
      await Promise.all(listOperand(operand, 3, 'Fn::FindInMap').map((key) => reduce(key, scope)))
    ).map((key) => scalarText(key, 'Fn::FindInMap'));
    const value = scope.template.Mappings[map!]?.[top!]?.[second!];
    if (value === undefined) {
      throw validationError(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
    }
    return reduce(value, scope);
  },
  async 'Fn::Base64'(operand, scope) {
    return Buffer.from(scalarText(await reduce(operand, scope), 'Fn::Base64')).toString('base64');
  },
  async 'Fn::GetAZs'(operand, scope) {
    const region = scalarText(await reduce(operand, scope), 'Fn::GetAZs') || scope.region;
    return ['a', 'b', 'c'].map((zone) => region + zone);
  },
  async 'Fn::ImportValue'(operand, scope) {
    return scope.importValue(scalarText(await reduce(operand, scope), 'Fn::ImportValue'));
  },
  async 'Fn::ToJsonString'(operand, scope) {
    return JSON.stringify(await reduce(operand, scope), (_, item) => known(item));
  },
  async 'Fn::Length'(operand, scope) {
    return (await listValue(operand, scope, 'Fn::Length')).length;
  },
};

type Predicate = (operand: any, scope: Scope) => Promise<boolean>;

const PREDICATES: Record<string, Predicate> = {
  async 'Fn::Equals'(operand, scope) {
    if (!Array.isArray(operand) || operand.length !== 2)
      throw validationError(
        'Template error: every Fn::Equals object requires a list of 2 string parameters.',
      );
    const [left, right] = await Promise.all(operand.map((side) => reduce(side, scope)));
    return JSON.stringify(comparable(left)) === JSON.stringify(comparable(right));
  },
  async 'Fn::And'(operand, scope) {
    return (await Promise.all((operand as unknown[]).map((item) => truth(item, scope)))).every(Boolean);
  },
  async 'Fn::Or'(operand, scope) {
    return (await Promise.all((operand as unknown[]).map((item) => truth(item, scope)))).some(Boolean);
  },
  async 'Fn::Not'(operand, scope) {
    return !(await truth((operand as unknown[])[0], scope));
  },
  Condition: (operand, scope) => conditionHolds(String(operand), scope),
};

async function truth(condition: unknown, scope: Scope): Promise<boolean> {
  const [name, operand] = Object.entries((condition ?? {}) as object)[0] ?? [];
  if (name === undefined || !Object.hasOwn(PREDICATES, name)) {
    throw validationError(
      'Template format error: Every Conditions member must be a condition function: Fn::And, Fn::Equals, Fn::Not, Fn::Or or Condition.',
    );
  }
  return PREDICATES[name]!(operand, scope);
}

/** Scalars are compared by their text, as parameters are always text. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  return typeof value === 'object' ? value : String(value);
}

function listOperand(operand: unknown, length: number, name: string): unknown[] {
  if (!Array.isArray(operand) || operand.length !== length) {
    throw validationError(`Template error: ${name} needs a list of ${length} values`);
  }
  return operand;
}

async function listValue(operand: unknown, scope: Scope, name: string): Promise<unknown[]> {
  const value = known(await reduce(operand, scope));
  if (!Array.isArray(value))
    throw validationError(`Template error: ${name} needs a list of values, found ${JSON.stringify(value)}`);
  return value;
}

/** The value itself. @throws UnknownOperand when it is unknown. */
function known(value: unknown): unknown {
  if (value === UNKNOWN) throw new UnknownOperand();
  return value;
}

function scalarText(operand: unknown, name: string): string {
  const value = known(operand);
  if (value === NO_VALUE || value === undefined || typeof value === 'object') {
    throw validationError(
      `Template error: ${name} needs a text, found ${JSON.stringify(value) ?? 'no value'}`,
    );
  }
  return String(value);
}
