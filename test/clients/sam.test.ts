/** The SAM CLI: a template with the transform AWS::Serverless, its code uploaded to the bucket that SAM makes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ROOT, startClientAccount, type ClientAccount, type Ended } from '../support/client-processes';

const SAM = join(ROOT, '.venv-sam', 'bin', 'sam');
const APPLICATION = join(__dirname, 'sam');

let account: ClientAccount;
let cloudFormation: CloudFormation;
beforeAll(async () => {
  account = await startClientAccount();
  cloudFormation = new CloudFormation(account.aws.clientOptions());
});
afterAll(async () => {
  await account.close();
});

function sam(...args: string[]): Promise<Ended> {
  return account.run(APPLICATION, SAM, ...args);
}

function deploy(...args: string[]): Promise<Ended> {
  const options = ['--template-file', 'template.yml', '--stack-name', 'shop', '--resolve-s3'];
  return sam('deploy', ...options, '--no-confirm-changeset', '--no-progressbar', ...args);
}

function outcome({ code, stdout, stderr }: Ended) {
  return { code, output: code === 0 ? '' : stdout + stderr };
}

test('deploy creates and updates a stack with the transform, delete removes it', async () => {
  expect(
    outcome(
      await account.run(
        ROOT,
        'aws',
        ...['cloudformation', 'deploy', '--stack-name', 'roles', '--template-file', 'examples/roles.yml'],
        ...['--capabilities', 'CAPABILITY_IAM'],
      ),
    ),
  ).toEqual({ code: 0, output: '' });

  const capabilities = ['--capabilities', 'CAPABILITY_IAM'];
  expect(outcome(await deploy(...capabilities))).toEqual({ code: 0, output: '' });
  const types = (await cloudFormation.listStackResources({ StackName: 'shop' })).StackResourceSummaries!;
  expect(
    Object.fromEntries(types.map(({ LogicalResourceId, ResourceType }) => [LogicalResourceId, ResourceType])),
  ).toEqual({
    Greeting: 'AWS::Lambda::Function',
    GreetingRole: 'AWS::IAM::Role',
    Shop: 'Org::ECS::ExpressService',
  });
  const FunctionName = types.find(
    ({ LogicalResourceId }) => LogicalResourceId === 'Greeting',
  )!.PhysicalResourceId!;
  const lambda = new LambdaClient(account.aws.clientOptions());
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  expect(JSON.parse(Buffer.from(Payload!).toString())).toEqual({ statusCode: 200, body: 'hello' });

  // A stack that is made without a change set has to allow that the template is expanded.
  await expect(
    cloudFormation.createStack({
      StackName: 'unexpanded',
      TemplateBody: readFileSync(join(APPLICATION, 'template.yml'), 'utf8'),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  ).rejects.toMatchObject({
    name: 'InsufficientCapabilitiesException',
    message: 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
  });

  // As written, and as the transform has made it.
  const written = await cloudFormation.getTemplate({ StackName: 'shop', TemplateStage: 'Original' });
  const processed = await cloudFormation.getTemplate({ StackName: 'shop', TemplateStage: 'Processed' });
  expect(written.TemplateBody).toContain('AWS::Serverless::Function');
  expect(processed.TemplateBody).not.toContain('AWS::Serverless');

  expect(outcome(await deploy(...capabilities, '--parameter-overrides', 'Tag=2'))).toEqual({
    code: 0,
    output: '',
  });
  const [stack] = (await cloudFormation.describeStacks({ StackName: 'shop' })).Stacks!;
  expect(stack!.StackStatus).toBe('UPDATE_COMPLETE');

  expect(outcome(await sam('delete', '--stack-name', 'shop', '--no-prompts'))).toEqual({
    code: 0,
    output: '',
  });
  const left = (await cloudFormation.describeStacks({})).Stacks!.map(({ StackName }) => StackName);
  expect(left.sort()).toEqual(['aws-sam-cli-managed-default', 'roles']);
}, 600_000);

test('deploy without a bucket takes a template that has nothing to upload', async () => {
  const options = ['--stack-name', 'greeting', '--no-confirm-changeset', '--no-progressbar'];
  expect(outcome(await sam('deploy', '--template-file', 'parameter.yml', ...options))).toEqual({
    code: 0,
    output: '',
  });
  const [stack] = (await cloudFormation.describeStacks({ StackName: 'greeting' })).Stacks!;
  expect(stack!.StackStatus).toBe('CREATE_COMPLETE');
}, 300_000);
