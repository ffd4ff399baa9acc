import { healthAlarms } from '../cloudwatch/health-alarms';
import { networkRollbackAlarm } from '../cloudwatch/network-rollback-alarm';
import { securityGroupRules } from '../ec2/security-group-rules';
import { loadBalancerOfExternalListener } from '../elastic-load-balancing/external-listener';
import {
  externalNetworkListener,
  groupsOfExternalNetworkListener,
} from '../elastic-load-balancing/external-network-listener';
import { targetGroupSettings } from '../elastic-load-balancing/target-group-attributes';
import { targetGroups } from '../elastic-load-balancing/target-groups';
import { dnsRecord } from '../route-53/dns-record';
import { healthCheck } from '../route-53/health-check';
import { hostNames } from '../route-53/host-names';
import { targetGroupHealthChecks } from '../route-53/target-group-health-checks';

/** What a service has on a listener of the author's Network Load Balancer, who sees to its settings and certificates. */
export const ON_NETWORK_LISTENER = [
  groupsOfExternalNetworkListener,
  securityGroupRules,
  targetGroups,
  hostNames,
  loadBalancerOfExternalListener,
  externalNetworkListener,
  targetGroupSettings,
  healthAlarms,
  targetGroupHealthChecks,
  healthCheck,
  dnsRecord,
  networkRollbackAlarm,
] as const;
