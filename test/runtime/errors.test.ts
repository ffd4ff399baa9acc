import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeAlarmsCommand, CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateSecurityGroupCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateServiceCommand, ECSClient } from '@aws-sdk/client-ecs';
import { CreateRuleCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { HandlerError } from '../../src/core/failure';
import { toHandlerError } from '../../src/aws/handler-error';
import { rememberFailedOperations } from '../../src/cloudformation/extension';

let server: Server;
let listener: RequestListener;
let endpoint: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => listener(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const configuration = () => ({
  endpoint,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
});

/** One call of each wire protocol, and how that protocol words an error. */
const protocols = {
  json: {
    call: () =>
      rememberFailedOperations(new ECSClient(configuration())).send(
        new CreateServiceCommand({ serviceName: 'hello' }),
      ),
    action: 'ecs:CreateService',
    body: (code: string, message: string) => JSON.stringify({ __type: `com.amazonaws.ecs#${code}`, message }),
  },
  query: {
    call: () =>
      rememberFailedOperations(new ElasticLoadBalancingV2Client(configuration())).send(
        new CreateRuleCommand({ ListenerArn: 'arn', Conditions: [], Actions: [], Priority: 1 }),
      ),
    action: 'elasticloadbalancing:CreateRule',
    body: (code: string, message: string) =>
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
  },
  ec2: {
    call: () =>
      rememberFailedOperations(new EC2Client(configuration())).send(
        new CreateSecurityGroupCommand({ GroupName: 'hello', Description: 'hello' }),
      ),
    action: 'ec2:CreateSecurityGroup',
    body: (code: string, message: string) =>
      `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
  },
  xml: {
    call: () =>
      rememberFailedOperations(new Route53Client(configuration())).send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: 'Z1',
          ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: { Name: 'a', Type: 'A' } }] },
        }),
      ),
    action: 'route53:ChangeResourceRecordSets',
    body: (code: string, message: string) =>
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
  },
};

async function failureOf(call: () => Promise<unknown>): Promise<HandlerError> {
  try {
    await call();
  } catch (error) {
    return toHandlerError(error);
  }
  throw new Error('the call should have failed');
}

describe('an answer of AWS', () => {
  test.each<[keyof typeof protocols, number, string, string, string]>([
    ['json', 400, 'ThrottlingException', 'Rate exceeded', 'Throttling'],
    ['query', 400, 'Throttling', 'Rate exceeded', 'Throttling'],
    ['ec2', 503, 'RequestLimitExceeded', 'Request limit exceeded', 'Throttling'],
    ['xml', 400, 'PriorRequestNotComplete', 'Not complete', 'Throttling'],
    ['json', 429, 'SomethingNew', 'Slow down', 'Throttling'],
    ['json', 400, 'AccessDeniedException', 'No', 'AccessDenied'],
    ['query', 403, 'AccessDenied', 'No', 'AccessDenied'],
    ['ec2', 403, 'UnauthorizedOperation', 'No', 'AccessDenied'],
    ['json', 403, 'SomethingNew', 'No', 'AccessDenied'],
    ['json', 400, 'ExpiredTokenException', 'Expired', 'InvalidCredentials'],
    ['json', 400, 'UnrecognizedClientException', 'Invalid token', 'InvalidCredentials'],
    ['query', 403, 'InvalidClientTokenId', 'Invalid token', 'InvalidCredentials'],
    ['query', 403, 'SignatureDoesNotMatch', 'Signature', 'InvalidCredentials'],
    ['ec2', 401, 'AuthFailure', 'Not validated', 'InvalidCredentials'],
    ['query', 400, 'TooManyRules', 'Too many rules', 'ServiceLimitExceeded'],
    ['json', 400, 'LimitExceededException', 'Quota', 'ServiceLimitExceeded'],
    ['ec2', 400, 'SecurityGroupLimitExceeded', 'Quota', 'ServiceLimitExceeded'],
    ['query', 400, 'PriorityInUse', 'In use', 'ResourceConflict'],
    ['query', 400, 'DuplicateListener', 'Exists', 'ResourceConflict'],
    ['ec2', 400, 'InvalidGroup.Duplicate', 'Exists', 'ResourceConflict'],
    ['ec2', 400, 'DependencyViolation', 'Has a dependent object', 'ResourceConflict'],
    ['json', 400, 'UpdateInProgressException', 'In progress', 'ResourceConflict'],
    ['json', 400, 'ServiceNotActiveException', 'Draining', 'ResourceConflict'],
    ['json', 409, 'SomethingNew', 'Conflict', 'ResourceConflict'],
    ['json', 400, 'ClusterNotFoundException', 'Cluster not found', 'InvalidRequest'],
    ['ec2', 400, 'InvalidSubnetID.NotFound', 'No such subnet', 'InvalidRequest'],
    ['query', 400, 'ListenerNotFound', 'No such listener', 'InvalidRequest'],
    ['xml', 404, 'NoSuchHostedZone', 'No such zone', 'InvalidRequest'],
    ['json', 400, 'InvalidParameterException', 'Bad', 'InvalidRequest'],
    ['query', 400, 'ValidationError', 'Bad', 'InvalidRequest'],
    ['xml', 400, 'InvalidChangeBatch', 'Bad', 'InvalidRequest'],
    ['json', 404, 'SomethingNew', 'Missing', 'InvalidRequest'],
    ['json', 500, 'ServerException', 'Oops', 'ServiceInternalError'],
    ['query', 503, 'ServiceUnavailable', 'Oops', 'ServiceInternalError'],
    ['ec2', 500, 'InternalError', 'Oops', 'ServiceInternalError'],
    ['json', 502, 'SomethingNew', 'Oops', 'ServiceInternalError'],
    ['json', 400, 'SomethingNew', 'Oops', 'GeneralServiceException'],
  ])('%s %i %s: %s is %s', async (protocol, status, code, message, expected) => {
    const { call, action, body } = protocols[protocol];
    listener = (_request, response) => {
      response.writeHead(status, { 'x-amzn-requestid': 'r-1' }).end(body(code, message));
    };
    const error = await failureOf(call);
    expect(error.code).toBe(expected);
    const name = code.replace(/\./g, '\\.').replace(/(Exception)?$/, '(Exception)?');
    expect(error.message).toMatch(new RegExp(`^${action}: ${name}: ${message} \\(request id r-1\\)\\.`));
    expect(error.message).not.toMatch(/\n|\bat\b|AKIA|secret/);
  });

  test('that is not understood at all is an error of the service', async () => {
    listener = (_request, response) => response.writeHead(503).end('<html>upstream</html>');
    expect((await failureOf(protocols.json.call)).code).toBe('ServiceInternalError');
  });
});

describe('a refused action is named', () => {
  test.each<[keyof typeof protocols, string, string]>([
    [
      'json',
      'User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: iam:PassRole on resource: x',
      'iam:PassRole',
    ],
    ['ec2', 'You are not authorized to perform this operation.', 'ec2:CreateSecurityGroup'],
  ])('%s: %s', async (protocol, message, action) => {
    const { call, body } = protocols[protocol];
    listener = (_request, response) => response.writeHead(403).end(body('AccessDenied', message));
    expect((await failureOf(call)).message).toMatch(
      new RegExp(`Allow ${action} in the role that CloudFormation uses for this resource\\.$`),
    );
  });

  test('by its IAM prefix, not its signing name', async () => {
    listener = (_request, response) => response.writeHead(403).end('{}');
    const client = rememberFailedOperations(new CloudWatchClient(configuration()));
    const { message } = await failureOf(() => client.send(new DescribeAlarmsCommand({})));
    expect(message).toMatch(/^cloudwatch:DescribeAlarms: /);
  });

  test('without the encoded blob', async () => {
    listener = (_request, response) =>
      response
        .writeHead(403)
        .end(
          protocols.ec2.body('UnauthorizedOperation', 'No. Encoded authorization failure message: 4xVb0PQz'),
        );
    expect((await failureOf(protocols.ec2.call)).message).not.toMatch(/Encoded|4xVb0PQz/);
  });
});

describe('no answer', () => {
  /** Jest's sandbox has an Error of its own: the SDK would not know Node's for one, and wrap it. */
  function inThisRealm(client: ECSClient): ECSClient {
    const { requestHandler } = client.config;
    const handle = requestHandler.handle.bind(requestHandler);
    requestHandler.handle = async (...parameters) => {
      try {
        return await handle(...parameters);
      } catch (error) {
        const { name, message, code } = error as Error & { code?: string };
        throw Object.assign(new Error(message), { name, code });
      }
    };
    return rememberFailedOperations(client);
  }

  test.each([
    ['the connection is cut', () => endpoint],
    ['nobody listens', () => 'http://127.0.0.1:1'],
    ['there is no such host', () => 'http://host.invalid'],
  ])('because %s', async (_why, url) => {
    listener = (request) => request.socket.destroy();
    const client = inThisRealm(new ECSClient({ ...configuration(), endpoint: url() }));
    const error = await failureOf(() => client.send(new CreateServiceCommand({ serviceName: 'hello' })));
    expect(error).toMatchObject({
      code: 'NetworkFailure',
      message: expect.stringMatching(/^ecs:CreateService: E[A-Z_]+: .*Try again, and check the network path/),
    });
  });

  test('because it takes too long', async () => {
    listener = () => undefined;
    const client = new ECSClient({
      ...configuration(),
      requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
    });
    const { code } = await failureOf(() => client.send(new CreateServiceCommand({ serviceName: 'hello' })));
    expect(code).toBe('NetworkFailure');
    server.closeAllConnections();
  });

  test('because no credentials can be found', async () => {
    const credentials = async () => {
      throw Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' });
    };
    const client = new ECSClient({ ...configuration(), credentials });
    const { code } = await failureOf(() => client.send(new CreateServiceCommand({ serviceName: 'hello' })));
    expect(code).toBe('InvalidCredentials');
  });
});

describe('what is no answer of AWS', () => {
  test.each([
    [new TypeError('x is undefined'), 'TypeError'],
    [Object.assign(new Error('mine'), { name: 'ValidationError' }), 'ValidationError'],
    ['a text', 'string'],
    [undefined, 'undefined'],
  ])('%p is a defect', (thrown, kind) => {
    const error = toHandlerError(thrown);
    expect(error.code).toBe('InternalFailure');
    expect(error.cause).toBe(thrown);
    expect(error.message).toBe(
      `The handler failed unexpectedly (${kind}). Report it with the request id of this event.`,
    );
  });

  test('a HandlerError stays as it is', () => {
    const error = new HandlerError('NotStabilized', 'It takes too long');
    expect(toHandlerError(error)).toBe(error);
  });
});

test.each([
  [{}, 'Something is wrong.'],
  [{ propertyPath: 'Cpu' }, 'Cpu: Something is wrong.'],
  [{ remedy: 'Mend it!' }, 'Something is wrong. Mend it!'],
  [{ propertyPath: 'Cpu', remedy: 'Mend it' }, 'Cpu: Something is wrong. Mend it.'],
])('a HandlerError with %o reads "%s"', (details, message) => {
  expect(new HandlerError('InvalidRequest', 'Something is wrong', details).message).toBe(message);
});
