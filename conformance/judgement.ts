import { evaluate } from '../hooks/engine/evaluate';
import { templateInput } from '../hooks/engine/inputs';
import { policyOf, type Profile } from '../hooks/engine/policy';
import { rules } from '../hooks/rules';

/** What a rule says about a whole template: the worst of its verdicts; skip when it judges none of the resources. */
export type Answer = 'pass' | 'fail' | 'indeterminate' | 'skip';

const WORST_FIRST = ['fail', 'indeterminate', 'pass'] as const;

/**
 * Judge a template by one rule.
 *
 * @param ruleId id of a rule of the catalogue.
 * @param template a template as an object; properties that are undefined count as not written.
 * @param parameters parameters of the rule that replace the profile's.
 * @throws TemplateError when the template is none.
 */
export function answerOf(
  ruleId: string,
  template: object,
  profile: Profile,
  parameters?: Readonly<Record<string, unknown>>,
): Answer {
  const settings = profile.rules?.[ruleId];
  const policy = policyOf(
    {
      ...profile,
      rules: {
        ...profile.rules,
        [ruleId]: { ...settings, parameters: { ...settings?.parameters, ...parameters } },
      },
    },
    rules.filter(({ id, group }) => id === ruleId || group === ruleId),
  );
  const { template: read } = templateInput(JSON.parse(JSON.stringify(template)));
  const statuses = evaluate(read, policy.rules).map(({ status }) => status);
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'skip';
}
