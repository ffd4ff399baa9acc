/** A local AWS account into which the governance hook is deployed with the AWS CLI, as a governance team does it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormation, type Stack, type StackEvent } from '@aws-sdk/client-cloudformation';
import { startLocalAws, type LocalAws } from '../../local';
import { bundleFunction, FUNCTIONS } from '../../scripts/build';
import { deleteChangeSets } from '../cloudformation/fixtures/change-sets';

export const ROOT = join(__dirname, '..', '..');
const TOOLS = join(ROOT, '.venv', 'bin');

/** Prefix of the bucket with the code, and its name in the Region of the local AWS. */
export const CODE_BUCKET_PREFIX = 'acme-governance';
export const CODE_BUCKET = `${CODE_BUCKET_PREFIX}-us-east-1`;
export const CODE_KEY = '1.0.0/hook.zip';

/** What a command of the AWS CLI did. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GovernedAccount {
  readonly aws: LocalAws;
  readonly cloudFormation: CloudFormation;
  /** Run the AWS CLI against the account. */
  cli(...args: string[]): Promise<CommandResult>;
  /** Run the AWS CLI and answer what it prints as JSON. @throws Error with what it says when it fails. */
  json(...args: string[]): Promise<any>;
  /** Put a document into the code bucket. Answers its version as the hook shows it. */
  upload(key: string, content: unknown): Promise<string>;
  /** Deploy a template of the repository, with parameters, and wait for the end. */
  deploy(
    stackName: string,
    file: string,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<CommandResult>;
  /** Create a stack of a template in JSON, and answer it when it has settled. */
  create(stackName: string, resources: object): Promise<Stack>;
  /** Value of a stack's output. */
  output(stackName: string, key: string): Promise<string>;
  /** Events of a stack, oldest first. */
  events(stackName: string): Promise<StackEvent[]>;
  close(): Promise<void>;
}

/** Start the account, make its code bucket with hooks/code-bucket.yml, and put the code of the hook there. */
export async function startGovernedAccount(): Promise<GovernedAccount> {
  const aws = await startLocalAws();
  const cloudFormation = new CloudFormation(aws.clientOptions());
  const folder = mkdtempSync(join(tmpdir(), 'governance-'));

  function run(command: string, args: readonly string[]): Promise<CommandResult> {
    const env = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_PAGER: '',
    };
    return new Promise((resolve) => {
      execFile(join(TOOLS, command), args, { env, cwd: ROOT }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }

  const account: GovernedAccount = {
    aws,
    cloudFormation,
    cli: (...args) => run('aws', args),
    async json(...args) {
      const { code, stdout, stderr } = await run('aws', [...args, '--output', 'json']);
      if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
      return stdout === '' ? {} : JSON.parse(stdout);
    },
    async upload(key, content) {
      const path = join(folder, 'document');
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      const object = await account.json(
        's3api',
        'put-object',
        '--bucket',
        CODE_BUCKET,
        '--key',
        key,
        '--body',
        path,
      );
      return object.VersionId ?? object.ETag.replaceAll('"', '');
    },
    async deploy(stackName, file, parameters = {}) {
      await deleteChangeSets(cloudFormation, stackName);
      const overrides = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
      return run('aws', [
        ...['cloudformation', 'deploy', '--stack-name', stackName, '--template-file', file],
        ...['--capabilities', 'CAPABILITY_IAM', '--no-fail-on-empty-changeset'],
        ...(overrides.length > 0 ? ['--parameter-overrides', ...overrides] : []),
      ]);
    },
    async create(StackName, Resources) {
      await cloudFormation.createStack({ StackName, TemplateBody: JSON.stringify({ Resources }) });
      await aws.cloudFormation.settled(StackName);
      return (await cloudFormation.describeStacks({ StackName })).Stacks![0]!;
    },
    async output(StackName, key) {
      const { Outputs } = (await cloudFormation.describeStacks({ StackName })).Stacks![0]!;
      return Outputs!.find(({ OutputKey }) => OutputKey === key)!.OutputValue!;
    },
    async events(StackName) {
      return (await cloudFormation.describeStackEvents({ StackName })).StackEvents!.reverse();
    },
    async close() {
      cloudFormation.destroy();
      rmSync(folder, { recursive: true });
      await aws.close();
    },
  };

  try {
    const made = await account.deploy('code-bucket', 'hooks/code-bucket.yml', {
      CodeBucketPrefix: CODE_BUCKET_PREFIX,
      OrganizationId: 'o-a1b2c3d4e5',
    });
    if (made.code !== 0) throw new Error(`the code bucket was not made: ${made.stderr}`);
    const { source } = FUNCTIONS.find(({ name }) => name === 'HookFunction')!;
    const bundle = join(folder, 'index.js');
    await bundleFunction(join(ROOT, source), bundle);
    const zip = join(folder, 'hook.zip');
    await run('python', ['-m', 'zipfile', '-c', zip, bundle]);
    await account.json('s3api', 'put-object', '--bucket', CODE_BUCKET, '--key', CODE_KEY, '--body', zip);
    return account;
  } catch (error) {
    await account.close();
    throw error;
  }
}

/** A service that breaks NET-01, or keeps it. */
export function service(AssignPublicIp: 'ENABLED' | 'DISABLED'): object {
  return {
    Type: 'AWS::ECS::Service',
    Properties: {
      TaskDefinition: 'none',
      DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], AssignPublicIp } },
    },
  };
}
