/**
 * Secrets stay where they belong. A stack whose properties hold secrets is created, changed, broken in several ways, and
 * deleted, by the built bundles, under a hook; then everything that was written is searched.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { startLocalAws, type LocalAws } from '../../local';
import { GOVERNANCE_FUNCTION, TYPE_FUNCTION } from '../../local/extension/repository';
import type { Structure } from '../../local/service';
import { bundleFunction } from '../../scripts/build';
import { createRoles, giveBaseDomain, TYPE_NAME } from '../support/account';
import { kept, leaks, PROVIDER_LOG_GROUP, recordInvocations, type Secrets, type Text } from './written';
import { inVirtualTime } from '../support/eventually';
import { IDENTITY_PROVIDER } from '../support/identity-provider';

const STACK = 'secretive';
const BUNDLE = join(__dirname, '..', '..', 'build', 'TypeFunction', 'handlers.js');
const LEAKING = join(__dirname, 'fixtures', 'leaking.js');

const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}`;
const PROPERTIES = {
  'environment value': 'canary-environment "quoted" \\ and spaced',
  password: 'canary-password-of-a-database',
  mode: 'canary-mode-of-today',
  'presigned URL': 'https://canary.s3.amazonaws.com/key?X-Amz-Signature=canary-signature&X-Amz-Expires=60',
  'environment value of a sidecar': 'canary-sidecar',
  secret: secretArn('canary-secret-AbCdEf'),
  'repository credentials': secretArn('canary-registry-AbCdEf'),
  'client secret': 'canary-secret-of-a-client',
  'value of a required header': 'canary-value-of-a-header',
};

let aws: LocalAws;
let cloudFormation: CloudFormation;
let roles: Record<'ExecutionRoleArn' | 'InfrastructureRoleArn', string>;
let secrets: Secrets;
let invocations: Text[];
const folder = mkdtempSync(join(tmpdir(), 'secrets-'));

beforeAll(async () => {
  aws = await startLocalAws();
  cloudFormation = new CloudFormation(aws.clientOptions());
  await giveBaseDomain(aws, 'example.com');
  const { execution, infrastructure } = await createRoles(aws);
  roles = { ExecutionRoleArn: execution, InfrastructureRoleArn: infrastructure };
  secrets = { properties: PROPERTIES, credentials: new Set(), tokens: new Set() };
  invocations = recordInvocations(aws, secrets);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await aws.close();
});
beforeEach(() => {
  invocations.length = 0;
});
afterEach(() => aws.faults.clear());

const variable = (Name: string, Value: string) => ({ Name, Value });

/** A template whose every secret property holds a canary. */
function template(
  image: string,
  more: Structure = {},
  environment = [variable('MODE', PROPERTIES.mode)],
): string {
  const service = {
    ServiceName: STACK,
    ...roles,
    PrimaryContainer: {
      Image: image,
      Environment: [
        variable('GREETING', PROPERTIES['environment value']),
        variable('DB_PASSWORD', PROPERTIES.password),
        variable('DOWNLOAD', PROPERTIES['presigned URL']),
        ...environment,
      ],
      Secrets: [{ Name: 'TOKEN', ValueFrom: PROPERTIES.secret }],
      RepositoryCredentials: { CredentialsParameter: PROPERTIES['repository credentials'] },
    },
    Authentication: {
      Oidc: {
        ...IDENTITY_PROVIDER,
        ClientSecret: PROPERTIES['client secret'],
      },
    },
    RequiredHttpHeader: { Name: 'X-Edge', Values: [PROPERTIES['value of a required header']] },
    SidecarContainers: [
      {
        Name: 'proxy',
        Image: 'example/proxy:1',
        Environment: [variable('KEY', PROPERTIES['environment value of a sidecar'])],
      },
    ],
    ...more,
  };
  return JSON.stringify({ Resources: { Service: { Type: TYPE_NAME, Properties: service } } });
}

async function create(body: string): Promise<string> {
  await cloudFormation.createStack({ StackName: STACK, TemplateBody: body });
  return settled();
}

async function update(body: string): Promise<string> {
  await cloudFormation.updateStack({ StackName: STACK, TemplateBody: body });
  return settled();
}

