/** The runtime of registry hooks: events in, answers out. */
import { HandlerError } from '../../src/core/failure';
import { CALLER, event, exampleHook, type ExampleHandler, returns, throws } from './example-hook';

const TOKEN = event().clientRequestToken;
const SUCCESS = { hookStatus: 'SUCCESS' } as const;

beforeEach(() => jest.spyOn(process.stdout, 'write').mockReturnValue(true));
afterEach(() => jest.restoreAllMocks());

const answerTo = (input: unknown, handler: ExampleHandler = returns(SUCCESS)) =>
  exampleHook(handler).entrypoint(input);

/** What a handler receives with this event. */
async function requestOf(input: unknown) {
  let received: Parameters<ExampleHandler>[0] | undefined;
  const answer = await answerTo(input, async (request) => {
    received = request;
    return SUCCESS;
  });
  expect(answer).toEqual({ hookStatus: 'SUCCESS', clientRequestToken: TOKEN });
  return received!;
}

describe('what a handler receives', () => {
  test('the event, without credentials and without what is null', async () => {
    const { event: received } = await requestOf(event());
    expect(received).toEqual({
      clientRequestToken: TOKEN,
      awsAccountId: '123456789012',
      region: 'eu-west-1',
      stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1',
      hookTypeName: 'Org::Test::ExampleHook',
      hookTypeVersion: '00000001',
      hookModel: {},
      actionInvocationPoint: 'CREATE_PRE_PROVISION',
      requestData: {
        targetName: 'AWS::ECS::Service',
        targetType: 'RESOURCE',
        targetLogicalId: 'Orders',
        targetModel: { resourceProperties: { DesiredCount: '2' } },
      },
      requestContext: { invocation: 1 },
    });
  });

  test.each([
    ['as a JSON text', JSON.stringify(CALLER), CALLER],
    ['as an object', CALLER, CALLER],
    ['with members that nobody knows', JSON.stringify({ ...CALLER, expiration: 1 }), CALLER],
    ['blank', '{"accessKeyId":"","secretAccessKey":"","sessionToken":""}', undefined],
    ['null', null, undefined],
  ])('credentials %s', async (_, callerCredentials, credentials) => {
    const { clientConfiguration } = await requestOf(event({}, { callerCredentials }));
    expect(clientConfiguration && { ...clientConfiguration, requestHandler: undefined }).toEqual(
      credentials && { region: 'eu-west-1', credentials: expect.objectContaining(credentials) },
    );
  });

  test.each([
    ['nothing, so the defaults', undefined, { Strict: false, Limit: 3 }],
    ['null, so the defaults', null, { Strict: false, Limit: 3 }],
    ['texts that are a boolean and a number', { Strict: 'true', Limit: '7' }, { Strict: true, Limit: 7 }],
    ['the text "false", which is no truth', { Strict: 'false' }, { Strict: false, Limit: 3 }],
    ['values of the right types', { Strict: true, Limit: 7 }, { Strict: true, Limit: 7 }],
    ['a text that is no number', { Limit: 'many' }, { Strict: false, Limit: 'many' }],
    [
      'lists and objects, within which there are no defaults',
      { Names: [1, 'b'], Ports: { web: '80' }, Zones: { 'a-1': 'false' } },
      { Names: ['1', 'b'], Ports: { web: 80 }, Zones: { 'a-1': false } },
    ],
    ['members that nobody knows', { Colour: '1', constructor: 'x' }, { Colour: '1', constructor: 'x' }],
  ])('a configuration of %s', async (_, hookModel, expected) => {
    const { typeConfiguration } = await requestOf(event({ hookModel }));
    expect(typeConfiguration).toEqual({ Strict: false, Limit: 3, ...expected });
  });

  test('the Region of the Lambda function where the event has none', async () => {
    process.env.AWS_REGION = 'ap-south-1';
    try {
      expect((await requestOf(event({ region: null }))).event.region).toBe('ap-south-1');
    } finally {
      delete process.env.AWS_REGION;
    }
  });

  test.each([
    ['at the top', event({ futureMember: { a: 1 } })],
    ['in requestData', event({}, { futureMember: [1] })],
    ['in requestContext', event({ requestContext: { invocation: 1, futureMember: 1 } })],
    ['in targetModel', event({}, { targetModel: { resourceProperties: {}, futureMember: true } })],
  ])('unknown members %s do no harm', async (_, input) => {
    await requestOf(input);
  });

  test.each([['hookModel'], ['changeSetId'], ['requestContext'], ['stackId'], ['hookTypeVersion']])(
    '%s may be null, empty or absent',
    async (name) => {
      for (const value of [null, name === 'requestContext' || name === 'hookModel' ? {} : '', undefined]) {
        await requestOf(event({ [name]: value }));
      }
    },
  );
});

