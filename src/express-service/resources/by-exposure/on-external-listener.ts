import { certificate } from '../certificate-manager/certificate';
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
import { hostNames } from '../route-53/host-names';

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
  dnsRecord,
  rollbackAlarm,
] as const;
