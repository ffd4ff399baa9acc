/** What becomes of the log group that is made for a service. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { takeInventory } from '../../local/inventory';
import type { Structure } from '../../local/service';
import { Driver } from '../support/driver';

let driver: Driver;
let logs: CloudWatchLogsClient;
beforeAll(async () => {
  driver = await Driver.start();
  logs = new CloudWatchLogsClient(driver.aws.clientOptions());
});
afterAll(async () => {
  logs.destroy();
  await driver.close();
});

async function logGroups(): Promise<string[]> {
  const { logGroups: found } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/ecs/' }),
  );
  return found!.map(({ logGroupName }) => logGroupName!);
}

async function streams(logGroupName: string): Promise<string[]> {
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
  return logStreams!.map(({ logStreamName }) => logStreamName!);
}

const retain = (more: Structure = {}) => driver.model({ LogGroupDeletionPolicy: 'Retain', ...more });

test('is deleted with the service, unless its policy says otherwise', async () => {
  const { ServiceArn, LogGroupDeletionPolicy } = Driver.modelOf(await driver.create(driver.model()));
  expect(LogGroupDeletionPolicy).toBe('Delete');
  expect(await logGroups()).toHaveLength(1);
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await logGroups()).toEqual([]);
});

test('Retain leaves it, and the next service of the same ARN takes it over', async () => {
  const { ServiceArn, LogGroupDeletionPolicy } = Driver.modelOf(await driver.create(retain()));
  expect(LogGroupDeletionPolicy).toBe('Retain');
  const [name] = await logGroups();
  const written = await streams(name!);
  expect(written).toEqual([expect.stringMatching(/^ecs\/Main\/[0-9a-f]{32}$/)]);

  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await logGroups()).toEqual([name]);
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });

  const again = Driver.modelOf(await driver.create(retain({ LogRetentionInDays: 7 })));
  expect(again).toMatchObject({ ServiceArn, LogGroupDeletionPolicy: 'Retain', LogRetentionInDays: 7 });
  expect(await streams(name!)).toEqual(expect.arrayContaining(written));

  const deleted = driver.model({ LogRetentionInDays: 7 });
  expect(Driver.modelOf(await driver.update({ ...retain(), ServiceArn }, deleted))).toMatchObject({
    LogGroupDeletionPolicy: 'Delete',
  });
  const { arn } = (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name })))
    .logGroups![0]!;
  const { tags } = await logs.send(new ListTagsForResourceCommand({ resourceArn: arn!.replace(/:\*$/, '') }));
  expect(Object.keys(tags!)).toEqual(['org-ecs-express:service']);
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await logGroups()).toEqual([]);
});

describe('its properties beside the name of another log group', () => {
  const named = (more: Structure = {}) =>
    driver.model({
      PrimaryContainer: { AwsLogsConfiguration: { LogGroup: 'team', LogStreamPrefix: 'hello' } },
      ...more,
    });
  const refusal = (property: string) => ({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: `${property}: is of the log group that is made, and none is: PrimaryContainer/AwsLogsConfiguration/LogGroup names another. Remove one of the two.`,
  });
  beforeEach(async () => {
    await driver.reset();
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'team' }));
  });

  test.each([
    ['LogRetentionInDays', 7],
    ['LogGroupDeletionPolicy', 'Retain'],
  ])('%s is refused where none is made, and nothing is made or changed', async (property, value) => {
    const before = await takeInventory(driver.aws.clientOptions());
    expect(await driver.create(named({ [property]: value }))).toMatchObject(refusal(property));
    expect(await takeInventory(driver.aws.clientOptions())).toEqual(before);

    const { ServiceArn } = Driver.modelOf(await driver.create(named()));
    const previous = { ...named(), ServiceArn };
    expect(await driver.update(previous, named({ [property]: value }))).toMatchObject(refusal(property));
    expect(await logGroups()).toEqual([]);
  });

  test('one that was made before is kept, and follows them', async () => {
    const made = Driver.modelOf(await driver.create(retain({ LogRetentionInDays: 7 })));
    const { ServiceArn } = made;
    const before = { ...retain({ LogRetentionInDays: 7 }), ServiceArn };
    const kept = { LogRetentionInDays: 7, LogGroupDeletionPolicy: 'Retain' };
    expect(Driver.modelOf(await driver.update(before, named()))).toMatchObject(kept);

    const changed = { LogRetentionInDays: 14, LogGroupDeletionPolicy: 'Delete' };
    const after = { ...named(), ServiceArn };
    expect(Driver.modelOf(await driver.update(after, named(changed)))).toMatchObject(changed);
    expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await logGroups()).toEqual([]);
  });

  test('one that was removed by hand stays away, and its properties stop nothing', async () => {
    const { ServiceArn } = Driver.modelOf(await driver.create(driver.model()));
    const described = named({ LogRetentionInDays: 7 });
    expect(await driver.update({ ...driver.model(), ServiceArn }, described)).toMatchObject({
      status: 'SUCCESS',
    });
    await logs.send(new DeleteLogGroupCommand({ logGroupName: (await logGroups())[0] }));
    const next = { ...described, EnableExecuteCommand: false };
    expect(await driver.update({ ...described, ServiceArn }, next)).toMatchObject({ status: 'SUCCESS' });
    expect(await logGroups()).toEqual([]);
  });
});
