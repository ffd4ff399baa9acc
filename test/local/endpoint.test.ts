import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListMetricsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateSecurityGroupCommand, DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateTargetGroupCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  DescribeManagedProductsByVendorCommand,
  ListWebACLsCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { startLocalAws, type LocalAws } from '../../local';

let aws: LocalAws;
const run = promisify(execFile);

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

/** Send a command with a fresh SDK client that does not retry. */
function send(Client: new (options: any) => any, command: unknown): Promise<any> {
  return new Client({ ...aws.clientOptions(), maxAttempts: 1 }).send(command);
}

/** Run the AWS CLI against the endpoint. */
async function cli(...args: string[]): Promise<{ out: string; error: string; code: number }> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  return run(join(__dirname, '../../.venv/bin/aws'), args, { env }).then(
    ({ stdout, stderr }) => ({ out: stdout, error: stderr, code: 0 }),
    (error) => ({ out: error.stdout, error: error.stderr, code: error.code }),
  );
}

describe('one endpoint answers every protocol of the SDK', () => {
  test.each<[protocol: string, client: any, command: any, member: string]>([
    ['JSON 1.1', CloudWatchLogsClient, new DescribeLogGroupsCommand({}), 'logGroups'],
    ['JSON 1.1', WAFV2Client, new ListWebACLsCommand({ Scope: 'REGIONAL' }), 'WebACLs'],
    ['JSON 1.0', CloudWatchClient, new DescribeAlarmsCommand({}), 'MetricAlarms'],
    ['query', ElasticLoadBalancingV2Client, new DescribeLoadBalancersCommand({}), 'LoadBalancers'],
    ['query', STSClient, new GetCallerIdentityCommand({}), 'Account'],
    ['EC2 query', EC2Client, new DescribeSecurityGroupsCommand({}), 'SecurityGroups'],
    ['REST XML', Route53Client, new ListHostedZonesCommand({}), 'HostedZones'],
  ])('%s: %p', async (_protocol, client, command, member) => {
    expect(await send(client, command)).toHaveProperty(member);
  });

  test.each([
    ['smithy-rpc-v2-cbor', ['cloudwatch', 'describe-alarms'], 'MetricAlarms'],
    ['rest-xml', ['route53', 'list-hosted-zones'], 'HostedZones'],
    ['query', ['sts', 'get-caller-identity'], 'Account'],
  ])('%s, as the AWS CLI speaks it', async (_protocol, args, member) => {
    const { out, error } = await cli(...args);
    expect(error).toBe('');
    expect(JSON.parse(out)).toHaveProperty(member);
  });

  test('a body that the client compresses', async () => {
    const MetricData = Array.from({ length: 500 }, (_, Value) => ({
      MetricName: 'requests',
      Value,
      Unit: 'Count' as const,
    }));
    await send(CloudWatchClient, new PutMetricDataCommand({ Namespace: 'app', MetricData }));
    const { Metrics } = await send(CloudWatchClient, new ListMetricsCommand({ Namespace: 'app' }));
    expect(Metrics).toContainEqual(expect.objectContaining({ MetricName: 'requests' }));
  });

  test('S3 objects, whose operations differ by headers only', async () => {
    await cli('s3', 'mb', 's3://bucket');
    await cli('s3', 'cp', join(__dirname, '../../package.json'), 's3://bucket/key');
    expect((await cli('s3', 'cp', 's3://bucket/key', '-')).out).toContain('org-ecs-expressservice');
  });
});

