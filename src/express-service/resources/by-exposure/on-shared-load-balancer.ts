import { certificate } from '../certificate-manager/certificate';
import { healthAlarms } from '../cloudwatch/health-alarms';
import { rollbackAlarm } from '../cloudwatch/rollback-alarm';
import { loadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import { securityGroupRules } from '../ec2/security-group-rules';
import { listenerRule } from '../elastic-load-balancing/listener-rule';
import { listeners } from '../elastic-load-balancing/listeners';
import { loadBalancer } from '../elastic-load-balancing/load-balancer';
import { loadBalancerAttributes } from '../elastic-load-balancing/load-balancer-attributes';
import { targetGroupSettings } from '../elastic-load-balancing/target-group-attributes';
import { targetGroups } from '../elastic-load-balancing/target-groups';
import { testListenerRule } from '../elastic-load-balancing/test-listener-rule';
import { versionRules } from '../elastic-load-balancing/version-rules';
import { dnsRecord } from '../route-53/dns-record';
import { healthCheck } from '../route-53/health-check';
import { hostNames } from '../route-53/host-names';
import { targetGroupHealthChecks } from '../route-53/target-group-health-checks';
import { ipSets } from '../waf/ip-sets';
import { webAcl } from '../waf/web-acl';
import { webAclAssociation } from '../waf/web-acl-association';
import { webAclLogging } from '../waf/web-acl-logging';
import { webAclRules } from '../waf/web-acl-rules';

/** What a service has on a load balancer that services share. */
export const ON_SHARED_LOAD_BALANCER = [
  loadBalancerSecurityGroup,
  securityGroupRules,
  targetGroups,
  hostNames,
  certificate,
  loadBalancer,
  loadBalancerAttributes,
  webAcl,
  webAclAssociation,
  webAclLogging,
  ipSets,
  listeners,
  listenerRule,
  webAclRules,
  testListenerRule,
  versionRules,
  targetGroupSettings,
  healthAlarms,
  targetGroupHealthChecks,
  healthCheck,
  dnsRecord,
  rollbackAlarm,
] as const;
