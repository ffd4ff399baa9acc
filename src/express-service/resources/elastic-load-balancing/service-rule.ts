/** The listener rule of a service, found among those of a listener. */
import {
  DeleteRuleCommand,
  DescribeTagsCommand,
  type Rule,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Scope } from '../../composition/component';
import { isManaged } from '../../memory/ownership';
import { hostNamesIn, normalConditions, pathsIn } from '../../properties/rule-conditions';
import { unless } from '../../../aws/sdk-errors';
import { tagRecord, type Tags } from '../../identity/tags';
import { servingTargetGroup, weightsOf } from '../../deployments/traffic-weights';

/** The rule by which the load balancer sends the service's requests to its tasks. */
export interface ObservedListenerRule {
  readonly arn: string;
  readonly priority: number;
  /** Everything that a request has to meet, as ELB takes it. */
  readonly conditions: readonly RuleCondition[];
  /** Host names that the rule matches, or will match in the end: the service's, and those that were added by hand. */
  readonly hostNames: readonly string[];
  /** Path patterns that the rule matches, or will match in the end; none means all paths. */
  readonly paths: readonly string[];
  /** The target group that has all traffic; undefined when it is split. */
  readonly servingTargetGroupArn?: string;
  readonly tags: Tags;
}

/** IAM actions of {@link findManagedRule}. */
export const FIND_RULE_ACTIONS = ['elasticloadbalancing:DescribeTags'] as const;

/**
 * The service's rule among these: it forwards to the service's target groups and bears its tag. Others that forward there
 * were added by hand.
 *
 * @param targetGroupArns the service's target groups.
 */
export async function findManagedRule(
  { clients, identity }: Scope,
  rules: readonly Rule[],
  targetGroupArns: readonly string[],
): Promise<ObservedListenerRule | undefined> {
  const candidates = rules.filter((rule) =>
    weightsOf(rule).some(({ targetGroupArn }) => targetGroupArns.includes(targetGroupArn)),
  );
  if (candidates.length === 0) return undefined;
  const { TagDescriptions = [] } = await clients.elasticLoadBalancing.send(
    new DescribeTagsCommand({ ResourceArns: candidates.map(({ RuleArn }) => RuleArn!) }),
  );
  for (const rule of candidates) {
    const described = TagDescriptions.find(({ ResourceArn }) => ResourceArn === rule.RuleArn);
    const tags = tagRecord(described?.Tags);
    if (isManaged(identity, tags)) return observedRule(rule, tags);
  }
  return undefined;
}

/** What conditions match. */
export function matching(
  conditions: readonly RuleCondition[],
): Pick<ObservedListenerRule, 'hostNames' | 'paths'> {
  return { hostNames: hostNamesIn(conditions), paths: pathsIn(conditions) };
}

/** Delete a rule; one that is gone already counts as deleted. */
export async function deleteRule({ clients }: Scope, arn: string): Promise<void> {
  await unless(
    clients.elasticLoadBalancing.send(new DeleteRuleCommand({ RuleArn: arn })),
    'RuleNotFoundException',
  );
}

function observedRule(rule: Rule, tags: Tags): ObservedListenerRule {
  const conditions = normalConditions(rule.Conditions ?? []);
  return {
    ...matching(conditions),
    arn: rule.RuleArn!,
    priority: Number(rule.Priority),
    conditions,
    servingTargetGroupArn: servingTargetGroup(rule),
    tags,
  };
}
