import { HandlerError } from '../../src/core/failure';
import { OperationStatus } from '../../src/cloudformation/extension';
import {
  entrypoints,
  event,
  Example,
  type ExampleHandler,
  type ExampleRequest,
  invoke,
  progress,
  success,
} from './example-type';

beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  delete process.env.AWS_REGION;
});
afterEach(() => jest.restoreAllMocks());

const unused: ExampleHandler = async () => {
  throw new Error('the handler must not be invoked');
};
const failing =
  (error: unknown): ExampleHandler =>
  async () => {
    throw error;
  };
const returning =
  (members: Parameters<typeof progress>[0]): ExampleHandler =>
  async () =>
    progress(members);

const identified = { resourceProperties: { Id: 'example-1', Name: 'hello' } };

describe('the answer to a success', () => {
  test.each([
    ['CREATE', { resourceModel: { Id: 'example-1', Name: 'hello' } }],
    ['READ', { resourceModel: { Id: 'example-1', Name: 'hello' } }],
    ['UPDATE', { resourceModel: { Id: 'example-1', Name: 'hello' } }],
    ['DELETE', {}],
    ['LIST', { resourceModels: [{ Id: 'example-1' }] }],
  ] as const)('of %s', async (action, expected) => {
    expect(await invoke(success, event(action))).toEqual({
      status: 'SUCCESS',
      message: '',
      callbackDelaySeconds: 0,
      ...expected,
    });
  });

  test('of LIST carries the token of the next page', async () => {
    const handler = returning({ status: OperationStatus.Success, resourceModels: [], nextToken: 'page 2' });
    expect(await invoke(handler, event('LIST'))).toMatchObject({ resourceModels: [], nextToken: 'page 2' });
  });

  test('carries no write-only property', async () => {
    const handler = returning({
      status: OperationStatus.Success,
      resourceModel: new Example({ Id: 'example-1', Password: 'correct horse' }),
    });
    expect((await invoke(handler, event('READ'))).resourceModel).toEqual({ Id: 'example-1' });
  });

  test('carries neither context nor delay', async () => {
    const handler = returning({
      status: OperationStatus.Success,
      resourceModel: new Example({ Id: 'example-1' }),
      callbackContext: { step: 2 },
      callbackDelaySeconds: 5,
    });
    expect(await invoke(handler, event('UPDATE'))).toEqual({
      status: 'SUCCESS',
      message: '',
      callbackDelaySeconds: 0,
      resourceModel: { Id: 'example-1' },
    });
  });
});

describe('the answer to an unfinished step', () => {
  const unfinished = {
    status: OperationStatus.InProgress,
    resourceModel: new Example({ Id: 'example-1', Password: 'correct horse' }),
    callbackContext: { startedAt: 1, waiting: ['certificate'] },
    callbackDelaySeconds: 30,
    message: 'Waiting for the certificate',
  };

  test.each(['CREATE', 'UPDATE', 'DELETE'] as const)('of %s is passed on', async (action) => {
    expect(await invoke(returning(unfinished), event(action))).toEqual({
      ...unfinished,
      resourceModel: { Id: 'example-1', Password: 'correct horse' },
    });
  });

  test.each([
    ['READ', 'anything', {}, /READ must end within one invocation/],
    ['LIST', 'anything', {}, /LIST must end within one invocation/],
    [
      'CREATE',
      'a model without identifier',
      { resourceModel: new Example({ Name: 'hello' }) },
      /without a primary identifier/,
    ],
    ['CREATE', 'no model', { resourceModel: undefined }, /without a primary identifier/],
    ['CREATE', 'a negative delay', { callbackDelaySeconds: -1 }, /whole number of seconds/],
    ['CREATE', 'a broken delay', { callbackDelaySeconds: 0.5 }, /whole number of seconds/],
    ['CREATE', 'a date in its context', { callbackContext: { at: new Date() } }, /must be plain JSON/],
    ['CREATE', 'a bigint in its context', { callbackContext: { size: 1n } }, /must be plain JSON/],
    ['CREATE', 'a hole in its context', { callbackContext: { list: [undefined] } }, /must be plain JSON/],
    ['CREATE', 'NaN in its context', { callbackContext: { rate: Number.NaN } }, /must be plain JSON/],
    [
      'CREATE',
      'a huge context',
      { callbackContext: { text: 'x'.repeat(40_000) } },
      /has 40011 bytes, more than 32768/,
    ],
    ['CREATE', 'the status PENDING', { status: OperationStatus.Pending }, /PENDING is no status/],
  ] as const)('of %s with %s is a defect', async (action, _what, members, message) => {
    const answer = await invoke(returning({ ...unfinished, ...members } as never), event(action));
    expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure', callbackDelaySeconds: 0 });
    expect(answer.message).toMatch(message);
    expect(answer).not.toHaveProperty('callbackContext');
  });

  test('that broke the contract still lets CloudFormation clean up', async () => {
    const handler = returning({ ...unfinished, callbackDelaySeconds: -1 });
    expect((await invoke(handler, event('CREATE'))).resourceModel).toMatchObject({ Id: 'example-1' });
  });

  test('may have a context without some members', async () => {
    const handler = returning({ ...unfinished, callbackContext: { token: undefined, step: 1 } });
    expect((await invoke(handler, event('CREATE'))).callbackContext).toEqual({ step: 1 });
  });

  test('may have members of any name in its context, as tags have', async () => {
    const callbackContext = { tags: { constructor: 'x', toString: 'y' } };
    const handler = returning({ ...unfinished, callbackContext });
    expect((await invoke(handler, event('CREATE'))).callbackContext).toEqual(callbackContext);
  });
});