async function settled(): Promise<string> {
  await aws.cloudFormation.settled(STACK);
  const { Stacks = [] } = await cloudFormation.describeStacks({ StackName: STACK });
  return Stacks[0]!.StackStatus!;
}

async function remove(): Promise<void> {
  await cloudFormation.deleteStack({ StackName: STACK });
  await aws.cloudFormation.settled(STACK);
}

/** Why resources failed, newest first. */
async function reasons(): Promise<string> {
  const { StackEvents = [] } = await cloudFormation.describeStackEvents({ StackName: STACK });
  return StackEvents.map(
    ({ ResourceStatusReason, HookStatusReason }) => ResourceStatusReason ?? HookStatusReason,
  ).join('\n');
}

const found = async () => leaks([...invocations, ...(await kept(aws))], secrets);

/** What the type's handlers have answered. */
function messages(): string {
  return invocations
    .filter(({ where }) => where === `answer of ${TYPE_FUNCTION}`)
    .map(({ text }) => text)
    .join('\n');
}

/** Give the variable MODE of the running service another value, past CloudFormation. */
async function changeByHand(value: string): Promise<void> {
  const ecs = new ECSClient(aws.clientOptions());
  const described = await ecs.send(new DescribeServicesCommand({ services: [STACK] }));
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: described.services![0]!.taskDefinition }),
  );
  const { family, containerDefinitions, cpu, memory, networkMode, requiresCompatibilities } = taskDefinition!;
  const { executionRoleArn, volumes, runtimePlatform } = taskDefinition!;
  const changed = containerDefinitions!.map((container) => ({
    ...container,
    environment: container.environment?.map(({ name, value: old }) => ({
      name,
      value: name === 'MODE' ? value : old,
    })),
  }));
  const registered = await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{
        family,
        cpu,
        memory,
        networkMode,
        requiresCompatibilities,
        executionRoleArn,
        volumes,
        runtimePlatform,
      },
      containerDefinitions: changed,
    }),
  );
  await ecs.send(
    new UpdateServiceCommand({
      service: STACK,
      taskDefinition: registered.taskDefinition!.taskDefinitionArn,
    }),
  );
  const deployments = async () =>
    (await ecs.send(new DescribeServicesCommand({ services: [STACK] }))).services![0]!.deployments!;
  await inVirtualTime(
    aws.clock,
    'one deployment is left',
    async () => (await deployments()).length === 1,
    60,
  );
}

/** Refuse an AWS call with an error that repeats what it was given, as services do. */
function echo(service: string, operation: string): void {
  const message = `Invalid request: ${JSON.stringify(PROPERTIES)}`;
  aws.faults.add({ kind: 'refuse', service, operation, error: { code: 'ClientException', message } });
}

