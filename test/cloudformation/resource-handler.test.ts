/** The protocol of resource handlers: what is invoked again, and which answers and accidents end an operation how. */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { randomUUID } from 'node:crypto';
import {
  createResourceHandler,
  type HandlerRequest,
  type ResourceHandler,
} from '../../local/extension/resource-handler';
import { ResourceType } from '../../local/registry/resource-type';
import { SAMPLE_HANDLERS, startSampleAccount, type SampleAccount } from './fixtures/sample-extension';
import schema from './fixtures/sample-type.json';

let account: SampleAccount;
let handler: ResourceHandler;
const type = new ResourceType(schema, 'Sample');

beforeAll(async () => {
  account = await startSampleAccount();
  handler = createResourceHandler(account.aws);
});
afterEach(() => account.clear());
afterAll(() => account.close());

const request = (overrides: Partial<HandlerRequest> = {}): HandlerRequest => ({
  action: 'CREATE',
  type,
  model: { Name: 'book' },
  requestToken: randomUUID(),
  region: 'us-east-1',
  accountId: '123456789012',
  ...overrides,
});
const invocations = () => new Set(account.aws.calls.list({}).map((call) => call.caller?.invocationId)).size;

test('a handler in progress is invoked again after its delay, with its context and model', async () => {
  const progress: unknown[] = [];
  const before = account.aws.clock.now();
  const outcome = await handler(
    request({
      model: { Name: 'book', RetentionInDays: 7, Password: 'x' },
      onProgress: (model, id) => progress.push([model, id]),
    }),
  );
  expect(outcome).toMatchObject({
    status: 'SUCCESS',
    identifier: '/notebook/book',
    model: { Name: 'book', RetentionInDays: 7 },
  });
  expect(progress).toEqual([
    [{ Id: '/notebook/book', Name: 'book', RetentionInDays: 7, Password: 'x' }, '/notebook/book'],
  ]);
  expect(account.aws.clock.now() - before).toBe(30_000);
});

test('the calls of a handler are recorded as made by its type, operation and invocation', async () => {
  await handler(request({ model: { Name: 'book', RetentionInDays: 7 } }));
  const calls = account.aws.calls.list({ service: 'logs' });
  expect(calls.map(({ operation, caller }) => [operation, caller?.typeName, caller?.operation])).toEqual([
    ['CreateLogGroup', 'Sample::Logs::Notebook', 'CREATE'],
    ['PutRetentionPolicy', 'Sample::Logs::Notebook', 'CREATE'],
  ]);
  expect(invocations()).toBe(2);
});

test('the type configuration reaches the handler', async () => {
  account.aws.registry.setTypeConfiguration('Sample::Logs::Notebook', { Prefix: '/shelf/' });
  expect(await handler(request())).toMatchObject({ identifier: '/shelf/book' });
});

test('a type configuration holds in one account and Region', async () => {
  const { accountId } = request();
  const other = { accountId, region: 'eu-central-1' };
  const client = new CloudFormation({ ...account.aws.clientOptions(), region: other.region });
  await client.setTypeConfiguration({
    Type: 'RESOURCE',
    TypeName: 'Sample::Logs::Notebook',
    Configuration: JSON.stringify({ Prefix: '/shelf/' }),
  });
  const describe = async (asked: CloudFormation) =>
    asked.batchDescribeTypeConfigurations({
      TypeConfigurationIdentifiers: [{ Type: 'RESOURCE', TypeName: 'Sample::Logs::Notebook' }],
    });
  expect(await describe(client)).toMatchObject({
    TypeConfigurations: [
      {
        Configuration: '{"Prefix":"/shelf/"}',
        Arn: `arn:aws:cloudformation:eu-central-1:${accountId}:type-configuration/resource/Sample-Logs-Notebook/default`,
      },
    ],
  });
  expect(await describe(account.cloudFormation)).toMatchObject({
    TypeConfigurations: [],
    UnprocessedTypeConfigurations: [{ TypeName: 'Sample::Logs::Notebook' }],
  });
  client.destroy();
  expect(await handler(request())).toMatchObject({ identifier: '/notebook/book' });
  expect(await handler(request(other))).toMatchObject({ identifier: '/shelf/book' });
  expect(
    await handler(request({ region: other.region, accountId: '210987654321', model: { Name: 'novel' } })),
  ).toMatchObject({
    identifier: '/notebook/novel',
  });
});

