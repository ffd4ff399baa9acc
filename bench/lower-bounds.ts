/**
 * The fewest AWS calls that each measured operation can do with: one for each thing that is made or changed and that AWS has
 * no batch call for, and the looks without which something would be lost. Polls are not counted, here as there.
 */

/** Calls that cannot be avoided, and why. */
export interface Need {
  readonly calls: number;
  readonly what: string;
  readonly why: string;
}

const need = (calls: number, what: string, why: string): Need => ({ calls, what, why });

const NETWORK = need(
  3,
  'DescribeVpcs, DescribeSubnets, DescribeRouteTables',
  'which subnets of the default VPC are public is in no single answer',
);
const PLACE = need(
  2,
  'DescribeSecurityGroups, DescribeLoadBalancers',
  'the record of the service, and the load balancers: all services of the account at once',
);
const LISTENERS = need(1, 'DescribeListeners', 'listeners have no name and no tag that can be searched');

/** One look for each resource that is found by its name. */
const BY_NAME = [
  need(1, 'DescribeTaskDefinition', 'registering again makes another revision'),
  need(1, 'DescribeLogGroups', 'one of this name may be somebody else’s'),
  need(1, 'DescribeTargetGroups', 'those of these names may be somebody else’s'),
  need(1, 'DescribeAlarms', 'PutMetricAlarm overwrites whatever has the name'),
  need(
    1,
    'ListResourceRecordSets',
    'the host may be somebody else’s; its two records follow one another in the zone',
  ),
];

/** What only who looks at a service that is there has to know. */
const TAGS = need(
  2,
  'ListTagsForResource of the log group and the alarm',
  'neither is described with its tags',
);
const OWNERSHIP = [
  need(
    2,
    'DescribeTags of the target groups, and of the rule',
    'the rule is known later than the target groups',
  ),
  need(1, 'ListCertificates', 'certificates that were requested for the service cannot be searched by tag'),
  need(1, 'DescribeRules', 'the rule is told by the target groups that it forwards to'),
];
const SETTINGS = [
  need(
    3,
    'DescribeScalableTargets, DescribeScalingPolicies, DescribeScheduledActions',
    'three lists of one service',
  ),
  need(
    1,
    'DescribeListenerCertificates',
    'a certificate that was taken off by hand is put back, and shown as drift',
  ),
  need(1, 'DescribeTargetGroupAttributes', 'no other answer has the attributes'),
  need(1, 'DescribeServiceRevisions', 'revisions alone tell the monitoring of a service'),
];

const MADE_FOR_ONE_SERVICE = [
  need(2, 'CreateLogGroup, PutRetentionPolicy', 'the retention is no member of CreateLogGroup'),
  need(1, 'RegisterTaskDefinition', 'the task definition'),
  need(
    3,
    'CreateSecurityGroup, AuthorizeSecurityGroupIngress, AuthorizeSecurityGroupEgress',
    'the group, and the way between it and the load balancer’s, one call for each group',
  ),
  need(2, 'CreateTargetGroup', 'two, one call for each'),
  need(1, 'CreateRule', 'the place on the load balancer'),
  need(1, 'ChangeResourceRecordSets', 'both records in one batch'),
  need(1, 'PutMetricAlarm', 'the rollback alarm'),
  need(1, 'CreateService', 'the service'),
  need(2, 'RegisterScalableTarget, PutScalingPolicy', 'the scaling'),
];

const CLAIM = need(
  2,
  'DescribeServices, twice',
  'the claim makes nothing; who is invoked again cannot know whether an invocation in between was cut short',
);
const CHECKS = need(
  2,
  'DescribeCertificate, GetHostedZone',
  'a certificate or a zone that does not fit is refused before anything is made',
);
const ROLES = need(
  2,
  'GetRole, of both roles',
  'a role that is not there, or not to be assumed, shows only when the first deployment has failed',
);
const MADE_ROLES = need(
  3,
  'GetRole, of each role that may have been made',
  'READ and DELETE are given an ARN alone; whether a role was made for the service only IAM says',
);
const CLOSED = need(
  1,
  'DescribeRules',
  'the load balancer may have been closed meanwhile (load-balancer-closing.ts)',
);
const END = [
  need(1, 'ListServiceDeployments', 'the answer of ECS to the change does not name its deployment'),
  need(1, 'DescribeServiceDeployments', 'the look that sees the end'),
  need(1, 'DescribeServices', 'times and status in the model that is answered'),
];

