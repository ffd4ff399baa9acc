import { nearestId } from '../engine/exemptions';
import type { Severity } from '../engine/outcome';
import {
  groupsOf,
  type Policy,
  policyOf,
  type Profile,
  type RuleSettings,
  settingsOf,
} from '../engine/policy';
import type { Mode, Rule } from '../engine/rule';
import { UsageError } from './usage-error';

/** The catalogue as a table: id, mode in the profile, severity, title. */
export function listRules(catalogue: readonly Rule[], policy: Policy): string {
  const active = new Map(policy.rules.rules.map((each) => [each.rule.id, each]));
  const lines = catalogue.map(({ id, severity, title }) => {
    const settings = active.get(id);
    return [
      id.padEnd(8),
      (settings?.mode ?? 'off').padEnd(5),
      (settings?.severity ?? severity).padEnd(14),
      title,
    ].join('');
  });
  return lines.join('\n') + '\n';
}

/**
 * Everything about one rule.
 *
 * @throws UsageError when there is no such rule.
 */
export function explainRule(id: string, catalogue: readonly Rule[], profile: Profile): string {
  const group = groupsOf(catalogue).get(id.toUpperCase());
  if (group !== undefined) {
    const members = group.map((rule) => explainRule(rule.id, catalogue, profile)).join('\n');
    return `${id.toUpperCase()} is now ${group.map((rule) => rule.id).join(', ')}; what is set for it counts for all of them.\n\n${members}`;
  }
  const rule = catalogue.find((each) => each.id.toUpperCase() === id.toUpperCase());
  if (rule === undefined) {
    const nearest = nearestId(id, catalogue);
    throw new UsageError(
      `There is no rule ${id}${nearest === undefined ? '' : `; did you mean ${nearest}?`}. See org-ecs rules.`,
    );
  }
  const settings = settingsOf(profile, rule);
  const equivalents = Object.entries(rule.equivalents ?? {}).map(
    ([catalogueName, ids]) => `${catalogueName} ${ids.join(', ')}`,
  );
  const parameters = Object.entries(rule.parameters ?? {}).flatMap(([name, parameter]) => [
    `  ${name}: ${parameter.description}`,
    `    ${JSON.stringify(settings.parameters?.[name] ?? parameter.default)}`,
  ]);
  return [
    `${rule.id}  ${rule.title}`,
    '',
    rule.rationale,
    `What to do: ${rule.remedy}`,
    '',
    `Severity:    ${settings.severity ?? rule.severity}`,
    `Mode:        ${settings.mode ?? rule.mode ?? 'fail'} (profile ${profile.name})`,
    `Judges:      ${rule.targets.join(', ') || 'the whole template'}`,
    `Needs:       ${rule.level === 'stack' ? 'the whole stack' : 'one resource'}`,
    `Equivalents: ${equivalents.length > 0 ? equivalents.join('; ') : 'none known'}`,
    `Source:      ${rule.source}`,
    ...(parameters.length > 0 ? ['', 'Parameters:', ...parameters] : []),
    '',
  ].join('\n');
}

/** A rule with what a profile makes of it, for programs. */
export interface RuleData {
  readonly id: string;
  readonly group?: string;
  readonly title: string;
  readonly mode: Mode;
  readonly severity: Severity;
  readonly targets: readonly string[];
  readonly level: Rule['level'];
  readonly rationale: string;
  readonly remedy: string;
  readonly source: string;
  readonly equivalents: NonNullable<Rule['equivalents']>;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The catalogue as data. */
export function rulesAsData(catalogue: readonly Rule[], profile: Profile): RuleData[] {
  return catalogue.map((rule) => {
    const { mode, severity, parameters } = settingsOf(profile, rule);
    const defaults = Object.entries(rule.parameters ?? {}).map(([name, each]) => [name, each.default]);
    return {
      id: rule.id,
      group: rule.group,
      title: rule.title,
      mode: mode ?? rule.mode ?? 'fail',
      severity: severity ?? rule.severity,
      targets: rule.targets,
      level: rule.level,
      rationale: rule.rationale,
      remedy: rule.remedy,
      source: rule.source,
      equivalents: rule.equivalents ?? {},
      parameters: { ...Object.fromEntries(defaults), ...parameters },
    };
  });
}

/** What a profile decides, as far as it differs from what the rules say themselves. */
export interface ProfileDecisions {
  readonly name: string;
  readonly description: string;
  readonly refuseFrom: Severity;
  readonly indeterminate: Policy['indeterminate'];
  readonly parameterDefaults: NonNullable<Profile['parameterDefaults']>;
  readonly templateExemptions: readonly string[];
  readonly rules: Readonly<Record<string, RuleSettings>>;
}

/** What a profile decides. */
export function profileDecisions(profile: Profile, catalogue: readonly Rule[]): ProfileDecisions {
  const { refuseFrom, indeterminate } = policyOf(profile, catalogue);
  const rules = catalogue.map((rule) => [rule.id, settingsOf(profile, rule)] as const);
  return {
    name: profile.name,
    description: profile.description,
    refuseFrom,
    indeterminate,
    parameterDefaults: profile.parameterDefaults ?? 'mayBeOverridden',
    templateExemptions: profile.templateExemptions ?? [],
    rules: Object.fromEntries(rules.filter(([, settings]) => Object.keys(settings).length > 0)),
  };
}

/** The decisions of a profile, to be read. */
export function profileText(decisions: ProfileDecisions): string {
  const { name, description, refuseFrom, indeterminate, parameterDefaults, templateExemptions, rules } =
    decisions;
  const kinds = Object.entries(indeterminate).map(([kind, mode]) => `${kind} ${mode}`);
  return [
    `${name}  ${description}`,
    '',
    `Refuses from:        ${refuseFrom}`,
    `Undecided:           ${kinds.join(', ')}`,
    `Parameter defaults:  ${parameterDefaults}`,
    `Template exemptions: ${templateExemptions.length > 0 ? templateExemptions.join(', ') : 'none'}`,
    '',
    ...Object.entries(rules).map(([id, settings]) => `${id.padEnd(8)}${JSON.stringify(settings)}`),
    '',
  ].join('\n');
}
