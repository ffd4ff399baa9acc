/** Stacks in stacks: AWS::CloudFormation::Stack with a template from a bucket. */
import { S3 } from '@aws-sdk/client-s3';
import { notebook, startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';

let account: SampleAccount;
let s3: S3;
beforeAll(async () => {
  account = await startSampleAccount();
  s3 = new S3({ ...account.aws.clientOptions(), forcePathStyle: true });
  await s3.createBucket({ Bucket: 'templates' });
});
afterEach(() => account.clear());
afterAll(async () => {
  s3.destroy();
  await account.close();
});

const upload = (Key: string, Body: string) => s3.putObject({ Bucket: 'templates', Key, Body });
const nested = (key: string, properties: object = {}, attributes: object = {}) => ({
  Type: 'AWS::CloudFormation::Stack',
  Properties: { TemplateURL: `https://s3.us-east-1.amazonaws.com/templates/${key}`, ...properties },
  ...attributes,
});
/** A template of one notebook, whose name and retention are parameters. */
const shelf = (properties: object = {}) =>
  template(
    { Book: notebook({ Name: { Ref: 'Name' }, ...properties }) },
    {
      Parameters: { Name: { Type: 'String' } },
      Outputs: { Id: { Value: { Ref: 'Book' } } },
    },
  );
const outer = (resources: object = {}, Name = 'inner') =>
  template(
    { Shelf: nested('shelf.json', { Parameters: { Name } }), ...resources },
    { Outputs: { Id: { Value: { 'Fn::GetAtt': ['Shelf', 'Outputs.Id'] } } } },
  );

const create = async (TemplateBody: string, input: object = {}) => {
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody, ...input });
  return account.settled('desk');
};
const update = async (TemplateBody: string) => {
  await account.cloudFormation.updateStack({ StackName: 'desk', TemplateBody });
  return account.settled('desk');
};
/** The nested stack, also when it is deleted. */
const inner = async (logicalId = 'Shelf') => {
  const { StackResources } = await account.cloudFormation.describeStackResources({ StackName: 'desk' });
  const { PhysicalResourceId } = StackResources!.find(
    (resource) => resource.LogicalResourceId === logicalId,
  )!;
  return account.settled(PhysicalResourceId!);
};
const reasonOf = async (stackName: string, logicalId: string, status: string) =>
  (await account.events(stackName)).find(
    (event) => event.LogicalResourceId === logicalId && event.ResourceStatus === status,
  )?.ResourceStatusReason;

test('a nested stack is made with parameters and tags, gives its outputs, and goes with its parent', async () => {
  await upload('shelf.json', shelf());
  const parent = await create(outer(), { Tags: [{ Key: 'team', Value: 'paper' }] });
  expect(parent).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Outputs: [{ OutputKey: 'Id', OutputValue: '/notebook/inner' }],
  });
  const child = await inner();
  expect(child).toMatchObject({
    StackName: expect.stringMatching(/^desk-Shelf-[0-9A-F]{12}$/),
    StackStatus: 'CREATE_COMPLETE',
    ParentId: parent.StackId,
    RootId: parent.StackId,
    Parameters: [{ ParameterKey: 'Name', ParameterValue: 'inner' }],
    Tags: [{ Key: 'team', Value: 'paper' }],
  });
  await account.cloudFormation.deleteStack({ StackName: 'desk' });
  expect((await account.settled(parent.StackId!)).StackStatus).toBe('DELETE_COMPLETE');
  expect((await account.settled(child.StackId!)).StackStatus).toBe('DELETE_COMPLETE');
  expect(await account.notebooks()).toEqual([]);
});

test('stacks nest in nested stacks', async () => {
  await upload('shelf.json', shelf());
  await upload('room.json', outer({}, 'deep'));
  const parent = await create(
    template(
      { Room: nested('room.json') },
      { Outputs: { Id: { Value: { 'Fn::GetAtt': ['Room', 'Outputs.Id'] } } } },
    ),
  );
  expect(parent).toMatchObject({ Outputs: [{ OutputValue: '/notebook/deep' }] });
  const { Stacks } = await account.cloudFormation.describeStacks({});
  expect(Stacks!.filter(({ RootId }) => RootId === parent.StackId)).toHaveLength(2);
});

