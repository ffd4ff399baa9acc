/** Checks every request against the service model: required and known members, types, enums, ranges, lengths, patterns. */
import { AwsError, type Structure } from '../service';
import { shapeOf, type ServiceModel, type Shape, type ShapeReference, type Operation } from './models';

/** One thing that is wrong with an input. */
interface Violation {
  readonly kind: 'missing' | 'unknown' | 'invalid';
  /** Path in AWS's spelling, e.g. `tags.1.member.key`. */
  readonly path: string;
  /** The value as text, when it may be shown. */
  readonly value?: string;
  /** Completes "failed to satisfy constraint: Member must …". */
  readonly constraint: string;
}

/** Error code of a violation where it is not the protocol's usual one (API references of the services). */
const CODES: Readonly<Record<string, string>> = {
  acm: 'ValidationException',
  ecs: 'InvalidParameterException',
  lambda: 'ValidationException',
  logs: 'InvalidParameterException',
  route53: 'InvalidInput',
  servicediscovery: 'InvalidInput',
  wafv2: 'WAFInvalidParameterException',
};

const MOST = 10;

/**
 * Check an input.
 *
 * @throws AwsError that names every violation (at most ten), with the code that the service uses for it.
 */
export function validate(service: string, model: ServiceModel, operation: Operation, input: Structure): void {
  const violations: Violation[] = [];
  if (operation.input) check(model, operation.input, input, '', violations);
  if (violations.length === 0) return;
  if (model.metadata.protocol === 'ec2') throw ec2Error(violations[0]!);
  const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
  const usual = ['query', 'ec2'].includes(model.metadata.protocol)
    ? 'ValidationError'
    : 'ValidationException';
  const texts = violations.slice(0, MOST).map(({ path, value, constraint }) => {
    return `Value ${value === undefined ? 'null' : `'${value}'`} at '${path}' failed to satisfy constraint: Member must ${constraint}`;
  });
  throw new AwsError(CODES[service] ?? usual, `${count} detected: ${texts.join('; ')}`);
}

/** EC2 has codes and words of its own (EC2 API reference, "Common client errors"). */
function ec2Error({ kind, path, value, constraint }: Violation): AwsError {
  if (kind === 'missing')
    return new AwsError('MissingParameter', `The request must contain the parameter ${path}`);
  if (kind === 'unknown') return new AwsError('UnknownParameter', `The parameter ${path} is not recognized`);
  return new AwsError(
    'InvalidParameterValue',
    `Value (${value}) for parameter ${path} is invalid. It must ${constraint}`,
  );
}

function check(
  model: ServiceModel,
  reference: ShapeReference,
  value: any,
  path: string,
  into: Violation[],
): void {
  const shape = shapeOf(model, reference);
  if (shape.document) return;
  const invalid = (constraint: string) =>
    into.push({ kind: 'invalid', path, value: show(value), constraint });
  const wrongType = TYPES[shape.type](value);
  if (wrongType) return void invalid(wrongType);
  switch (shape.type) {
    case 'structure':
      return structure(model, shape, value, path, into);
    case 'list':
      range(shape, value.length, 'have length', invalid);
      return value.forEach((item: unknown, index: number) =>
        check(model, shape.member!, item, `${path}.${index + 1}.member`, into),
      );
    case 'map':
      range(shape, Object.keys(value).length, 'have length', invalid);
      for (const [key, item] of Object.entries(value)) {
        check(model, shape.key!, key, `${path}.key`, into);
        check(model, shape.value!, item, `${path}.${key}.member`, into);
      }
      return;
    case 'string':
      range(shape, [...value].length, 'have length', invalid);
      if (shape.enum && !shape.enum.includes(value))
        invalid(`satisfy enum value set: [${shape.enum.join(', ')}]`);
      if (shape.pattern && !matches(shape.pattern, value)) {
        invalid(`satisfy regular expression pattern: ${shape.pattern}`);
      }
      return;
    case 'blob':
      return range(shape, value.length, 'have length', invalid);
    case 'integer':
    case 'long':
    case 'short':
    case 'float':
    case 'double':
      return range(shape, value, 'have value', invalid);
  }
}

function structure(
  model: ServiceModel,
  shape: Shape,
  value: Structure,
  path: string,
  into: Violation[],
): void {
  const at = (name: string) => (path ? `${path}.${name}` : name);
  for (const name of shape.required ?? []) {
    if (value[name] === undefined) into.push({ kind: 'missing', path: at(name), constraint: 'not be null' });
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const reference = shape.members?.[name];
    if (reference) check(model, reference, member, at(name), into);
    else
      into.push({
        kind: 'unknown',
        path: at(name),
        value: show(member),
        constraint: 'be known to this API version',
      });
  }
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const whole = (value: unknown) => (Number.isInteger(value) ? undefined : 'be a whole number');
const numeric = (value: unknown) => (typeof value === 'number' ? undefined : 'be a number');
const text = (value: unknown) => (typeof value === 'string' ? undefined : 'be a string');

/** For each type: what a value of another type must be instead. */
const TYPES: Record<Shape['type'], (value: unknown) => string | undefined> = {
  structure: (value) => (isObject(value) ? undefined : 'be a structure'),
  map: (value) => (isObject(value) ? undefined : 'be a map'),
  list: (value) => (Array.isArray(value) ? undefined : 'be a list'),
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'be true or false'),
  blob: (value) => (value instanceof Uint8Array ? undefined : 'be base64-encoded binary data'),
  timestamp: (value) => (value instanceof Date ? undefined : 'be a timestamp'),
  string: text,
  character: text,
  integer: whole,
  long: whole,
  short: whole,
  biginteger: whole,
  float: numeric,
  double: numeric,
  bigdecimal: numeric,
};

function range({ min, max }: Shape, size: number, verb: string, invalid: (constraint: string) => void): void {
  if (min !== undefined && size < min) invalid(`${verb} greater than or equal to ${min}`);
  if (max !== undefined && size > max) invalid(`${verb} less than or equal to ${max}`);
}

const PATTERNS = new Map<string, RegExp | undefined>();

/** AWS matches the whole string. A pattern that JavaScript cannot express (Java's dialect) lets everything pass. */
function matches(pattern: string, value: string): boolean {
  if (!PATTERNS.has(pattern)) PATTERNS.set(pattern, compile(pattern));
  return PATTERNS.get(pattern)?.test(value) ?? true;
}

function compile(pattern: string): RegExp | undefined {
  const needsUnicode = /\\[pP]\{/.test(pattern);
  try {
    return new RegExp(`^(?:${pattern})$`, needsUnicode ? 'u' : '');
  } catch {
    return undefined;
  }
}

const LONGEST = 100;

/** A value for a message: scalars only, and cut, so that no message carries a document. */
function show(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value).slice(0, LONGEST);
  return Array.isArray(value) ? `a list of ${value.length}` : 'a structure';
}
