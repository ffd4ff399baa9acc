/**
 * Every resource that a service is composed of, with its status: what was observed, and what should be there and was
 * not. Pure: no call to AWS.
 */
import type { ObservedCertificate } from '../resources/certificate-manager/certificate';
import type { ObservedCluster } from '../resources/ecs/cluster';
import type { ObservedDnsRecord } from '../resources/route-53/dns-record';
import type { ObservedListenerRule } from '../resources/elastic-load-balancing/service-rule';
import type { ObservedListeners } from '../resources/elastic-load-balancing/listeners';
import type { ObservedLoadBalancer } from '../resources/elastic-load-balancing/load-balancer';
import type { ObservedLoadBalancerSecurityGroup } from '../resources/ec2/load-balancer-security-group';
import { logGroupArn, logGroupName, type ObservedLogGroup } from '../resources/logs/log-group';
import { rollbackAlarmName, type ObservedRollbackAlarm } from '../resources/cloudwatch/rollback-alarm';
import type { ObservedScalableTarget } from '../resources/application-auto-scaling/scalable-target';
import type { ObservedScalingPolicy } from '../resources/application-auto-scaling/scaling-policy';
import type { ObservedScheduledActions } from '../resources/application-auto-scaling/scheduled-actions';
import type { ObservedSecurityGroupRules } from '../resources/ec2/security-group-rules';
import type { ObservedService } from '../resources/ecs/service';
import type { ObservedServiceSecurityGroup } from '../resources/ec2/service-security-group';
import {
  targetGroupNames,
  type ObservedTargetGroups,
} from '../resources/elastic-load-balancing/target-groups';
import type { ObservedTaskDefinition } from '../resources/ecs/task-definition';
import type { ObservedWebAclAssociation } from '../resources/waf/web-acl-association';
import type { Identity } from '../identity/identity';
import type { ManagedResource } from '../model';
import type { Exposure } from '../exposures/exposure';
import { recordedExposures } from '../memory/recorded-exposures';
import type { Properties } from '../../cloudformation/extension';
import { mainContainerOf } from '../properties/task-definition-content';
import { defined } from '../../core/unset';

/** What may be observed of the parts of a service, by kind. */
export interface ObservedParts {
  readonly Certificate?: ObservedCertificate;
  readonly Cluster?: ObservedCluster;
  readonly DnsRecord?: ObservedDnsRecord;
  readonly ListenerRule?: ObservedListenerRule;
  readonly Listeners?: ObservedListeners;
  readonly LoadBalancer?: ObservedLoadBalancer;
  readonly LoadBalancerSecurityGroup?: ObservedLoadBalancerSecurityGroup;
  readonly LogGroup?: ObservedLogGroup;
  readonly RollbackAlarm?: ObservedRollbackAlarm;
  readonly ScalableTarget?: ObservedScalableTarget;
  readonly ScalingPolicy?: ObservedScalingPolicy;
  readonly ScheduledActions?: ObservedScheduledActions;
  readonly SecurityGroupRules?: ObservedSecurityGroupRules;
  readonly Service?: ObservedService;
  readonly ServiceSecurityGroup?: ObservedServiceSecurityGroup;
  readonly TargetGroups?: ObservedTargetGroups;
  readonly TaskDefinition?: ObservedTaskDefinition;
  readonly WebAclAssociation?: ObservedWebAclAssociation;
}

/** What the parts are told from. */
interface Look {
  readonly identity: Identity;
  readonly observed: ObservedParts;
  /** Where the service receives its traffic; undefined when its record is gone. */
  readonly exposure?: Exposure;
}

type Status = NonNullable<ManagedResource['Status']>;

/** One resource. */
interface Part {
  readonly arn?: string;
  /** Default: ACTIVE. */
  readonly status?: Status;
  readonly reason?: string;
}

/** One row of {@link PARTS}. */
type Row = readonly [
  kind: keyof ObservedParts,
  resourceType: string,
  partsOf: (look: Look) => readonly Part[],
];

const GONE: Part = {
  status: 'DELETED',
  reason: 'It was deleted by hand; the next update makes it again',
};

/** A record whose hosted zone was deleted: nothing can make it again there. */
function withoutZone(hostedZoneId: string): Part {
  return {
    status: 'DELETED',
    reason: `Hosted zone ${hostedZoneId} was deleted, and the record with it; name another zone in HostedZoneId`,
  };
}

