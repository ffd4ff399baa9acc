/** How users sign in before their requests reach a service, as its listener rules say it. */
import type { Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Service } from '@aws-sdk/client-ecs';
import { allOf } from '../../core/all-of';
import type { ApplyScope } from '../composition/component';
import {
  authenticationIn,
  isSameAuthentication,
  mergedAuthentication,
  withAuthentication,
  type AuthenticationConfig,
} from '../properties/authentication';
import { DESCRIBED_SERVICE_ACTIONS, managedDescribedService } from './described-service';
import { allRules, changeActions, ruleAt } from './traffic-weights';

/** IAM actions of the functions in this file. */
export const RULE_AUTHENTICATION_ACTIONS = [
  ...DESCRIBED_SERVICE_ACTIONS,
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:ModifyRule',
] as const;

/** A rule as it was observed. */
interface ObservedRule {
  readonly arn: string;
  readonly authentication?: AuthenticationConfig;
}

/**
 * Have users sign in as the template says, before a deployment brings new tasks. While one is under way ECS changes the actions of
 * the rule; then {@link restoreAuthentication} does it.
 *
 * @returns the rule as it is afterwards.
 */
export async function setAuthentication<Observed extends ObservedRule>(
  scope: ApplyScope,
  rule: Observed,
): Promise<Observed> {
  const wanted = wantedAuthentication(scope, rule.authentication);
  if (isSameAuthentication(wanted, rule.authentication) || (await isDeploying(scope))) return rule;
  return { ...rule, authentication: await change(scope, await ruleAt(scope, rule.arn), wanted) };
}

/**
 * Have users sign in again at rules that do not ask them any more, and see to what had to wait for the end of a deployment. Whether
 * ECS keeps other actions of a rule when it moves the weights is documented nowhere. No deployment may be running.
 */
export async function restoreAuthentication(
  scope: ApplyScope,
  { loadBalancers = [] }: Service,
): Promise<void> {
  if (!scope.spec.authentication && !scope.previousSpec?.authentication) return;
  const rules = await allRules(scope, loadBalancers);
  await allOf(
    rules.map(async (rule) => {
      const live = authenticationIn(rule.Actions);
      const wanted = wantedAuthentication(scope, live);
      if (isSameAuthentication(wanted, live)) return;
      if (wanted && !live) scope.log(`rule ${rule.RuleArn} had lost its authentication, and gets it again`);
      await change(scope, rule, wanted);
    }),
  );
}

function wantedAuthentication(
  { spec, previousSpec }: ApplyScope,
  live: AuthenticationConfig | undefined,
): AuthenticationConfig | undefined {
  const desired = spec.authentication;
  // A rule that is there while its service is created was made for it.
  return mergedAuthentication({
    desired,
    previous: previousSpec ? previousSpec.authentication : desired,
    live,
  });
}

async function change(
  scope: ApplyScope,
  rule: Rule,
  wanted: AuthenticationConfig | undefined,
): Promise<AuthenticationConfig | undefined> {
  const actions = withAuthentication(rule.Actions ?? [], wanted);
  await changeActions(scope, rule, actions);
  return authenticationIn(actions);
}

async function isDeploying(scope: ApplyScope): Promise<boolean> {
  const service = await managedDescribedService(scope);
  return service?.deployments?.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS') ?? false;
}
