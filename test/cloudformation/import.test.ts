/** Resources that exist are brought into stacks: IMPORT change sets, and change sets that import what exists. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import {
  notebook,
  SAMPLE_TYPE,
  startSampleAccount,
  template,
  type SampleAccount,
} from './fixtures/sample-extension';

let account: SampleAccount;
let logs: CloudWatchLogs;
beforeAll(async () => {
  account = await startSampleAccount();
  logs = new CloudWatchLogs(account.aws.clientOptions());
});
afterEach(async () => {
  await account.clear();
  account.aws.answers.reset();
});
afterAll(async () => {
  logs.destroy();
  await account.close();
});

const kept = (Name: string, properties: object = {}, DeletionPolicy = 'Retain') =>
  notebook({ Name, ...properties }, { DeletionPolicy });
const written = (name: string) => logs.createLogGroup({ logGroupName: `/notebook/${name}` });
const importing = (...names: string[]) =>
  names.map((name) => ({
    ResourceType: SAMPLE_TYPE,
    LogicalResourceId: `${name[0]!.toUpperCase()}${name.slice(1)}`,
    ResourceIdentifier: { Id: `/notebook/${name}` },
  }));

async function changeSet(TemplateBody: string, input: object) {
  const names = { StackName: 'desk', ChangeSetName: 'import' };
  await account.cloudFormation.createChangeSet({ ...names, TemplateBody, ...input });
  return account.cloudFormation.describeChangeSet(names);
}
async function execute(StackName = 'desk') {
  await account.cloudFormation.executeChangeSet({ StackName, ChangeSetName: 'import' });
  return account.settled(StackName);
}
const importInto = async (body: string, ...names: string[]) => {
  const { Status, StatusReason } = await changeSet(body, {
    ChangeSetType: 'IMPORT',
    ResourcesToImport: importing(...names),
  });
  if (Status !== 'CREATE_COMPLETE') throw new Error(`${Status}: ${StatusReason}`);
  return execute();
};
/** What the handlers were called for. */
const handled = () =>
  new Set(account.aws.calls.list({ typeName: SAMPLE_TYPE }).map(({ caller }) => caller!.operation));
const actions = ({ Changes = [] }: Awaited<ReturnType<typeof changeSet>>) =>
  Changes.map(({ ResourceChange: change }) => [
    change!.Action,
    change!.LogicalResourceId,
    change!.PhysicalResourceId,
  ]);

test('an IMPORT change set makes a stack of what exists; nothing is made, the stack tags are added', async () => {
  await written('old');
  account.aws.calls.clear();
  const described = await changeSet(template({ Old: kept('old', { RetentionInDays: 7 }) }), {
    ChangeSetType: 'IMPORT',
    ResourcesToImport: importing('old'),
    Tags: [{ Key: 'team', Value: 'paper' }],
  });
  expect(actions(described)).toEqual([['Import', 'Old', '/notebook/old']]);
  expect(await execute()).toMatchObject({ StackStatus: 'IMPORT_COMPLETE', Tags: [{ Key: 'team' }] });
  const events = await account.events('desk');
  expect(
    events.map((event) => [event.LogicalResourceId, event.ResourceStatus, event.ResourceStatusReason]),
  ).toEqual([
    ['desk', 'REVIEW_IN_PROGRESS', 'User Initiated'],
    ['desk', 'IMPORT_IN_PROGRESS', 'User Initiated'],
    ['Old', 'IMPORT_IN_PROGRESS', 'Resource import started.'],
    ['Old', 'IMPORT_COMPLETE', 'Resource import completed.'],
    ['Old', 'UPDATE_IN_PROGRESS', 'Apply stack-level tags to imported resource if applicable.'],
    ['Old', 'UPDATE_COMPLETE', undefined],
    ['desk', 'IMPORT_COMPLETE', undefined],
  ]);
  expect(handled()).toEqual(new Set(['READ', 'UPDATE']));
});

