/** template.yml and hooks/stackset.yml, deployed with the AWS CLI: what the hook then does with a template that breaks a rule. */
import {
  CloudControlClient,
  CreateResourceCommand,
  GetResourceRequestStatusCommand,
} from '@aws-sdk/client-cloudcontrol';
import { CODE_BUCKET_PREFIX, CODE_KEY, startGovernedAccount, type GovernedAccount } from './account';

/** Refused by SG-01: SSH from anywhere. */
const OPEN_GROUP = {
  Type: 'AWS::EC2::SecurityGroup',
  Properties: {
    GroupDescription: 'Open to the world',
    SecurityGroupIngress: [
      { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0', Description: 'SSH' },
    ],
    SecurityGroupEgress: [
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/8', Description: 'HTTPS' },
    ],
  },
};

/** Refused by TD-11: an image that is not pinned. */
const UNPINNED_SERVICE = {
  ServiceName: 'unpinned',
  PrimaryContainer: { Image: 'example/hello:latest' },
  ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/infrastructure',
};

let account: GovernedAccount;
beforeAll(async () => {
  account = await startGovernedAccount();
}, 60_000);
afterAll(() => account.close());

function deployHook(parameters: Record<string, string>) {
  return account.deploy('governance', 'template.yml', {
    CodeBucketPrefix: CODE_BUCKET_PREFIX,
    CodeKey: CODE_KEY,
    ...parameters,
  });
}

describe.each<{ parameters: Record<string, string>; status: string; isAsked: boolean }>([
  { parameters: { FailureMode: 'FAIL' }, status: 'ROLLBACK_COMPLETE', isAsked: true },
  { parameters: { FailureMode: 'WARN' }, status: 'CREATE_COMPLETE', isAsked: true },
  { parameters: { FailureMode: 'FAIL', HookStatus: 'DISABLED' }, status: 'CREATE_COMPLETE', isAsked: false },
])('template.yml with $parameters', ({ parameters, status, isAsked }) => {
  const stackName = `open-${Object.values(parameters).join('-').toLowerCase()}`;

  test('can be deployed', async () => {
    expect(await deployHook(parameters)).toMatchObject({ code: 0 });
  });

  test(`a stack that breaks a rule becomes ${status}`, async () => {
    const stack = await account.create(stackName, { Group: OPEN_GROUP });
    expect(stack.StackStatus).toBe(status);
    const failed = (await account.events(stackName)).filter(
      ({ HookStatus }) => HookStatus === 'HOOK_COMPLETE_FAILED',
    );
    expect(failed.length > 0).toBe(isAsked);
    for (const { HookStatusReason } of failed) {
      expect(HookStatusReason).toMatch(/SG-01 Group \(AWS::EC2::SecurityGroup\) SecurityGroupIngress/);
    }
  });
});

test('with FAIL, Cloud Control refuses the resource type of this repository too', async () => {
  expect(await deployHook({ FailureMode: 'FAIL', HookStatus: 'ENABLED' })).toMatchObject({ code: 0 });
  const client = new CloudControlClient(account.aws.clientOptions());
  const { ProgressEvent } = await client.send(
    new CreateResourceCommand({
      TypeName: 'Org::ECS::ExpressService',
      DesiredState: JSON.stringify(UNPINNED_SERVICE),
    }),
  );
  const { RequestToken } = ProgressEvent!;
  await account.aws.cloudControl.settled(RequestToken!);
  const ended = await client.send(new GetResourceRequestStatusCommand({ RequestToken }));
  expect(ended.ProgressEvent).toMatchObject({ OperationStatus: 'FAILED' });
  expect(ended.HooksProgressEvent).toEqual([
    expect.objectContaining({
      HookTypeName: 'Org::ECS::Governance',
      HookStatus: 'HOOK_COMPLETE_FAILED',
      HookStatusMessage: expect.stringContaining('TD-11'),
    }),
  ]);
});

test('the results are listed with the rule that refused', async () => {
  const { HookResults = [] } = await account.cloudFormation.listHookResults({
    Status: 'HOOK_COMPLETE_FAILED',
  });
  expect(HookResults.length).toBeGreaterThan(0);
  const { Annotations = [] } = await account.cloudFormation.getHookResult({
    HookResultId: HookResults[0]!.HookResultId,
  });
  const failed = Annotations.filter(({ Status }) => Status === 'FAILED');
  expect(failed.map(({ AnnotationName }) => AnnotationName)).toContain('TD-11');
});