describe('events that are refused', () => {
  test.each([
    ['null', null, 'it must be a JSON object'],
    ['a text', 'event', 'it must be a JSON object'],
    ['a list', [], 'it must be a JSON object'],
    ['no requestData', event({ requestData: null }), 'requestData must be an object'],
    ['no target', event({}, { targetName: '' }), 'requestData/targetName must be a text'],
    ['no account', event({ awsAccountId: null }), 'awsAccountId must be a text'],
    [
      'an unknown invocation point',
      event({ actionInvocationPoint: 'CREATE' }),
      'actionInvocationPoint must be one of CREATE_PRE_PROVISION, UPDATE_PRE_PROVISION, DELETE_PRE_PROVISION',
    ],
    [
      'properties that are no object',
      event({}, { targetModel: { resourceProperties: 'x' } }),
      'requestData/targetModel/resourceProperties must be an object',
    ],
    [
      'credentials that are no JSON',
      event({}, { callerCredentials: 'AKIASECRETSECRET' }),
      'requestData/callerCredentials must be an object with accessKeyId and secretAccessKey',
    ],
    [
      'credentials without a key',
      event({}, { providerCredentials: '{"accessKeyId":"AKIASECRETSECRET"}' }),
      'requestData/providerCredentials must be an object with accessKeyId and secretAccessKey',
    ],
  ])('%s', async (_, input, problem) => {
    const answer = await answerTo(input);
    expect(answer).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'InvalidRequest',
      message: `The event is malformed: ${problem}. Send an event of the CloudFormation hook protocol.`,
    });
    expect(answer.clientRequestToken).toBe((input as Record<string, unknown> | null)?.clientRequestToken);
    expect(JSON.stringify(answer)).not.toContain('AKIASECRETSECRET');
  });

  test.each([
    ['a type outside the wildcards of the schema', 'CREATE_PRE_PROVISION', 'AWS::S3::Bucket'],
    [
      'a type that the schema names for another invocation point',
      'UPDATE_PRE_PROVISION',
      'AWS::ECS::Cluster',
    ],
    ['an invocation point that the schema does not have', 'DELETE_PRE_PROVISION', 'AWS::ECS::Service'],
    ['a change set, when the schema has none', 'CREATE_PRE_PROVISION', 'CHANGE_SET'],
  ])('%s is an unsupported target', async (_, actionInvocationPoint, targetName) => {
    const input = event({ actionInvocationPoint }, { targetName });
    expect(await answerTo(input)).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'UnsupportedTarget',
      message: expect.stringContaining(targetName),
      clientRequestToken: TOKEN,
    });
  });
});

describe('answers', () => {
  const annotations = [{ annotationName: 'A-1', status: 'PASSED', severityLevel: 'LOW' }];
  test.each([
    ['success', SUCCESS, SUCCESS],
    ['success with nulls', { ...SUCCESS, errorCode: null, message: null, callbackContext: null }, SUCCESS],
    ['annotations', { ...SUCCESS, annotations }, { ...SUCCESS, annotations }],
    ['pending', { hookStatus: 'PENDING', message: 'queued' }, { hookStatus: 'PENDING', message: 'queued' }],
    [
      'a change set that makes the stack hook unnecessary',
      { hookStatus: 'CHANGE_SET_SUCCESS_SKIP_STACK_HOOK' },
      { hookStatus: 'CHANGE_SET_SUCCESS_SKIP_STACK_HOOK' },
    ],
    [
      'a refusal',
      { hookStatus: 'FAILED', errorCode: 'NonCompliant', message: 'A-1 is broken.', annotations },
      { hookStatus: 'FAILED', errorCode: 'NonCompliant', message: 'A-1 is broken.', annotations },
    ],
    [
      'in progress',
      { hookStatus: 'IN_PROGRESS', callbackContext: { step: 1 }, callbackDelaySeconds: 5 },
      { hookStatus: 'IN_PROGRESS', callbackContext: { step: 1 }, callbackDelaySeconds: 5 },
    ],
    [
      'in progress at once',
      { hookStatus: 'IN_PROGRESS' },
      { hookStatus: 'IN_PROGRESS', callbackDelaySeconds: 0 },
    ],
  ])('%s', async (_, progress, expected) => {
    expect(await answerTo(event(), returns(progress))).toEqual({ ...expected, clientRequestToken: TOKEN });
  });

  test('a message is cut to 1,024 characters', async () => {
    const { message } = await answerTo(event(), returns({ ...SUCCESS, message: 'x'.repeat(5000) }));
    expect(message).toHaveLength(1024);
  });

  test.each([
    ['nothing', undefined, 'returned nothing'],
    ['a status that does not exist', { hookStatus: 'FAILURE' }, 'the status "FAILURE"'],
    ['a failure without a code', { hookStatus: 'FAILED', message: 'no' }, 'without an error code'],
    ['a failure without a message', { hookStatus: 'FAILED', errorCode: 'NonCompliant' }, 'or a message'],
    ['success with an error code', { ...SUCCESS, errorCode: 'NonCompliant' }, 'error code NonCompliant'],
    ['half a second', { hookStatus: 'IN_PROGRESS', callbackDelaySeconds: 0.5 }, 'callbackDelaySeconds'],
    [
      'a context that is no JSON',
      { hookStatus: 'IN_PROGRESS', callbackContext: { at: new Date() } },
      'plain JSON',
    ],
  ])('a handler that returns %s has failed', async (_, progress, problem) => {
    expect(await answerTo(event(), returns(progress))).toEqual({
      hookStatus: 'FAILED',
      errorCode: 'InternalFailure',
      message: expect.stringContaining(problem),
      clientRequestToken: TOKEN,
    });
  });

  const sdkError = (name: string, httpStatusCode: number) =>
    Object.assign(new Error('Rate exceeded'), { name, $metadata: { httpStatusCode }, $service: 'SSM' });
  test.each([
    [
      'an error of the handler',
      new HandlerError('InvalidTypeConfiguration', 'No'),
      'InvalidTypeConfiguration',
    ],
    ['throttling, although its status is 400', sdkError('ThrottlingException', 400), 'Throttling'],
    ['a server error', sdkError('SomethingException', 503), 'ServiceInternalError'],
    ['any other error of a service', sdkError('SomethingException', 400), 'GeneralServiceException'],
    ['denied access', sdkError('AccessDeniedException', 400), 'AccessDenied'],
    ['a lost connection', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'NetworkFailure'],
    ['a defect', new TypeError('x is undefined'), 'InternalFailure'],
    ['something that is no error', 'x', 'InternalFailure'],
  ])('%s', async (_, error, errorCode) => {
    expect(await answerTo(event(), throws(error))).toEqual({
      hookStatus: 'FAILED',
      errorCode,
      message: expect.stringMatching(/\S/),
      clientRequestToken: TOKEN,
    });
  });
});

