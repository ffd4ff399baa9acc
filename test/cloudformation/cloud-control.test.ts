/** Cloud Control: the life cycle of one resource without a stack. */
import { CloudControl, type ProgressEvent } from '@aws-sdk/client-cloudcontrol';
import { join } from 'node:path';
import { SAMPLE_TYPE, startSampleAccount, type SampleAccount } from './fixtures/sample-extension';
import { eventually } from '../support/eventually';

const TypeName = SAMPLE_TYPE;
let account: SampleAccount;
let client: CloudControl;
beforeAll(async () => {
  account = await startSampleAccount();
  client = new CloudControl(account.aws.clientOptions());
});
afterEach(() => account.clear());
afterAll(async () => {
  client.destroy();
  await account.close();
});

/** The progress of an operation when it has ended. */
async function settled({ ProgressEvent: begun }: { ProgressEvent?: ProgressEvent }): Promise<ProgressEvent> {
  await account.aws.cloudControl.settled(begun!.RequestToken!);
  const { ProgressEvent: ended } = await client.getResourceRequestStatus({
    RequestToken: begun!.RequestToken,
  });
  return ended!;
}
const create = async (model: object) =>
  settled(await client.createResource({ TypeName, DesiredState: JSON.stringify(model) }));
const read = async (Identifier: string) => {
  const { ResourceDescription } = await client.getResource({ TypeName, Identifier });
  return JSON.parse(ResourceDescription!.Properties!);
};

