import { certificate } from '../certificate-manager/certificate';
import { healthAlarms } from '../cloudwatch/health-alarms';
import { networkRollbackAlarm } from '../cloudwatch/network-rollback-alarm';
import { networkLoadBalancerSecurityGroup } from '../ec2/network-load-balancer-security-group';
import { securityGroupRules } from '../ec2/security-group-rules';
import { networkListener, networkTestListener } from '../elastic-load-balancing/network-listeners';
import {
  networkLoadBalancer,
  networkLoadBalancerAttributes,
} from '../elastic-load-balancing/network-load-balancer';
import { targetGroupSettings } from '../elastic-load-balancing/target-group-attributes';
import { targetGroups } from '../elastic-load-balancing/target-groups';
import { dnsRecord } from '../route-53/dns-record';
import { healthCheck } from '../route-53/health-check';
import { hostNames } from '../route-53/host-names';
import { targetGroupHealthChecks } from '../route-53/target-group-health-checks';

/** What a service has on a Network Load Balancer of its own. */
export const ON_NETWORK_LOAD_BALANCER = [
  networkLoadBalancerSecurityGroup,
  securityGroupRules,
  targetGroups,
  hostNames,
  certificate,
  networkLoadBalancer,
  networkLoadBalancerAttributes,
  networkListener,
  networkTestListener,
  targetGroupSettings,
  healthAlarms,
  targetGroupHealthChecks,
  healthCheck,
  dnsRecord,
  networkRollbackAlarm,
] as const;
