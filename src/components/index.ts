import type { AnyComponent } from '../component';
import { byPlacement } from './by-placement';
import { certificate } from './certificate';
import { cluster } from './cluster';
import { dnsRecord } from './dns-record';
import { hostNames } from './host-names';
import { listenerRule } from './listener-rule';
import { listeners } from './listeners';
import { loadBalancer } from './load-balancer';
import { loadBalancerAttributes } from './load-balancer-attributes';
import { loadBalancerSecurityGroup } from './load-balancer-security-group';
import { logGroup } from './log-group';
import {
  groupsOfOwnListener,
  loadBalancerOfOwnListener,
  ownListener,
  webAclOfOwnListener,
} from './own-listener';
import { rollbackAlarm } from './rollback-alarm';
import { scalableTarget } from './scalable-target';
import { scalingPolicy } from './scaling-policy';
import { scheduledActions } from './scheduled-actions';
import { securityGroupRules } from './security-group-rules';
import { service } from './service';
import { serviceDeployment } from './service-deployment';
import { serviceSecurityGroup } from './service-security-group';
import { targetGroupSettings } from './target-group-settings';
import { targetGroups } from './target-groups';
import { taskDefinition } from './task-definition';
import { webAclAssociation } from './web-acl-association';

/**
 * Everything that a service is composed of, each after those it needs. Of several failures the one of the first
 * component in this order is reported.
 */
export const components: readonly AnyComponent[] = [
  cluster,
  logGroup,
  taskDefinition,
  serviceSecurityGroup,
  byPlacement(loadBalancerSecurityGroup, groupsOfOwnListener),
  securityGroupRules,
  targetGroups,
  hostNames,
  certificate,
  byPlacement(loadBalancer, loadBalancerOfOwnListener),
  loadBalancerAttributes,
  byPlacement(webAclAssociation, webAclOfOwnListener),
  byPlacement(listeners, ownListener),
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