/** A part that is there when it was observed. */
function one<Observed>(
  observed: Observed | undefined,
  arnOf: (observed: Observed) => string | undefined,
  arn?: string,
) {
  return [observed === undefined ? { ...GONE, arn } : { arn: arnOf(observed) }];
}

const CERTIFICATE_STATUS: Readonly<Record<string, Status>> = {
  ISSUED: 'ACTIVE',
  PENDING_VALIDATION: 'PROVISIONING',
};

const LOAD_BALANCER_STATUS = {
  active: 'ACTIVE',
  provisioning: 'PROVISIONING',
  failed: 'FAILED',
} as const satisfies Record<ObservedLoadBalancer['state'], Status>;

const SERVICE_STATUS: Readonly<Record<string, Status>> = {
  ACTIVE: 'ACTIVE',
  DRAINING: 'DEPROVISIONING',
  INACTIVE: 'DELETED',
};

/** With what reason a part is not ACTIVE. */
function withStatus(arn: string | undefined, status: Status, what: string): Part {
  return { arn, status, reason: status === 'ACTIVE' ? undefined : what };
}

/** Whether the load balancer is one that is made here, rather than the author's own. */
function isShared({ exposure }: Look): boolean {
  return exposure?.kind !== 'external';
}

/** Whether the containers write to the log group that is made. */
function needsLogGroup({ identity, observed: { TaskDefinition } }: Look): boolean {
  const { options } = (TaskDefinition && mainContainerOf(TaskDefinition.definition)?.logConfiguration) ?? {};
  return options?.['awslogs-group'] === logGroupName(identity);
}

function securityGroupArn({ identity: { partition, region, accountId } }: Look, id: string): string {
  return `arn:${partition}:ec2:${region}:${accountId}:security-group/${id}`;
}

function targetGroups({ identity, observed, exposure }: Look): readonly Part[] {
  const members = observed.TargetGroups?.members ?? [];
  const names = exposure ? targetGroupNames(identity, exposure) : [];
  const missing = names.filter((wanted) => !members.some(({ name }) => name === wanted));
  return [...members.map(({ arn }) => ({ arn })), ...missing.map(() => GONE)];
}

