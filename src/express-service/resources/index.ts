import type { AnyComponent } from '../composition/component';
import { byExposure } from './elastic-load-balancing/by-exposure';
import { certificate } from './certificate-manager/certificate';
import { cluster } from './ecs/cluster';
import { dnsRecord } from './route-53/dns-record';
import { hostNames } from './route-53/host-names';
import { listenerRule } from './elastic-load-balancing/listener-rule';
import { listeners } from './elastic-load-balancing/listeners';
import { loadBalancer } from './elastic-load-balancing/load-balancer';
import { loadBalancerAttributes } from './elastic-load-balancing/load-balancer-attributes';
import { loadBalancerSecurityGroup } from './ec2/load-balancer-security-group';
import { logGroup } from './logs/log-group';
import {
  groupsOfExternalListener,
  loadBalancerOfExternalListener,
  externalListener,
  webAclOfExternalListener,
} from './elastic-load-balancing/external-listener';
import { rollbackAlarm } from './cloudwatch/rollback-alarm';
import { scalableTarget } from './application-auto-scaling/scalable-target';
import { scalingPolicy } from './application-auto-scaling/scaling-policy';
import { scheduledActions } from './application-auto-scaling/scheduled-actions';
import { securityGroupRules } from './ec2/security-group-rules';
import { service } from './ecs/service';
import { serviceDeployment } from './ecs/service-deployment';
import { serviceSecurityGroup } from './ec2/service-security-group';
import { targetGroupSettings } from './elastic-load-balancing/target-group-attributes';
import { targetGroups } from './elastic-load-balancing/target-groups';
import { taskDefinition } from './ecs/task-definition';
import { webAclAssociation } from './waf/web-acl-association';

/**
 * Everything that a service is composed of, each after those it needs. Of several failures the one of the first
 * component in this order is reported.
 */
export const components: readonly AnyComponent[] = [
  cluster,
  logGroup,
  taskDefinition,
  serviceSecurityGroup,
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
  targetGroupSettings,
  dnsRecord,
  rollbackAlarm,
  service,
  serviceDeployment,
  scalableTarget,
  scalingPolicy,
  scheduledActions,
];
