import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeTagsCommand,
  ModifyRuleCommand,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Component, Scope } from '../component';
import {
  CLOSE_PERMISSIONS,
  closeIfUnused,
  describeRules,
  isClosed,
  SERVICE_PRIORITIES,
} from '../load-balancer-closing';
import { done, wait, type Outcome } from '../outcome';
import { isSdkError, unless } from '../sdk-errors';
import { takeSurvey } from '../survey';
import { ownedTags, tagList, tagRecord, type Tags } from '../tags';
import { shortHash } from '../identity';
import type { ObservedCertificate } from './certificate';
import { RELEASE_PERMISSIONS, releaseCertificates, type ObservedListeners } from './listeners';
import type { ObservedLoadBalancer } from './load-balancer';
import type { ObservedLoadBalancerSecurityGroup } from './load-balancer-security-group';
import { PLACE_PERMISSIONS, placeOnNext, type ObservedServiceSecurityGroup } from './service-security-group';
import { changeElbTags, type ObservedTargetGroups } from './target-groups';

/** The rule by which the load balancer sends the service's requests to its tasks. */
export interface ObservedListenerRule {
  readonly arn: string;
  readonly priority: number;
  /** Host name of the service. */
  readonly hostName: string;
  /** All host names that the rule matches: the service's, then former ones, and those that were added by hand. */
  readonly hostNames: readonly string[];
  readonly tags: Tags;
}

interface Needs {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
  LoadBalancer: ObservedLoadBalancer;
  Certificate: ObservedCertificate;
  Listeners: ObservedListeners;
  TargetGroups: ObservedTargetGroups;
}

/** Errors that say that rules which were added by hand have used up the quotas of a load balancer. */
const FULL: readonly string[] = [
  'TooManyRulesException',
  'TooManyTargetGroupsException',
  'TooManyUniqueTargetGroupsPerLoadBalancerException',
];

/** How often one invocation tries for a place that others are after too. */
const ATTEMPTS = 5;

/**
 * The rule that forwards the requests for the service's host to its two target groups. It is the service's place on the
 * load balancer: there are 25 priorities for services, and ELB gives each of them to one only, so that no race puts a
 * 26th service on it.
 *
 * ECS moves the weights of the target groups, deployment by deployment; they are set once, when the rule is made.
 */
export const listenerRule: Component<ObservedListenerRule, Needs> = {
  kind: 'ListenerRule',
  needs: [
    'ServiceSecurityGroup',
    'LoadBalancerSecurityGroup',
    'LoadBalancer',
    'Certificate',
    'Listeners',
    'TargetGroups',
  ],
  permissions: {
    observe: ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'],
    apply: [
      ...CLOSE_PERMISSIONS,
      ...PLACE_PERMISSIONS,
      ...RELEASE_PERMISSIONS,
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateRule',
      'elasticloadbalancing:DeleteRule',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:ModifyRule',
      'elasticloadbalancing:RemoveTags',
    ],
    remove: ['elasticloadbalancing:DeleteRule'],
  },

  async observe(scope, { Listeners, TargetGroups }) {
    if (!Listeners?.httpsArn || !TargetGroups) return undefined;
    const rules = await unless(describeRules(scope, Listeners.httpsArn), 'ListenerNotFoundException');
    const rule = ownRule(rules ?? [], TargetGroups);
    if (!rule) return undefined;
    const { TagDescriptions = [] } = await scope.clients.elasticLoadBalancing.send(
      new DescribeTagsCommand({ ResourceArns: [rule.RuleArn!] }),
    );
    return observed(rule, tagRecord(TagDescriptions[0]?.Tags));
  },

  async apply(scope, needs, current) {
    try {
      return current ? await change(scope, current) : await claim(scope, needs);
    } catch (error) {
      if (isSdkError(error, 'ListenerNotFoundException', 'RuleNotFoundException')) {
        return wait(`load balancer ${needs.LoadBalancer.name}, which another service is removing`, 2);
      }
      throw error;
    }
  },

  /** Former hosts of the service get no more requests. */
  async prune({ clients, spec }, { ServiceSecurityGroup }, { arn, hostNames }) {
    const former = ServiceSecurityGroup.hosts
      .map(({ hostName }) => hostName)
      .filter((hostName) => hostName !== spec.domain.hostName);
    if (hostNames.some((hostName) => former.includes(hostName))) {
      const Conditions = hostCondition(hostNames.filter((hostName) => !former.includes(hostName)));
      await clients.elasticLoadBalancing.send(new ModifyRuleCommand({ RuleArn: arn, Conditions }));
    }
    return done(undefined);
  },

  async remove(scope, _found, { arn }) {
    await deleteRule(scope, arn);
    return done(undefined);
  },
};

/** The rule that forwards to the service's target groups: a target group has one load balancer only. */
function ownRule(rules: readonly Rule[], { arns }: ObservedTargetGroups): Rule | undefined {
  return rules.find(({ Actions = [] }) =>
    Actions.some(
      ({ TargetGroupArn, ForwardConfig }) =>
        arns.includes(TargetGroupArn ?? '') ||
        ForwardConfig?.TargetGroups?.some((group) => arns.includes(group.TargetGroupArn!)),
    ),
  );
}

function observed(rule: Rule, tags: Tags): ObservedListenerRule {
  const hostNames = (rule.Conditions ?? [])
    .filter(({ Field }) => Field === 'host-header')
    .flatMap(({ HostHeaderConfig, Values }) => HostHeaderConfig?.Values ?? Values ?? []);
  const priority = Number(rule.Priority);
  return { arn: rule.RuleArn!, priority, hostName: hostNames[0] ?? '', hostNames, tags };
}