describe('the answer to a failure', () => {
  const conflict = new HandlerError('ResourceConflict', 'a problem', {
    propertyPath: 'Name',
    remedy: 'Choose another name',
  });

  test('says where, what, and what to do', async () => {
    expect(await invoke(failing(conflict), event('CREATE'))).toEqual({
      status: 'FAILED',
      errorCode: 'ResourceConflict',
      message: 'Name: a problem. Choose another name.',
      callbackDelaySeconds: 0,
    });
  });

  test.each([
    ['CREATE', 'ResourceConflict', identified, true],
    ['CREATE', 'InvalidRequest', {}, false],
    ['CREATE', 'AlreadyExists', identified, false],
    ['UPDATE', 'NotStabilized', identified, true],
    ['UPDATE', 'NotFound', identified, false],
    ['DELETE', 'ResourceConflict', identified, true],
    ['DELETE', 'NotFound', identified, false],
    ['READ', 'NotFound', identified, false],
    ['READ', 'Throttling', identified, false],
    ['LIST', 'Throttling', {}, false],
  ] as const)('%s %s carries a model where it should', async (action, code, requestData, withModel) => {
    const answer = await invoke(failing(new HandlerError(code, 'a problem')), event(action, {}, requestData));
    expect(answer).toMatchObject({ status: 'FAILED', errorCode: code, message: 'a problem.' });
    expect(answer.resourceModel).toEqual(withModel ? { Id: 'example-1', Name: 'hello' } : undefined);
  });

  test('carries the identifier that a CREATE has claimed before it failed', async () => {
    const handler: ExampleHandler = async ({ desired }) => {
      desired.Id = 'claimed';
      throw conflict;
    };
    expect((await invoke(handler, event('CREATE'))).resourceModel).toEqual({ Id: 'claimed', Name: 'hello' });
  });

  test('returned rather than thrown is treated alike', async () => {
    const handler = returning({
      status: OperationStatus.Failed,
      errorCode: conflict.code as never,
      message: 'returned',
      resourceModel: new Example({ Id: 'example-2' }),
      callbackContext: { step: 1 },
      callbackDelaySeconds: 3,
    });
    expect(await invoke(handler, event('UPDATE', {}, identified))).toEqual({
      status: 'FAILED',
      errorCode: 'ResourceConflict',
      message: 'returned.',
      callbackDelaySeconds: 0,
      resourceModel: { Id: 'example-2' },
    });
  });

  test.each([
    [
      'a defect',
      new TypeError('x is not a function'),
      /^The handler failed unexpectedly \(TypeError\)\. Report/,
    ],
    ['a text', 'oops', /^The handler failed unexpectedly \(string\)/],
    ['nothing', undefined, /^The handler failed unexpectedly \(undefined\)/],
  ])('thrown as %s tells no internals', async (_what, thrown, message) => {
    const answer = await invoke(failing(thrown), event('READ'));
    expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure' });
    expect(answer.message).toMatch(message);
    expect(JSON.stringify(answer)).not.toMatch(/oops|not a function|at /);
  });

  test.each([
    ['nothing', async () => undefined as never, /returned nothing/],
    [
      'no model',
      returning({ status: OperationStatus.Success }),
      /must return a model with its primary identifier/,
    ],
    ['a failure without a code', returning({ status: OperationStatus.Failed }), /FAILED is no status/],
  ])('of a handler that returns %s', async (_what, handler, message) => {
    const answer = await invoke(handler, event('CREATE'));
    expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure' });
    expect(answer.message).toMatch(message);
  });

  test('that cannot be written as JSON', async () => {
    const resourceModel = new Example({ Id: 'example-1', Count: 1n as never });
    const answer = await invoke(returning({ status: OperationStatus.Success, resourceModel }), event('READ'));
    expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure' });
  });

  test('is not longer than CloudFormation takes', async () => {
    const { message } = await invoke(
      failing(new HandlerError('InvalidRequest', 'x'.repeat(5_000))),
      event('READ'),
    );
    expect(message).toHaveLength(1_024);
  });

  test('of LIST without models', async () => {
    const answer = await invoke(returning({ status: OperationStatus.Success }), event('LIST'));
    expect(answer.message).toMatch(/LIST must return resourceModels/);
  });

  test('repeats no secret of the event', async () => {
    const handler: ExampleHandler = async ({ clientConfiguration: { credentials }, desired }) => {
      throw new HandlerError(
        'InvalidRequest',
        `${credentials.sessionToken} and ${desired.Environment![0]!.Value}`,
      );
    };
    const Environment = [{ Name: 'TOKEN', Value: 'canary-in-environment' }];
    const answer = await invoke(handler, event('CREATE', {}, { resourceProperties: { Environment } }));
    expect(answer.message).toBe('<REDACTED> and <REDACTED>.');
  });
});

