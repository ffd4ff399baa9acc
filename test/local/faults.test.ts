import { join } from 'node:path';
import { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, ECSClient, ListClustersCommand } from '@aws-sdk/client-ecs';
import {
  CreateTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListFunctionsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ListWebACLsCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { startLocalAws, type LocalAws } from '../../local';
import type { FaultRule } from '../../local/faults';

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

/** Send a command with a fresh SDK client; returns the error it ends with, if any. */
async function failure(Client: new (options: any) => any, command: unknown, more: object = {}): Promise<any> {
  const client = new Client({ ...aws.clientOptions(), maxAttempts: 1, ...more });
  return client.send(command).then(
    () => undefined,
    (error: unknown) => error,
  );
}

function registerCaller(): void {
  aws.lambda.register({ name: 'Caller', bundle: join(__dirname, 'fixtures/caller.js'), handler: 'handler' });
}

const create = (logGroupName = 'a') => new CreateLogGroupCommand({ logGroupName });

async function logGroups(): Promise<string[]> {
  const client = new CloudWatchLogsClient(aws.clientOptions());
  const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({}));
  return logGroups.map(({ logGroupName }) => logGroupName!);
}

const CLIENTS: [service: string, Client: any, command: unknown][] = [
  ['acm', ACMClient, new ListCertificatesCommand({})],
  [
    'application-autoscaling',
    ApplicationAutoScalingClient,
    new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }),
  ],
  ['cloudformation', CloudFormationClient, new ListStacksCommand({})],
  ['ec2', EC2Client, new DescribeVpcsCommand({})],
  ['ecs', ECSClient, new ListClustersCommand({})],
  ['elasticloadbalancing', ElasticLoadBalancingV2Client, new DescribeLoadBalancersCommand({})],
  ['iam', IAMClient, new ListRolesCommand({})],
  ['lambda', LambdaClient, new ListFunctionsCommand({})],
  ['logs', CloudWatchLogsClient, new DescribeLogGroupsCommand({})],
  ['monitoring', CloudWatchClient, new DescribeAlarmsCommand({})],
  ['route53', Route53Client, new ListHostedZonesCommand({})],
  ['sts', STSClient, new GetCallerIdentityCommand({})],
  ['wafv2', WAFV2Client, new ListWebACLsCommand({ Scope: 'REGIONAL' })],
];

describe.each(CLIENTS)('the SDK client of %s', (service, Client, command) => {
  test('recognises throttling', async () => {
    aws.faults.add({ kind: 'throttle', service });
    const error = await failure(Client, command);
    expect(isThrottlingError(error)).toBe(true);
    expect(error.message).toBe('Rate exceeded');
  });

  test('recognises a server error that passes', async () => {
    aws.faults.add({ kind: 'serverError', service });
    expect(isTransientError(await failure(Client, command))).toBe(true);
  });

  test('recognises that access is denied', async () => {
    aws.faults.add({ kind: 'accessDenied', service });
    expect((await failure(Client, command)).name).toMatch(/AccessDenied|UnauthorizedOperation/);
  });
});

describe('what becomes of a call', () => {
  test.each<[kind: FaultRule['kind'], effect: string[]]>([
    ['throttle', []],
    ['serverError', []],
    ['accessDenied', []],
    ['refuse', []],
    ['connectionReset', []],
    ['lostResponse', ['a']],
  ])('%s', async (kind, effect) => {
    aws.faults.add({ kind, operation: 'CreateLogGroup' });
    expect(await failure(CloudWatchLogsClient, create())).toBeInstanceOf(Error);
    expect(await logGroups()).toEqual(effect);
  });

  // In a process of its own, since Jest's errors of the network are none to the SDK.
  test.each<[kind: FaultRule['kind'], outcome: string]>([
    ['connectionReset', 'created'],
    ['lostResponse', 'ResourceAlreadyExistsException'],
  ])('%s is retried by the SDK', async (kind, outcome) => {
    registerCaller();
    aws.faults.add({ kind, operation: 'CreateLogGroup' });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const { payload } = await aws.lambda.invoke('Caller', { credentials, logGroupName: 'a', maxAttempts: 2 });
    expect(payload).toBe(outcome);
    expect(aws.calls.list().map(({ status }) => status)).toEqual([0, expect.any(Number)]);
  });

  test('latency makes it slower, and nothing else', async () => {
    aws.faults.add({ kind: 'latency', operation: 'CreateLogGroup', milliseconds: 150 });
    const start = performance.now();
    expect(await failure(CloudWatchLogsClient, create())).toBeUndefined();
    expect(performance.now() - start).toBeGreaterThanOrEqual(150);
  });

  test('the log has it', async () => {
    aws.faults.add({ kind: 'throttle', operation: 'CreateLogGroup' });
    aws.faults.add({ kind: 'lostResponse', operation: 'DescribeLogGroups' });
    await failure(CloudWatchLogsClient, create());
    await failure(CloudWatchLogsClient, new DescribeLogGroupsCommand({}));
    expect(aws.calls.list()).toEqual([
      expect.objectContaining({ operation: 'CreateLogGroup', status: 400, errorCode: 'ThrottlingException' }),
      expect.objectContaining({ operation: 'DescribeLogGroups', status: 0 }),
    ]);
  });
});

