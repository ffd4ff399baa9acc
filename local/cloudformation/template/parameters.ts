/** Template parameters: defaults, types and constraints. */
import type { Structure } from '../../service';
import { validationError, type ParameterDefinition, type Template } from './parse';

/** Values of a template's parameters: strings as the caller gave them, and what `Ref` answers. */
export interface ParameterValues {
  /** Of a parameter that is read from Parameter Store: the name there. */
  readonly given: Readonly<Record<string, string>>;
  readonly resolved: Readonly<Record<string, string | string[]>>;
}

/**
 * Give every parameter of a template its value.
 *
 * @param supplied the API's list of ParameterKey, ParameterValue and UsePreviousValue.
 * @param previous values of the stack before this operation.
 * @throws AwsError ValidationError naming the parameter.
 */
export function parameterValues(
  template: Template,
  supplied: readonly Structure[] = [],
  previous: Readonly<Record<string, string>> = {},
): ParameterValues {
  const unknown = supplied
    .map(({ ParameterKey }) => ParameterKey)
    .filter((key) => !(key in template.Parameters));
  if (unknown.length > 0)
    throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const given: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, definition] of Object.entries(template.Parameters)) {
    const entry = supplied.find(({ ParameterKey }) => ParameterKey === name);
    if (entry?.UsePreviousValue && previous[name] === undefined) {
      throw validationError(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
      );
    }
    const value = entry?.UsePreviousValue
      ? previous[name]
      : (entry?.ParameterValue ?? definition.Default?.toString());
    if (value === undefined) missing.push(name);
    else given[name] = value;
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  for (const [name, value] of Object.entries(given)) check(name, value, template.Parameters[name]!);
  const resolved = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, resolve(value, template.Parameters[name]!.Type)]),
  );
  return { given, resolved };
}

/** Reads parameters of Parameter Store: values by name; names that it does not have are left out. */
export type ParameterStore = (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** `AWS::SSM::Parameter::Value<String>` is the name of a String in Parameter Store; undefined for other types. */
function storedType(type: string): string | undefined {
  return /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
}

/**
 * Give parameters that name one in Parameter Store the value that it has there.
 *
 * @throws AwsError ValidationError naming what is not there.
 */
export async function storedValues(
  template: Template,
  { given, resolved }: ParameterValues,
  store: ParameterStore,
): Promise<ParameterValues> {
  const typeOf = (name: string) => template.Parameters[name]!.Type;
  const names = Object.keys(given).filter((name) => typeOf(name).startsWith('AWS::SSM::Parameter::'));
  if (names.length === 0) return { given, resolved };
  const values = await store(names.map((name) => given[name]!));
  const absent = names.map((name) => given[name]!).filter((storedName) => !values.has(storedName));
  if (absent.length > 0) {
    throw validationError(
      `Unable to fetch parameters [${absent.join(',')}] from parameter store for this account.`,
    );
  }
  const read = names.flatMap((name) => {
    const type = storedType(typeOf(name));
    return type === undefined ? [] : [[name, resolve(values.get(given[name]!)!, type)] as const];
  });
  return { given, resolved: { ...resolved, ...Object.fromEntries(read) } };
}

/** Whether a parameter's value must not be shown. */
export function isNoEcho(definition: ParameterDefinition): boolean {
  return definition.NoEcho === true || definition.NoEcho === 'true';
}

/** Parameters as the API shows them, secrets masked. */
export function describeParameters(template: Template, { given, resolved }: ParameterValues): Structure[] {
  return Object.entries(given).map(([ParameterKey, value]) => {
    const definition = template.Parameters[ParameterKey];
    return {
      ParameterKey,
      ParameterValue: isNoEcho(definition!) ? '****' : value,
      ...(storedType(definition!.Type) !== undefined && {
        ResolvedValue: isNoEcho(definition!) ? '****' : [resolved[ParameterKey]].flat().join(','),
      }),
    };
  });
}

function isList(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

function resolve(value: string, type: string): string | string[] {
  if (!isList(type)) return value;
  return value === '' ? [] : value.split(',').map((item) => item.trim());
}

function check(name: string, value: string, definition: ParameterDefinition): void {
  const refuse = (constraint: string) => {
    throw validationError(
      definition.ConstraintDescription
        ? `Parameter ${name} failed to satisfy constraint: ${definition.ConstraintDescription}`
        : constraint,
    );
  };
  const items = isList(definition.Type) ? resolve(value, definition.Type) : [value];
  if (definition.Type === 'Number' || definition.Type === 'List<Number>') {
    for (const item of items) {
      if (item.trim() === '' || Number.isNaN(Number(item)))
        throw validationError(`Parameter '${name}' must be a number.`);
    }
  }
  if (definition.AllowedValues) {
    const allowed = definition.AllowedValues.map(String);
    for (const item of items)
      if (!allowed.includes(item)) refuse(`Parameter '${name}' must be one of AllowedValues`);
  }
  if (
    definition.AllowedPattern !== undefined &&
    !new RegExp(`^(?:${definition.AllowedPattern})$`).test(value)
  ) {
    refuse(`Parameter '${name}' must match pattern ${definition.AllowedPattern}`);
  }
  const number = Number(value);
  const bounds: [boolean, string][] = [
    [
      definition.MinLength !== undefined && value.length < Number(definition.MinLength),
      `contain at least ${definition.MinLength} characters`,
    ],
    [
      definition.MaxLength !== undefined && value.length > Number(definition.MaxLength),
      `contain at most ${definition.MaxLength} characters`,
    ],
    [
      definition.MinValue !== undefined && number < Number(definition.MinValue),
      `be a number not less than ${definition.MinValue}`,
    ],
    [
      definition.MaxValue !== undefined && number > Number(definition.MaxValue),
      `be a number not greater than ${definition.MaxValue}`,
    ],
  ];
  for (const [violated, rule] of bounds) if (violated) refuse(`Parameter '${name}' must ${rule}`);
}
