/** Template parameters: defaults, types and constraints. */
import type { Structure } from '../../service';
import { validationError, type ParameterDefinition, type Template } from './parse';

/** Values of a template's parameters: strings as the caller gave them, and what `Ref` answers. */
export interface ParameterValues {
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
  for (const [name, value] of Object.entries(given)) check(name, value, template.Parameters[name]);
  const resolved = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, resolve(value, template.Parameters[name].Type)]),
  );
  return { given, resolved };
}

/** Whether a parameter's value must not be shown. */
export function isNoEcho(definition: ParameterDefinition): boolean {
  return definition.NoEcho === true || definition.NoEcho === 'true';
}

/** Parameters as the API shows them, secrets masked. */
export function describeParameters(template: Template, given: Readonly<Record<string, string>>): Structure[] {
  return Object.entries(given).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: isNoEcho(template.Parameters[ParameterKey]) ? '****' : value,
  }));
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
  if (definition.Type.startsWith('AWS::SSM::')) {
    throw validationError(
      `Parameter ${name}: the local AWS does not read parameters of type ${definition.Type}; use String and pass the value.`,
    );
  }
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
