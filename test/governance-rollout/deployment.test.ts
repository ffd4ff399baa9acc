import { CODE_BUCKET_PREFIX, CODE_KEY, startGovernedAccount, type GovernedAccount, service } from './account';
let account: GovernedAccount;
beforeAll(async () => {
  account = await startGovernedAccount();
}, 60000);
afterAll(() => account?.close());
test('x', async () => {
  const r = await account.deploy('governance', 'template.yml', {
    CodeBucketPrefix: CODE_BUCKET_PREFIX,
    CodeKey: CODE_KEY,
    FailureMode: 'FAIL',
    AuditEmail: 'a@example.com',
  });
  console.log(
    r,
    (await account.events('governance'))
      .map((e) => `${e.LogicalResourceId} ${e.ResourceStatus} ${e.ResourceStatusReason}`)
      .join('\n'),
  );
  console.log(JSON.stringify(account.aws.registry.hooks(), null, 1));
  console.log(await account.create('web', { Web: service('ENABLED') }));
  console.log(
    (await account.events('web'))
      .map(
        (e) =>
          `${e.LogicalResourceId} ${e.ResourceStatus} ${e.ResourceStatusReason} ${e.HookStatus} ${e.HookStatusReason}`,
      )
      .join('\n'),
  );
}, 60000);
