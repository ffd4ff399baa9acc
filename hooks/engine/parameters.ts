import { isObject, type Node, type Resolved } from './scope';
import { Unknown } from './unknown';

/** A parameter as the template declares it, as far as its value matters. */
export interface ParameterDeclaration {
  readonly Type?: string;
  readonly Default?: string | number | boolean;
  readonly AllowedValues?: readonly (string | number | boolean)[];
  readonly MinLength?: number | string;
  readonly NoEcho?: boolean | string;
}

/** The values that are distinguished for one parameter. One option means that there is nothing to decide. */
export interface ParameterDomain {
  readonly values: readonly Resolved[];
  /** What each value is called in a message, e.g. `parameter Stage is "prod"`. */
  readonly labels: readonly string[];
  /** Index of the value that holds when nobody supplies one, or -1. */
  readonly defaultIndex: number;
  /** The last value is distinguished only because whoever deploys may override the default. */
  readonly isOverridable: boolean;
}

/** What a template compares a parameter with. */
export interface Comparison {
  /** Literals of Fn::Equals and keys of mappings that the parameter selects from. */
  readonly literals: Set<string>;
  /** The parameter is also compared with something that is no literal. */
  open: boolean;
}

/**
 * The values of a parameter to distinguish. Every value that the template writes down counts: the default, the allowed
 * values, and what conditions and mappings compare the parameter with. Where other values are allowed, one more
 * stands for those that nobody wrote down: a default may be overridden.
 *
 * @param declaration undefined for a pseudo parameter.
 * @param supplied value given with the input; it settles the matter.
 */
export function parameterDomain(
  name: string,
  declaration: ParameterDeclaration | undefined,
  supplied: string | undefined,
  comparison: Comparison | undefined,
): ParameterDomain {
  const type = declaration?.Type ?? 'String';
  const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
  const read = (value: string | number | boolean): Resolved =>
    isList
      ? String(value)
          .split(',')
          .map((item) => item.trim())
      : String(value);
  if (supplied !== undefined) return single(name, read(supplied));
  if (type.startsWith('AWS::SSM::Parameter::Value')) {
    return single(
      name,
      new Unknown(`parameter ${name} names a Systems Manager parameter whose value is not in the template`),
    );
  }
  const fallback = declaration?.Default;
  const written = new Map<string, Resolved>();
  if (fallback !== undefined) written.set(String(fallback), read(fallback));
  const allowed = declaration?.AllowedValues;
  if (allowed !== undefined && !isList) for (const value of allowed) written.set(String(value), read(value));
  else if (!isList) for (const literal of comparison?.literals ?? []) written.set(literal, literal);

  const options = [...written].map(([key, value]) => ({ label: `parameter ${name} is "${key}"`, value }));
  // One more value stands for all those that the template does not write down.
  const isDistinguished =
    comparison !== undefined && (comparison.open || isList || !isOutside(fallback, comparison.literals));
  const isOpen = allowed === undefined || isList;
  if (isOpen) {
    const excluded = [...written.keys()];
    const label =
      excluded.length === 0
        ? `parameter ${name} has any value`
        : `parameter ${name} is none of ${quoted(excluded)}`;
    const nonEmpty = Number(declaration?.MinLength ?? 0) > 0 || type === 'Number' || type.includes('AWS::');
    const value = new Unknown(
      declaration ? causeOf(name, fallback) : `${name} is known only where the stack is deployed`,
      {
        nonEmpty: nonEmpty || declaration === undefined || excluded.includes(''),
        excluded: isList ? undefined : excluded,
        isIdentifier: declaration === undefined || type.startsWith('AWS::EC2::'),
      },
    );
    options.push({ label, value });
  }
  return {
    values: options.map(({ value }) => value),
    labels: options.map(({ label }) => label),
    defaultIndex: fallback === undefined ? -1 : 0,
    isOverridable: isOpen && fallback !== undefined && !isDistinguished && allowed === undefined,
  };
}

function single(name: string, value: Resolved): ParameterDomain {
  return { values: [value], labels: [`parameter ${name} as given`], defaultIndex: 0, isOverridable: false };
}

function causeOf(name: string, fallback: unknown): string {
  return fallback === undefined ? `parameter ${name} has no value` : `parameter ${name} may be overridden`;
}

/** Whether a default stands for the values that are none of the literals. */
function isOutside(fallback: string | number | boolean | undefined, literals: ReadonlySet<string>): boolean {
  return fallback !== undefined && !literals.has(String(fallback));
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(', ');
}

/**
 * What each parameter is compared with, in the conditions and as a key of mappings.
 *
 * @param nodes the parts of the template to read: its conditions, and its resources when it has mappings.
 */
export function comparisons(
  nodes: readonly Node[],
  mappings: Readonly<Record<string, Node>>,
): Map<string, Comparison> {
  const found = new Map<string, Comparison>();
  const of = (name: string): Comparison => {
    let comparison = found.get(name);
    if (comparison === undefined) found.set(name, (comparison = { literals: new Set(), open: false }));
    return comparison;
  };
  const compare = (left: Node, right: Node): void => {
    const name = referenceName(left);
    if (name === undefined) return;
    if (typeof right === 'object' && right !== null) of(name).open = true;
    else of(name).literals.add(String(right));
  };
  const visit = (node: Node): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (!isObject(node)) return;
    for (const key in node) {
      const argument = node[key];
      if (key === 'Fn::Equals' && Array.isArray(argument)) {
        compare(argument[0], argument[1]);
        compare(argument[1], argument[0]);
      }
      if (key === 'Fn::FindInMap' && Array.isArray(argument)) {
        const mapping = mappings[String(argument[0])];
        if (isObject(mapping)) {
          for (const first of Object.keys(mapping)) compare(argument[1], first);
          for (const entry of Object.values(mapping)) {
            if (isObject(entry)) for (const second of Object.keys(entry)) compare(argument[2], second);
          }
        }
      }
      visit(argument);
    }
  };
  nodes.forEach(visit);
  return found;
}

function referenceName(node: Node): string | undefined {
  if (!isObject(node)) return undefined;
  const name = node['Ref'];
  return typeof name === 'string' ? name : undefined;
}
