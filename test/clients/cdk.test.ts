/** The CDK's command line, with each of its synthesizers and both of its methods, from bootstrap to destroy. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startClientAccount, type ClientAccount, type Ended } from '../support/client-processes';

const APPLICATION = join(__dirname, 'cdk');
const SYNTHESIZERS = ['Shop', 'CliCredentials', 'Bootstrapless', 'Legacy'];

let account: ClientAccount;
/** Folder of the cloud assemblies, one for each tag. */
let output: string;
let cloudFormation: CloudFormation;
beforeAll(async () => {
  account = await startClientAccount();
  output = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  cloudFormation = new CloudFormation(account.aws.clientOptions());
});
afterAll(async () => {
  rmSync(output, { recursive: true });
  await account.close();
});

/** Run the CDK on the application with a tag. It is synthesized once; that takes longer than all else. */
function cdk(tag: number, ...args: string[]): Promise<Ended> {
  const assembly = join(output, String(tag));
  const isSynthesized = existsSync(join(assembly, 'manifest.json'));
  const source = isSynthesized ? ['--app', assembly] : ['-c', `tag=${tag}`, '--output', assembly];
  return account.run(APPLICATION, 'cdk', ...args, '--ci', ...source);
}

/** Deploy stacks; a failure shows what the CDK wrote. */
async function deploy(tag: number, method: string, ...stacks: string[]): Promise<void> {
  const options = ['--require-approval', 'never', '--concurrency', '4'];
  const { code, stdout, stderr } = await cdk(tag, 'deploy', '--method', method, ...options, ...stacks);
  expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
}

/** Status of the stacks of the application, and the display names of their topics or the image of their service. */
async function state(): Promise<Record<string, string>> {
  const entries = await Promise.all(
    SYNTHESIZERS.map(async (StackName) => {
      const { Stacks } = await cloudFormation.describeStacks({ StackName });
      return [StackName, Stacks![0]!.StackStatus!];
    }),
  );
  return Object.fromEntries(entries);
}

const everywhere = (status: string) => Object.fromEntries(SYNTHESIZERS.map((name) => [name, status]));

test('bootstrap, deploy, diff, drift and destroy', async () => {
  expect(await cdk(1, 'bootstrap', 'aws://123456789012/us-east-1')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Environment aws://123456789012/us-east-1 bootstrapped.'),
  });

  // Each method creates the stacks of two synthesizers, and updates those of the two others.
  await deploy(1, 'change-set', 'Shop', 'Bootstrapless');
  await deploy(1, 'direct', 'CliCredentials', 'Legacy');
  expect(await state()).toEqual(everywhere('CREATE_COMPLETE'));

  const { Parameters, Outputs } = (await cloudFormation.describeStacks({ StackName: 'Shop' })).Stacks![0]!;
  expect(Parameters).toEqual([
    {
      ParameterKey: 'BootstrapVersion',
      ParameterValue: '/cdk-bootstrap/hnb659fds/version',
      ResolvedValue: expect.stringMatching(/^\d+$/),
    },
  ]);
  const file = Outputs!.find(({ OutputKey }) => OutputKey === 'FileUrl')!.OutputValue!;
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(file)!;
  const s3 = new S3Client({ ...account.aws.clientOptions(), forcePathStyle: true });
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBeGreaterThan(0);

  const difference = await cdk(2, 'diff', '--fail', 'Shop');
  expect(difference.code).toBe(1);
  expect(difference.stdout).toContain('[+] public.ecr.aws/docker/library/httpd:2');
  expect(difference.stdout).toContain('Number of stacks with differences: 1');

  await deploy(2, 'direct', 'Shop', 'Bootstrapless');
  await deploy(2, 'change-set', 'CliCredentials', 'Legacy');
  expect(await state()).toEqual(everywhere('UPDATE_COMPLETE'));
  expect((await cdk(2, 'diff', '--fail', ...SYNTHESIZERS)).code).toBe(0);

  expect(await cdk(2, 'drift', '--fail', 'Shop')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Number of resources with drift: 0'),
  });
  const logs = new CloudWatchLogs(account.aws.clientOptions());
  const [group] = (await logs.describeLogGroups({ logGroupNamePrefix: '/aws/ecs/' })).logGroups!;
  await logs.putRetentionPolicy({ logGroupName: group!.logGroupName!, retentionInDays: 3 });
  const drifted = await cdk(2, 'drift', '--fail', 'Shop');
  expect(drifted.code).toBe(1);
  expect(drifted.stdout).toContain('LogRetentionInDays');

  expect(await cdk(2, 'destroy', '--force', '--concurrency', '4', ...SYNTHESIZERS)).toMatchObject({
    code: 0,
  });
  const left = await cloudFormation.listStacks({});
  expect(
    left
      .StackSummaries!.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE')
      .map(({ StackName }) => StackName),
  ).toEqual(['CDKToolkit']);
}, 600_000);
