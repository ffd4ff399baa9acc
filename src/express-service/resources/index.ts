import type { ObservedListenerRule } from './elastic-load-balancing/service-rule';
import type { AnyComponent, Component, ComponentsIn } from '../composition/component';
import type { Exposure } from '../exposures';
import { COMPONENTS_BY_EXPOSURE } from './by-exposure';
import { namespace, type ObservedNamespace } from './cloud-map/namespace';
import { clientRules, type ObservedClientRules } from './ec2/client-rules';
import type { ObservedCertificate } from './certificate-manager/certificate';
import { cluster, type ObservedCluster } from './ecs/cluster';
import type { ObservedDnsRecord } from './route-53/dns-record';
import type { ObservedHealthAlarms } from './cloudwatch/health-alarms';
import type { ObservedHealthCheck } from './route-53/health-check';
import type { ObservedTargetGroupHealthChecks } from './route-53/target-group-health-checks';
import type { ObservedHostNames } from './route-53/host-names';
import type { ObservedListeners } from './elastic-load-balancing/listeners';
import type { ObservedLoadBalancer } from './elastic-load-balancing/load-balancer';
import type { ObservedLoadBalancerSecurityGroup } from './ec2/load-balancer-security-group';
import { executionRole, type ObservedExecutionRole } from './iam/execution-role';
import { infrastructureRole, type ObservedInfrastructureRole } from './iam/infrastructure-role';
import { taskRole, type ObservedTaskRole } from './iam/task-role';
import { logGroup, type ObservedLogGroup } from './logs/log-group';
import type { ObservedRollbackAlarm } from './cloudwatch/rollback-alarm';
import { scalableTarget, type ObservedScalableTarget } from './application-auto-scaling/scalable-target';
import { scalingPolicy, type ObservedScalingPolicy } from './application-auto-scaling/scaling-policy';
import {
  scheduledActions,
  type ObservedScheduledActions,
} from './application-auto-scaling/scheduled-actions';
import type { ObservedSecurityGroupRules } from './ec2/security-group-rules';
import { service, type ObservedService } from './ecs/service';
import { serviceDeployment, type ObservedServiceDeployment } from './ecs/service-deployment';
import { serviceSecurityGroup, type ObservedServiceSecurityGroup } from './ec2/service-security-group';
import type { ObservedTargetGroupSettings } from './elastic-load-balancing/target-group-attributes';
import type { ObservedTestListenerRule } from './elastic-load-balancing/test-listener-rule';
import type { ObservedTargetGroups } from './elastic-load-balancing/target-groups';
import { taskDefinition, type ObservedTaskDefinition } from './ecs/task-definition';
import { traffic, type ObservedTraffic } from './elastic-load-balancing/traffic';
import type { ObservedVersionRules } from './elastic-load-balancing/version-rules';
import type { ObservedWebAclAssociation } from './waf/web-acl-association';

import type { LoadBalancerAttributes } from '../properties/load-balancer-settings';

/** What may be observed of a service, by the kinds of its components; what is absent was not found. */
export interface ObservedKinds {
  readonly Certificate?: ObservedCertificate;
  readonly ClientRules?: ObservedClientRules;
  readonly Cluster?: ObservedCluster;
  readonly DnsRecord?: ObservedDnsRecord;
  readonly ExecutionRole?: ObservedExecutionRole;
  readonly HealthAlarms?: ObservedHealthAlarms;
  readonly HealthCheck?: ObservedHealthCheck;
  readonly HostNames?: ObservedHostNames;
  readonly InfrastructureRole?: ObservedInfrastructureRole;
  readonly ListenerRule?: ObservedListenerRule;
  readonly Listeners?: ObservedListeners;
  readonly LoadBalancer?: ObservedLoadBalancer;
  readonly LoadBalancerAttributes?: LoadBalancerAttributes;
  readonly LoadBalancerSecurityGroup?: ObservedLoadBalancerSecurityGroup;
  readonly LogGroup?: ObservedLogGroup;
  readonly Namespace?: ObservedNamespace;
  readonly RollbackAlarm?: ObservedRollbackAlarm;
  readonly ScalableTarget?: ObservedScalableTarget;
  readonly ScalingPolicy?: ObservedScalingPolicy;
  readonly ScheduledActions?: ObservedScheduledActions;
  readonly SecurityGroupRules?: ObservedSecurityGroupRules;
  readonly Service?: ObservedService;
  readonly ServiceDeployment?: ObservedServiceDeployment;
  readonly ServiceSecurityGroup?: ObservedServiceSecurityGroup;
  readonly TargetGroupSettings?: ObservedTargetGroupSettings;
  readonly TargetGroupHealthChecks?: ObservedTargetGroupHealthChecks;
  readonly TargetGroups?: ObservedTargetGroups;
  readonly TaskDefinition?: ObservedTaskDefinition;
  readonly TaskRole?: ObservedTaskRole;
  readonly TestListenerRule?: ObservedTestListenerRule;
  readonly Traffic?: ObservedTraffic;
  readonly VersionRules?: ObservedVersionRules;
  readonly WebAclAssociation?: ObservedWebAclAssociation;
}

/** What the components of an exposure come after. */
const BEFORE_EXPOSURE = [
  cluster,
  logGroup,
  executionRole,
  infrastructureRole,
  taskRole,
  taskDefinition,
  serviceSecurityGroup,
  clientRules,
  namespace,
] as const;

/** What comes after them. */
const AFTER_EXPOSURE = [
  service,
  serviceDeployment,
  scalableTarget,
  scalingPolicy,
  scheduledActions,
  traffic,
] as const;

/** What a component needs. */
type NeedsOf<Any> =
  Any extends Component<infer _Observed, infer Needs, infer _Properties, infer _Token> ? Needs : never;

/** Components that need a kind that none is, or expect something else to be observed of it. */
type Misfits<Any> = Any extends unknown
  ? Required<ObservedKinds> extends NeedsOf<Any>
    ? never
    : Any
  : never;
type All =
  | (typeof BEFORE_EXPOSURE | typeof AFTER_EXPOSURE)[number]
  | (typeof COMPONENTS_BY_EXPOSURE)[Exposure['kind']][number];
true satisfies [Misfits<All>] extends [never] ? true : false;

/**
 * Everything that a service is composed of in an exposure, each after those it needs. Of several failures the one of the first
 * component in this order is reported.
 */
export const componentsIn: ComponentsIn = (exposure) => [
  ...BEFORE_EXPOSURE,
  ...COMPONENTS_BY_EXPOSURE[exposure?.kind ?? 'shared'],
  ...AFTER_EXPOSURE,
];

/** Everything that any service may be composed of. */
export const ALL_COMPONENTS: readonly AnyComponent[] = [
  ...BEFORE_EXPOSURE,
  ...Object.values(COMPONENTS_BY_EXPOSURE).flat(),
  ...AFTER_EXPOSURE,
];
