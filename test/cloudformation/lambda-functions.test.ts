/** Lambda functions whose code stands in a template. */
import { startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';

let account: SampleAccount;
beforeAll(async () => {
  account = await startSampleAccount();
});
afterEach(() => account.clear());
afterAll(() => account.close());

const withFunction = (ZipFile: string, more: object = {}) =>
  template({
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'inline',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/function',
        Code: { ZipFile },
        ...more,
      },
    },
  });

async function deploy(TemplateBody: string, isUpdate = false) {
  const { cloudFormation } = account;
  const stack = { StackName: 'functions', TemplateBody };
  await (isUpdate ? cloudFormation.updateStack(stack) : cloudFormation.createStack(stack));
  return (await account.settled('functions')).StackStatus;
}

const invoke = async (event: unknown) => (await account.aws.lambda.invoke('inline', event)).payload;

test('a function runs the code in the template, until it is deleted', async () => {
  const Environment = { Variables: { GREETING: 'hello' } };
  const greets = 'exports.handler = async ({ name }) => `${process.env.GREETING} ${name}`;';
  expect(await deploy(withFunction(greets, { Environment }))).toBe('CREATE_COMPLETE');
  expect(await invoke({ name: 'you' })).toBe('hello you');

  const returns = 'exports.handler = async (event) => event;';
  expect(await deploy(withFunction(returns), true)).toBe('UPDATE_COMPLETE');
  expect(await invoke({ name: 'you' })).toEqual({ name: 'you' });

  await account.cloudFormation.deleteStack({ StackName: 'functions' });
  await account.aws.cloudFormation.settled('functions');
  expect(account.aws.lambda.has('inline')).toBe(false);
});

test.each([
  ['a handler in another file', { Handler: 'main.handler' }, /^Cannot find module/],
  ['a handler that is not exported', { Handler: 'index.main' }, /^main is undefined or not exported$/],
])('%s fails when the function is invoked', async (_what, more, message) => {
  expect(await deploy(withFunction('exports.handler = async () => 1;', more))).toBe('CREATE_COMPLETE');
  expect(await invoke({})).toMatchObject({ errorMessage: expect.stringMatching(message) });
});

test('another runtime than Node.js is refused', async () => {
  const python = withFunction('def handler(event, context): return 1', { Runtime: 'python3.13' });
  expect(await deploy(python)).toBe('ROLLBACK_COMPLETE');
});

const FETCHES = `exports.handler = (url) =>
  fetch(url).then(({ status }) => status, ({ message, cause }) => [message, cause.code]);`;

test('fetch fails for a host that no load balancer serves', async () => {
  expect(await deploy(withFunction(FETCHES))).toBe('CREATE_COMPLETE');
  expect(await invoke('https://nowhere.example.com/')).toEqual(['fetch failed', 'ENOTFOUND']);
});

test('fetch goes to an address as it is', async () => {
  expect(await deploy(withFunction(FETCHES))).toBe('CREATE_COMPLETE');
  expect(await invoke(`${account.aws.moto.url}/moto-api/`)).toBe(200);
});
