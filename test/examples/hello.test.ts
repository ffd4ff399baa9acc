/** examples/hello.yml as its reader uses it: the AWS CLI, the built bundle, requests through the load balancer. */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { requestHost } from '../../local/http-request';
import { takeInventory } from '../../local/inventory';
import { createRoles, giveBaseDomain, TYPE_NAME } from '../support/account';
import { deleteChangeSets } from '../cloudformation/fixtures/change-sets';

const ROOT = join(__dirname, '..', '..');
const HELLO = join(ROOT, 'examples', 'hello.yml');

let aws: LocalAws;
let cloudFormation: CloudFormation;
let before: string[];

beforeAll(async () => {
  aws = await startLocalAws();
  cloudFormation = new CloudFormation(aws.clientOptions());
  await giveBaseDomain(aws, 'example.com');
  before = await takeInventory(aws.clientOptions());
});
afterAll(async () => {
  cloudFormation.destroy();
  await aws.close();
});

/** Run the AWS CLI against the local endpoint. */
function cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DEFAULT_REGION: aws.clientOptions().region,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_PAGER: '',
  };
  return new Promise((resolve) => {
    execFile(join(ROOT, '.venv', 'bin', 'aws'), args, { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

async function json(...args: string[]): Promise<any> {
  const { stdout, stderr } = await cli(...args, '--output', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

async function deploy(...parameters: string[]): ReturnType<typeof cli> {
  await deleteChangeSets(cloudFormation, 'hello');
  const overrides = parameters.length > 0 ? ['--parameter-overrides', ...parameters] : [];
  return cli(
    ...['cloudformation', 'deploy', '--stack-name', 'hello', '--template-file', HELLO],
    ...overrides,
  );
}

async function stack(): Promise<any> {
  return (await json('cloudformation', 'describe-stacks', '--stack-name', 'hello')).Stacks[0];
}

async function left(): Promise<string[]> {
  return (await takeInventory(aws.clientOptions())).filter((resource) => !before.includes(resource));
}

describe('aws cloudformation', () => {
  let host: string;
  const image = async () => JSON.parse((await requestHost(aws.dataPlaneUrl, host)).body).image;

  test('deploy makes a service that answers at its endpoint, and sends plain HTTP there', async () => {
    expect(await deploy()).toMatchObject({ code: 0 });
    const { Outputs } = await stack();
    host = new URL(Outputs.find(({ OutputKey }: any) => OutputKey === 'Endpoint').OutputValue).host;
    expect(await requestHost(aws.dataPlaneUrl, host)).toMatchObject({ status: 200 });
    expect(
      await requestHost(aws.dataPlaneUrl, host, { path: '/x?y=1', headers: { 'x-forwarded-proto': 'http' } }),
    ).toMatchObject({ status: 301, headers: { location: `https://${host}:443/x?y=1` } });
  });

  test('deploy with another image moves the service to it', async () => {
    expect(await deploy('Image=example/hello:2')).toMatchObject({ code: 0 });
    expect(await image()).toBe('example/hello:2');
  });

  test('an update whose containers exit is rolled back, and the event says why', async () => {
    expect(await deploy('Image=example/hello:exits')).toMatchObject({ code: 255 });
    expect((await stack()).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await image()).toBe('example/hello:2');
    const { StackEvents } = await json('cloudformation', 'describe-stack-events', '--stack-name', 'hello');
    const failed = StackEvents.find(({ ResourceStatus }: any) => ResourceStatus === 'UPDATE_FAILED');
    expect(failed.ResourceStatusReason).toMatch(/container Main exited with code 1/);
  });

  test('delete-stack leaves nothing behind', async () => {
    await cli('cloudformation', 'delete-stack', '--stack-name', 'hello');
    expect(
      await cli('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', 'hello'),
    ).toMatchObject({ code: 0 });
    expect(await left()).toEqual([]);
  });
});

test('aws cloudcontrol creates, lists page by page, and deletes', async () => {
  await json('ecs', 'create-cluster', '--cluster-name', 'another', '--capacity-providers', 'FARGATE');
  const { execution: ExecutionRoleArn, infrastructure: InfrastructureRoleArn } = await createRoles(aws);
  const run = async (...args: string[]) => {
    const { ProgressEvent } = await json('cloudcontrol', ...args);
    await aws.cloudControl.settled(ProgressEvent.RequestToken);
    const status = await json(
      ...['cloudcontrol', 'get-resource-request-status', '--request-token', ProgressEvent.RequestToken],
    );
    expect(status.ProgressEvent).toMatchObject({ OperationStatus: 'SUCCESS' });
    return status.ProgressEvent.Identifier as string;
  };
  const created: string[] = [];
  for (const Cluster of ['default', 'another']) {
    const desired = {
      Cluster,
      ServiceName: `in-${Cluster}`,
      PrimaryContainer: { Image: 'example/hello:1' },
      ExecutionRoleArn,
      InfrastructureRoleArn,
    };
    created.push(
      await run('create-resource', '--type-name', TYPE_NAME, '--desired-state', JSON.stringify(desired)),
    );
  }

  const listed: string[] = [];
  let pages = 0;
  let token: string | undefined;
  do {
    const next = token === undefined ? [] : ['--next-token', token];
    const page = await json(
      'cloudcontrol',
      'list-resources',
      '--no-paginate',
      '--type-name',
      TYPE_NAME,
      ...next,
    );
    listed.push(...page.ResourceDescriptions.map(({ Identifier }: any) => Identifier));
    token = page.NextToken;
    pages++;
  } while (token !== undefined);
  expect([...listed].sort()).toEqual([...created].sort());
  expect(pages).toBeGreaterThan(1);

  for (const identifier of created) {
    await run('delete-resource', '--type-name', TYPE_NAME, '--identifier', identifier);
  }
  expect(await left()).toEqual([
    expect.stringContaining(':cluster/another'),
    `AWS::IAM::Role ${ExecutionRoleArn}`,
    `AWS::IAM::Role ${InfrastructureRoleArn}`,
  ]);
});
