import {
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type TargetGroup,
  type TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Service } from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { allOf } from '../../../core/all-of';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import {
  DEPLOYMENT_ORDER_ACTIONS,
  pollStopping,
  readyToDeploy,
  type StoppingToken,
} from '../../deployments/deployment-order';
import { DESCRIBED_SERVICE_ACTIONS, managedDescribedService } from '../../deployments/described-service';
import { deploymentSeconds } from '../../properties/deployment-time';
import { resolvedStrategy } from '../../properties/ecs-service';
import { done, wait, type Outcome } from '../../../core/outcome';
import { isServing } from '../../memory/recorded-exposures';
import { ATTRIBUTE_ACTIONS, readAttributes, setStickiness } from '../../deployments/rule-stickiness';
import {
  areAsSticky,
  attributeChanges,
  elbHealthCheck,
  healthCheckOf,
  initialAttributes,
  isSticky,
  stickinessAttributes,
  wantedAttributes,
  wantedHealthCheck,
  type HealthCheck,
  type TargetGroupAttributes,
  type TargetGroupSettings,
} from '../../properties/target-group-settings';
import { ruleAt, weightsOf } from '../../deployments/traffic-weights';
import type { ObservedListenerRule } from './service-rule';
import type { ObservedTestListenerRule } from './test-listener-rule';
import { targetGroupNumbers, type ObservedTargetGroup, type ObservedTargetGroups } from './target-groups';

/** How the target groups of the service are set. */
export interface ObservedTargetGroupSettings {
  readonly protocolVersion: TargetGroupSettings['protocolVersion'];
  /** Of the target group that has the traffic. */
  readonly healthCheck: HealthCheck;
  /** Undefined when they were not looked at, because nothing is to change: see {@link readAttributes}. */
  readonly attributes?: TargetGroupAttributes;
  /** Whether only new tasks can bring the health check that the specification asks for. */
  readonly needsDeployment: boolean;
}

type Needs = {
  TargetGroups: ObservedTargetGroups;
  ListenerRule: ObservedListenerRule;
  TestListenerRule: ObservedTestListenerRule;
};

interface AttributeProperties {
  readonly TargetGroupAttributes: readonly TargetGroupAttribute[];
}

/** Seconds between looks at a deployment, which takes minutes. */
const SECONDS_BETWEEN_LOOKS = 15;

/**
 * Health check and attributes of the target groups.
 *
 * The tasks that serve may not know a new health check: ELB would take them out of service. So the target group without
 * traffic gets it first, a deployment brings its tasks there, and the other one gets it when its tasks are gone. When the
 * deployment fails, what served has not been touched. A rolling deployment has one target group for old tasks and new ones:
 * there the health check changes at once, as that of AWS::ElasticLoadBalancingV2::TargetGroup does.
 */
export const targetGroupSettings: Component<
  ObservedTargetGroupSettings,
  Needs,
  AttributeProperties,
  StoppingToken
> = {
  kind: 'TargetGroupSettings',
  goesWith: 'TargetGroups',
  needs: ['TargetGroups', 'ListenerRule', 'TestListenerRule'],
  per: 'exposure',
  perVersion: 'as found',
  partOf: 'TargetGroups',
  // Which target group has the traffic changes with every deployment.
  volatile: true,
  permissions: {
    observe: [],
    apply: [
      ...ATTRIBUTE_ACTIONS,
      ...DEPLOYMENT_ORDER_ACTIONS,
      ...DESCRIBED_SERVICE_ACTIONS,
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:ModifyRule',
      'elasticloadbalancing:ModifyTargetGroup',
      'elasticloadbalancing:ModifyTargetGroupAttributes',
    ],
    remove: [],
  },

  /** As the template says; what was changed by hand is looked at when something is to change. */
  desired(plan) {
    const { targetGroup } = plan.spec;
    if (initialAttributes(targetGroup)) return [];
    const { attributes } = targetGroup;
    const TargetGroupAttributes = [...attributeChanges({}, attributes), ...stickinessAttributes(attributes)];
    const type = 'AWS::ElasticLoadBalancingV2::TargetGroup';
    return targetGroupNumbers(plan).map((name) => ({ name, type, properties: { TargetGroupAttributes } }));
  },

  async observe(_scope, { TargetGroups, ListenerRule }) {
    const serving = TargetGroups && servingMember(TargetGroups, ListenerRule);
    return serving && settingsOf(serving);
  },

  async apply(scope, needs) {
    const attributes = await applyAttributes(scope, needs.TargetGroups);
    const outcome = await applyHealthCheck(scope, needs);
    return outcome.status === 'wait' ? outcome : done({ ...outcome.value, attributes });
  },

  poll: pollStopping,

  /** Only now no deployment moves the weights, which are part of the action of the rule. */
  async prune(scope, needs, { attributes }) {
    const { spec, previousSpec } = scope;
    const previous = previousSpec?.targetGroup.attributes ?? {};
    if (!areAsSticky(spec.targetGroup.attributes, previous) && attributes)
      await applyStickiness(scope, needs, attributes);
    return done(undefined);
  },
};

