/** What a part of a template refers to. */
import { splitAttribute, substitutions } from '../../../src/cloudformation/template/functions';
import type { Template } from './parse';

/** A reference by `Ref` (no attribute), `Fn::GetAtt`, or either form inside `Fn::Sub`. */
export interface Reference {
  readonly name: string;
  readonly attribute?: string;
}

/** All references in a value to resources, parameters and pseudo parameters. */
export function referencesIn(value: unknown): Reference[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, operand]) => (FUNCTIONS[key] ?? referencesIn)(operand));
}

const FUNCTIONS: Record<string, (operand: any) => Reference[]> = {
  Ref: (operand) => (typeof operand === 'string' ? [{ name: operand }] : []),
  'Fn::GetAtt': (operand) => {
    const [name, attribute] = typeof operand === 'string' ? splitAttribute(operand) : operand;
    return [{ name, attribute: typeof attribute === 'string' ? attribute : '' }, ...referencesIn(attribute)];
  },
  'Fn::Sub': (operand) => {
    const [text, variables] = typeof operand === 'string' ? [operand, {}] : operand;
    const names = substitutions(String(text)).flatMap(({ variable }) => variable ?? []);
    const free = names.filter((name) => !(name in (variables ?? {})));
    return [...free.map(placeholderReference), ...referencesIn(variables)];
  },
};

/** The reference that a placeholder of `Fn::Sub` makes. */
export function placeholderReference(placeholder: string): Reference {
  const [name, attribute] = splitAttribute(placeholder);
  return placeholder.includes('.') && !placeholder.startsWith('AWS::')
    ? { name, attribute }
    : { name: placeholder };
}

/** Logical ids that a resource depends on, by reference or by `DependsOn`. */
export function dependencies(template: Template, logicalId: string): ReadonlySet<string> {
  const { DependsOn, Properties } = template.Resources[logicalId]!;
  const names = [...[DependsOn ?? []].flat(), ...referencesIn(Properties).map(({ name }) => name)];
  return new Set(names.filter((name) => name in template.Resources));
}

/**
 * The first reference by `Fn::GetAtt` to an attribute that the type of its resource does not have; undefined when there is
 * none. An attribute whose name is known only when it is evaluated is not looked at.
 */
export function unsupportedAttribute(
  template: Template,
  hasAttribute: (typeName: string, attribute: string) => boolean,
): { readonly typeName: string; readonly attribute: string } | undefined {
  const bodies = Object.values(template.Resources).map(({ Properties }) => Properties);
  const read = [...referencesIn(bodies), ...referencesIn(template.Outputs)].flatMap(({ name, attribute }) =>
    attribute && name in template.Resources ? { typeName: template.Resources[name]!.Type, attribute } : [],
  );
  return read.find(({ typeName, attribute }) => !hasAttribute(typeName, attribute));
}

/** Attributes of a resource that some part of the template reads by `Fn::GetAtt`. */
export function attributesRead(template: Template, logicalId: string): readonly string[] {
  const references = [...referencesIn(template.Resources), ...referencesIn(template.Outputs)];
  const read = references.filter(({ name, attribute }) => name === logicalId && attribute !== undefined);
  return [...new Set(read.map(({ attribute }) => attribute!))];
}
