import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The project that `cfn test` finds in its working directory. */
export interface ContractProject {
  /** Absolute path of the project's `.rpdk-config`. */
  readonly config: string;
  /** The JSON files of the project, by path: the schema, `inputs/inputs_1_*.json`. */
  readonly files: Readonly<Record<string, unknown>>;
  /** Configuration of the type, in the form of `cfn test --typeconfig`. */
  readonly typeConfiguration: unknown;
  /** The Lambda function that runs the handlers. */
  readonly functionName: string;
}

/** Where `cfn test` finds AWS. */
export interface ContractEndpoints {
  /** Base URL of the Lambda endpoint. */
  readonly lambda: string;
  /** TLS port of STS on localhost, and the certificate to trust. */
  readonly sts: { readonly port: number; readonly certificate: string };
  readonly region: string;
}

/** How one contract test ended. */
export interface ContractResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  /** Why it failed or was skipped; empty when it passed. */
  readonly reason: string;
}

/** What `cfn test` did. */
export interface ContractRun {
  readonly results: readonly ContractResult[];
  /** 0 when every test passed or was skipped. */
  readonly exitCode: number;
  /** All that it printed. */
  readonly output: string;
}

/**
 * Run the official contract suite of the CloudFormation CLI, unmodified, in a directory of its own.
 * @param venv Python virtual environment that holds `cfn`.
 * @param directory where to run; emptied first.
 * @param onResult told of each test as soon as it has ended.
 */
export async function runCfnTest(
  venv: string,
  directory: string,
  project: ContractProject,
  endpoints: ContractEndpoints,
  onResult: (result: ContractResult) => void,
): Promise<ContractRun> {
  await rm(directory, { recursive: true, force: true });
  const files = {
    typeConfiguration: join(directory, 'type-configuration.json'),
    certificate: join(directory, 'certificate.pem'),
    home: join(directory, 'home'),
  };
  await prepareProject(directory, project, files.typeConfiguration);
  await prepareHome(files.home, venv, endpoints);
  await writeFile(files.certificate, endpoints.sts.certificate);

  const child = spawn(
    join(venv, 'bin', 'cfn'),
    [
      'test',
      ...[
        '--endpoint',
        endpoints.lambda,
        '--function-name',
        project.functionName,
        '--region',
        endpoints.region,
      ],
      ...['--typeconfig', files.typeConfiguration],
      ...['--', '-p', 'contract_report', '-p', 'no:cacheprovider'],
    ],
    {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        HOME: files.home,
        PYTHONPATH: __dirname,
        PYTHONDONTWRITEBYTECODE: '1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        // With a session token, the suite does not ask STS for one.
        AWS_SESSION_TOKEN: 'local',
        AWS_CA_BUNDLE: files.certificate,
        AWS_EC2_METADATA_DISABLED: 'true',
        NO_PROXY: '*',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  const results: ContractResult[] = [];
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
    const result = JSON.parse(line) as ContractResult;
    results.push(result);
    onResult(result);
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => output.push(chunk));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return { results, exitCode, output: Buffer.concat(output).toString('utf8') };
}

async function prepareProject(
  directory: string,
  { config, files, typeConfiguration }: ContractProject,
  typeConfigurationFile: string,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await copyFile(config, join(directory, '.rpdk-config'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), JSON.stringify(content));
  }
  await writeFile(typeConfigurationFile, JSON.stringify(typeConfiguration));
}

/** The services of which `cfn test` makes clients. */
const SERVICES = ['cloudformation', 'lambda', 's3', 'sts'];

/**
 * A home directory in which botocore finds STS on localhost: `cfn test` takes STS's address from botocore's list of
 * endpoints and from nowhere else, and botocore prefers a list in `~/.aws/models` to its own.
 */
async function prepareHome(home: string, venv: string, { region, sts }: ContractEndpoints): Promise<void> {
  const models = join(home, '.aws', 'models');
  await mkdir(models, { recursive: true });
  const endpoints = JSON.parse(await readFile(await botocoreEndpoints(venv), 'utf8'));
  const [aws] = endpoints.partitions;
  aws.services.sts.endpoints[region] = { hostname: `localhost:${sts.port}` };
  // The suite reads the list anew for every request, so a short one saves much of its time.
  const services = Object.fromEntries(SERVICES.map((name) => [name, aws.services[name]]));
  const short = { ...endpoints, partitions: [{ ...aws, services }] };
  await writeFile(join(models, 'endpoints.json'), JSON.stringify(short));
}

/** Path of botocore's list of endpoints in the virtual environment. */
async function botocoreEndpoints(venv: string): Promise<string> {
  const library = join(venv, 'lib');
  const python = (await readdir(library)).find((name) => name.startsWith('python'));
  return join(library, python ?? 'python3', 'site-packages', 'botocore', 'data', 'endpoints.json');
}