/** Each resource that there is or should be, in the order of the components. Which kinds have none is in the test. */
const PARTS: readonly Row[] = [
  [
    'Cluster',
    'AWS::ECS::Cluster',
    ({ identity: { partition, region, accountId, clusterName }, observed }) =>
      one(
        observed.Cluster,
        ({ arn }) => arn,
        `arn:${partition}:ecs:${region}:${accountId}:cluster/${clusterName}`,
      ),
  ],
  [
    'LogGroup',
    'AWS::Logs::LogGroup',
    (look) =>
      look.observed.LogGroup || needsLogGroup(look)
        ? one(
            look.observed.LogGroup,
            ({ arn }) => arn,
            logGroupArn(look.identity, logGroupName(look.identity)),
          )
        : [],
  ],
  [
    'TaskDefinition',
    'AWS::ECS::TaskDefinition',
    ({ observed: { TaskDefinition } }) => {
      if (!TaskDefinition?.managed) return [];
      const status = TaskDefinition.definition.status === 'INACTIVE' ? 'DELETED' : 'ACTIVE';
      return [withStatus(TaskDefinition.arn, status, 'It was deregistered by hand')];
    },
  ],
  [
    'ServiceSecurityGroup',
    'AWS::EC2::SecurityGroup',
    (look) => one(look.observed.ServiceSecurityGroup, ({ id }) => securityGroupArn(look, id)),
  ],
  [
    'LoadBalancerSecurityGroup',
    'AWS::EC2::SecurityGroup',
    (look) =>
      isShared(look)
        ? one(look.observed.LoadBalancerSecurityGroup, ({ id }) => securityGroupArn(look, id))
        : [],
  ],
  [
    'SecurityGroupRules',
    'AWS::EC2::SecurityGroupIngress',
    ({ observed: { SecurityGroupRules } }) => one(SecurityGroupRules?.ingress[0], () => undefined),
  ],
  [
    'SecurityGroupRules',
    'AWS::EC2::SecurityGroupEgress',
    (look) => (isShared(look) ? one(look.observed.SecurityGroupRules?.egress[0], () => undefined) : []),
  ],
  ['TargetGroups', 'AWS::ElasticLoadBalancingV2::TargetGroup', targetGroups],
  [
    'Certificate',
    'AWS::CertificateManager::Certificate',
    ({ observed: { Certificate } }) =>
      (Certificate?.own ?? [])
        .filter(({ isObsolete }) => !isObsolete)
        .map(({ arn, status }) =>
          withStatus(arn, CERTIFICATE_STATUS[status] ?? 'FAILED', `ACM says ${status}`),
        ),
  ],
  [
    'LoadBalancer',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    (look) => {
      const { LoadBalancer } = look.observed;
      if (!isShared(look)) return [];
      if (!LoadBalancer) return [GONE];
      const { arn, state } = LoadBalancer;
      return [withStatus(arn, LOAD_BALANCER_STATUS[state], `Elastic Load Balancing says ${state}`)];
    },
  ],
  [
    'WebAclAssociation',
    'AWS::WAFv2::WebACLAssociation',
    ({ observed: { WebAclAssociation } }) =>
      WebAclAssociation?.webAclArn === undefined ? [] : [{ arn: WebAclAssociation.webAclArn }],
  ],
  [
    'Listeners',
    'AWS::ElasticLoadBalancingV2::Listener',
    (look) => {
      const { httpsArn, httpArn } = look.observed.Listeners ?? {};
      if (!isShared(look)) return [];
      return [...one(httpsArn, (arn) => arn), ...(httpArn === undefined ? [] : [{ arn: httpArn }])];
    },
  ],
  [
    'ListenerRule',
    'AWS::ElasticLoadBalancingV2::ListenerRule',
    ({ observed: { ListenerRule } }) => one(ListenerRule, ({ arn }) => arn),
  ],
  [
    'DnsRecord',
    'AWS::Route53::RecordSet',
    ({ observed: { DnsRecord, ServiceSecurityGroup } }) =>
      (ServiceSecurityGroup?.domains ?? [])
        .filter(({ hostedZoneId }) => hostedZoneId !== undefined)
        .map(({ hostName }) => {
          const records = DnsRecord?.hosts.find(({ host }) => host.hostName === hostName);
          if (records?.isWithoutZone) return withoutZone(records.host.hostedZoneId);
          return records?.target === undefined ? GONE : {};
        }),
  ],
  [
    'RollbackAlarm',
    'AWS::CloudWatch::Alarm',
    ({ identity, observed: { RollbackAlarm } }) =>
      one(
        RollbackAlarm,
        ({ arn }) => arn,
        `arn:${identity.partition}:cloudwatch:${identity.region}:${identity.accountId}:alarm:${rollbackAlarmName(identity)}`,
      ),
  ],
  [
    'Service',
    'AWS::ECS::Service',
    ({ identity: { serviceArn }, observed: { Service } }) => {
      const { status = 'INACTIVE' } = Service?.service ?? {};
      return [withStatus(serviceArn, SERVICE_STATUS[status] ?? 'FAILED', `ECS says ${status}`)];
    },
  ],
  [
    'ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalableTarget',
    ({ observed: { ScalableTarget } }) => one(ScalableTarget, ({ arn }) => arn),
  ],
  [
    'ScalingPolicy',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    ({ observed: { ScalingPolicy } }) =>
      ScalingPolicy ? ScalingPolicy.policies.map(({ arn }) => ({ arn })) : [GONE],
  ],
  [
    'ScheduledActions',
    'AWS::ApplicationAutoScaling::ScheduledAction',
    ({ observed: { ScheduledActions } }) => (ScheduledActions?.actions ?? []).map(() => ({})),
  ],
];

/** Kinds of components that {@link managedResources} tells of. */
export const MANAGED_KINDS: ReadonlySet<string> = new Set(PARTS.map(([kind]) => kind));

/**
 * Every resource that there is or should be, in the template's words.
 *
 * @param isSettled whether an operation has just ended: then what was being provisioned when it was looked at is there.
 */
export function managedResources(
  identity: Identity,
  observed: ObservedParts,
  isSettled: boolean,
): Properties<ManagedResource>[] {
  const exposure = recordedExposures(observed.ServiceSecurityGroup?.tags ?? {})?.serving;
  return PARTS.flatMap(([, ResourceType, partsOf]) =>
    partsOf({ identity, observed, exposure }).map(({ arn, status = 'ACTIVE', reason }) =>
      isSettled && status === 'PROVISIONING'
        ? defined({ ResourceType, Arn: arn, Status: 'ACTIVE' as const })
        : defined({ ResourceType, Arn: arn, Status: status, StatusReason: reason }),
    ),
  );
}