describe('which calls a rule applies to', () => {
  /** Make five calls; the answer has an `x` for each that failed. */
  async function pattern(rule: Omit<FaultRule, 'kind'>): Promise<string> {
    aws.faults.add({ kind: 'throttle', ...rule });
    let result = '';
    for (let index = 1; index <= 5; index++) {
      result += (await failure(CloudWatchLogsClient, create(`group${index}`))) ? 'x' : '.';
    }
    return result;
  }

  test.each<[rule: Omit<FaultRule, 'kind'>, pattern: string]>([
    [{}, 'x....'],
    [{ nth: 3 }, '..x..'],
    [{ times: 2 }, 'xx...'],
    [{ nth: 2, times: 3 }, '.xxx.'],
    [{ times: Infinity }, 'xxxxx'],
    [{ times: Infinity, share: 0.5 }, 'xx...'],
    [{ service: 'logs', operation: 'CreateLogGroup' }, 'x....'],
    [{ service: 'ecs', times: 5 }, '.....'],
    [{ operation: 'DeleteLogGroup', times: 5 }, '.....'],
    [{ callerOperation: 'CREATE', times: 5 }, '.....'],
    [{ extensionsOnly: true, times: 5 }, '.....'],
  ])('%j: %s', async (rule, expected) => {
    expect(await pattern(rule)).toBe(expected);
  });

  test('only those of one operation of an extension', async () => {
    aws.faults.add({ kind: 'throttle', callerOperation: 'DELETE', times: 2 });
    const as = (operation: string) => ({
      credentials: aws.callers.issue({
        typeName: 'Org::ECS::ExpressService',
        operation,
        invocationId: operation,
      }),
    });
    expect(await failure(CloudWatchLogsClient, create('a'), as('CREATE'))).toBeUndefined();
    expect(await failure(CloudWatchLogsClient, create('b'), as('DELETE'))).toMatchObject({
      name: 'ThrottlingException',
    });
  });

  test('the error is the one that the rule names', async () => {
    aws.faults.add({
      kind: 'refuse',
      error: { code: 'LimitExceededException', message: 'The quota is reached' },
    });
    expect(await failure(CloudWatchLogsClient, create())).toMatchObject({
      name: 'LimitExceededException',
      message: 'The quota is reached',
    });
  });

  test('a rule that is cleared applies no more', async () => {
    const id = aws.faults.add({ kind: 'throttle' });
    aws.faults.clear(id);
    expect(await failure(CloudWatchLogsClient, create())).toBeUndefined();
  });
});

describe('the process of an invocation is killed', () => {
  test.each<[effect: 'before' | 'after', groups: string[]]>([
    ['before', []],
    ['after', ['a']],
  ])('%s the effect of its call', async (effect, groups) => {
    aws.lambda.register({
      name: 'Caller',
      bundle: join(__dirname, 'fixtures/caller.js'),
      handler: 'handler',
    });
    const invocationId = `invocation-${effect}`;
    const credentialsOf = (id: string) =>
      aws.callers.issue({ typeName: 'Org::ECS::ExpressService', operation: 'CREATE', invocationId: id });
    aws.faults.add({ kind: 'processKill', operation: 'CreateLogGroup', effect });
    const payload = { credentials: credentialsOf(invocationId), logGroupName: 'a' };
    const killed = await aws.lambda.invoke('Caller', payload, { invocationId });
    expect(killed.functionError).toBe('Unhandled');
    expect(killed.payload.errorType).toBe('Runtime.ExitError');
    expect(await logGroups()).toEqual(groups);
    const again = await aws.lambda.invoke('Caller', { ...payload, credentials: credentialsOf('another') });
    expect(again.payload).toBe(effect === 'before' ? 'created' : 'ResourceAlreadyExistsException');
  });

  test('what still comes from the invocation has no effect', async () => {
    const credentials = aws.callers.issue({
      typeName: 'Org::ECS::ExpressService',
      operation: 'CREATE',
      invocationId: 'killed',
    });
    aws.faults.add({ kind: 'processKill', operation: 'CreateLogGroup' });
    for (const name of ['a', 'b']) {
      expect(await failure(CloudWatchLogsClient, create(name), { credentials })).toBeInstanceOf(Error);
    }
    expect(await logGroups()).toEqual(['a']);
  });
});

