/** Drift detection of private resources. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { notebook, startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';
import { eventually } from '../support/eventually';

let account: SampleAccount;
let logs: CloudWatchLogs;
beforeAll(async () => {
  account = await startSampleAccount();
  logs = new CloudWatchLogs(account.aws.clientOptions());
});
beforeEach(async () => {
  const TemplateBody = template({
    Book: notebook({ Name: 'book', RetentionInDays: 7, Password: 'x' }),
    Other: notebook({ Name: 'other' }),
  });
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody });
  await account.settled('desk');
});
afterEach(() => account.clear());
afterAll(async () => {
  logs.destroy();
  await account.close();
});

async function detect() {
  const { StackDriftDetectionId } = await account.cloudFormation.detectStackDrift({ StackName: 'desk' });
  const detected = await eventually('drift is detected', async () => {
    const status = await account.cloudFormation.describeStackDriftDetectionStatus({ StackDriftDetectionId });
    return status.DetectionStatus !== 'DETECTION_IN_PROGRESS' && status;
  });
  return detected.StackDriftStatus;
}
const drifts = async () => {
  const { StackResourceDrifts } = await account.cloudFormation.describeStackResourceDrifts({
    StackName: 'desk',
  });
  return StackResourceDrifts!.map((drift) => [
    drift.LogicalResourceId,
    drift.StackResourceDriftStatus,
    drift.PropertyDifferences!.map(
      (found) =>
        `${found.PropertyPath}: ${found.ExpectedValue} → ${found.ActualValue} ${found.DifferenceType}`,
    ),
  ]);
};

test('nothing has drifted', async () => {
  expect(await detect()).toBe('IN_SYNC');
  expect(await drifts()).toEqual([
    ['Book', 'IN_SYNC', []],
    ['Other', 'IN_SYNC', []],
  ]);
});

test('a changed property and a deleted resource are found', async () => {
  await logs.putRetentionPolicy({ logGroupName: '/notebook/book', retentionInDays: 30 });
  await logs.deleteLogGroup({ logGroupName: '/notebook/other' });
  expect(await detect()).toBe('DRIFTED');
  expect(await drifts()).toEqual([
    ['Book', 'MODIFIED', ['/RetentionInDays: 7 → 30 NOT_EQUAL']],
    ['Other', 'DELETED', []],
  ]);
});

test('what has been taken away is found', async () => {
  await logs.deleteRetentionPolicy({ logGroupName: '/notebook/book' });
  await detect();
  expect((await drifts())[0]).toEqual(['Book', 'MODIFIED', ['/RetentionInDays: 7 → null REMOVE']]);
});

test('a resource that cannot be read is not called deleted', async () => {
  account.aws.faults.add({
    service: 'logs',
    operation: 'DescribeLogGroups',
    kind: 'accessDenied',
    callerOperation: 'READ',
  });
  await detect();
  expect((await drifts()).map(([, status]) => status).sort()).toEqual(['IN_SYNC', 'UNKNOWN']);
});