describe('a malformed event', () => {
  const good = event('READ');
  test.each<[string, unknown, RegExp]>([
    ['null', null, /must be a JSON object/],
    ['a text', 'hello', /must be a JSON object/],
    ['a list', [good], /must be a JSON object/],
    ['an empty object', {}, /action must be one of CREATE, READ, UPDATE, DELETE, LIST/],
    ['an unknown action', { ...good, action: 'PURGE' }, /action must be one of/],
    ['no account', { ...good, awsAccountId: null }, /awsAccountId must be a text/],
    ['no token', { ...good, bearerToken: undefined }, /bearerToken must be a text/],
    ['no Region', { ...good, region: null }, /region must be a text/],
    ['no request data', { ...good, requestData: undefined }, /requestData must be an object/],
    ['a context that is a text', { ...good, callbackContext: '{}' }, /callbackContext must be an object/],
    ['a token that is a number', { ...good, nextToken: 3 }, /nextToken must be a text/],
    [
      'properties that are a list',
      event('READ', {}, { resourceProperties: [] }),
      /requestData\/resourceProperties/,
    ],
    [
      'a configuration that is a text',
      event('READ', {}, { typeConfiguration: '{}' }),
      /typeConfiguration must/,
    ],
    ['tags that are a list', event('READ', {}, { stackTags: [] }), /stackTags must be an object of texts/],
    [
      'tags that are no texts',
      event('READ', {}, { systemTags: { a: 1 } }),
      /systemTags must be an object of texts/,
    ],
    [
      'incomplete credentials',
      event('READ', {}, { callerCredentials: { accessKeyId: 'SECRETKEY' } }),
      /callerCred/,
    ],
  ])('%s is refused', async (_what, input, message) => {
    const answer = await invoke(unused, input);
    expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest', callbackDelaySeconds: 0 });
    expect(answer.message).toMatch(message);
    expect(answer.message).not.toMatch(/SECRETKEY/);
  });

  test('without credentials says what to do', async () => {
    expect(await invoke(unused, event('READ', {}, { callerCredentials: null }))).toMatchObject({
      errorCode: 'InvalidCredentials',
      message: expect.stringContaining('Activate or register the type with an execution role'),
    });
  });
});

