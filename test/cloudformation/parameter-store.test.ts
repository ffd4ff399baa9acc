/** Parameters of Parameter Store in templates, and stacks that consist of change sets alone. */
import { SSM } from '@aws-sdk/client-ssm';
import { notebook, startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';

let account: SampleAccount;
let ssm: SSM;
beforeAll(async () => {
  account = await startSampleAccount();
  ssm = new SSM(account.aws.clientOptions());
});
afterEach(() => account.clear());
afterAll(() => account.close());

const put = (Name: string, Value: string, Type: 'String' | 'StringList' = 'String') =>
  ssm.putParameter({ Name, Value, Type, Overwrite: true });

/** A template with one parameter of a type that stands for one in Parameter Store. */
const reads = (Type: string, value: object = { Ref: 'Stored' }) =>
  template(
    { Book: notebook({ Name: 'book' }) },
    { Parameters: { Stored: { Type, Default: '/desk/names' } }, Outputs: { Value: { Value: value } } },
  );

test.each([
  ['a String', 'AWS::SSM::Parameter::Value<String>', undefined, 'pen,ink', 'pen,ink'],
  [
    'a list of Strings',
    'AWS::SSM::Parameter::Value<List<String>>',
    { 'Fn::Select': [1, { Ref: 'Stored' }] },
    'ink',
    'pen,ink',
  ],
  [
    'a comma-delimited list',
    'AWS::SSM::Parameter::Value<CommaDelimitedList>',
    { 'Fn::Join': ['-', { Ref: 'Stored' }] },
    'pen-ink',
    'pen,ink',
  ],
  ['the name alone', 'AWS::SSM::Parameter::Name', undefined, '/desk/names', undefined],
])('reads %s', async (_what, type, value, expected, ResolvedValue) => {
  await put('/desk/names', 'pen,ink');
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody: reads(type, value) });
  const stack = await account.settled('desk');
  expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputValue: expected }] });
  expect(stack.Parameters).toEqual([
    { ParameterKey: 'Stored', ParameterValue: '/desk/names', ...(ResolvedValue && { ResolvedValue }) },
  ]);
});

test('a value that has changed in Parameter Store is a change of the stack', async () => {
  const TemplateBody = reads('AWS::SSM::Parameter::Value<String>');
  await put('/desk/names', 'pen');
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody });
  await account.settled('desk');
  await expect(account.cloudFormation.updateStack({ StackName: 'desk', TemplateBody })).rejects.toThrow(
    'No updates are to be performed.',
  );
  await put('/desk/names', 'ink');
  await account.cloudFormation.updateStack({ StackName: 'desk', TemplateBody });
  expect(await account.settled('desk')).toMatchObject({
    StackStatus: 'UPDATE_COMPLETE',
    Outputs: [{ OutputValue: 'ink' }],
  });
});

test('a name that Parameter Store does not have is refused before anything is made', async () => {
  const TemplateBody = reads('AWS::SSM::Parameter::Value<String>');
  await expect(
    account.cloudFormation.createStack({
      StackName: 'desk',
      TemplateBody,
      Parameters: [{ ParameterKey: 'Stored', ParameterValue: '/absent' }],
    }),
  ).rejects.toThrow('Unable to fetch parameters [/absent] from parameter store for this account.');
});

test('a stack in REVIEW_IN_PROGRESS has an empty template, and a change set that it lacks counts as deleted', async () => {
  await account.cloudFormation.createChangeSet({
    StackName: 'desk',
    ChangeSetName: 'first',
    ChangeSetType: 'CREATE',
    TemplateBody: template({ Book: notebook({ Name: 'book' }), Usage: { Type: 'AWS::CDK::Metadata' } }),
  });
  expect((await account.cloudFormation.getTemplate({ StackName: 'desk' })).TemplateBody).toBe('{}');
  await account.cloudFormation.deleteChangeSet({ StackName: 'desk', ChangeSetName: 'absent' });
  await expect(
    account.cloudFormation.deleteChangeSet({ StackName: 'absent', ChangeSetName: 'first' }),
  ).rejects.toThrow('Stack [absent] does not exist');
  await expect(account.cloudFormation.deleteChangeSet({ ChangeSetName: 'first' })).rejects.toThrow(
    'StackName must be specified if ChangeSetName is not specified as an ARN.',
  );
  await account.cloudFormation.executeChangeSet({ StackName: 'desk', ChangeSetName: 'first' });
  expect((await account.settled('desk')).StackStatus).toBe('CREATE_COMPLETE');
});