test('a resource is created, read, updated and deleted', async () => {
  const created = await create({ Name: 'book', RetentionInDays: 7, Password: 'x' });
  expect(created).toMatchObject({
    OperationStatus: 'SUCCESS',
    Operation: 'CREATE',
    Identifier: '/notebook/book',
  });
  expect(JSON.parse(created.ResourceModel!)).not.toHaveProperty('Password');
  expect(await read('/notebook/book')).toMatchObject({
    Name: 'book',
    RetentionInDays: 7,
    Status: { Code: 'WRITTEN' },
  });

  const PatchDocument = JSON.stringify([{ op: 'replace', path: '/RetentionInDays', value: 30 }]);
  const updated = await settled(
    await client.updateResource({ TypeName, Identifier: '/notebook/book', PatchDocument }),
  );
  expect(updated).toMatchObject({ OperationStatus: 'SUCCESS', Operation: 'UPDATE' });
  expect(await read('/notebook/book')).toMatchObject({ RetentionInDays: 30 });

  const deleted = await settled(await client.deleteResource({ TypeName, Identifier: '/notebook/book' }));
  expect(deleted).toMatchObject({ OperationStatus: 'SUCCESS', Operation: 'DELETE' });
  await expect(read('/notebook/book')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('the list is paged by the handler', async () => {
  for (const Name of ['a', 'b', 'c']) await create({ Name });
  const first = await client.listResources({ TypeName });
  expect(first.ResourceDescriptions!.map(({ Identifier }) => Identifier)).toEqual([
    '/notebook/a',
    '/notebook/b',
  ]);
  const second = await client.listResources({ TypeName, NextToken: first.NextToken });
  expect(second.ResourceDescriptions!.map(({ Identifier }) => Identifier)).toEqual(['/notebook/c']);
  expect(second.NextToken).toBeUndefined();
});

test('a failed operation says why', async () => {
  expect(await create({ Name: 'book', Behaviour: 'fails' })).toMatchObject({
    OperationStatus: 'FAILED',
    ErrorCode: 'InvalidRequest',
    StatusMessage: 'this notebook cannot be written',
  });
  await create({ Name: 'mine' });
  expect(await create({ Name: 'mine' })).toMatchObject({
    OperationStatus: 'FAILED',
    ErrorCode: 'AlreadyExists',
  });
  expect(
    await settled(await client.deleteResource({ TypeName, Identifier: '/notebook/none' })),
  ).toMatchObject({ ErrorCode: 'NotFound' });
});

test.each<[string, () => Promise<unknown>, string, string]>([
  [
    'an unknown type',
    () => client.listResources({ TypeName: 'Org::Unknown::Type' }),
    'TypeNotFoundException',
    'is not registered',
  ],
  [
    'an AWS type',
    () => client.listResources({ TypeName: 'AWS::SNS::Topic' }),
    'UnsupportedActionException',
    'private types only',
  ],
  [
    'a model that the schema forbids',
    () => create({ Name: 'x', Colour: 'red' }),
    'ValidationException',
    '#: extraneous key [Colour] is not permitted',
  ],
  [
    'a read-only property',
    () => create({ Name: 'x', Id: 'y' }),
    'ValidationException',
    'readOnlyProperties [/properties/Id]',
  ],
  [
    'a model that is no JSON',
    () => client.createResource({ TypeName, DesiredState: 'Name: x' }),
    'ValidationException',
    'not a JSON object',
  ],
  [
    'an unknown request token',
    () => client.getResourceRequestStatus({ RequestToken: 'none' }),
    'RequestTokenNotFoundException',
    'none',
  ],
  [
    'an update of what does not exist',
    () => client.updateResource({ TypeName, Identifier: 'none', PatchDocument: '[]' }),
    'ResourceNotFoundException',
    '',
  ],
])('%s is refused', async (_, call, name, message) => {
  await expect(call()).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
});

test.each([
  [
    [{ op: 'replace', path: '/Name', value: 'other' }],
    'NotUpdatableException',
    'createOnlyProperties [/properties/Name] cannot be updated',
  ],
  [
    [{ op: 'add', path: '/Id', value: 'other' }],
    'ValidationException',
    'readOnlyProperties [/properties/Id]',
  ],
  [
    [{ op: 'remove', path: '/Colour' }],
    'ValidationException',
    'cannot remove /Colour: there is no such value',
  ],
  [
    [{ op: 'test', path: '/Name', value: 'other' }],
    'ValidationException',
    'cannot test /Name: the value is another one',
  ],
  [
    [{ op: 'invent', path: '/Name' }],
    'ValidationException',
    'op is none of add, remove, replace, test, copy, move',
  ],
])('the patch %j is refused', async (patch, name, message) => {
  await create({ Name: 'book' });
  const PatchDocument = JSON.stringify(patch);
  await expect(
    client.updateResource({ TypeName, Identifier: '/notebook/book', PatchDocument }),
  ).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
  });
});

test('a client token makes one operation of repeated calls', async () => {
  const input = { TypeName, DesiredState: JSON.stringify({ Name: 'book' }), ClientToken: 'once' };
  const [first, second] = [await client.createResource(input), await client.createResource(input)];
  expect(second.ProgressEvent!.RequestToken).toBe(first.ProgressEvent!.RequestToken);
  await expect(client.createResource({ ...input, DesiredState: '{"Name":"other"}' })).rejects.toMatchObject({
    name: 'ClientTokenConflictException',
  });
  await settled(first);
});

test('only one operation at a time runs on a resource; a running one can be cancelled and listed', async () => {
  account.aws.clock.setMode('manual');
  const { ProgressEvent: begun } = await client.createResource({
    TypeName,
    DesiredState: JSON.stringify({ Name: 'book' }),
  });
  await eventually('the operation has an identifier', async () => {
    const status = await client.getResourceRequestStatus({ RequestToken: begun!.RequestToken });
    return status.ProgressEvent!.Identifier;
  });
  await expect(client.deleteResource({ TypeName, Identifier: '/notebook/book' })).rejects.toMatchObject({
    name: 'ConcurrentOperationException',
  });
  await client.cancelResourceRequest({ RequestToken: begun!.RequestToken });
  account.aws.clock.setMode('jump');
  expect((await settled({ ProgressEvent: begun })).OperationStatus).toBe('CANCEL_COMPLETE');
  const filter = { Operations: ['CREATE' as const], OperationStatuses: ['CANCEL_COMPLETE' as const] };
  const { ResourceRequestStatusSummaries } = await client.listResourceRequests({
    ResourceRequestStatusFilter: filter,
  });
  expect(ResourceRequestStatusSummaries!.map(({ RequestToken }) => RequestToken)).toEqual([
    begun!.RequestToken,
  ]);
});

test('hooks for Cloud Control are asked first', async () => {
  account.aws.lambda.register({
    name: 'SampleHook',
    bundle: join(__dirname, 'fixtures', 'sample-hook.js'),
    handler: 'handler',
  });
  account.aws.registry.activateHook({
    typeName: 'Org::Paper::Governance',
    functionName: 'SampleHook',
    failureMode: 'FAIL',
    status: 'ENABLED',
    targetOperations: ['CLOUD_CONTROL'],
  });
  const refused = await create({ Name: 'forbidden' });
  expect(refused).toMatchObject({
    OperationStatus: 'FAILED',
    StatusMessage: 'The following hook(s) failed: [Org::Paper::Governance]',
  });
  const { HooksProgressEvent } = await client.getResourceRequestStatus({
    RequestToken: refused.RequestToken,
  });
  expect(HooksProgressEvent).toEqual([
    expect.objectContaining({
      HookTypeName: 'Org::Paper::Governance',
      HookStatus: 'HOOK_COMPLETE_FAILED',
      FailureMode: 'FAIL',
    }),
  ]);
  expect(await account.notebooks()).toEqual([]);
});
