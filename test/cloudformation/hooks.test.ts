/** Hooks: where they are asked, what their answers do, and what of it the stack events show. */
import { join } from 'node:path';
import { applies, type Hook, type HookOccasion } from '../../local/registry/hook';
import { notebook, startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';
import { eventually } from '../support/eventually';

let account: SampleAccount;
beforeAll(async () => {
  account = await startSampleAccount();
  account.aws.lambda.register({
    name: 'SampleHook',
    bundle: join(__dirname, 'fixtures', 'sample-hook.js'),
    handler: 'handler',
  });
});
beforeEach(() => account.aws.registry.activateHook(HOOK));
afterEach(() => account.clear());
afterAll(() => account.close());

const HOOK: Hook = {
  typeName: 'Org::Paper::Governance',
  functionName: 'SampleHook',
  failureMode: 'FAIL',
  status: 'ENABLED',
  targetOperations: ['RESOURCE'],
};
const create = async (properties: object) => {
  await account.cloudFormation.createStack({
    StackName: 'desk',
    TemplateBody: template({ Book: notebook(properties) }),
  });
  return account.settled('desk');
};
const hookEvents = async () =>
  (await account.events('desk'))
    .filter(({ HookType }) => HookType)
    .map(({ HookStatus, HookStatusReason }) => [HookStatus, HookStatusReason]);

test('a refused resource is not provisioned, and its events name hook and reason', async () => {
  expect((await create({ Name: 'forbidden' })).StackStatus).toBe('ROLLBACK_COMPLETE');
  const events = await account.events('desk');
  expect(events.find(({ HookStatus }) => HookStatus === 'HOOK_COMPLETE_FAILED')).toMatchObject({
    LogicalResourceId: 'Book',
    ResourceStatus: 'CREATE_IN_PROGRESS',
    HookType: 'Org::Paper::Governance',
    HookInvocationPoint: 'PRE_PROVISION',
    HookFailureMode: 'FAIL',
    HookStatusReason: 'Hook failed with message: PAPER-01: Name is forbidden. Choose another one.',
  });
  expect(events.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason).toBe(
    'The following hook(s) failed: [Org::Paper::Governance]',
  );
  expect(account.aws.calls.list({ service: 'logs' })).toEqual([]);
});

test('an accepted resource is provisioned after the hook has decided', async () => {
  expect((await create({ Name: 'allowed' })).StackStatus).toBe('CREATE_COMPLETE');
  const reasons = (await account.events('desk'))
    .filter(({ LogicalResourceId }) => LogicalResourceId === 'Book')
    .map(({ ResourceStatusReason, HookStatus }) => HookStatus ?? ResourceStatusReason);
  expect(reasons).toEqual([
    undefined,
    'HOOK_IN_PROGRESS',
    'HOOK_COMPLETE_SUCCEEDED',
    'Hook invocations complete.  Resource creation initiated',
    'Resource creation Initiated',
    undefined,
  ]);
});

test('failure mode WARN lets the resource pass with the reason in its events', async () => {
  account.aws.registry.activateHook({ ...HOOK, failureMode: 'WARN' });
  expect((await create({ Name: 'forbidden' })).StackStatus).toBe('CREATE_COMPLETE');
  expect(await hookEvents()).toContainEqual([
    'HOOK_COMPLETE_FAILED',
    expect.stringMatching(/PAPER-01.*[^.]\. Failure was ignored under WARN mode\.$/),
  ]);
});

test('a hook in progress is asked again with its context', async () => {
  const before = account.aws.clock.now();
  await create({ Name: 'undecided' });
  expect((await hookEvents()).at(-1)).toEqual([
    'HOOK_COMPLETE_SUCCEEDED',
    'Hook succeeded with message: after {"seen":2}',
  ]);
  expect(account.aws.clock.now() - before).toBe(2 * 20_000 + 30_000);
});

test.each([
  ['broken', 'HOOK_FAILED', 'Hook failed with message: the hook is broken'],
  ['nonsense', 'HOOK_FAILED', expect.stringContaining('answered the status "FAILURE"')],
  ['long', 'HOOK_COMPLETE_FAILED', `Hook failed with message: ${'x'.repeat(4096)}`],
])('a hook that is %s refuses with %s', async (Name, status, reason) => {
  expect((await create({ Name })).StackStatus).toBe('ROLLBACK_COMPLETE');
  expect((await hookEvents()).at(-1)).toEqual([status, reason]);
});

test('updates and the deletion of a stack are asked too', async () => {
  await create({ Name: 'book' });
  const update = (Behaviour: string) =>
    account.cloudFormation.updateStack({
      StackName: 'desk',
      TemplateBody: template({ Book: notebook({ Name: 'book', Behaviour }) }),
    });
  await update('forbidden');
  expect((await account.settled('desk')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  account.aws.registry.activateHook({ ...HOOK, targetFilters: { actions: ['DELETE'] } });
  await update('forbidden');
  expect((await account.settled('desk')).StackStatus).toBe('UPDATE_COMPLETE');
  await account.cloudFormation.deleteStack({ StackName: 'desk' });
  expect((await account.settled('desk')).StackStatus).toBe('DELETE_FAILED');
  expect(await account.notebooks()).toEqual(['/notebook/book']);
});

test('a hook without a function refuses', async () => {
  account.aws.registry.activateHook({ ...HOOK, functionName: 'nobody' });
  await create({ Name: 'book' });
  expect((await hookEvents()).at(-1)).toEqual([
    'HOOK_FAILED',
    'Hook failed with message: the function nobody does not exist',
  ]);
});

test('AWS::CloudFormation::LambdaHook activates and deactivates a hook', async () => {
  account.aws.registry.deactivateHook(HOOK.typeName);
  const TemplateBody = template({
    Hook: {
      Type: 'AWS::CloudFormation::LambdaHook',
      Properties: {
        Alias: 'Org::Paper::FromTemplate',
        LambdaFunction: account.aws.lambda.arn('SampleHook'),
        ExecutionRole: 'arn:aws:iam::123456789012:role/hook',
        FailureMode: 'FAIL',
        HookStatus: 'ENABLED',
        TargetOperations: ['RESOURCE'],
        TargetFilters: { TargetNames: ['Sample::Logs::*'], Actions: ['CREATE'] },
      },
    },
  });
  await account.cloudFormation.createStack({ StackName: 'governance', TemplateBody });
  expect((await account.settled('governance')).StackStatus).toBe('CREATE_COMPLETE');
  expect((await create({ Name: 'forbidden' })).StackStatus).toBe('ROLLBACK_COMPLETE');
  await account.cloudFormation.deleteStack({ StackName: 'governance' });
  await account.aws.cloudFormation.settled('governance');
  expect(account.aws.registry.hooks()).toEqual([]);
});

const occasion: HookOccasion = {
  operation: 'RESOURCE',
  action: 'CREATE',
  targetName: 'AWS::ECS::Service',
  stackName: 'shop',
};
test.each<[string, Partial<Hook>, boolean]>([
  ['without filters', {}, true],
  ['disabled', { status: 'DISABLED' }, false],
  ['for stacks only', { targetOperations: ['STACK'] }, false],
  ['for another action', { targetFilters: { actions: ['DELETE'] } }, false],
  ['for the type by wildcard', { targetFilters: { targetNames: ['AWS::ECS::*'] } }, true],
  ['for another type', { targetFilters: { targetNames: ['AWS::ECS::Cluster'] } }, false],
  ['for the stack', { stackFilters: { filteringCriteria: 'ALL', stackNames: { include: ['shop'] } } }, true],
  [
    'for another stack',
    { stackFilters: { filteringCriteria: 'ALL', stackNames: { include: ['other'] } } },
    false,
  ],
  [
    'not for the stack',
    { stackFilters: { filteringCriteria: 'ANY', stackNames: { exclude: ['sh*'] } } },
    false,
  ],
  [
    'for the stack and a role',
    {
      stackFilters: {
        filteringCriteria: 'ALL',
        stackNames: { include: ['shop'] },
        stackRoles: { include: ['r'] },
      },
    },
    false,
  ],
  [
    'for the stack or a role',
    {
      stackFilters: {
        filteringCriteria: 'ANY',
        stackNames: { include: ['shop'] },
        stackRoles: { include: ['r'] },
      },
    },
    true,
  ],
])('a hook %s applies: %j %s', (_, overrides, expected) => {
  expect(applies({ ...HOOK, ...overrides }, occasion)).toBe(expected);
});

describe('hooks for stacks and change sets', () => {
  const body = (Name: string) => template({ Book: notebook({ Name }) });

  test('a refused stack provisions nothing', async () => {
    account.aws.registry.activateHook({ ...HOOK, targetOperations: ['STACK'] });
    const stack = await create({ Name: 'forbidden' });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await account.history('desk')).not.toContain('Book CREATE_IN_PROGRESS');
    expect(
      (await account.events('desk')).find(({ HookStatus }) => HookStatus === 'HOOK_COMPLETE_FAILED'),
    ).toMatchObject({
      ResourceType: 'AWS::CloudFormation::Stack',
      HookStatusReason: expect.stringContaining('PAPER-01'),
    });
  });

  test('a refused change set cannot be executed', async () => {
    account.aws.registry.activateHook({ ...HOOK, targetOperations: ['CHANGE_SET'] });
    const input = { StackName: 'desk', ChangeSetName: 'next' };
    await account.cloudFormation.createChangeSet({
      ...input,
      ChangeSetType: 'CREATE',
      TemplateBody: body('forbidden'),
    });
    const described = await eventually('the change set is judged', async () => {
      const found = await account.cloudFormation.describeChangeSet(input);
      return found.Status !== 'CREATE_IN_PROGRESS' && found;
    });
    expect(described).toMatchObject({
      Status: 'FAILED',
      StatusReason: 'The following hook(s) failed: [Org::Paper::Governance]',
      ExecutionStatus: 'UNAVAILABLE',
    });
  });

  test('results are listed with their annotations', async () => {
    await create({ Name: 'forbidden' });
    const { HookResults } = await account.cloudFormation.listHookResults({
      TargetType: 'RESOURCE',
      TargetId: 'Book',
    });
    expect(HookResults).toEqual([
      expect.objectContaining({ TypeName: HOOK.typeName, Status: 'HOOK_COMPLETE_FAILED' }),
    ]);
    expect(
      await account.cloudFormation.getHookResult({ HookResultId: HookResults![0]!.HookResultId }),
    ).toMatchObject({
      Target: { TargetTypeName: 'Sample::Logs::Notebook', TargetId: 'Book', Action: 'CREATE' },
      Annotations: [
        { AnnotationName: 'PAPER-01', Status: 'FAILED', RemediationMessage: 'Choose another one.' },
      ],
    });
  });
});
