import { type ActiveRule, RuleSet } from './evaluate';
import type { Severity } from './outcome';
import type { Mode, Rule } from './rule';

/** What a kind of input does with an answer that could not be determined. */
export type IndeterminateMode = 'warn' | 'fail';

/** The three kinds of input. */
export type InputKind = 'resource' | 'template' | 'changeSet';

/** How an organisation wants the catalogue applied; the content of a profile file. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  /** What to do with answers that could not be determined; default warn. */
  readonly indeterminate?: Readonly<Partial<Record<InputKind, IndeterminateMode>>>;
  /** Least severity that refuses a deployment; what is less severe warns. Default MEDIUM. */
  readonly refuseFrom?: Severity;
  /**
   * Whether a parameter's default decides (`count`), or may be overridden by whoever deploys, so that a property that
   * only the default makes compliant is undecided. Default mayBeOverridden.
   */
  readonly parameterDefaults?: 'count' | 'mayBeOverridden';
  /** Changes to rules, by rule id. */
  readonly rules?: Readonly<Record<string, RuleSettings>>;
  /** Which exemptions count that developers write into their own templates; default none. */
  readonly templateExemptions?: readonly string[];
}

/** What a profile says about one rule. */
export interface RuleSettings {
  readonly mode?: Mode;
  readonly severity?: Severity;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Exemptions from it are never accepted. */
  readonly neverExempt?: boolean;
}

/** A profile applied to a catalogue of rules: all that evaluation needs to know. */
export interface Policy {
  readonly name: string;
  readonly rules: RuleSet;
  readonly indeterminate: Readonly<Record<InputKind, IndeterminateMode>>;
  readonly refuseFrom: Severity;
  /** Parameters have their defaults; otherwise whoever deploys may override them. */
  readonly defaultsCount: boolean;
  readonly neverExempt: ReadonlySet<string>;
  readonly templateExemptions: ReadonlySet<string>;
}

/** What a profile says about a rule, by its group and by its own id; the own id wins. */
export function settingsOf(profile: Profile, { id, group, parameters: declared }: Rule): RuleSettings {
  const own = profile.rules?.[id] ?? {};
  const shared = group === undefined ? undefined : profile.rules?.[group];
  if (shared === undefined) return own;
  const parameters = Object.entries({ ...shared.parameters, ...own.parameters }).filter(([name]) =>
    Object.hasOwn(declared ?? {}, name),
  );
  return { ...shared, ...own, parameters: Object.fromEntries(parameters) };
}

/** The rules of a catalogue by the ids of their groups. */
export function groupsOf(catalogue: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const groups = new Map<string, Rule[]>();
  for (const rule of catalogue)
    if (rule.group !== undefined) groups.set(rule.group, [...(groups.get(rule.group) ?? []), rule]);
  return groups;
}

/** Apply a profile to a catalogue. The profile has been validated against its schema, or is one of the built-in ones. */
export function policyOf(profile: Profile, catalogue: readonly Rule[]): Policy {
  const active: ActiveRule[] = [];
  const neverExempt = new Set<string>();
  for (const rule of catalogue) {
    const settings = settingsOf(profile, rule);
    if (settings.neverExempt ?? rule.neverExempt) neverExempt.add(rule.id);
    const mode = settings.mode ?? rule.mode ?? 'fail';
    if (mode === 'off') continue;
    const defaults = Object.entries(rule.parameters ?? {}).map(([name, parameter]) => [
      name,
      parameter.default,
    ]);
    const parameters = { ...Object.fromEntries(defaults), ...settings.parameters };
    active.push({ rule, mode, severity: settings.severity ?? rule.severity, parameters });
  }
  return {
    name: profile.name,
    rules: new RuleSet(active),
    indeterminate: { resource: 'warn', template: 'warn', changeSet: 'warn', ...profile.indeterminate },
    refuseFrom: profile.refuseFrom ?? 'MEDIUM',
    defaultsCount: profile.parameterDefaults === 'count',
    neverExempt,
    templateExemptions: new Set(profile.templateExemptions),
  };
}