test('a stack gains resources by import, and goes on as if it had made them', async () => {
  await account.cloudFormation.createStack({
    StackName: 'desk',
    TemplateBody: template({ New: notebook({ Name: 'new' }) }),
  });
  await account.settled('desk');
  await written('old');
  const both = { New: notebook({ Name: 'new' }), Old: kept('old') };
  expect((await importInto(template(both), 'old')).StackStatus).toBe('IMPORT_COMPLETE');
  expect(await account.history('desk')).not.toContain('New UPDATE_IN_PROGRESS');
  await account.cloudFormation.updateStack({
    StackName: 'desk',
    TemplateBody: template(
      { ...both, Old: notebook({ Name: 'old', RetentionInDays: 7 }) },
      { Outputs: { Code: { Value: { 'Fn::GetAtt': ['Old', 'Status.Code'] } } } },
    ),
  });
  expect(await account.settled('desk')).toMatchObject({
    StackStatus: 'UPDATE_COMPLETE',
    Outputs: [{ OutputValue: 'WRITTEN' }],
  });
  const { StackId } = await account.settled('desk');
  await account.cloudFormation.deleteStack({ StackName: 'desk' });
  expect((await account.settled(StackId!)).StackStatus).toBe('DELETE_COMPLETE');
  expect(await account.notebooks()).toEqual([]);
});

test.each([
  [
    'does not exist',
    {},
    /^Resource of type 'Sample::Logs::Notebook' with identifier '\/notebook\/gone' was not found\.$/,
  ],
  ['does not fit the schema', { Colour: 'red' }, /^Properties validation failed for resource Gone/],
  ['is not updated', { Behaviour: 'fails to update' }, /this notebook cannot be changed/],
])('an import of what %s is rolled back and leaves everything as it was', async (_, properties, reason) => {
  await written('old');
  if (Object.keys(properties).length > 0) await written('gone');
  const before = await account.notebooks();
  const stack = await importInto(
    template({
      Old: kept('old'),
      Gone: notebook({ Name: 'gone', ...properties }, { DependsOn: 'Old', DeletionPolicy: 'Retain' }),
    }),
    'old',
    'gone',
  );
  expect(stack.StackStatus).toBe('IMPORT_ROLLBACK_COMPLETE');
  const events = await account.events('desk');
  const failed = events.find(
    ({ LogicalResourceId, ResourceStatus }) =>
      LogicalResourceId === 'Gone' && ResourceStatus!.endsWith('FAILED'),
  );
  expect(failed!.ResourceStatusReason).toMatch(reason);
  expect(await account.history('desk')).toContain('Old IMPORT_ROLLBACK_COMPLETE');
  expect((await account.cloudFormation.describeStackResources({ StackName: 'desk' })).StackResources).toEqual(
    [],
  );
  expect(await account.notebooks()).toEqual(before);
  await account.cloudFormation.deleteChangeSet({ StackName: 'desk', ChangeSetName: 'import' });
  expect((await importInto(template({ Old: kept('old') }), 'old')).StackStatus).toBe('IMPORT_COMPLETE');
});

test('what CloudFormation refuses to import has no effect', async () => {
  await account.cloudFormation.createStack({
    StackName: 'shelf',
    TemplateBody: template({ Taken: notebook({ Name: 'taken' }) }),
  });
  const { StackId } = await account.settled('shelf');
  const refused = async (body: string, ResourcesToImport: object[]) =>
    changeSet(body, { ChangeSetType: 'IMPORT', ResourcesToImport }).then(
      ({ StatusReason }) => StatusReason,
      ({ message }) => message as string,
    );
  const old = template({ Old: kept('old') });
  expect(await refused(old, [])).toBe('ResourcesToImport is required for a change set of type IMPORT.');
  expect(await refused(old, importing('other'))).toBe(
    'Resources to import [Other] do not exist in the template.',
  );
  expect(await refused(template({ Old: notebook({ Name: 'old' }) }), importing('old'))).toBe(
    'The following resources to import [Old] must have DeletionPolicy attribute specified in the template.',
  );
  expect(
    await refused(
      template({ Old: { ...kept('x'), Type: 'AWS::SNS::Topic', Properties: {} } }),
      importing('old'),
    ),
  ).toBe('The resource type of [Old] in ResourcesToImport is not that of the template.');
  const permission = {
    ResourceType: 'AWS::SNS::TopicPolicy',
    LogicalResourceId: 'P',
    ResourceIdentifier: { Id: 'x' },
  };
  expect(
    await refused(template({ P: { Type: 'AWS::SNS::TopicPolicy', DeletionPolicy: 'Retain' } }), [permission]),
  ).toBe('ResourceTypes [AWS::SNS::TopicPolicy] are not supported for Import');
  expect(await refused(old, [{ ...importing('old')[0], ResourceIdentifier: { Name: 'old' } }])).toBe(
    'Resource identifier of Old must consist of [Id], found [Name].',
  );
  expect(await refused(template({ Taken: kept('taken') }), importing('taken'))).toBe(
    `/notebook/taken already exists in stack ${StackId}`,
  );
  await expect(account.settled('desk')).rejects.toMatchObject({
    message: 'Stack with id desk does not exist',
  });
});

