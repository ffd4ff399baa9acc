import type { ObservedListenerRule } from './elastic-load-balancing/service-rule';
import type { AnyComponent, Component } from '../composition/component';
import { byExposure } from './elastic-load-balancing/by-exposure';
import { certificate, type ObservedCertificate } from './certificate-manager/certificate';
import { clientRules, type ObservedClientRules } from './ec2/client-rules';
import { cluster, type ObservedCluster } from './ecs/cluster';
import { dnsRecord, type ObservedDnsRecord } from './route-53/dns-record';
import { hostNames, type ObservedHostNames } from './route-53/host-names';
import { listenerRule } from './elastic-load-balancing/listener-rule';
import { listeners, type ObservedListeners } from './elastic-load-balancing/listeners';
import { loadBalancer, type ObservedLoadBalancer } from './elastic-load-balancing/load-balancer';
import { loadBalancerAttributes } from './elastic-load-balancing/load-balancer-attributes';
import {
  loadBalancerSecurityGroup,
  type ObservedLoadBalancerSecurityGroup,
} from './ec2/load-balancer-security-group';
import { logGroup, type ObservedLogGroup } from './logs/log-group';
import {
  groupsOfExternalListener,
  loadBalancerOfExternalListener,
  externalListener,
  webAclOfExternalListener,
} from './elastic-load-balancing/external-listener';
import { namespace, type ObservedNamespace } from './cloud-map/namespace';
import { rollbackAlarm, type ObservedRollbackAlarm } from './cloudwatch/rollback-alarm';
import { scalableTarget, type ObservedScalableTarget } from './application-auto-scaling/scalable-target';
import { scalingPolicy, type ObservedScalingPolicy } from './application-auto-scaling/scaling-policy';
import {
  scheduledActions,
  type ObservedScheduledActions,
} from './application-auto-scaling/scheduled-actions';
import { securityGroupRules, type ObservedSecurityGroupRules } from './ec2/security-group-rules';
import { service, type ObservedService } from './ecs/service';
import { serviceDeployment, type ObservedServiceDeployment } from './ecs/service-deployment';
import { serviceSecurityGroup, type ObservedServiceSecurityGroup } from './ec2/service-security-group';
import {
  targetGroupSettings,
  type ObservedTargetGroupSettings,
} from './elastic-load-balancing/target-group-attributes';
import { testListenerRule, type ObservedTestListenerRule } from './elastic-load-balancing/test-listener-rule';
import { targetGroups, type ObservedTargetGroups } from './elastic-load-balancing/target-groups';
import { taskDefinition, type ObservedTaskDefinition } from './ecs/task-definition';
import { webAclAssociation, type ObservedWebAclAssociation } from './waf/web-acl-association';

import type { LoadBalancerAttributes } from '../properties/load-balancer-settings';

/** What may be observed of a service, by the kinds of its components; what is absent was not found. */
export interface ObservedKinds {
  readonly Certificate?: ObservedCertificate;
  readonly ClientRules?: ObservedClientRules;
  readonly Cluster?: ObservedCluster;
  readonly DnsRecord?: ObservedDnsRecord;
  readonly HostNames?: ObservedHostNames;
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
  readonly TargetGroups?: ObservedTargetGroups;
  readonly TaskDefinition?: ObservedTaskDefinition;
  readonly TestListenerRule?: ObservedTestListenerRule;
  readonly WebAclAssociation?: ObservedWebAclAssociation;
}

/**
 * Everything that a service is composed of, each after those it needs. Of several failures the one of the first
 * component in this order is reported.
 */
const COMPONENTS = [
  cluster,
  logGroup,
  taskDefinition,
  serviceSecurityGroup,
  clientRules,
  namespace,
  byExposure(loadBalancerSecurityGroup, groupsOfExternalListener),
  securityGroupRules,
  targetGroups,
  hostNames,
  certificate,
  byExposure(loadBalancer, loadBalancerOfExternalListener),
  loadBalancerAttributes,
  byExposure(webAclAssociation, webAclOfExternalListener),
  byExposure(listeners, externalListener),
  listenerRule,
  testListenerRule,
  targetGroupSettings,
  dnsRecord,
  rollbackAlarm,
  service,
  serviceDeployment,
  scalableTarget,
  scalingPolicy,
  scheduledActions,
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
true satisfies [Misfits<(typeof COMPONENTS)[number]>] extends [never] ? true : false;

/** See {@link COMPONENTS}. */
export const components: readonly AnyComponent[] = COMPONENTS;
