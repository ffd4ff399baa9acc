/** Lambda functions of the local AWS, invoked as the SDK does. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { eventually } from '../support/eventually';

const BUNDLE = `
let invocations = 0;
exports.echo = async (event, context) => ({ event, id: context.awsRequestId, name: context.functionName });
exports.count = async () => ++invocations;
exports.print = async () => { console.log('to standard output'); console.error('to standard error'); };
exports.environment = async () => process.env;
exports.fail = async () => { throw new RangeError('too far'); };
exports.exit = async () => process.exit(2);
exports.hang = () => new Promise(() => setInterval(() => {}, 1000));
exports.remaining = async (_, context) => context.getRemainingTimeInMillis();
exports.pid = async () => { await new Promise((resolve) => setTimeout(resolve, 100)); return process.pid; };
`;

let aws: LocalAws;
let client: LambdaClient;
let folder: string;
beforeAll(async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'of the machine';
  folder = mkdtempSync(join(tmpdir(), 'lambda-'));
  const bundle = join(folder, 'bundle.js');
  writeFileSync(bundle, BUNDLE);
  aws = await startLocalAws();
  client = new LambdaClient(aws.clientOptions());
  for (const handler of [
    'echo',
    'count',
    'print',
    'environment',
    'fail',
    'exit',
    'hang',
    'remaining',
    'pid',
    'absent',
  ]) {
    aws.lambda.register({ name: handler, bundle, handler, timeoutSeconds: handler === 'hang' ? 1 : 30 });
  }
  aws.lambda.register({ name: 'cold', bundle, handler: 'count', cold: true });
});
afterAll(async () => {
  delete process.env.AWS_SECRET_ACCESS_KEY;
  rmSync(folder, { recursive: true });
  client.destroy();
  await aws.close();
});

async function invoke(FunctionName: string, event: unknown = {}) {
  const answer = await client.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: 'Tail' }),
  );
  return {
    error: answer.FunctionError,
    payload: JSON.parse(Buffer.from(answer.Payload!).toString('utf8')),
    log: Buffer.from(answer.LogResult!, 'base64').toString('utf8'),
  };
}

test('passes event and context', async () => {
  const { payload } = await invoke(aws.lambda.arn('echo'), { a: [1, 'ü'] });
  expect(payload).toEqual({ event: { a: [1, 'ü'] }, id: expect.any(String), name: 'echo' });
});

test.each([
  ['fail', 'RangeError', /^too far$/],
  ['exit', 'Runtime.ExitError', /^RequestId: \S+ Error: Runtime exited with error: exit status 2$/],
  ['hang', 'Sandbox.Timedout', /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/],
  ['absent', 'Runtime.HandlerNotFound', /^absent is undefined or not exported$/],
])('%s answers the error %s', async (name, errorType, errorMessage) => {
  const { error, payload } = await invoke(name);
  expect(error).toBe('Unhandled');
  expect(payload).toMatchObject({ errorType, errorMessage: expect.stringMatching(errorMessage) });
});

test('a process is used again, unless the function is cold', async () => {
  expect([await invoke('count'), await invoke('count')].map(({ payload }) => payload)).toEqual([1, 2]);
  expect([await invoke('cold'), await invoke('cold')].map(({ payload }) => payload)).toEqual([1, 1]);
});

test('a function works again after its process has ended', async () => {
  await invoke('exit');
  expect((await invoke('exit')).payload.errorType).toBe('Runtime.ExitError');
});

test('invocations at the same time run in processes of their own', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => invoke('pid')));
  expect(new Set(answers.map(({ payload }) => payload)).size).toBe(3);
});

test('the log tail holds what the function wrote', async () => {
  expect((await invoke('print')).log).toBe('to standard output\nto standard error\n');
});

test('the environment names the endpoint and holds no credentials', async () => {
  const { payload } = await invoke('environment');
  expect(payload).toMatchObject({
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'environment',
  });
  expect(Object.keys(payload)).not.toContain('AWS_SECRET_ACCESS_KEY');
});

test('the remaining time starts from the timeout', async () => {
  const { payload } = await invoke('remaining');
  expect(payload).toBeGreaterThan(28_000);
  expect(payload).toBeLessThanOrEqual(30_000);
});

test('a running invocation can be killed', async () => {
  const invocationId = 'to-be-killed';
  const running = aws.lambda.invoke('hang', {}, { invocationId });
  await eventually('the invocation runs', () => aws.lambda.kill(invocationId));
  expect(await running).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
  });
  expect(aws.lambda.kill(invocationId)).toBe(false);
});

test('an unknown function is a typed error', async () => {
  await expect(invoke('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