describe('requests that violate the service model are refused as AWS refuses them', () => {
  const alarm = { AlarmName: 'a', ComparisonOperator: 'GreaterThanThreshold' as const };
  test.each<[what: string, client: any, command: any, code: string, words: RegExp]>([
    [
      'a required member is missing (EC2)',
      EC2Client,
      new CreateSecurityGroupCommand({ GroupName: 'x', Description: undefined }),
      'MissingParameter',
      /must contain the parameter Description/,
    ],
    [
      'an unknown enum value (query)',
      ElasticLoadBalancingV2Client,
      new CreateTargetGroupCommand({ Name: 'a', Protocol: 'FOO' as any }),
      'ValidationError',
      /^1 validation error detected: Value 'FOO' at 'Protocol' failed to satisfy constraint: Member must satisfy enum value set: \[HTTP, /,
    ],
    [
      'a number too small (JSON 1.0)',
      CloudWatchClient,
      new PutMetricAlarmCommand({ ...alarm, EvaluationPeriods: 0 }),
      'ValidationException',
      /Value '0' at 'EvaluationPeriods' .* greater than or equal to 1/,
    ],
    [
      'a string too short and off its pattern (JSON 1.1)',
      ACMClient,
      new DescribeCertificateCommand({ CertificateArn: 'arn:x' }),
      'ValidationException',
      /^2 validation errors detected: .* length greater than or equal to 20; .* pattern/,
    ],
    [
      'inside a list of structures (XML)',
      Route53Client,
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: 'Z1',
        ChangeBatch: {
          Changes: [{ Action: 'FOO' as any, ResourceRecordSet: { Name: 'a.example.com', Type: 'A' } }],
        },
      }),
      'InvalidInput',
      /'ChangeBatch.Changes.1.member.Action'/,
    ],
    [
      'a service with a code of its own',
      CloudWatchLogsClient,
      new CreateLogGroupCommand({ logGroupName: 'no spaces allowed' }),
      'InvalidParameterException',
      /'logGroupName'/,
    ],
  ])('%s', async (_what, client, command, code, words) => {
    await expect(send(client, command)).rejects.toMatchObject({
      name: code,
      message: expect.stringMatching(words),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test.each([
    [
      'a member that the API does not know',
      '{"logGroupName":"a","foo":1}',
      /'foo' failed to satisfy constraint: Member must be known/,
    ],
    [
      'a value of the wrong type',
      '{"logGroupName":7}',
      /Value '7' at 'logGroupName' .* Member must be a string/,
    ],
    ['a document that is no JSON', '{"logGroupName', /not valid JSON/],
  ])('%s', async (_what, body, words) => {
    const answer = await raw('logs', body, { 'x-amz-target': 'Logs_20140328.CreateLogGroup' });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toMatch(words);
  });

  test('the AWS CLI shows the refusal', async () => {
    const { error, code } = await cli(
      'cloudwatch',
      'put-metric-alarm',
      '--alarm-name',
      'a',
      '--evaluation-periods',
      '1',
      '--comparison-operator',
      'FOO',
    );
    expect(code).not.toBe(0);
    expect(error).toContain("Value 'FOO' at 'ComparisonOperator'");
  });
});

/** A signed request that no client would make. */
function raw(service: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(aws.endpoint, {
    method: 'POST',
    body,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/${service}/aws4_request, Signature=0`,
      'content-type': 'application/x-amz-json-1.1',
      ...headers,
    },
  });
}

describe('what is not there says so', () => {
  test.each<[what: string, client: any, command: any, code: string]>([
    [
      'an operation that moto lacks (JSON 1.1)',
      WAFV2Client,
      new DescribeManagedProductsByVendorCommand({ Scope: 'REGIONAL', VendorName: 'x' }),
      'NotImplemented',
    ],
    [
      'an operation that moto lacks (JSON 1.0)',
      CloudWatchClient,
      new PutCompositeAlarmCommand({ AlarmName: 'c', AlarmRule: 'TRUE' }),
      'NotImplemented',
    ],
    [
      'a function',
      LambdaClient,
      new InvokeCommand({ FunctionName: 'none', Payload: Buffer.from('{}') }),
      'ResourceNotFoundException',
    ],
    [
      'an error that moto itself answers',
      ElasticLoadBalancingV2Client,
      new DescribeLoadBalancersCommand({ Names: ['none'] }),
      'LoadBalancerNotFoundException',
    ],
  ])('%s', async (_what, client, command, code) => {
    await expect(send(client, command)).rejects.toMatchObject({ name: code });
  });

  test.each([
    ['no signature', 403, /not signed/, (): Promise<Response> => fetch(aws.endpoint)],
    ['an unknown service', 400, /no service with the signing name nope/, () => raw('nope', '')],
    [
      'an unknown operation',
      400,
      /logs has no operation Nope/,
      () => raw('logs', '{}', { 'x-amz-target': 'Logs_20140328.Nope' }),
    ],
    [
      'a broken signature',
      400,
      /<access key>\/<date>\/<region>/,
      () => raw('logs', '', { authorization: 'AWS4-HMAC-SHA256 Credential=x' }),
    ],
  ])('%s', async (_what, status, words, request) => {
    const answer = await request();
    expect(answer.status).toBe(status);
    expect(await answer.text()).toMatch(words);
  });
});

describe('the log of calls', () => {
  test('has service, operation, outcome and caller of each call, and nothing of their inputs', async () => {
    const caller = { typeName: 'Org::ECS::ExpressService', operation: 'CREATE', invocationId: 'i-1' };
    const credentials = aws.callers.issue(caller);
    const client = new IAMClient({ ...aws.clientOptions(), credentials });
    await client.send(
      new CreateRoleCommand({
        RoleName: 'secret-name',
        AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
      }),
    );
    await send(ElasticLoadBalancingV2Client, new DescribeLoadBalancersCommand({ Names: ['none'] })).catch(
      () => undefined,
    );
    const calls = aws.calls.list();
    expect(calls).toEqual([
      expect.objectContaining({ service: 'iam', operation: 'CreateRole', status: 200, caller }),
      expect.objectContaining({
        service: 'elasticloadbalancing',
        operation: 'DescribeLoadBalancers',
        status: 400,
        errorCode: 'LoadBalancerNotFound',
      }),
    ]);
    expect(JSON.stringify(calls)).not.toContain('secret-name');
    expect(aws.calls.list({ callerOperation: 'CREATE' })).toHaveLength(1);
    expect(aws.calls.list({ after: calls[0]!.sequence })).toEqual([calls[1]]);
  });
});

describe('control calls over HTTP', () => {
  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${aws.endpoint}/_local/${path}`, {
      method,
      body: body ? JSON.stringify(body) : undefined,
    });
    return { status: answer.status, body: (await answer.json()) as any };
  };

  test('read and clear the log of calls', async () => {
    await send(STSClient, new GetCallerIdentityCommand({}));
    expect((await control('GET', 'calls?operation=GetCallerIdentity')).body).toHaveLength(1);
    expect((await control('GET', 'calls?operation=Other')).body).toEqual([]);
    await control('DELETE', 'calls');
    expect((await control('GET', 'calls')).body).toEqual([]);
  });

  test('add, list and clear faults', async () => {
    const { id } = (await control('POST', 'faults', { kind: 'throttle', service: 'sts' })).body;
    await expect(send(STSClient, new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'Throttling',
    });
    expect((await control('GET', 'faults')).body).toMatchObject([{ id, applied: 1 }]);
    await control('DELETE', 'faults');
    expect((await control('GET', 'faults')).body).toEqual([]);
  });

  test('stop the clock and move it', async () => {
    await control('POST', 'clock', { mode: 'manual' });
    const { now } = (await control('GET', 'clock')).body;
    expect((await control('POST', 'clock', { advance: 90_000 })).body).toEqual({ now: now + 90_000 });
    await control('POST', 'clock', { mode: 'jump' });
  });

  test('reset', async () => {
    await send(CloudWatchLogsClient, new CreateLogGroupCommand({ logGroupName: 'a' }));
    await control('POST', 'reset');
    expect((await send(CloudWatchLogsClient, new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  });

  test.each([
    ['an unknown call', 'GET', 'nope', undefined, 404, /There are: POST reset/],
    ['an unknown mode', 'POST', 'clock', { mode: 'fast' }, 400, /^mode: must be/],
    ['a negative advance', 'POST', 'clock', { advance: -1 }, 400, /^advance: must be/],
    [
      'an unknown kind of fault',
      'POST',
      'faults',
      { kind: 'earthquake' },
      400,
      /^kind: earthquake is unknown/,
    ],
  ])('%s is refused', async (_what, method, path, body, status, words) => {
    const answer = await control(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.message).toMatch(words);
  });
});

describe('starting and ending', () => {
  test('a port that is taken is named', async () => {
    const port = Number(new URL(aws.endpoint).port);
    await expect(startLocalAws({ port })).rejects.toThrow(`Port ${port} is in use`);
  });

  test('reset forgets everything', async () => {
    await send(Route53Client, new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
    await send(ACMClient, new RequestCertificateCommand({ DomainName: 'example.com' }));
    await aws.reset();
    expect((await send(Route53Client, new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
    expect(aws.calls.list()).toHaveLength(1);
  });
});
