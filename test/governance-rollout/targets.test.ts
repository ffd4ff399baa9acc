/** The deployed hook on all four kinds of targets, in both failure modes, seen through the AWS CLI as a user sees it. */
import { CODE_BUCKET_PREFIX, CODE_KEY, startGovernedAccount, type GovernedAccount } from './account';

const HOOK = 'Org::ECS::Probe';

/** A security group that breaks SG-01 and that can be made. */
const OPEN = {
  Group: {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: 'Open',
      SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' }],
    },
  },
};

/** A service that breaks TD-08, and that its handler refuses too, so that nothing is made when the hook only warns. */
const SERVICE = {
  InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/infrastructure',
  ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  PrimaryContainer: { Image: 'web:1', Environment: [{ Name: 'DB_PASSWORD', Value: 'hunter2' }] },
  Tags: [
    { Key: 'twice', Value: 'a' },
    { Key: 'twice', Value: 'b' },
  ],
};

let account: GovernedAccount;
let functionArn: string;
beforeAll(async () => {
  account = await startGovernedAccount();
  await account.deploy('governance', 'template.yml', {
    CodeBucketPrefix: CODE_BUCKET_PREFIX,
    CodeKey: CODE_KEY,
    HookStatus: 'DISABLED',
  });
  functionArn = await account.output('governance', 'GovernanceFunctionArn');
});
afterAll(() => account?.close());

/** What a user sees of an operation: whether it was refused, why, and the id under which hook results are listed. */
interface Outcome {
  readonly refused: boolean;
  readonly reason?: string;
  readonly targetId: string;
  /** What the hook said, as the events of the operation show it; a change set has no events. */
  readonly event?: object;
}

const REASON = `The following hook(s) failed: [${HOOK}]`;

async function stack(targetId: (stackId: string) => string, logicalId: string): Promise<Outcome> {
  const { StackId, StackStatus } = await account.create('probe', OPEN);
  const events = await account.events('probe');
  const event = events.find(
    (each) => each.HookStatus?.startsWith('HOOK_COMPLETE') && each.LogicalResourceId === logicalId,
  );
  const refusal = events.find(({ ResourceStatusReason }) => ResourceStatusReason?.startsWith(REASON));
  return {
    refused: StackStatus === 'ROLLBACK_COMPLETE',
    reason: refusal?.ResourceStatusReason,
    targetId: targetId(StackId!),
    event: event && {
      type: event.HookType,
      status: event.HookStatus,
      message: event.HookStatusReason,
      mode: event.HookFailureMode,
    },
  };
}

const OPERATIONS: Record<string, () => Promise<Outcome>> = {
  RESOURCE: () => stack(() => 'Group', 'Group'),
  STACK: () => stack((stackId) => stackId, 'probe'),
  async CHANGE_SET() {
    const names = ['--stack-name', 'probe', '--change-set-name', 'next'];
    const { Id } = await account.json(
      ...['cloudformation', 'create-change-set', ...names, '--change-set-type', 'CREATE'],
      ...['--template-body', JSON.stringify({ Resources: OPEN })],
    );
    await account.cli('cloudformation', 'wait', 'change-set-create-complete', ...names);
    const described = await account.json('cloudformation', 'describe-change-set', ...names);
    return {
      refused: described.Status === 'FAILED' && described.ExecutionStatus === 'UNAVAILABLE',
      reason: described.StatusReason,
      targetId: Id,
    };
  },
  async CLOUD_CONTROL() {
    const { ProgressEvent } = await account.json(
      ...['cloudcontrol', 'create-resource', '--type-name', 'Org::ECS::ExpressService'],
      ...['--desired-state', JSON.stringify(SERVICE)],
    );
    await account.aws.cloudControl.settled(ProgressEvent.RequestToken);
    const status = await account.json(
      ...['cloudcontrol', 'get-resource-request-status', '--request-token', ProgressEvent.RequestToken],
    );
    const [event] = status.HooksProgressEvent;
    return {
      refused: status.ProgressEvent.StatusMessage === REASON,
      reason: status.ProgressEvent.StatusMessage,
      targetId: ProgressEvent.HooksRequestToken,
      event: {
        type: event.HookTypeName,
        status: event.HookStatus,
        message: event.HookStatusMessage,
        mode: event.FailureMode,
      },
    };
  },
};

describe.each(['RESOURCE', 'STACK', 'CHANGE_SET', 'CLOUD_CONTROL'])('%s', (operation) => {
  const [rule, severity] = operation === 'CLOUD_CONTROL' ? ['TD-08', 'HIGH'] : ['SG-01', 'CRITICAL'];
  const message = expect.stringMatching(new RegExp(`^Hook failed with message: .*${rule}.* `));

  afterEach(async () => {
    for (const name of ['probe', 'hook']) {
      await account.cloudFormation.deleteStack({ StackName: name });
      await account.aws.cloudFormation.settled(name);
    }
  });

  test.each([
    ['FAIL', 'is refused'],
    ['WARN', 'passes with a warning'],
  ])('failure mode %s: what breaks a rule %s', async (FailureMode) => {
    const { StackStatus } = await account.create('hook', {
      Hook: {
        Type: 'AWS::CloudFormation::LambdaHook',
        Properties: {
          Alias: HOOK,
          LambdaFunction: functionArn,
          ExecutionRole: 'arn:aws:iam::123456789012:role/hook',
          FailureMode,
          HookStatus: 'ENABLED',
          TargetOperations: [operation],
        },
      },
    });
    expect(StackStatus).toBe('CREATE_COMPLETE');

    const { refused, reason, targetId, event } = await OPERATIONS[operation]!();
    expect(refused).toBe(FailureMode === 'FAIL');
    if (refused) expect(reason).toContain(REASON);
    else expect(reason ?? '').not.toContain(REASON);
    if (operation !== 'CHANGE_SET')
      expect(event).toEqual({ type: HOOK, status: 'HOOK_COMPLETE_FAILED', message, mode: FailureMode });

    const { HookResults } = await account.json(
      ...['cloudformation', 'list-hook-results', '--target-type', operation, '--target-id', targetId],
    );
    const expected = {
      TypeName: HOOK,
      FailureMode,
      Status: 'HOOK_COMPLETE_FAILED',
      HookStatusReason: message,
    };
    expect(HookResults[0]).toMatchObject({ ...expected, TargetType: operation, TargetId: targetId });
    const id = HookResults[0].HookResultId;
    const result = await account.json('cloudformation', 'get-hook-result', '--hook-result-id', id);
    expect(result).toMatchObject({ ...expected, OriginalTypeName: 'AWS::CloudFormation::LambdaHook' });
    expect(result.Annotations).toContainEqual(
      expect.objectContaining({
        AnnotationName: rule,
        Status: 'FAILED',
        SeverityLevel: severity,
        StatusMessage: expect.stringContaining(rule),
        RemediationMessage: expect.stringMatching(/\w/),
      }),
    );
    expect(JSON.stringify([event, result])).not.toContain('hunter2');
  });
});