test.each([
  [
    { Old: kept('old'), Further: notebook({ Name: 'further' }) },
    {},
    'Resources [Further] are missing from ResourcesToImport list',
  ],
  [
    { New: notebook({ Name: 'new', RetentionInDays: 7 }), Old: kept('old') },
    {},
    'You have modified resources [New] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.',
  ],
  [
    { Old: kept('old') },
    {},
    'You have modified resources [New] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.',
  ],
  [
    { New: notebook({ Name: 'new' }), Old: kept('old') },
    { Outputs: { Id: { Value: { Ref: 'Old' } } } },
    'As part of the import operation, you cannot modify or add [Outputs]',
  ],
])('an import that is more than an import fails as a change set: %#', async (resources, sections, reason) => {
  await written('old');
  await account.cloudFormation.createStack({
    StackName: 'desk',
    TemplateBody: template({ New: notebook({ Name: 'new' }) }),
  });
  await account.settled('desk');
  const body = template(
    reason.includes('Further') ? { New: notebook({ Name: 'new' }), ...resources } : resources,
    sections,
  );
  await expect(importInto(body, 'old')).rejects.toThrow(`FAILED: ${reason}`);
});

describe('a change set with ImportExistingResources', () => {
  const resources = {
    Old: kept('old'),
    Unkept: notebook({ Name: 'unkept' }),
    New: kept('new'),
    Computed: kept('computed', { Name: { 'Fn::Sub': 'computed' } }),
  };
  const existing = (body: string) =>
    changeSet(body, { ChangeSetType: 'CREATE', ImportExistingResources: true });

  test('imports what is named, retained and free, and makes the rest', async () => {
    await written('old');
    const described = await existing(template(resources));
    expect(described.ImportExistingResources).toBe(true);
    expect(actions(described)).toEqual([
      ['Import', 'Old', '/notebook/old'],
      ['Add', 'Unkept', undefined],
      ['Add', 'New', undefined],
      ['Add', 'Computed', undefined],
    ]);
    expect((await execute()).StackStatus).toBe('CREATE_COMPLETE');
    expect(await account.history('desk')).toContain('Old IMPORT_COMPLETE');
    expect(await account.history('desk')).not.toContain('Old CREATE_IN_PROGRESS');
  });

  test('gives back what it has imported when the creation fails', async () => {
    await written('old');
    const bad = notebook({ Name: 'bad', Behaviour: 'fails' }, { DependsOn: 'Old' });
    await existing(template({ Old: kept('old', {}, 'RetainExceptOnCreate'), Bad: bad }));
    expect((await execute()).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await account.notebooks()).toEqual(['/notebook/old']);
    expect(await account.history('desk')).toContain('Old IMPORT_ROLLBACK_COMPLETE');
  });

  test('takes nothing from another stack', async () => {
    await account.cloudFormation.createStack({
      StackName: 'shelf',
      TemplateBody: template({ Old: kept('old') }),
    });
    await account.settled('shelf');
    expect(actions(await existing(template({ Old: kept('old') })))).toEqual([['Add', 'Old', undefined]]);
  });

  test('when AWS does not import by name, the resource is made, which fails', async () => {
    account.aws.answers.give({ 'cloudformation.import-existing-by-name': false });
    await written('old');
    expect(actions(await existing(template({ Old: kept('old') })))).toEqual([['Add', 'Old', undefined]]);
    expect((await execute()).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await account.notebooks()).toEqual(['/notebook/old']);
  });
});

// The sample type cannot change its zone, which READ does not tell.
test.each([
  [true, 'IMPORT_COMPLETE'],
  [false, 'IMPORT_ROLLBACK_COMPLETE'],
])('the update that ends an import starts from the template: %s', async (holds, status) => {
  account.aws.answers.give({ 'cloudformation.import-update-previous': holds });
  await written('old');
  expect((await importInto(template({ Old: kept('old', { Zone: 'a' }) }), 'old')).StackStatus).toBe(status);
});

test('a template says by which properties its resources are imported', async () => {
  const { ResourceIdentifierSummaries } = await account.cloudFormation.getTemplateSummary({
    TemplateBody: template({ Old: kept('old'), Other: kept('other') }),
  });
  expect(ResourceIdentifierSummaries).toEqual([
    { ResourceType: SAMPLE_TYPE, LogicalResourceIds: ['Old', 'Other'], ResourceIdentifiers: ['Id'] },
  ]);
});
