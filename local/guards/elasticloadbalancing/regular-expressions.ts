/** Conditions by regular expressions, which moto does not have: it keeps them as values that begin with a mark. */
import type { Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';

/** No value of a condition begins so (API reference of HttpHeaderConditionConfig). */
const MARK = 'regular expression ';

/** Members of a condition that may have regular expressions (ELB API reference, RuleCondition). */
const CONFIGURATIONS = ['HostHeaderConfig', 'PathPatternConfig', 'HttpHeaderConfig'] as const;

/** Whether any condition is by regular expressions. */
export function hasExpressions(conditions: readonly RuleCondition[] = []): boolean {
  return conditions.some((condition) => CONFIGURATIONS.some((name) => condition[name]?.RegexValues?.length));
}

/** Conditions as moto keeps them. */
export function marked(conditions: readonly RuleCondition[]): RuleCondition[] {
  return conditions.map((condition) => ({
    ...condition,
    ...Object.fromEntries(
      CONFIGURATIONS.flatMap((name) => {
        const { RegexValues = [], Values = [], ...others } = condition[name] ?? {};
        if (RegexValues.length === 0) return [];
        return [[name, { ...others, Values: [...Values, ...RegexValues.map((value) => MARK + value)] }]];
      }),
    ),
  }));
}

/** A rule as ELB describes it. */
export function unmarked({ Conditions = [], ...rule }: Rule): Rule {
  return { ...rule, Conditions: Conditions.map(unmarkedCondition) };
}

/** A condition as ELB describes it. */
export function unmarkedCondition(condition: RuleCondition): RuleCondition {
  const name = CONFIGURATIONS.find((each) =>
    condition[each]?.Values?.some((value) => value.startsWith(MARK)),
  );
  if (!name) return condition;
  const { Values = [], ...others } = condition[name]!;
  const isMarked = (value: string) => value.startsWith(MARK);
  const plain = Values.filter((value) => !isMarked(value));
  return {
    Field: condition.Field,
    [name]: {
      ...others,
      ...(plain.length > 0 && { Values: plain }),
      RegexValues: Values.filter(isMarked).map((value) => value.slice(MARK.length)),
    },
  };
}
