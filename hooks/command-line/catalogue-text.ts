import { nearestId } from '../engine/exemptions';
import { groupsOf, type Policy, type Profile, settingsOf } from '../engine/policy';
import type { Rule } from '../engine/rule';
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
  const rule = catalogue.find((each) => each.id === id.toUpperCase());
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
    `Judges:      ${rule.targets.join(', ')}`,
    `Needs:       ${rule.level === 'stack' ? 'the whole stack' : 'one resource'}`,
    `Equivalents: ${equivalents.length > 0 ? equivalents.join('; ') : 'none known'}`,
    `Source:      ${rule.source}`,
    ...(parameters.length > 0 ? ['', 'Parameters:', ...parameters] : []),
    '',
  ].join('\n');
}