/** The target group that has the traffic, as far as is known. */
export function servingMember(
  { members }: ObservedTargetGroups,
  rule: ObservedListenerRule | undefined,
): ObservedTargetGroup | undefined {
  return members.find(({ arn }) => arn === rule?.servingTargetGroupArn) ?? members[0];
}

function settingsOf({
  protocolVersion,
  healthCheck,
}: Pick<ObservedTargetGroup, 'protocolVersion' | 'healthCheck'>): ObservedTargetGroupSettings {
  return { protocolVersion, healthCheck, needsDeployment: false };
}

async function applyHealthCheck(
  scope: ApplyScope,
  { TargetGroups, ListenerRule }: Needs,
): Promise<Outcome<ObservedTargetGroupSettings, StoppingToken>> {
  const { spec, previousSpec } = scope;
  const { protocolVersion } = spec.targetGroup;
  const known = TargetGroups.members;
  // Of an exposure that the service is about to leave for another protocol version.
  if (scope.exposure?.protocolVersion !== protocolVersion) return done(settingsOf(known[0]!));
  const wanted = (live: HealthCheck) => wantedHealthCheck(spec.targetGroup, previousSpec?.targetGroup, live);
  const kept = wanted(known[0]!.healthCheck);
  const settled = (healthCheck: HealthCheck, needsDeployment = false) =>
    done({ protocolVersion, healthCheck, needsDeployment });
  if (known.every(({ healthCheck }) => isDeepStrictEqual(healthCheck, kept))) return settled(kept);

  const [service, { groups, serving }] = await Promise.all([
    managedDescribedService(scope),
    look(scope, TargetGroups.arns, ListenerRule.arn),
  ]);
  const isIdle = ({ TargetGroupArn }: TargetGroup) => !serving.includes(TargetGroupArn!);
  const used = groups.filter((group) => !isIdle(group));
  const healthCheck = wanted(healthCheckOf(used[0] ?? groups[0]!));
  const others = (among: readonly TargetGroup[]) =>
    among.filter((group) => !isDeepStrictEqual(healthCheckOf(group), healthCheck));
  if (!service || !movesRequests(scope, service)) {
    // No task is there that could be taken out of service, or new ones stand beside old ones in one target group.
    await modify(scope, others(groups), healthCheck);
    return settled(healthCheck);
  }
  const isDeploying = service.deployments?.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS');
  if (isDeploying && (others(used).length === 0 || others(groups.filter(isIdle)).length === 0)) {
    // Its old tasks may be wanted again, or it is the one that brings the health check.
    return wait('the service deployment that is under way', SECONDS_BETWEEN_LOOKS, {
      limit: {
        seconds: deploymentSeconds(service.deploymentConfiguration, scope.minutesPerShift),
        remedy: 'Look at that deployment in the ECS console and stop it, then update the stack again',
      },
    });
  }
  if (others(used).length > 0) {
    const unready = await readyToDeploy(scope, service);
    if (unready) return unready;
    if (used.length > 1) return wait('one target group to have all traffic', 1);
  }
  await modify(scope, others(groups.filter(isIdle)), healthCheck);
  return settled(healthCheck, others(used).length > 0);
}

