/** The AWS CLI against the local endpoint: deploy, update, a failed update, deletion, Cloud Control. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteChangeSets } from './fixtures/change-sets';
import { SAMPLE_TYPE, startSampleAccount, type SampleAccount } from './fixtures/sample-extension';

const AWS = join(__dirname, '..', '..', '.venv', 'bin', 'aws');

let account: SampleAccount;
let folder: string;
let file: string;
beforeAll(async () => {
  account = await startSampleAccount();
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
  file = join(folder, 'desk.yml');
});
afterEach(() => account.clear());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await account.close();
});

/** Run the AWS CLI. */
function cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: account.aws.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_PAGER: '',
  };
  return new Promise((resolve) => {
    execFile(AWS, args, { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const book = (properties: string) => `
Parameters:
  Days: { Type: Number, Default: 7 }
Resources:
  Book:
    Type: ${SAMPLE_TYPE}
    Properties: { Name: !Sub '\${AWS::StackName}-book', ${properties} }
Outputs:
  Id: { Value: !Ref Book }
`;
async function deploy(template: string, ...args: string[]) {
  await deleteChangeSets(account.cloudFormation, 'desk');
  writeFileSync(file, template);
  return cli('cloudformation', 'deploy', '--stack-name', 'desk', '--template-file', file, ...args);
}

test('deploy creates and updates, a failed update rolls back, delete-stack leaves nothing', async () => {
  expect(await deploy(book('RetentionInDays: !Ref Days'))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Successfully created/updated stack - desk'),
  });
  expect(await account.notebooks()).toEqual(['/notebook/desk-book']);

  const unchanged = await deploy(book('RetentionInDays: !Ref Days'), '--no-fail-on-empty-changeset');
  expect(unchanged.stdout).toContain('No changes to deploy. Stack desk is up to date');

  expect(await deploy(book('RetentionInDays: !Ref Days'), '--parameter-overrides', 'Days=30')).toMatchObject({
    code: 0,
    stderr: '',
  });

  const failed = await deploy(book('RetentionInDays: !Ref Days, Behaviour: fails to update'));
  expect(failed).toMatchObject({
    code: 255,
    stderr: expect.stringContaining('Failed to create/update the stack'),
  });
  const described = JSON.parse(
    (await cli('cloudformation', 'describe-stacks', '--stack-name', 'desk')).stdout,
  );
  expect(described.Stacks[0].StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  const { stdout } = await cli(
    'cloudformation',
    'describe-stack-events',
    '--stack-name',
    'desk',
    '--output',
    'text',
  );
  expect(stdout).toContain('Resource handler returned message: "this notebook cannot be changed"');

  expect(await cli('cloudformation', 'delete-stack', '--stack-name', 'desk')).toMatchObject({ code: 0 });
  expect(await cli('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', 'desk')).toMatchObject({
    code: 0,
  });
  expect(await account.notebooks()).toEqual([]);
});

test('create-resource, get-resource and list-resources work', async () => {
  const created = await cli(
    'cloudcontrol',
    'create-resource',
    '--type-name',
    SAMPLE_TYPE,
    '--desired-state',
    '{"Name":"book"}',
  );
  const token = JSON.parse(created.stdout).ProgressEvent.RequestToken;
  await account.aws.cloudControl.settled(token);
  expect(
    await cli('cloudcontrol', 'wait', 'resource-request-success', '--request-token', token),
  ).toMatchObject({ code: 0 });
  const read = await cli(
    'cloudcontrol',
    'get-resource',
    '--type-name',
    SAMPLE_TYPE,
    '--identifier',
    '/notebook/book',
  );
  expect(JSON.parse(read.stdout).ResourceDescription.Identifier).toBe('/notebook/book');
  const listed = await cli('cloudcontrol', 'list-resources', '--type-name', SAMPLE_TYPE);
  expect(JSON.parse(listed.stdout).ResourceDescriptions).toHaveLength(1);
});

test('the configuration of a type is set and shown', async () => {
  const configuration = [
    '--type',
    'RESOURCE',
    '--type-name',
    SAMPLE_TYPE,
    '--configuration',
    '{"Prefix":"/shelf/"}',
  ];
  expect(await cli('cloudformation', 'set-type-configuration', ...configuration)).toMatchObject({ code: 0 });
  const identifiers = JSON.stringify([{ Type: 'RESOURCE', TypeName: SAMPLE_TYPE }]);
  const shown = await cli(
    'cloudformation',
    'batch-describe-type-configurations',
    '--type-configuration-identifiers',
    identifiers,
  );
  expect(JSON.parse(JSON.parse(shown.stdout).TypeConfigurations[0].Configuration)).toEqual({
    Prefix: '/shelf/',
  });
  const wrong = [...configuration.slice(0, -1), '{"Prefix":"shelf"}'];
  expect((await cli('cloudformation', 'set-type-configuration', ...wrong)).stderr).toContain(
    '#/Prefix: failed validation constraint',
  );
});
