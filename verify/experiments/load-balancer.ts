/** One load balancer without a service. */
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  type CreateRuleCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  DeleteWebACLCommand,
  DisassociateWebACLCommand,
  GetWebACLCommand,
} from '@aws-sdk/client-wafv2';
import type { Experiment, Sighting, Sightings } from '../experiment';
import type { Laboratory } from '../laboratory';
import { sightingOf } from '../refusal';
import { Setting, type Ingress } from '../setting';

/** Rules of an Application Load Balancer, default rules not counted (Elastic Load Balancing quotas). */
const MOST_RULES = 100;

/** Minutes for which a new web ACL may be unavailable. */
const WEB_ACL_MINUTES = 15;

async function rulesQuota({ clients }: Laboratory, { listenerArn }: Ingress): Promise<Sighting> {
  // One is there already.
  let priority = 1;
  const add = () =>
    clients.elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: ++priority,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: [`/${priority}`] } }],
        Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
      }),
    );
  while (priority < MOST_RULES) await add();
  const expected = { call: `CreateRule of rule ${MOST_RULES + 1}`, errors: ['TooManyRulesException'] };
  return sightingOf(expected, add);
}

async function stickyTargets({ clients }: Laboratory, { primary }: Ingress): Promise<Sighting> {
  const stickiness = (Value: string) =>
    clients.elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: primary,
        Attributes: [
          { Key: 'stickiness.enabled', Value },
          { Key: 'stickiness.type', Value: 'lb_cookie' },
        ],
      }),
    );
  const expected = {
    call: 'ModifyTargetGroupAttributes that makes targets sticky of which a rule with two target groups is not',
    errors: ['InvalidConfigurationRequestException'],
  };
  const sighting = await sightingOf(expected, () => stickiness('true'));
  await stickiness('false');
  return sighting;
}

/** A service of its own behind a target group that the rule gives no weight. */
async function weightless(
  laboratory: Laboratory,
  setting: Setting,
  { ruleArn, primary, alternate }: Ingress,
): Promise<Sightings> {
  const { elb } = laboratory.clients;
  const TargetGroupArn = await setting.targetGroup();
  const weights = { [primary]: 1, [alternate]: 0, [TargetGroupArn]: 0 };
  const TargetGroups = Object.entries(weights).map(([arn, Weight]) => ({ TargetGroupArn: arn, Weight }));
  await elb.send(
    new ModifyRuleCommand({
      RuleArn: ruleArn,
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
    }),
  );
  const refusal = await setting.service(TargetGroupArn, { strategy: 'ROLLING' }).then(
    () => undefined,
    (error: Error) => error,
  );
  const accepted = {
    holds: refusal === undefined,
    seen: `CreateService with ROLLING at a target group of three in a rule: ${refusal?.message ?? 'accepted'}`,
  };
  if (refusal) return { 'ecs.rolling-services-share-a-rule': accepted };
  const health = await laboratory.until('the target without a weight to be looked at', 10, async () => {
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    const [found] = TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth);
    return found?.State === 'initial' ? undefined : found;
  });
  return {
    'ecs.rolling-services-share-a-rule': accepted,
    'elasticloadbalancing.weightless-targets-are-checked': {
      holds: health.State === 'healthy' || health.State === 'unhealthy',
      seen: `the target is ${health.State}`,
    },
  };
}

async function oneTargetGroup(
  { clients }: Laboratory,
  setting: Setting,
  ingress: Ingress,
): Promise<Sighting> {
  const { listenerArn, alternate } = ingress;
  // ECS takes no target group that no load balancer has.
  await clients.elb.send(
    new ModifyListenerCommand({
      ListenerArn: listenerArn,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: alternate }],
    }),
  );
  await clients.elb.send(
    new ModifyRuleCommand({
      RuleArn: ingress.ruleArn,
      Actions: [{ Type: 'forward', TargetGroupArn: ingress.primary }],
    }),
  );
  const expected = {
    call: 'CreateService with a production rule that forwards to one target group of the pair',
    errors: ['InvalidParameterException'],
    says: /testListenerRule is required/,
  };
  return sightingOf(expected, () => setting.service([ingress], { strategy: 'BLUE_GREEN' }));
}

