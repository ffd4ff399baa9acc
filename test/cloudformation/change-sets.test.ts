/** Change sets and the operations that show templates. */
import { notebook, startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';

let account: SampleAccount;
beforeAll(async () => {
  account = await startSampleAccount();
});
afterEach(() => account.clear());
afterAll(() => account.close());

const topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'pages', DisplayName: { Ref: 'Book' } } };
const before = template({
  Book: notebook({ Name: 'book', RetentionInDays: 7 }),
  Old: notebook({ Name: 'old' }),
  Topic: topic,
});
const changeSet = async (TemplateBody: string, input: object = {}) => {
  await account.cloudFormation.createChangeSet({
    StackName: 'desk',
    ChangeSetName: 'next',
    TemplateBody,
    ...input,
  });
  return account.cloudFormation.describeChangeSet({ StackName: 'desk', ChangeSetName: 'next' });
};
const execute = async () => {
  await account.cloudFormation.executeChangeSet({ StackName: 'desk', ChangeSetName: 'next' });
  return account.settled('desk');
};

test('a change set creates a stack when it is executed', async () => {
  const described = await changeSet(before, {
    ChangeSetType: 'CREATE',
    Tags: [{ Key: 'team', Value: 'paper' }],
  });
  expect(described).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
  expect(
    described.Changes!.map(({ ResourceChange: change }) => [change!.Action, change!.LogicalResourceId]),
  ).toEqual([
    ['Add', 'Book'],
    ['Add', 'Old'],
    ['Add', 'Topic'],
  ]);
  expect((await account.settled('desk')).StackStatus).toBe('REVIEW_IN_PROGRESS');
  expect(await execute()).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Tags: [{ Key: 'team', Value: 'paper' }],
  });
});

test('a change set says what an update replaces, changes, adds and removes, and does it', async () => {
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody: before });
  await account.settled('desk');
  const after = template({
    Book: notebook({ Name: 'renamed', RetentionInDays: 7 }),
    New: notebook({ Name: 'new' }),
    Topic: topic,
  });
  const { Changes } = await changeSet(after);
  expect(
    Changes!.map(({ ResourceChange: change }) => [
      change!.Action,
      change!.LogicalResourceId,
      change!.Replacement,
      change!.Details?.map(({ Target, Evaluation }) => [
        Target!.Name,
        Target!.RequiresRecreation,
        Evaluation,
      ]) ?? [],
    ]),
  ).toEqual([
    ['Modify', 'Book', 'True', [['Name', 'Always', 'Static']]],
    ['Add', 'New', undefined, []],
    ['Modify', 'Topic', 'False', [['DisplayName', 'Never', 'Dynamic']]],
    ['Remove', 'Old', undefined, []],
  ]);
  expect((await execute()).StackStatus).toBe('UPDATE_COMPLETE');
  expect(await account.notebooks()).toEqual(['/notebook/new', '/notebook/renamed']);
});

test('what only the operation brings about is unknown in a change set, and so is every function of it', async () => {
  const arn = { 'Fn::GetAtt': ['Role', 'Arn'] };
  const unknown = '{{changeSet:KNOWN_AFTER_APPLY}}';
  const values = {
    Ref: [{ Ref: 'Role' }, unknown],
    Split: [{ 'Fn::Select': [1, { 'Fn::Split': ['/', arn] }] }, unknown],
    Join: [{ 'Fn::Join': [',', ['a', arn]] }, unknown],
    Sub: [{ 'Fn::Sub': 'arn ${Role.Arn}' }, unknown],
    Base64: [{ 'Fn::Base64': { 'Fn::Sub': ['${Of}', { Of: arn }] } }, unknown],
    Json: [{ 'Fn::ToJsonString': { Arn: arn } }, unknown],
    Known: [{ 'Fn::Select': [0, ['a', arn]] }, 'a'],
    Nested: [{ 'Fn::GetAtt': ['Old', 'Status.Code'] }, unknown],
  };
  const { Changes, Status } = await changeSet(
    template({
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
      Old: notebook({ Name: 'old' }),
      ...Object.fromEntries(
        Object.entries(values).map(([name, [value]]) => [
          name,
          { Type: 'AWS::SNS::Topic', Properties: { TopicName: name, DisplayName: value } },
        ]),
      ),
    }),
    { ChangeSetType: 'CREATE', Capabilities: ['CAPABILITY_IAM'] },
  );
  expect(Status).toBe('CREATE_COMPLETE');
  expect(Changes).toHaveLength(Object.keys(values).length + 2);
  const { Changes: shown } = await account.cloudFormation.describeChangeSet({
    StackName: 'desk',
    ChangeSetName: 'next',
    IncludePropertyValues: true,
  });
  const displayNames = shown!.map(({ ResourceChange: change }) => [
    change!.LogicalResourceId,
    JSON.parse(change!.AfterContext!).Properties.DisplayName,
  ]);
  expect(Object.fromEntries(displayNames)).toMatchObject(
    Object.fromEntries(Object.entries(values).map(([name, [, value]]) => [name, value])),
  );
});

