/** boto3 with its waiters, and the AWS CLI asking for what is not there. */
import { ROOT, startClientAccount, type ClientAccount } from '../support/client-processes';

let account: ClientAccount;
beforeAll(async () => {
  account = await startClientAccount();
});
afterAll(() => account.close());

test('every waiter ends, with a service that is made, updated and deleted, and one that fails', async () => {
  const { code, stdout, stderr } = await account.run(
    ROOT,
    'python',
    'test/clients/boto3/waiters.py',
    'examples/hello.yml',
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    'absent bucket': [404, '404'],
    'absent object': [404, '404'],
    'absent stack': [400, 'ValidationError'],
    'absent stack exists': false,
    lifecycle: 'old',
    created: 'CREATE_COMPLETE',
    status: { StatusCode: 'ACTIVE' },
    updated: 'UPDATE_COMPLETE',
    'waiter gives up': true,
  });
}, 240_000);

test.each([
  ['head-bucket', ['s3api', 'head-bucket', '--bucket', 'absent-bucket'], '(404)'],
  ['ls of an absent bucket', ['s3', 'ls', 's3://absent-bucket'], '(NoSuchBucket)'],
  ['describe-stacks', ['cloudformation', 'describe-stacks', '--stack-name', 'absent'], '(ValidationError)'],
])('the AWS CLI is told that it is not there: %s', async (_what, args, code) => {
  const ended = await account.run(ROOT, 'aws', ...args);
  expect(ended.code).not.toBe(0);
  expect(ended.stderr).toContain(code);
});