async function webAclInUse(laboratory: Laboratory, { loadBalancerArn }: Ingress): Promise<Sighting> {
  const { wafv2 } = laboratory.clients;
  const Name = laboratory.name('acl');
  const { Summary } = await wafv2.send(
    new CreateWebACLCommand({
      Name,
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: Name },
    }),
  );
  const { ARN, Id } = Summary!;
  const association = new AssociateWebACLCommand({ WebACLArn: ARN, ResourceArn: loadBalancerArn });
  await laboratory.until('the web ACL to be available', WEB_ACL_MINUTES, () =>
    wafv2.send(association).then(
      () => true,
      (error: Error) => {
        if (error.name === 'WAFUnavailableEntityException') return undefined;
        throw error;
      },
    ),
  );
  const { LockToken } = await wafv2.send(new GetWebACLCommand({ Name, Id, Scope: 'REGIONAL' }));
  const expected = {
    call: 'DeleteWebACL of a web ACL that protects a load balancer',
    errors: ['WAFAssociatedItemException'],
  };
  const sighting = await sightingOf(expected, () =>
    wafv2.send(new DeleteWebACLCommand({ Name, Id, LockToken, Scope: 'REGIONAL' })),
  );
  await wafv2.send(new DisassociateWebACLCommand({ ResourceArn: loadBalancerArn }));
  return sighting;
}

/** A rule of the load balancer, refused for what is different from one that ELB takes. */
function rule({ clients }: Laboratory, { listenerArn }: Ingress, different: Partial<CreateRuleCommandInput>) {
  return () =>
    clients.elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: 500,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/refused'] } }],
        Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        ...different,
      }),
    );
}

/** Calls that ELB refuses. */
async function refused(setting: Setting, ingress: Ingress): Promise<Sightings> {
  const { laboratory } = setting;
  const { elb } = laboratory.clients;
  const invalid = ['ValidationError', 'ValidationErrorException'];
  const Values = ['/1', '/2', '/3', '/4', '/5', '/6'];
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: ingress.listenerArn }));
  const defaultRule = Rules.find(({ IsDefault }) => IsDefault)!.RuleArn;
  return {
    'elasticloadbalancing.priorities': await sightingOf(
      { call: 'CreateRule with a priority that is taken', errors: ['PriorityInUseException'] },
      rule(laboratory, ingress, { Priority: 1 }),
    ),
    'elasticloadbalancing.condition-values': await sightingOf(
      { call: 'CreateRule with six condition values', errors: invalid },
      rule(laboratory, ingress, { Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values } }] }),
    ),
    'elasticloadbalancing.default-rule-stays': await sightingOf(
      { call: 'DeleteRule of the default rule', errors: ['OperationNotPermittedException'] },
      () => elb.send(new DeleteRuleCommand({ RuleArn: defaultRule })),
    ),
    'elasticloadbalancing.one-load-balancer-per-target-group': await sightingOf(
      { call: 'DeleteTargetGroup of one that a rule forwards to', errors: ['ResourceInUseException'] },
      () => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: ingress.primary })),
    ),
  };
}

export const loadBalancer: Experiment = {
  name: 'load-balancer',
  title: 'a load balancer with as many rules as it takes and with a web ACL, and calls that it refuses',
  claims: [
    'elasticloadbalancing.provisioning-takes-minutes',
    'elasticloadbalancing.priorities',
    'elasticloadbalancing.condition-values',
    'elasticloadbalancing.default-rule-stays',
    'elasticloadbalancing.one-load-balancer-per-target-group',
    'elasticloadbalancing.sticky-targets-need-sticky-rule',
    'elasticloadbalancing.rules-quota',
    'elasticloadbalancing.weightless-targets-are-checked',
    'ecs.rolling-services-share-a-rule',
    'ecs.production-rule-needs-both-target-groups',
    'wafv2.associated-web-acl',
  ],
  uses: [
    { resource: 'Application Load Balancer', count: 1 },
    { resource: 'Fargate task (0.25 vCPU, 0.5 GB)', count: 2 },
    { resource: 'Web ACL', count: 1 },
  ],
  minutes: 20,
  async run(laboratory) {
    const setting = await Setting.prepare(laboratory);
    const ingress = await setting.ingress();
    return {
      'elasticloadbalancing.provisioning-takes-minutes': {
        holds: ingress.firstState === 'provisioning',
        seen: `first state after CreateLoadBalancer: ${ingress.firstState}`,
      },
      ...(await refused(setting, ingress)),
      ...(await weightless(laboratory, setting, ingress)),
      'elasticloadbalancing.rules-quota': await rulesQuota(laboratory, ingress),
      'elasticloadbalancing.sticky-targets-need-sticky-rule': await stickyTargets(laboratory, ingress),
      'ecs.production-rule-needs-both-target-groups': await oneTargetGroup(laboratory, setting, ingress),
      'wafv2.associated-web-acl': await webAclInUse(laboratory, ingress),
    };
  },
};