/** Whether a deployment of the service puts its tasks into the target group without traffic. */
function movesRequests({ spec, previousSpec }: ApplyScope, live: Service): boolean {
  return resolvedStrategy({ desired: spec.settings, previous: previousSpec?.settings, live }).shiftsTraffic;
}

/** The target groups and those among them that have traffic, as they are now. */
async function look(scope: Scope, arns: readonly string[], ruleArn: string) {
  const { elasticLoadBalancing } = scope.clients;
  const [{ TargetGroups = [] }, rule] = await Promise.all([
    elasticLoadBalancing.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [...arns] })),
    ruleAt(scope, ruleArn),
  ]);
  const serving = weightsOf(rule).filter(({ weight }) => weight > 0);
  return { groups: TargetGroups, serving: serving.map(({ targetGroupArn }) => targetGroupArn) };
}

async function modify(
  { clients, spec }: ApplyScope,
  groups: readonly TargetGroup[],
  healthCheck: HealthCheck,
): Promise<void> {
  const settings = elbHealthCheck(healthCheck, spec.targetGroup.protocolVersion);
  await allOf(
    groups.map(({ TargetGroupArn }) =>
      clients.elasticLoadBalancing.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...settings })),
    ),
  );
}

/**
 * Change what takes effect at once without harm.
 *
 * @returns the attributes that the target groups are to have; undefined when they stay as they are and were not looked
 *   at.
 */
async function applyAttributes(
  scope: ApplyScope,
  { arns }: ObservedTargetGroups,
): Promise<TargetGroupAttributes | undefined> {
  const desired = scope.spec.targetGroup;
  // Of a kind of load balancer that the service is about to leave, which has other attributes.
  if ((scope.exposure?.protocolVersion === undefined) !== (desired.protocolVersion === undefined))
    return undefined;
  // Target groups that the service joins have nothing from before, and no traffic yet; so have those of a new version.
  const isJoining = !isServing(scope) || scope.versions?.[0]?.state === 'new';
  const previous = isJoining ? undefined : scope.previousSpec?.targetGroup;
  if (isDeepStrictEqual(desired.attributes, previous?.attributes)) return undefined;
  const initial = previous ? undefined : initialAttributes(desired);
  if (initial) return initial;
  const live = await allOf(arns.map((arn) => readAttributes(scope, arn)));
  const wanted = wantedAttributes(desired, previous, live[0]!);
  await allOf(
    arns.map(async (arn, index) => {
      const changes = [
        ...attributeChanges(live[index]!, wanted),
        ...(!isJoining || areAsSticky(live[index]!, wanted) ? [] : stickinessAttributes(wanted)),
      ];
      if (changes.length > 0) await setAttributes(scope, arn, changes);
    }),
  );
  return wanted;
}

async function applyStickiness(
  scope: ApplyScope,
  { TargetGroups: { arns }, ListenerRule, TestListenerRule }: Needs,
  wanted: TargetGroupAttributes,
): Promise<void> {
  const { rule: testRule, former } = TestListenerRule ?? {};
  const ruleArns = [ListenerRule, testRule, former].flatMap((rule) => rule?.arn ?? []);
  const [rules, live] = await allOf([
    allOf(ruleArns.map((arn) => ruleAt(scope, arn))),
    allOf(arns.map((arn) => readAttributes(scope, arn))),
  ]);
  const others = arns.filter((_arn, index) => !areAsSticky(live[index]!, wanted));
  const changeGroups = () =>
    allOf(others.map((arn) => setAttributes(scope, arn, stickinessAttributes(wanted))));
  const changeRules = () => allOf(rules.map((rule) => setStickiness(scope, rule, isSticky(wanted))));
  // Never a sticky target group under a rule that is not.
  for (const change of isSticky(wanted) ? [changeRules, changeGroups] : [changeGroups, changeRules])
    await change();
}

async function setAttributes(
  { clients }: ApplyScope,
  TargetGroupArn: string,
  Attributes: TargetGroupAttribute[],
): Promise<void> {
  await clients.elasticLoadBalancing.send(
    new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }),
  );
}
