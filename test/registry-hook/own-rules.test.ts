/** The registry hook with an organisation's own rules: what `org-ecs bundle --registry` writes, submitted and invoked. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { run } from '../../hooks/adapters/command-line';
import { startLocalAws, type LocalAws } from '../../local';
import { event } from './example-hook';

const ROOT = join(__dirname, '..', '..');

const OWN = `module.exports = ({ defineRule, requires, flag }) => [
  defineRule({
    id: 'OWN-01', title: 'Queues are encrypted', severity: 'HIGH', targets: ['AWS::SQS::Queue'], level: 'resource',
    source: 'https://wiki.example.com/queues', rationale: 'Messages are confidential.', remedy: 'Set KmsMasterKeyId.',
    parameters: { isStrict: flag('Queues without key are refused.', true) },
    check: ({ resource, parameters: { isStrict } }) =>
      isStrict ? requires(resource.at('KmsMasterKeyId').isSet(), 'the queue has no key') : [],
  }),
];`;

let folder: string;
let hook: string;
let aws: LocalAws;
let lambda: LambdaClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-rules-'));
  hook = join(folder, 'hook');
  const rules = join(folder, 'own.js');
  await writeFile(rules, OWN);
  const said: string[] = [];
  const code = await run(['bundle', '--registry', '--rules', rules, '--output', hook], {
    out: (text) => said.push(text),
    error: (text) => said.push(text),
    readInput: async () => '',
  });
  expect({ code, said }).toEqual({ code: 0, said: [expect.stringContaining('cfn submit')] });
  aws = await startLocalAws({ region: 'eu-west-1' });
  aws.lambda.register({
    name: 'OwnHook',
    bundle: join(hook, 'handlers.js'),
    handler: 'entrypoint',
  });
  lambda = new LambdaClient(aws.clientOptions());
});
afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

async function answer(properties: object, hookModel: object = { Profile: 'org-default' }): Promise<unknown> {
  const payload = event(
    { hookTypeName: 'Org::ECS::GovernanceHook', hookModel },
    {
      targetName: 'AWS::SQS::Queue',
      targetLogicalId: 'Queue',
      targetModel: { resourceProperties: properties },
    },
  );
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: 'OwnHook', Payload: JSON.stringify(payload) }),
  );
  return JSON.parse(Payload!.transformToString());
}

test('its bundle judges by them', async () => {
  expect(await answer({})).toMatchObject({
    hookStatus: 'FAILED',
    errorCode: 'NonCompliant',
    message: expect.stringContaining('OWN-01 Queue (AWS::SQS::Queue) KmsMasterKeyId is not set'),
    annotations: [expect.objectContaining({ annotationName: 'OWN-01', status: 'FAILED' })],
  });
  expect(await answer({ KmsMasterKeyId: 'alias/queues' })).toMatchObject({ hookStatus: 'SUCCESS' });
});

test('the configuration of the type sets them', async () => {
  const Rules = { 'OWN-01': { parameters: { isStrict: 'false' } } };
  expect(await answer({}, { Profile: 'org-default', Rules })).toMatchObject({ hookStatus: 'SUCCESS' });
});

test('its schema names what they judge, and cfn packages the folder', async () => {
  const schema = JSON.parse(await readFile(join(hook, 'org-ecs-governancehook.json'), 'utf8')) as {
    handlers: Record<string, { targetNames: string[] }>;
    typeConfiguration: { properties: { Rules: { patternProperties: object } } };
  };
  for (const { targetNames } of Object.values(schema.handlers))
    expect(targetNames).toEqual(expect.arrayContaining(['AWS::SQS::Queue', 'AWS::ECS::Service', 'STACK']));
  expect(Object.keys(schema.typeConfiguration.properties.Rules.patternProperties)).toContain('^OWN-01$');
  const env = { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };
  const tool = (name: string, args: string[]) =>
    promisify(execFile)(join(ROOT, '.venv', 'bin', name), args, { cwd: hook, env });
  await tool('cfn', ['validate']);
  expect((await tool('cfn', ['submit', '--dry-run'])).stdout).toContain('Dry run complete');
  const { stdout } = await tool('python', ['-c', LIST_PACKAGE, 'org-ecs-governancehook.zip']);
  expect(stdout.trim().split('\n')).toEqual(['handlers.js']);
});

/** Lists the files of the Lambda package inside the package that is uploaded. */
const LIST_PACKAGE = `
import io, sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
print(*zipfile.ZipFile(io.BytesIO(package.read("ResourceProvider.zip"))).namelist(), sep="\\n")
`;