describe('the request of a handler', () => {
  async function requestFor(input: unknown, context?: object): Promise<ExampleRequest> {
    let seen: ExampleRequest | undefined;
    await invoke(
      async (request) => {
        seen = request;
        return success(request);
      },
      input,
      context,
    );
    return seen!;
  }

  test('holds all that the protocol sends', async () => {
    const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/hello/1';
    const request = await requestFor(
      event(
        'UPDATE',
        { stackId, nextToken: 'page 2', callbackContext: { step: 1 } },
        {
          resourceProperties: {
            Name: 'new',
            Count: '3',
            Enabled: 'false',
            Tags: [{ Key: 'team', Value: 'web' }],
          },
          previousResourceProperties: { Name: 'old', Count: 2 },
          stackTags: { team: 'all', stage: 'test' },
          previousStackTags: { stage: 'old' },
          systemTags: { 'aws:cloudformation:stack-name': 'hello' },
          typeConfiguration: { Domain: 'example.com', Unknown: true },
        },
      ),
    );
    expect(request).toMatchObject({
      action: 'UPDATE',
      desired: { Name: 'new', Count: 3, Enabled: false },
      previous: { Name: 'old', Count: 2 },
      clientRequestToken: 'f3390613-b2b5-4c31-a4c6-66813dff96a6',
      logicalResourceIdentifier: 'Hello',
      desiredTags: { team: 'web', stage: 'test' },
      previousTags: { stage: 'old' },
      systemTags: { 'aws:cloudformation:stack-name': 'hello' },
      stackId,
      nextToken: 'page 2',
      region: 'eu-west-1',
      partition: 'aws',
      accountId: '123456789012',
      callbackContext: { step: 1 },
      clientConfiguration: { region: 'eu-west-1', credentials: { accessKeyId: 'AKIACALLERCALLERCALL' } },
    });
    expect(request.desired).toBeInstanceOf(Example);
    expect({ ...request.configuration }).toEqual({ Domain: 'example.com' });
  });

  test('has empty values for what a first invocation lacks', async () => {
    const request = await requestFor(
      event(
        'LIST',
        { callbackContext: null, stackId: null },
        { resourceProperties: null, typeConfiguration: null },
      ),
    );
    expect({ ...request.desired }).toEqual({});
    expect({ ...request.configuration }).toEqual({});
    expect(request).toMatchObject({ callbackContext: {}, desiredTags: {}, previousTags: {}, systemTags: {} });
    expect(request.previous).toBeUndefined();
    expect(request.stackId).toBeUndefined();
  });

  test.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
  ])('in %s has the partition %s', async (region, partition) => {
    expect((await requestFor(event('READ', { region }))).partition).toBe(partition);
  });

  test('takes the Region of the Lambda when the event has none, and the stack from its tag', async () => {
    process.env.AWS_REGION = 'eu-north-1';
    const systemTags = { 'aws:cloudformation:stack-id': 'arn:of:the:stack' };
    const request = await requestFor(event('READ', { region: null }, { systemTags }));
    expect(request).toMatchObject({ region: 'eu-north-1', stackId: 'arn:of:the:stack' });
  });

  test.each([
    ['CREATE', undefined, 60_000],
    ['READ', undefined, 30_000],
    ['CREATE', 20_000, 20_000],
    ['READ', 300_000, 30_000],
    ['READ', 1_000, 3_000],
  ] as const)('of %s with %s ms of Lambda left has a deadline', async (action, lambda, expected) => {
    const context = lambda === undefined ? {} : { getRemainingTimeInMillis: () => lambda };
    const { deadline } = await requestFor(event(action), context);
    const remaining = deadline.remainingMilliseconds();
    expect(remaining).toBeLessThanOrEqual(expected - 3_000);
    expect(remaining).toBeGreaterThanOrEqual(Math.max(0, expected - 5_000));
  });

  test('may be changed without changing the event', async () => {
    const input = event('CREATE', { callbackContext: { step: 1 } }, { resourceProperties: { Tags: [] } });
    await invoke(async ({ desired, ...request }) => {
      desired.Tags!.push({ Key: 'a', Value: 'b' });
      return success({ desired, ...request });
    }, input);
    expect(input.requestData).toMatchObject({ resourceProperties: { Tags: [] } });
  });
});

describe('a warm Lambda', () => {
  test('keeps nothing of one invocation for the next, even when they overlap', async () => {
    const { entrypoint } = entrypoints(async (request) => {
      await new Promise((resolve) => setImmediate(resolve));
      return success(request);
    });
    const names = Array.from({ length: 20 }, (_, index) => `name-${index}`);
    const answers = await Promise.all(
      names.map((Name) => entrypoint(event('READ', {}, { resourceProperties: { Name } }))),
    );
    expect(answers.map(({ resourceModel }) => resourceModel.Name)).toEqual(names);
  });

  test('takes no fixed time', async () => {
    const { entrypoint } = entrypoints(success);
    await entrypoint(event('READ'));
    const start = performance.now();
    for (let n = 0; n < 20; n++) await entrypoint(event('READ'));
    // A millisecond each, where the stock library waits a second; many times that on a busy machine.
    expect((performance.now() - start) / 20).toBeLessThan(200);
  });
});

describe('the test entrypoint', () => {
  test('takes the event of a test', async () => {
    const { testEntrypoint } = entrypoints(success);
    const answer = await testEntrypoint({
      action: 'CREATE',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: '' },
      region: 'eu-west-1',
      request: {
        clientRequestToken: 'token',
        desiredResourceState: { Name: 'hello' },
        logicalResourceIdentifier: 'Hello',
      },
    });
    expect(answer).toMatchObject({ status: 'SUCCESS', resourceModel: { Id: 'example-1', Name: 'hello' } });
  });

  test('refuses what is none', async () => {
    const { testEntrypoint } = entrypoints(unused);
    expect(await testEntrypoint(event('CREATE'))).toMatchObject({
      errorCode: 'InvalidRequest',
      message: expect.stringContaining('a test event has the members credentials, action and request'),
    });
  });
});
