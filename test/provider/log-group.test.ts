/** What becomes of the log group that is made for a service. */
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
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
