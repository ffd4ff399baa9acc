import { certificate } from '../certificate-manager/certificate';
import { healthAlarms } from '../cloudwatch/health-alarms';
import { rollbackAlarm } from '../cloudwatch/rollback-alarm';
import { securityGroupRules } from '../ec2/security-group-rules';
import {
  externalListener,
  groupsOfExternalListener,
  loadBalancerOfExternalListener,
} from '../elastic-load-balancing/external-listener';
import { listenerRule } from '../elastic-load-balancing/listener-rule';
import { targetGroupSettings } from '../elastic-load-balancing/target-group-attributes';
import { targetGroups } from '../elastic-load-balancing/target-groups';
import { testListenerRule } from '../elastic-load-balancing/test-listener-rule';
import { versionRules } from '../elastic-load-balancing/version-rules';
import { dnsRecord } from '../route-53/dns-record';
import { healthCheck } from '../route-53/health-check';
import { hostNames } from '../route-53/host-names';
import { targetGroupHealthChecks } from '../route-53/target-group-health-checks';

/** What a service has on a listener that the author looks after, who sees to settings and web ACL of the load balancer. */
export const ON_EXTERNAL_LISTENER = [
  groupsOfExternalListener,
  securityGroupRules,
  targetGroups,
  hostNames,
  certificate,
  loadBalancerOfExternalListener,
  externalListener,
  listenerRule,
  testListenerRule,
  versionRules,
  targetGroupSettings,
  healthAlarms,
  targetGroupHealthChecks,
  healthCheck,
  dnsRecord,
  rollbackAlarm,
] as const;
