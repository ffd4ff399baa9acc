/** One load balancer without a service. */
import {
  CreateRuleCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  AssociateWebACLCommand,
  CreateWebACLCommand,
  DeleteWebACLCommand,
  DisassociateWebACLCommand,
  GetWebACLCommand,
} from '@aws-sdk/client-wafv2';
import type { Experiment, Sighting } from '../experiment';
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

export const loadBalancer: Experiment = {
  name: 'load-balancer',
  title:
    'a load balancer with as many rules as it takes, one of them for sticky targets, one for one target group, and with a web ACL',
  claims: [
    'elasticloadbalancing.rules-quota',
    'elasticloadbalancing.sticky-targets-need-sticky-rule',
    'ecs.production-rule-needs-both-target-groups',
    'wafv2.associated-web-acl',
  ],
  uses: [
    { resource: 'Application Load Balancer', count: 1 },
    { resource: 'Fargate task (0.25 vCPU, 0.5 GB)', count: 1 },
    { resource: 'Web ACL', count: 1 },
  ],
  minutes: 15,
  async run(laboratory) {
    const setting = await Setting.prepare(laboratory);
    const ingress = await setting.ingress();
    return {
      'elasticloadbalancing.rules-quota': await rulesQuota(laboratory, ingress),
      'elasticloadbalancing.sticky-targets-need-sticky-rule': await stickyTargets(laboratory, ingress),
      'ecs.production-rule-needs-both-target-groups': await oneTargetGroup(laboratory, setting, ingress),
      'wafv2.associated-web-acl': await webAclInUse(laboratory, ingress),
    };
  },
};
