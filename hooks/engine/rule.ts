import type { Outcome, Severity } from './outcome';
import type { Resource, Stack } from './resource';

/** A setting of a rule that a profile may change. */
export interface RuleParameter<T> {
  /** What it means, with its unit. */
  readonly description: string;
  /** JSON Schema of its values. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly default: T;
}

/** The parameters that a rule declares, by name. */
export type RuleParameters = Readonly<Record<string, RuleParameter<unknown>>>;

/** The values that a rule's check gets for the parameters that it declares. */
export type ParameterValues<P extends RuleParameters> = { readonly [K in keyof P]: P[K]['default'] };

/** What a rule looks at when it judges a resource. */
export interface RuleContext<P extends RuleParameters> {
  readonly resource: Resource;
  readonly stack: Stack;
  readonly parameters: ParameterValues<P>;
}

/** Whether findings of a rule refuse the deployment, only warn, or are not looked for. */
export type Mode = 'fail' | 'warn' | 'off';

/** A rule: what it is about, and how it judges one resource. */
export interface Rule<P extends RuleParameters = RuleParameters> {
  /** Unique id, e.g. `NET-01`. */
  readonly id: string;
  /**
   * Id under which it and others were one rule, e.g. `LOG-01`: settings and exemptions of that id count for all of them.
   */
  readonly group?: string;
  /** What a compliant resource does, as a sentence without full stop. */
  readonly title: string;
  readonly severity: Severity;
  /** Resource types that it judges. */
  readonly targets: readonly string[];
  /** Whether a resource's own properties decide, or other resources of its stack too. */
  readonly level: 'resource' | 'stack';
  /** For level stack: types whose change can change the answer for a resource that itself did not change. */
  readonly related?: readonly string[];
  /** Rules about the same thing in other catalogues, by catalogue. */
  readonly equivalents?: Readonly<Record<string, readonly string[]>>;
  /** Where the requirement is documented. */
  readonly source: string;
  /** Why it matters. */
  readonly rationale: string;
  /** What to do: an imperative sentence with full stop. */
  readonly remedy: string;
  readonly parameters?: P;
  /** Literals that answer the objection, by the name of the property that has another one. */
  readonly fixes?: Readonly<Record<string, string>>;
  /** Mode where a profile says nothing. Default: fail. */
  readonly mode?: Mode;
  /** Exemptions from it are never accepted. */
  readonly neverExempt?: boolean;
  /** Judge one resource. Called once for each world; must depend on the context alone. */
  check(context: RuleContext<P>): Outcome;
}

/**
 * Declare a rule; the types of its parameters follow from their declarations.
 *
 * @returns the rule, with its parameter types erased so that rules of all kinds fit into one catalogue.
 */
export function defineRule<const P extends RuleParameters = Readonly<Record<never, never>>>(
  rule: Rule<P>,
): Rule {
  return rule as unknown as Rule;
}

/** A parameter that is a whole number. */
export function integer(
  description: string,
  value: number,
  limits: Readonly<Record<string, number>> = {},
): RuleParameter<number> {
  return { description, schema: { type: 'integer', ...limits }, default: value };
}

/** A parameter that is true or false. */
export function flag(description: string, value: boolean): RuleParameter<boolean> {
  return { description, schema: { type: 'boolean' }, default: value };
}

/** A parameter that is a list of texts. */
export function texts(description: string, value: readonly string[]): RuleParameter<readonly string[]> {
  return {
    description,
    schema: { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true },
    default: value,
  };
}

/** A parameter that is a list of numbers. */
export function integers(description: string, value: readonly number[]): RuleParameter<readonly number[]> {
  return {
    description,
    schema: { type: 'array', items: { type: 'integer' }, uniqueItems: true },
    default: value,
  };
}

/** Order of rules by id. Comparing as a language does would first load the rules of that language. */
export function byId(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** An example of a rule: a template in which exactly one resource is the subject. */
export interface Example {
  /** What it shows, as a phrase. */
  readonly title: string;
  /** A whole template, or the properties of a single resource. */
  readonly template: ExampleTemplate;
  /** Logical id of the judged resource. Default: the first resource of one of the rule's types. */
  readonly subject?: string;
  /** The rule's parameters, where the defaults do not show the point. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A template of an example. */
export interface ExampleTemplate {
  readonly Resources: Readonly<Record<string, unknown>>;
  readonly Transform?: unknown;
  readonly Parameters?: unknown;
  readonly Mappings?: unknown;
  readonly Conditions?: unknown;
}

/** The examples of a rule by expected verdict; each list has at least one where the rule can give that verdict. */
export interface Examples {
  readonly pass: readonly Example[];
  readonly fail: readonly Example[];
  readonly indeterminate: readonly Example[];
}

/** A template with one resource, for examples. */
export function single(
  type: string,
  properties: Readonly<Record<string, unknown>>,
  rest: object = {},
): ExampleTemplate {
  return { ...rest, Resources: { Example: { Type: type, Properties: properties } } };
}