test.each([
  [
    'fails',
    { errorCode: 'InvalidRequest', message: 'this notebook cannot be written', identifier: undefined },
  ],
  [
    'fails half way',
    { errorCode: 'NotStabilized', message: 'the ink ran out', identifier: '/notebook/book' },
  ],
  ['is taken', { errorCode: 'AlreadyExists', message: 'somebody has this notebook', identifier: undefined }],
  [
    'never ends',
    {
      errorCode: 'NotStabilized',
      message: 'Resource timed out waiting for completion',
      identifier: '/notebook/book',
    },
  ],
  ['throws', { errorCode: 'InternalFailure', message: 'no such page' }],
  [
    'exits',
    {
      errorCode: 'InternalFailure',
      message: expect.stringMatching(/^RequestId: .* Error: Runtime exited with error: exit status 3$/),
    },
  ],
  [
    'answers nonsense',
    { errorCode: 'InternalFailure', message: expect.stringContaining('answered the status "FAILURE"') },
  ],
  [
    'loses its identifier',
    {
      errorCode: 'InternalFailure',
      message: expect.stringContaining('IN_PROGRESS without the primary identifier (/properties/Id)'),
    },
  ],
  [
    'changes its identifier',
    {
      errorCode: 'InternalFailure',
      message: expect.stringContaining('changed the primary identifier from /notebook/book to another'),
    },
  ],
])('a handler that %s ends the operation', async (Behaviour, expected) => {
  expect(await handler(request({ model: { Name: 'book', Behaviour } }))).toMatchObject({
    status: 'FAILED',
    ...expected,
  });
});

test.each([
  ['throttles', 5_000 + 10_000],
  ['throws', 5_000 + 10_000],
  ['fails', 0],
])('a handler that %s is given %i ms for further attempts', async (Behaviour, waited) => {
  const before = account.aws.clock.now();
  await handler(request({ model: { Name: 'book', Behaviour } }));
  expect(account.aws.clock.now() - before).toBe(waited);
});

test('an invocation whose process is killed is repeated from the last answer', async () => {
  account.aws.faults.add({ service: 'logs', operation: 'PutRetentionPolicy', kind: 'processKill' });
  const outcome = await handler(request({ model: { Name: 'book', RetentionInDays: 7 } }));
  expect(outcome).toMatchObject({ status: 'SUCCESS', identifier: '/notebook/book' });
  expect(account.aws.calls.list({ service: 'logs' }).map(({ operation }) => operation)).toEqual([
    'CreateLogGroup',
    'PutRetentionPolicy',
    'PutRetentionPolicy',
  ]);
});

test('an invocation that takes too long is ended', async () => {
  account.aws.lambda.register({
    name: 'Hasty',
    bundle: SAMPLE_HANDLERS,
    handler: 'entrypoint',
    timeoutSeconds: 1,
  });
  const hasty = new ResourceType(schema, 'Hasty');
  const once = createResourceHandler({
    ...account.aws,
    retry: { attempts: 1, delay: 0, errorCodes: new Set() },
  });
  expect(await once(request({ type: hasty, model: { Name: 'book', Behaviour: 'hangs' } }))).toMatchObject({
    errorCode: 'InternalFailure',
    message: expect.stringMatching(/Error: Task timed out after 1.00 seconds$/),
  });
});

test.each([
  ['READ', { Id: '/notebook/none' }, 'NotFound'],
  ['UPDATE', { Id: '/notebook/none', Name: 'none' }, 'NotFound'],
  ['DELETE', { Id: '/notebook/none' }, 'NotFound'],
] as const)('%s of what does not exist answers %s %s', async (action, model, errorCode) => {
  expect(await handler(request({ action, model, previousModel: model }))).toMatchObject({
    status: 'FAILED',
    errorCode,
  });
});

test('READ must answer at once', async () => {
  const model = { Id: '/notebook/book', Behaviour: 'loses its identifier' };
  expect(await handler(request({ action: 'READ', model }))).toMatchObject({
    errorCode: 'InternalFailure',
    message: expect.stringContaining('READ and LIST must not'),
  });
});

test('an action without a handler is refused', async () => {
  const { list: _, ...handlers } = schema.handlers;
  const outcome = await handler(
    request({ action: 'LIST', type: new ResourceType({ ...schema, handlers }, 'Sample') }),
  );
  expect(outcome).toMatchObject({
    errorCode: 'UnsupportedAction',
    message: 'Sample::Logs::Notebook has no LIST handler.',
  });
});