test('an update of the parent updates the nested stack when the template in the bucket has changed', async () => {
  await upload('shelf.json', shelf());
  await create(outer());
  await upload('shelf.json', shelf({ RetentionInDays: 7 }));
  const changed = outer({ Other: notebook({ Name: 'other' }) });
  expect((await update(changed)).StackStatus).toBe('UPDATE_COMPLETE');
  expect((await inner()).StackStatus).toBe('UPDATE_COMPLETE');
  const before = (await account.events((await inner()).StackId!)).length;
  expect((await update(outer())).StackStatus).toBe('UPDATE_COMPLETE');
  expect(await account.events((await inner()).StackId!)).toHaveLength(before);
});

test('a parameter that replaces a nested resource brings its new output to the parent', async () => {
  await upload('shelf.json', shelf());
  await create(outer());
  expect(await update(outer({}, 'renamed'))).toMatchObject({
    StackStatus: 'UPDATE_COMPLETE',
    Outputs: [{ OutputValue: '/notebook/renamed' }],
  });
  expect(await account.notebooks()).toEqual(['/notebook/renamed']);
});

test('a nested stack that fails fails its parent, and both roll back', async () => {
  await upload('shelf.json', shelf({ Behaviour: 'fails' }));
  expect((await create(outer())).StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await reasonOf('desk', 'Shelf', 'CREATE_FAILED')).toMatch(
    /^Embedded stack arn:aws:cloudformation:us-east-1:123456789012:stack\/desk-Shelf-\S+ was not successfully created: The following resource\(s\) failed to create: \[Book\]\.$/,
  );
  expect((await inner()).StackStatus).toBe('DELETE_COMPLETE');
  expect(await account.notebooks()).toEqual([]);
});

test('what fails beside a nested stack gives it up', async () => {
  await upload('shelf.json', shelf({ Behaviour: 'never ends' }));
  const bad = notebook({ Name: 'bad', Behaviour: 'fails half way' });
  expect((await create(outer({ Bad: bad }))).StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await reasonOf('desk', 'Shelf', 'CREATE_FAILED')).toBe('Resource creation cancelled');
  expect((await inner()).StackStatus).toBe('DELETE_COMPLETE');
  expect(await account.notebooks()).toEqual([]);
});

test('a nested update that fails rolls back with its parent', async () => {
  await upload('shelf.json', shelf());
  await create(outer({ Other: notebook({ Name: 'other' }) }));
  await upload('shelf.json', shelf({ Behaviour: 'fails to update' }));
  expect((await update(outer({ Other: notebook({ Name: 'other', RetentionInDays: 7 }) }))).StackStatus).toBe(
    'UPDATE_ROLLBACK_COMPLETE',
  );
  expect(await reasonOf('desk', 'Shelf', 'UPDATE_FAILED')).toMatch(
    /was not successfully updated\. Currently in UPDATE_ROLLBACK_COMPLETE with reason: The following resource\(s\) failed to update: \[Book\]\.$/,
  );
  expect(await inner()).toMatchObject({
    StackStatus: 'UPDATE_ROLLBACK_COMPLETE',
    Outputs: [{ OutputValue: '/notebook/inner' }],
  });
});

test.each([
  ['a template that is not there', 'absent.json', {}, /^TemplateURL must reference a valid S3 object/],
  ['a parameter that is missing', 'shelf.json', {}, /^Parameters: \[Name\] must have values$/],
  ['a capability that the parent lacks', 'role.json', {}, /^Requires capabilities : \[CAPABILITY_IAM\]$/],
])('%s fails the parent with its reason', async (_, key, properties, reason) => {
  await upload('shelf.json', shelf());
  const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
  await upload('role.json', template({ Role: role }));
  expect((await create(template({ Shelf: nested(key, properties) }))).StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await reasonOf('desk', 'Shelf', 'CREATE_FAILED')).toMatch(reason);
});