describe('the life of a service with secrets', () => {
  beforeAll(() =>
    aws.registry.activateHook({
      typeName: 'Org::ECS::Governance',
      functionName: GOVERNANCE_FUNCTION,
      failureMode: 'WARN',
      status: 'ENABLED',
      targetOperations: ['RESOURCE', 'STACK'],
    }),
  );
  afterAll(() => aws.registry.deactivateHook('Org::ECS::Governance'));
  afterAll(remove);

  test('its creation, which a hook warns of', async () => {
    expect(await create(template('example/hello:1'))).toBe('CREATE_COMPLETE');
    expect(await reasons()).toMatch(/TD-08/);
    expect(invocations.some(({ where }) => where === `output of ${GOVERNANCE_FUNCTION}`)).toBe(true);
    expect((await kept(aws)).some(({ where }) => where === `log ${PROVIDER_LOG_GROUP}`)).toBe(true);
    expect(await found()).toEqual([]);
  });

  test('only its task definition has the values', async () => {
    const ecs = new ECSClient(aws.clientOptions());
    const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({}));
    const described = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: taskDefinitionArns[0] }),
    );
    const text = { where: 'task definition', text: JSON.stringify(described) };
    // Those of the client and of the header are at its listener rule alone.
    const { 'client secret': _client, 'value of a required header': _header, ...ofTask } = PROPERTIES;
    expect(leaks([text], secrets)).toHaveLength(Object.keys(ofTask).length);
  });

  test.each<[string, () => string, RegExp]>([
    [
      'a model that is refused',
      () => template('example/hello:1', {}, [variable('DB_PASSWORD', PROPERTIES['environment value'])]),
      /PrimaryContainer\/Environment\/3\/Name/,
    ],
    [
      'a deployment whose containers exit',
      () => template('example/hello:exits'),
      /container Main exited with code 1/,
    ],
    [
      'an error of AWS that repeats what it was given',
      () => {
        echo('ecs', 'RegisterTaskDefinition');
        return template('example/hello:2');
      },
      /RegisterTaskDefinition: ClientException: Invalid request/,
    ],
  ])('an update that fails by %s', async (_what, body, reason) => {
    expect(await update(body())).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await reasons()).toMatch(reason);
    expect(await found()).toEqual([]);
  });

  test('an update whose process is killed', async () => {
    aws.faults.add({ kind: 'processKill', service: 'ecs', operation: 'UpdateService' });
    expect(await update(template('example/hello:3'))).toBe('UPDATE_COMPLETE');
    expect(await found()).toEqual([]);
  });

  test('an update of what somebody has changed by hand', async () => {
    const byHand = 'canary-mode-by-hand';
    const tomorrow = 'canary-mode-of-tomorrow';
    secrets = { ...secrets, properties: { ...PROPERTIES, 'mode by hand': byHand, 'next mode': tomorrow } };
    await changeByHand(byHand);
    const body = template('example/hello:3', {}, [variable('MODE', tomorrow)]);
    expect(await update(body)).toBe('UPDATE_COMPLETE');
    expect(messages()).toMatch(/Environment\/MODE\/Value was changed by hand/);
    expect(await found()).toEqual([]);
  });

  test('drift detection and its deletion', async () => {
    await cloudFormation.detectStackDrift({ StackName: STACK });
    await remove();
    expect(await found()).toEqual([]);
  });
});

test.each<[string, () => string, RegExp]>([
  ['a deployment that fails', () => template('example/hello:exits'), /container Main exited with code 1/],
  [
    'an error of AWS',
    () => {
      echo('ecs', 'CreateService');
      return template('example/hello:1');
    },
    /CreateService: ClientException: Invalid request/,
  ],
])('a creation that ends in %s', async (_what, body, reason) => {
  expect(await create(body())).toBe('ROLLBACK_COMPLETE');
  expect(await reasons()).toMatch(reason);
  await remove();
  expect(await found()).toEqual([]);
});

describe('handlers that are careless with their request', () => {
  beforeAll(async () => {
    const bundle = join(folder, 'careless.js');
    await bundleFunction(join(__dirname, 'fixtures', 'careless-handlers.ts'), bundle);
    aws.lambda.register({ name: TYPE_FUNCTION, bundle, handler: 'entrypoint' });
  });
  afterEach(remove);
  afterAll(() => aws.lambda.register({ name: TYPE_FUNCTION, bundle: BUNDLE, handler: 'entrypoint' }));

  test.each(['throws', 'refuses', 'logs', 'rejects'])(
    'one that %s everything it got',
    async (ServiceName) => {
      expect(await create(template('example/hello:1', { ServiceName }))).toBe('ROLLBACK_COMPLETE');
      expect(await found()).toEqual([]);
    },
  );
});

describe('the search finds what handlers leak on purpose', () => {
  afterEach(remove);
  afterAll(() => aws.lambda.register({ name: TYPE_FUNCTION, bundle: BUNDLE, handler: 'entrypoint' }));

  test.each([
    ['output', `output of ${TYPE_FUNCTION}: environment value`],
    ['log', `log ${PROVIDER_LOG_GROUP}: environment value`],
    ['message', 'stack events: environment value'],
    ['context', `answer of ${TYPE_FUNCTION}: environment value`],
    ['credentials', `output of ${TYPE_FUNCTION}: credentials`],
  ])('into their %s', async (LEAK, place) => {
    aws.lambda.register({
      name: TYPE_FUNCTION,
      bundle: LEAKING,
      handler: 'entrypoint',
      environment: { LEAK },
    });
    await create(template('example/hello:1'));
    expect(await found()).toContain(place);
  });
});
