/** The bundles run on both versions of Node.js that a function may be registered with, and are silent on both. */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startLocalAws, type LocalAws } from '../../local';
import { GOVERNANCE_FUNCTION } from '../../local/extension/repository';
import { FUNCTIONS } from '../../scripts/build';
import { giveBaseDomain } from '../support/account';
import { nodeOf, type Major } from './node-versions';

const ROOT = join(__dirname, '..', '..');
const MAJORS: readonly Major[] = [22, 20];
/** The version that runs these tests needs no download. */
const OWN = Number(process.versions.node.split('.')[0]);

let aws: LocalAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

/** Path of a Node.js; undefined, with a word, where it cannot be downloaded. */
async function available(major: Major): Promise<string | undefined> {
  try {
    return await nodeOf(major);
  } catch (error) {
    if (major === OWN) throw error;
    process.stderr.write(`Node.js ${major} cannot be installed here, so nothing is tested on it.\n`);
    return undefined;
  }
}

/** Create a stack of an example, and wait for the end. @returns its status. */
async function create(cloudFormation: CloudFormation, StackName: string, parameters = {}): Promise<unknown> {
  await cloudFormation.createStack({
    StackName,
    TemplateBody: readFileSync(join(ROOT, 'examples', `${StackName}.yml`), 'utf8'),
    Capabilities: ['CAPABILITY_IAM'],
    Parameters: Object.entries<string>(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
  });
  await aws!.cloudFormation.settled(StackName);
  const { Stacks } = await cloudFormation.describeStacks({ StackName });
  return Stacks![0]!.StackStatus;
}

describe.each(MAJORS)('on Node.js %d', (major) => {
  let executable: string | undefined;
  beforeAll(async () => {
    executable = await available(major);
  }, 240_000);

  test.each(FUNCTIONS)('the bundle of $name starts, and says nothing', async ({ bundle }) => {
    if (!executable) return;
    const script = `require(${JSON.stringify(join(ROOT, bundle))}); console.log(process.versions.node)`;
    const { stdout, stderr } = await promisify(execFile)(executable, ['-e', script], {
      // What Lambda brings for `require`.
      env: { NODE_PATH: join(ROOT, 'node_modules') },
    });
    expect({ version: stdout.split('.')[0], stderr }).toEqual({ version: String(major), stderr: '' });
  });
});

// On the version that runs these tests, every other suite does this.
const [OTHER] = MAJORS.filter((major) => major !== OWN);

test(`on Node.js ${OTHER} a stack with the type and the hook is made, and the functions write no warning`, async () => {
  const executable = await available(OTHER!);
  if (!executable) return;
  aws = await startLocalAws({ runtime: { identifier: `nodejs${OTHER}.x`, executable } });
  const invoke = jest.spyOn(aws.lambda, 'invoke');
  await giveBaseDomain(aws, 'example.com');
  const cloudFormation = new CloudFormation(aws.clientOptions());
  const GovernanceFunctionArn = aws.lambda.arn(GOVERNANCE_FUNCTION);
  expect(await create(cloudFormation, 'governance-hook', { GovernanceFunctionArn })).toBe('CREATE_COMPLETE');
  expect(await create(cloudFormation, 'hello')).toBe('CREATE_COMPLETE');

  const answers = await Promise.all(invoke.mock.results.map(({ value }) => value));
  const functions = new Set(invoke.mock.calls.map(([name]) => name.split(':').at(-1)));
  expect([...functions].sort()).toEqual(['GovernanceFunction', 'TypeFunction']);
  expect(answers.map(({ output }) => output).join('')).not.toMatch(/warning/i);
}, 240_000);