test('a change set with Fn::GetAtt of what is no attribute fails', async () => {
  const described = await changeSet(
    template({
      Book: notebook({ Name: 'book' }),
      Old: notebook({ Name: { 'Fn::GetAtt': ['Book', 'Name'] } }),
    }),
    { ChangeSetType: 'CREATE' },
  );
  expect(described).toMatchObject({
    Status: 'FAILED',
    StatusReason: 'Resource type Sample::Logs::Notebook does not support attribute {Name}',
  });
});

test('a change set without changes fails as the AWS CLI expects', async () => {
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody: before });
  await account.settled('desk');
  expect(await changeSet(before)).toMatchObject({
    Status: 'FAILED',
    ExecutionStatus: 'UNAVAILABLE',
    StatusReason: expect.stringContaining("The submitted information didn't contain changes."),
  });
  await expect(execute()).rejects.toMatchObject({ name: 'InvalidChangeSetStatusException' });
});

test('change sets are listed and deleted', async () => {
  await changeSet(before, { ChangeSetType: 'CREATE' });
  const { Summaries } = await account.cloudFormation.listChangeSets({ StackName: 'desk' });
  expect(Summaries!.map(({ ChangeSetName }) => ChangeSetName)).toEqual(['next']);
  await account.cloudFormation.deleteChangeSet({ StackName: 'desk', ChangeSetName: 'next' });
  await expect(
    account.cloudFormation.describeChangeSet({ StackName: 'desk', ChangeSetName: 'next' }),
  ).rejects.toMatchObject({
    name: 'ChangeSetNotFoundException',
  });
});

test('IAM resources need the capability', async () => {
  const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
  await expect(changeSet(template({ Role: role }), { ChangeSetType: 'CREATE' })).rejects.toMatchObject({
    name: 'InsufficientCapabilitiesException',
    message: 'Requires capabilities : [CAPABILITY_IAM]',
  });
  expect(
    await account.cloudFormation.validateTemplate({ TemplateBody: template({ Role: role }) }),
  ).toMatchObject({ Capabilities: ['CAPABILITY_IAM'] });
});

test('templates are shown as they were given, and summarised', async () => {
  const parameters = {
    Parameters: { Days: { Type: 'Number', Default: 7, AllowedValues: [1, 7], Description: 'how long' } },
  };
  const body = template(
    { Book: notebook({ Name: 'book', RetentionInDays: { Ref: 'Days' } }) },
    { Description: 'A desk', ...parameters },
  );
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody: body });
  await account.settled('desk');
  expect((await account.cloudFormation.getTemplate({ StackName: 'desk' })).TemplateBody).toBe(body);
  expect(await account.cloudFormation.getTemplateSummary({ StackName: 'desk' })).toMatchObject({
    Description: 'A desk',
    ResourceTypes: ['Sample::Logs::Notebook'],
    Parameters: [
      {
        ParameterKey: 'Days',
        DefaultValue: '7',
        ParameterType: 'Number',
        ParameterConstraints: { AllowedValues: ['1', '7'] },
      },
    ],
  });
});

test('a template may lie in a bucket', async () => {
  const url = `${account.aws.moto.url}/templates/desk.json`;
  const signed = {
    Authorization:
      'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x',
  };
  await fetch(`${account.aws.moto.url}/templates`, { method: 'PUT', headers: signed });
  await fetch(url, { method: 'PUT', headers: signed, body: before });
  const TemplateURL = 'https://templates.s3.us-east-1.amazonaws.com/desk.json';
  expect((await account.cloudFormation.getTemplateSummary({ TemplateURL })).ResourceTypes).toContain(
    'AWS::SNS::Topic',
  );
  await expect(
    account.cloudFormation.getTemplateSummary({ TemplateURL: `${TemplateURL}x` }),
  ).rejects.toMatchObject({
    message: `TemplateURL must reference a valid S3 object to which you have access: ${TemplateURL}x`,
  });
});
