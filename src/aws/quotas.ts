/**
 * Quotas that a call may meet, by the names that Service Quotas lists them under: those are what a reader can raise.
 * Keys are error names without their suffix, where a service has one for each quota, or IAM actions of calls that answer
 * with the same error for all quotas.
 */
const QUOTAS: Readonly<Record<string, string>> = {
  TooManyLoadBalancers: 'Application Load Balancers per Region',
  TooManyListeners: 'Listeners per Application Load Balancer',
  TooManyRules: 'Rules per Application Load Balancer',
  TooManyTargetGroups: 'Target Groups per Region',
  TooManyUniqueTargetGroupsPerLoadBalancer: 'Target Groups per Application Load Balancer',
  TargetGroupAssociationLimit: 'Target Groups per Application Load Balancer',
  TooManyRegistrationsForTargetId: 'Number of times a target can be registered per Application Load Balancer',
  TooManyTargets: 'Targets per Application Load Balancer',
  TooManyCertificates: 'Certificates per Application Load Balancer',
  SecurityGroupLimitExceeded: 'VPC security groups per Region',
  RulesPerSecurityGroupLimitExceeded: 'Inbound or outbound rules per security group',
  SecurityGroupsPerInterfaceLimitExceeded: 'Security groups per network interface',
  TooManyHealthChecks: 'Health checks',
  'acm:RequestCertificate': 'ACM certificates',
  'application-autoscaling:PutScalingPolicy': 'Scaling policies per scalable target',
  'application-autoscaling:PutScheduledAction': 'Scheduled actions per scalable target',
  'application-autoscaling:RegisterScalableTarget': 'Scalable targets for Amazon ECS',
  'cloudwatch:PutMetricAlarm': 'Number of alarms',
  'ecs:RegisterTaskDefinition': 'Task definitions per account',
  'logs:CreateLogGroup': 'Number of log groups',
  'wafv2:CreateIPSet': 'Maximum number of IP sets per account in WAF for regional',
  'wafv2:CreateWebACL': 'Maximum number of web ACLs per account in WAF for regional',
};

/**
 * The quota that an error speaks of, e.g. `Target Groups per Region`; undefined when it is none of those named here.
 *
 * @param errorName without its suffix, e.g. `TooManyTargetGroups`.
 * @param action IAM action of the call.
 */
export function quotaOf(errorName: string, action: string | undefined): string | undefined {
  return QUOTAS[errorName] ?? (action === undefined ? undefined : QUOTAS[action]);
}
