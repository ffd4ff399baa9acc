/** Quotas that the creation of a service can meet: it fails for a reason that a reader can act upon, and leaves nothing. */
import type { FaultRule } from '../../local/faults';
import { Account } from '../crash/account';
import { withBundle } from '../support/bundle';
import { OPERATIONS } from '../crash/operations';

let account: Account;
beforeAll(async () => {
  account = await withBundle((bundle) => Account.open(bundle));
}, 120_000);
afterAll(() => account.close());

/** A call, the error by which its service says that a quota is reached, and the quota by the name it can be raised under. */
const QUOTAS: readonly (readonly [operation: string, error: string, text: string, quota: string])[] = [
  [
    'elasticloadbalancing:CreateLoadBalancer',
    'TooManyLoadBalancers',
    "You've reached the limit on the number of load balancers for your AWS account",
    'Application Load Balancers per Region',
  ],
  [
    'elasticloadbalancing:CreateTargetGroup',
    'TooManyTargetGroups',
    "You've reached the limit on the number of target groups for your AWS account",
    'Target Groups per Region',
  ],
  [
    'elasticloadbalancing:CreateListener',
    'TooManyListeners',
    "You've reached the limit on the number of listeners per load balancer",
    'Listeners per Application Load Balancer',
  ],
  [
    'ec2:CreateSecurityGroup',
    'SecurityGroupLimitExceeded',
    'The maximum number of security groups has been reached',
    'VPC security groups per Region',
  ],
  [
    'ec2:AuthorizeSecurityGroupIngress',
    'RulesPerSecurityGroupLimitExceeded',
    'The maximum number of rules per security group has been reached',
    'Inbound or outbound rules per security group',
  ],
  [
    'acm:RequestCertificate',
    'LimitExceededException',
    'You have reached your limit of certificates',
    'ACM certificates',
  ],
  ['logs:CreateLogGroup', 'LimitExceededException', 'Resource limit exceeded', 'Number of log groups'],
  [
    'application-autoscaling:RegisterScalableTarget',
    'LimitExceededException',
    'The limit on the number of scalable targets has been reached',
    'Scalable targets for Amazon ECS',
  ],
  [
    'application-autoscaling:PutScalingPolicy',
    'LimitExceededException',
    'The limit on the number of scaling policies has been reached',
    'Scaling policies per scalable target',
  ],
  [
    'monitoring:PutMetricAlarm',
    'LimitExceeded',
    'The quota for this customer has been reached',
    'Number of alarms',
  ],
];

/** Refuse every call of an operation that a creation makes. */
function refuse(call: string, code: string, message: string): void {
  const [service, operation] = call.split(':');
  const rule: FaultRule = {
    kind: 'refuse',
    service,
    operation,
    callerOperation: 'CREATE',
    error: { code, message },
  };
  account.aws.faults.add({ ...rule, times: Number.MAX_SAFE_INTEGER });
}

/** A service with a host name that the certificate of the account does not cover. */
function template() {
  return { ...OPERATIONS.create.template(account.surroundings), DomainName: 'one.two.apps.example.com' };
}

test.each(QUOTAS)('%s: %s', async (call, code, text, quota) => {
  await account.reset();
  const before = await account.observe();
  refuse(call, code, text);

  const outcome = await account.run('CREATE', template());
  expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'ServiceLimitExceeded' });
  expect(outcome).toMatchObject({
    message: expect.stringMatching(
      `${text}.*Raise the quota "${quota}" with Service Quotas, or delete what is not used.`,
    ) as string,
  });

  account.aws.faults.clear();
  expect(await account.run('DELETE', { ServiceArn: outcome.identifier })).toMatchObject({
    status: 'SUCCESS',
  });
  expect(await account.observe()).toEqual(before);
});

test('services per cluster, for which Amazon ECS has no error of its own: what ECS says is passed on', async () => {
  await account.reset();
  const before = await account.observe();
  const text = "You've reached the limit on the number of services in a cluster";
  refuse('ecs:CreateService', 'InvalidParameterException', text);

  const outcome = await account.run('CREATE', template());
  expect(outcome).toMatchObject({ status: 'FAILED', message: expect.stringContaining(text) as string });

  account.aws.faults.clear();
  expect(await account.run('DELETE', { ServiceArn: outcome.identifier })).toMatchObject({
    status: 'SUCCESS',
  });
  expect(await account.observe()).toEqual(before);
});