/** Let the rule match the present host too; a former one stays until nothing leads to it any more. */
async function change(
  scope: ApplyScope,
  current: ObservedListenerRule,
): Promise<Outcome<ObservedListenerRule>> {
  const { hostName } = scope.spec.domain;
  const hostNames = current.hostNames.includes(hostName)
    ? current.hostNames
    : [hostName, ...current.hostNames];
  if (hostNames !== current.hostNames) {
    await scope.clients.elasticLoadBalancing.send(
      new ModifyRuleCommand({ RuleArn: current.arn, Conditions: hostCondition(hostNames) }),
    );
  }
  return done({ ...current, hostName, hostNames, tags: await changeElbTags(scope, current) });
}

/** Take a place on the load balancer, and make sure that it was not closed meanwhile (see load-balancer-closing.ts). */
async function claim(scope: ApplyScope, needs: Needs): Promise<Outcome<ObservedListenerRule>> {
  const rule = await takePlace(scope, needs);
  if (rule === 'full') return moveOn(scope, needs);
  if (rule === 'contended') return wait(`a place on load balancer ${needs.LoadBalancer.name}`, 1);
  if (!(await isClosed(scope, needs.Listeners.httpArn!))) return done(rule);

  await deleteRule(scope, rule.arn);
  const removed = await closeIfUnused(scope, needs.LoadBalancer.arn);
  if (removed.status === 'wait') return removed;
  const { loadBalancers } = await takeSurvey(scope);
  const isLeft = loadBalancers.some(({ LoadBalancerArn }) => LoadBalancerArn === needs.LoadBalancer.arn);
  // Where nobody else has stayed, the load balancer is made anew under the same name.
  return isLeft ? moveOn(scope, needs) : wait(`load balancer ${needs.LoadBalancer.name} to be made again`, 2);
}

/**
 * Make the rule at a free priority.
 *
 * @returns `full` when there is none, `contended` when others were faster again and again.
 */
async function takePlace(
  scope: ApplyScope,
  needs: Needs,
): Promise<ObservedListenerRule | 'full' | 'contended'> {
  const { Listeners, LoadBalancerSecurityGroup, TargetGroups } = needs;
  // Places are taken in order, so that this one is free unless somebody has left, or comes at the same moment.
  let free: readonly number[] = SERVICE_PRIORITIES.slice(LoadBalancerSecurityGroup.otherServices).slice(0, 1);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    for (const priority of free.slice(0, 1)) {
      const made = await makeRule(scope, Listeners.httpsArn!, priority, TargetGroups);
      if (made !== 'taken') return made;
    }
    const rules = await describeRules(scope, Listeners.httpsArn!);
    const own = ownRule(rules, TargetGroups);
    // An earlier attempt, whose answer was lost, has made it.
    if (own) return observed(own, ownedTags(scope));
    free = inOwnOrder(scope, freePriorities(rules));
    if (free.length === 0) return 'full';
  }
  return 'contended';
}

/** Priorities for services that no rule has. */
export function freePriorities(rules: readonly Pick<Rule, 'Priority'>[]): readonly number[] {
  const taken = rules.map(({ Priority }) => Number(Priority));
  return SERVICE_PRIORITIES.filter((priority) => !taken.includes(priority));
}

/** Services that come at the same moment begin at different places, and get out of each other's way. */
function inOwnOrder({ identity }: Scope, priorities: readonly number[]): readonly number[] {
  const start = Number.parseInt(shortHash(identity.serviceArn, 8), 16) % Math.max(priorities.length, 1);
  return [...priorities.slice(start), ...priorities.slice(0, start)];
}

/** @returns `taken` when another rule has the priority, `full` when the load balancer takes no more rules. */
async function makeRule(
  scope: ApplyScope,
  listenerArn: string,
  priority: number,
  { arns: [first, second] }: ObservedTargetGroups,
): Promise<ObservedListenerRule | 'taken' | 'full'> {
  const { hostName } = scope.spec.domain;
  const tags = ownedTags(scope);
  try {
    const { Rules = [] } = await scope.clients.elasticLoadBalancing.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: priority,
        Conditions: hostCondition([hostName]),
        Actions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: first, Weight: 1 },
                { TargetGroupArn: second, Weight: 0 },
              ],
            },
          },
        ],
        Tags: tagList(tags),
      }),
    );
    return { arn: Rules[0]!.RuleArn!, priority, hostName, hostNames: [hostName], tags };
  } catch (error) {
    if (isSdkError(error, 'PriorityInUseException')) return 'taken';
    if (isSdkError(error, ...FULL)) return 'full';
    throw error;
  }
}

/** Leave a load balancer that has no place, for the next one. */
async function moveOn(scope: ApplyScope, needs: Needs): Promise<Outcome<never>> {
  const released = await releaseCertificates(scope, needs.Listeners, needs.Certificate.own);
  return released.status === 'wait' ? released : placeOnNext(scope, needs.ServiceSecurityGroup);
}

async function deleteRule({ clients }: Scope, arn: string): Promise<void> {
  await unless(
    clients.elasticLoadBalancing.send(new DeleteRuleCommand({ RuleArn: arn })),
    'RuleNotFoundException',
  );
}

function hostCondition(hostNames: readonly string[]) {
  return [{ Field: 'host-header', HostHeaderConfig: { Values: [...hostNames] } }];
}