describe('a role that is not known yet', () => {
  const createCluster = () => failure(ECSClient, new CreateClusterCommand({}));

  test.each<[string, Omit<FaultRule, 'kind'>, before: number[], after: number[]]>([
    ['is refused for a number of calls', { times: 2 }, [0, 60], [120, 180]],
    ['is refused for a number of seconds', { seconds: 100 }, [0, 60], [120, 180]],
  ])('%s', async (_name, rule, refused, accepted) => {
    aws.faults.add({ kind: 'roleNotAssumable', service: 'ecs', operation: 'CreateCluster', ...rule });
    const start = aws.clock.now();
    const at = async (second: number) => {
      await aws.clock.sleep(start + second * 1000 - aws.clock.now());
      return (await createCluster())?.name;
    };
    for (const second of refused) expect(await at(second)).toBe('InvalidParameterException');
    for (const second of accepted) expect(await at(second)).toBeUndefined();
  });

  test('is counted from when it is made', async () => {
    aws.faults.add({
      kind: 'roleNotAssumable',
      operation: 'CreateCluster',
      after: 'CreateRole',
      seconds: 30,
    });
    expect(await createCluster()).toBeUndefined();
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    await failure(IAMClient, new CreateRoleCommand({ RoleName: 'new', AssumeRolePolicyDocument }));
    expect(await createCluster()).toMatchObject({
      message: expect.stringContaining('Unable to assume role'),
    });
    await aws.clock.sleep(31_000);
    expect(await createCluster()).toBeUndefined();
  });
});

describe('reads that do not show yet what was written', () => {
  const elb = () => new ElasticLoadBalancingV2Client({ ...aws.clientOptions(), maxAttempts: 1 });

  test('show the state before the write, each question a number of times', async () => {
    aws.faults.add({ kind: 'staleRead', service: 'logs', operation: 'DescribeLogGroups', times: 2 });
    expect(await logGroups()).toEqual([]);
    await failure(CloudWatchLogsClient, create('a'));
    expect([await logGroups(), await logGroups(), await logGroups()]).toEqual([[], [], ['a']]);
    await failure(CloudWatchLogsClient, new DeleteLogGroupCommand({ logGroupName: 'a' }));
    expect([await logGroups(), await logGroups(), await logGroups()]).toEqual([['a'], ['a'], []]);
  });

  test('are those alone that the rule names', async () => {
    aws.faults.add({ kind: 'staleRead', service: 'ecs' });
    expect(await logGroups()).toEqual([]);
    await failure(CloudWatchLogsClient, create('a'));
    expect(await logGroups()).toEqual(['a']);
  });

  test('show the state of a moment before the write, not of the last question', async () => {
    aws.faults.add({ kind: 'staleRead', service: 'logs' });
    await logGroups();
    await failure(CloudWatchLogsClient, create('a'));
    expect([await logGroups(), await logGroups()]).toEqual([[], ['a']]);
    await failure(CloudWatchLogsClient, create('b'));
    expect([await logGroups(), await logGroups()]).toEqual([['a'], ['a', 'b']]);
  });

  test('do not find what they name', async () => {
    aws.faults.add({ kind: 'staleRead', service: 'elasticloadbalancing', times: 1 });
    const { Vpcs } = await new EC2Client(aws.clientOptions()).send(new DescribeVpcsCommand({}));
    const { TargetGroups } = await elb().send(
      new CreateTargetGroupCommand({
        Name: 'group',
        TargetType: 'ip',
        Protocol: 'HTTP',
        Port: 80,
        VpcId: Vpcs![0]!.VpcId,
      }),
    );
    const { TargetGroupArn } = TargetGroups![0]!;
    const describe = () =>
      elb().send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn!] }));
    await expect(describe()).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' });
    expect((await describe()).TargetGroups).toHaveLength(1);
  });
});