test('a hook that is not done yet is invoked again with its context', async () => {
  const handler: ExampleHandler = async ({ callbackContext: { step = 0 } }) =>
    Number(step) < 2
      ? { hookStatus: 'IN_PROGRESS', callbackContext: { step: Number(step) + 1 }, callbackDelaySeconds: 1 }
      : { hookStatus: 'SUCCESS', message: `after ${step} steps` };
  const { entrypoint } = exampleHook(handler);
  let answer = await entrypoint(event());
  let invocation = 1;
  while (answer.hookStatus === 'IN_PROGRESS') {
    const requestContext = { invocation: ++invocation, callbackContext: answer.callbackContext };
    answer = await entrypoint(event({ requestContext }));
  }
  expect(answer).toEqual({ hookStatus: 'SUCCESS', message: 'after 2 steps', clientRequestToken: TOKEN });
});

describe('the test entrypoint', () => {
  const testEvent = (changes: object = {}, hookContext: object = {}) => ({
    credentials: CALLER,
    actionInvocationPoint: 'CREATE_PRE_PROVISION',
    region: 'eu-west-1',
    request: {
      clientRequestToken: TOKEN,
      hookContext: {
        targetName: 'AWS::ECS::Service',
        targetType: 'RESOURCE',
        targetLogicalId: 'Orders',
        targetModel: { resourceProperties: { DesiredCount: 2 } },
        ...hookContext,
      },
    },
    callbackContext: { step: 1 },
    typeConfiguration: { Limit: '9' },
    ...changes,
  });

  test('gives the handler the same request, and names the outcome status', async () => {
    const { testEntrypoint } = exampleHook(
      async ({ event: received, typeConfiguration, callbackContext }) => ({
        hookStatus: 'SUCCESS',
        message: JSON.stringify([received.requestData.targetName, typeConfiguration.Limit, callbackContext]),
      }),
    );
    expect(await testEntrypoint(testEvent())).toEqual({
      status: 'SUCCESS',
      message: '["AWS::ECS::Service",9,{"step":1}]',
    });
  });

  test.each([
    ['no event', undefined, 'InvalidRequest'],
    ['no request', testEvent({ request: null }), 'InvalidRequest'],
    ['no invocation point', testEvent({ actionInvocationPoint: null }), 'InvalidRequest'],
    [
      'a type that the hook does not judge',
      testEvent({}, { targetName: 'AWS::S3::Bucket' }),
      'UnsupportedTarget',
    ],
  ])('refuses %s', async (_, input, errorCode) => {
    const answer = await exampleHook(returns(SUCCESS)).testEntrypoint(input);
    expect(answer).toMatchObject({ status: 'FAILED', errorCode, message: expect.stringMatching(/\S/) });
    expect(answer).not.toHaveProperty('hookStatus');
  });
});