const REMOVED_FOR_ONE_SERVICE = [
  need(1, 'DeregisterScalableTarget', 'its policies go with it'),
  need(1, 'DeleteService', 'the service'),
  need(1, 'DescribeServices', 'the look that sees it gone'),
  need(1, 'ChangeResourceRecordSets', 'both records in one batch'),
  need(1, 'DeleteRule', 'the place on the load balancer'),
  need(2, 'DeleteTargetGroup', 'two, one call for each'),
  need(1, 'DeleteAlarms', 'the rollback alarm'),
  need(1, 'DeleteLogGroup', 'the log group'),
  need(1, 'ListTaskDefinitions', 'all revisions of the family'),
  need(1, 'DeregisterTaskDefinition', 'one call for each revision; there is at least one'),
  need(
    1,
    'RevokeSecurityGroupEgress',
    'the load balancer’s group stays, or goes first; EC2 deletes no group that a rule of another one names',
  ),
  need(
    1,
    'RevokeSecurityGroupIngress',
    'the other way round: whoever leaves last may be about to delete the load balancer’s group, and this one goes last',
  ),
  need(1, 'DeleteSecurityGroup', 'the group'),
  need(1, 'DescribeRules', 'once more, after the rule is gone: the last one out removes the load balancer'),
  need(
    1,
    'DeleteCluster',
    'of a cluster that was made here: only ECS knows who is the last, a count may be that of two who leave at the same time',
  ),
];

/**
 * What is there is looked at for its id, and whose it is. Of the log group and the alarm the tags tell whether they are
 * there; of the scaling the removal does, for it belongs to whom the service belongs to.
 */
const LOOKS_BEFORE_REMOVAL = [
  MADE_ROLES,
  PLACE,
  LISTENERS,
  need(
    2,
    'ListWebACLs, ListIPSets',
    'what a creation that was cut short has made of them is associated with nothing, and found by its name',
  ),
  need(1, 'DescribeTaskDefinition', 'the family may be somebody else’s'),
  need(1, 'DescribeTargetGroups', 'their ARNs'),
  need(1, 'ListResourceRecordSets', 'a record is deleted as it is; the host may be somebody else’s'),
  TAGS,
  ...OWNERSHIP,
  need(1, 'DescribeServices', 'whether the service is there and its own'),
  need(1, 'DescribeClusters', 'only a cluster that was made here is removed'),
];

/** By operation and whether other services are there. */
export const LOWER_BOUNDS: Readonly<Record<string, readonly Need[]>> = {
  'create, first': [
    CLAIM,
    NETWORK,
    ROLES,
    PLACE,
    ...BY_NAME,
    CHECKS,
    ...MADE_FOR_ONE_SERVICE,
    CLOSED,
    ...END,
    need(1, 'CreateCluster', 'the cluster default'),
    need(
      3,
      'CreateSecurityGroup, RevokeSecurityGroupEgress, AuthorizeSecurityGroupIngress',
      'the load balancer’s group, which EC2 makes with a rule of its own',
    ),
    need(1, 'CreateLoadBalancer', 'the load balancer'),
    need(2, 'CreateListener', 'two, one call for each'),
    need(1, 'DescribeLoadBalancers', 'the look that sees the load balancer active'),
  ],
  create: [
    CLAIM,
    NETWORK,
    ROLES,
    PLACE,
    LISTENERS,
    ...BY_NAME,
    CHECKS,
    ...MADE_FOR_ONE_SERVICE,
    CLOSED,
    ...END,
  ],
  'update, new image': [
    NETWORK,
    PLACE,
    LISTENERS,
    ...BY_NAME,
    TAGS,
    ...OWNERSHIP,
    ...SETTINGS,
    need(1, 'GetWebACLForResource', 'a service may have rules although its template does not say so'),
    need(1, 'DescribeServices', 'what is there now: what was changed by hand stays'),
    need(1, 'DescribeCertificate', 'a certificate that no longer fits is refused before anything is changed'),
    need(1, 'ListServiceDeployments', 'a deployment may be running already'),
    need(2, 'RegisterTaskDefinition, UpdateService', 'the change'),
    ...END,
  ],
  read: [
    MADE_ROLES,
    PLACE,
    LISTENERS,
    ...BY_NAME,
    TAGS,
    ...OWNERSHIP,
    ...SETTINGS,
    need(1, 'DescribeServices', 'the service'),
    need(1, 'GetWebACLForResource', 'the web ACL'),
  ],
  delete: [
    ...LOOKS_BEFORE_REMOVAL,
    ...REMOVED_FOR_ONE_SERVICE,
    need(1, 'DeregisterTaskDefinition', 'the service has been updated, so that it has two revisions'),
  ],
  'delete, last': [
    ...LOOKS_BEFORE_REMOVAL,
    ...REMOVED_FOR_ONE_SERVICE,
    need(1, 'CreateRule', 'the mark that the load balancer is closed'),
    need(1, 'DescribeRules', 'whether a service has moved in before it was closed'),
    need(1, 'DeleteLoadBalancer', 'its listeners go with it'),
    need(1, 'DeleteSecurityGroup', 'the load balancer’s group; EC2 refuses when another service uses it'),
  ],
};

/** The fewest calls of an operation; undefined when it depends on what is there, as with a page of a list. */
export function lowerBound(operation: string): number | undefined {
  return LOWER_BOUNDS[operation]?.reduce((sum, { calls }) => sum + calls, 0);
}
