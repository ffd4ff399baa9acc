/** Listener rules: quotas, the default rule, priorities. */
import {
  CreateRuleCommand,
  DescribeRulesCommand,
  ModifyRuleCommand,
  SetRulePrioritiesCommand,
  type Action,
  type ModifyRuleCommandInput,
  type Rule,
  type RuleCondition,
  type RulePriorityPair,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Structure } from '../../service';
import { hasExpressions, marked, unmarked } from './regular-expressions';
import { output, type GuardContext, type ServiceGuard } from '../guard';
import { checkAuthentication, described, isAuthentication } from './authentication';
import { listenerArnOf, loadBalancerArnOf, type Inventory } from './inventory';
import { isNetwork } from './network-load-balancers';
import type { TargetGroupChecks } from './target-group-checks';

/** Priorities above all that clients may use, for the moment in which rules change places. */
const BEYOND_PRIORITIES = 50_001;

export function rules(
  { limits }: GuardContext,
  inventory: Inventory,
  checks: TargetGroupChecks,
): ServiceGuard['operations'] {
  function checkConditions(conditions: readonly RuleCondition[]): void {
    const values = conditions.flatMap(valuesOf);
    if (values.length > limits.conditionValuesPerRule) {
      throw new AwsError(
        'ValidationError',
        `A rule can only have '${limits.conditionValuesPerRule}' condition values`,
      );
    }
  }

  /** @throws AwsError RuleNotFound or, for a default rule, OperationNotPermitted. */
  async function changeable(region: string, arn: string, verb: string): Promise<Rule> {
    const rule = await inventory.rule(region, arn);
    if (!rule) throw new AwsError('RuleNotFound', `One or more rules not found: ${arn}`);
    if (rule.IsDefault)
      throw new AwsError('OperationNotPermitted', `Default rule '${arn}' cannot be ${verb}`);
    return rule;
  }

  /** Whether moto has had conditions by regular expressions. */
  let keepsExpressions = false;

  /** The input of a call as moto takes it. */
  function asKept<Input extends Pick<ModifyRuleCommandInput, 'Actions' | 'Conditions'>>(
    input: Structure,
  ): Input {
    const { Actions, Conditions, ...others } = input as Input;
    keepsExpressions ||= hasExpressions(Conditions);
    return {
      ...others,
      ...(Actions && { Actions: described(Actions) }),
      ...(Conditions && { Conditions: marked(Conditions) }),
    } as Input;
  }

  return {
    async CreateRule({ region, input }) {
      if (input.Conditions.length === 0)
        throw new AwsError('ValidationError', 'A rule must have at least one condition');
      checkConditions(input.Conditions);
      const arn = loadBalancerArnOf(input.ListenerArn);
      if (isNetwork(arn)) {
        throw new AwsError(
          'OperationNotPermitted',
          'Rules are unsupported for Network Load Balancer listeners',
        );
      }
      const present = await inventory.rules(region, arn);
      if (present.filter(({ IsDefault }) => !IsDefault).length >= limits.rulesPerLoadBalancer) {
        throw new AwsError(
          'TooManyRules',
          `The maximum number of rules of a load balancer is ${limits.rulesPerLoadBalancer}`,
        );
      }
      await checks.check(region, arn, input.Actions);
      await checkAuthentication(inventory, region, input.ListenerArn, input.Actions);
      if (!input.Actions.some(isAuthentication) && !hasExpressions(input.Conditions)) return undefined;
      return ofRules(await inventory.client(region).send(new CreateRuleCommand(asKept(input))));
    },

    async ModifyRule({ region, input }) {
      const rule = await changeable(region, input.RuleArn, 'modified');
      checkConditions(input.Conditions ?? []);
      const actions: Action[] = input.Actions ?? [];
      await checks.check(region, loadBalancerArnOf(input.RuleArn), actions);
      await checkAuthentication(inventory, region, input.RuleArn, actions, rule.Actions);
      if (!actions.some(isAuthentication) && !keepsExpressions && !hasExpressions(input.Conditions))
        return undefined;
      return ofRules(await inventory.client(region).send(new ModifyRuleCommand(asKept(input))));
    },

    async DescribeRules({ region, input }) {
      if (!keepsExpressions) return undefined;
      return ofRules(await inventory.client(region).send(new DescribeRulesCommand(input)));
    },

    async DeleteRule({ region, input }) {
      await changeable(region, input.RuleArn, 'deleted');
      return undefined;
    },

    async SetRulePriorities({ region, input }) {
      const pairs = input.RulePriorities as RulePriorityPair[];
      for (const { RuleArn } of pairs) await changeable(region, RuleArn!, 'moved');
      const present = await inventory.rules(region, loadBalancerArnOf(pairs[0]!.RuleArn!));
      for (const listener of new Set(pairs.map(({ RuleArn }) => listenerArnOf(RuleArn!)))) {
        checkUnique(
          present.filter(({ RuleArn, IsDefault }) => !IsDefault && listenerArnOf(RuleArn!) === listener),
          pairs,
        );
      }
      // moto refuses that rules change places, so they step aside first.
      const aside = pairs.map(({ RuleArn }, index) => ({ RuleArn, Priority: BEYOND_PRIORITIES + index }));
      await inventory.client(region).send(new SetRulePrioritiesCommand({ RulePriorities: aside }));
      return undefined;
    },
  };
}

/** An answer of moto with rules as ELB describes them. */
function ofRules(answer: { readonly $metadata: object; readonly Rules?: Rule[] }): Structure {
  return { ...output(answer), Rules: answer.Rules?.map(unmarked) };
}

/** @throws AwsError PriorityInUse when two rules of a listener would have one priority. */
function checkUnique(rules: readonly Rule[], pairs: readonly RulePriorityPair[]): void {
  const taken = new Set<number>();
  for (const { RuleArn, Priority } of rules) {
    const priority = pairs.find((pair) => pair.RuleArn === RuleArn)?.Priority ?? Number(Priority);
    if (taken.has(priority))
      throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
    taken.add(priority);
  }
}

function valuesOf(condition: RuleCondition): unknown[] {
  const configured: (readonly unknown[] | undefined)[] = [
    condition.Values,
    condition.HostHeaderConfig?.Values,
    condition.PathPatternConfig?.Values,
    condition.HttpHeaderConfig?.Values,
    condition.HttpHeaderConfig?.RegexValues,
    condition.HostHeaderConfig?.RegexValues,
    condition.PathPatternConfig?.RegexValues,
    condition.QueryStringConfig?.Values,
    condition.HttpRequestMethodConfig?.Values,
    condition.SourceIpConfig?.Values,
  ];
  return configured.flatMap((values) => values ?? []);
}
