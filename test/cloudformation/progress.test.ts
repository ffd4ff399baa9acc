/** While an operation runs: what it waits for is shown, and nobody is held who did not ask to be. */
import { CloudControl } from '@aws-sdk/client-cloudcontrol';
import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  notebook,
  SAMPLE_TYPE,
  startSampleAccount,
  template,
  type SampleAccount,
} from './fixtures/sample-extension';

const AWS = join(__dirname, '..', '..', '.venv', 'bin', 'aws');

let account: SampleAccount;
beforeAll(async () => {
  account = await startSampleAccount();
});
afterEach(async () => {
  await account.clear();
  account.aws.answers.reset();
  account.aws.clock.setMode('jump');
});
afterAll(() => account.close());

const slow = (properties: object = {}) =>
  template({ Book: notebook({ Name: 'book', Behaviour: 'says how far it is', ...properties }) });

/** Statuses and reasons of the notebook, oldest first. */
const progress = async (stackName = 'desk') =>
  (await account.events(stackName))
    .filter(({ LogicalResourceId }) => LogicalResourceId === 'Book')
    .map(({ ResourceStatus, ResourceStatusReason }) => [ResourceStatus, ResourceStatusReason]);

async function life(): Promise<string> {
  const { cloudFormation: client } = account;
  const { StackId } = await client.createStack({ StackName: 'desk', TemplateBody: slow() });
  await account.settled('desk');
  await client.updateStack({ StackName: 'desk', TemplateBody: slow({ RetentionInDays: 7 }) });
  await account.settled('desk');
  await client.deleteStack({ StackName: 'desk' });
  await account.settled(StackId!);
  return StackId!;
}

test('what the handler waits for is an event of the resource each time it changes', async () => {
  const [one, two] = ['page 1 of 2 is written', 'page 2 of 2 is written'];
  expect(await progress(await life())).toEqual([
    ['CREATE_IN_PROGRESS', undefined],
    ['CREATE_IN_PROGRESS', 'Resource creation Initiated'],
    ['CREATE_IN_PROGRESS', one],
    ['CREATE_IN_PROGRESS', two],
    ['CREATE_COMPLETE', undefined],
    ...['UPDATE', 'DELETE'].flatMap((operation) => [
      [`${operation}_IN_PROGRESS`, undefined],
      [`${operation}_IN_PROGRESS`, one],
      [`${operation}_IN_PROGRESS`, two],
      [`${operation}_COMPLETE`, undefined],
    ]),
  ]);
});

test('when CloudFormation does not show it, events tell the beginning and the end', async () => {
  account.aws.answers.give({ 'cloudformation.progress-messages': false });
  expect((await progress(await life())).map(([status, reason]) => reason ?? status)).toEqual([
    'CREATE_IN_PROGRESS',
    'Resource creation Initiated',
    'CREATE_COMPLETE',
    'UPDATE_IN_PROGRESS',
    'UPDATE_COMPLETE',
    'DELETE_IN_PROGRESS',
    'DELETE_COMPLETE',
  ]);
});

test.each([
  [true, 'page 1 of 2 is written'],
  [false, undefined],
])('Cloud Control says it as StatusMessage: %s', async (holds, StatusMessage) => {
  account.aws.answers.give({ 'cloudformation.progress-messages': holds });
  account.aws.clock.setMode('manual');
  const client = new CloudControl(account.aws.clientOptions());
  const { ProgressEvent } = await client.createResource({
    TypeName: SAMPLE_TYPE,
    DesiredState: JSON.stringify({ Name: 'book', Behaviour: 'says how far it is' }),
  });
  await account.aws.clock.advance(35_000);
  const { RequestToken } = ProgressEvent!;
  const { ProgressEvent: now } = await client.getResourceRequestStatus({ RequestToken });
  expect([now!.OperationStatus, now!.StatusMessage]).toEqual(['IN_PROGRESS', StatusMessage]);
  await account.aws.clock.advance(60_000);
  const { ProgressEvent: end } = await client.getResourceRequestStatus({ RequestToken });
  expect([end!.OperationStatus, end!.StatusMessage]).toEqual(['SUCCESS', undefined]);
  client.destroy();
});

test('DescribeStacks answers at once, and a waiter of the AWS CLI as soon as the operation has ended', async () => {
  const cli = (...args: string[]) =>
    promisify(execFile)(AWS, ['cloudformation', ...args, '--stack-name', 'desk'], {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: account.aws.endpoint,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
      },
    });
  account.aws.clock.setMode('manual');
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody: slow() });
  const { stdout } = await cli('describe-stacks', '--query', 'Stacks[0].StackStatus', '--output', 'text');
  expect(stdout).toBe('CREATE_IN_PROGRESS\n');
  // Three seconds for the operation, so that it runs when the waiter asks first; it asks again after 30 s only.
  account.aws.clock.setMode({ rate: 20 });
  await cli('wait', 'stack-create-complete');
  const asked = () => account.aws.calls.list({ service: 'cloudformation', operation: 'DescribeStacks' });
  expect(asked()).toHaveLength(2);
});
