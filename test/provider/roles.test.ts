/** The roles that are made for a service, where the template names none. */
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Structure } from '../../local/service';
import { TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

const READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
const QUEUES = 'arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess';
const BOUNDARY = 'arn:aws:iam::aws:policy/PowerUserAccess';

const statement = (Sid: string, Action: string) => ({ Sid, Effect: 'Allow', Action, Resource: '*' });
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const READ_ORDERS = statement('ReadOrders', 'dynamodb:GetItem');
const WRITE_ORDERS = statement('WriteOrders', 'dynamodb:PutItem');
const BY_HAND = statement('ByHand', 'dynamodb:Query');

let driver: Driver;
let iam: IAMClient;
beforeAll(async () => {
  driver = await Driver.start();
  iam = new IAMClient(driver.aws.clientOptions());
});
afterAll(async () => {
  iam.destroy();
  await driver.close();
});

const roles = async () => (await driver.inventory()).filter((each) => each.startsWith('AWS::IAM::Role '));
const madeRoles = async () =>
  (await roles()).filter((each) => each.includes('/org-ecs-express/')).map((each) => each.split('/').at(-1)!);

/** The document of an inline policy; undefined when the role has none of that name. */
async function documentOf(RoleName: string, PolicyName: string): Promise<Structure | undefined> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  if (!PolicyNames.includes(PolicyName)) return undefined;
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  return JSON.parse(decodeURIComponent(PolicyDocument!));
}

async function attachedTo(RoleName: string): Promise<string[]> {
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  return AttachedPolicies.map(({ PolicyArn }) => PolicyArn!).sort();
}

/** Create a service. @returns its properties with the identifier, and the name of the role that was made for it. */
async function created(properties: Structure) {
  const model = driver.model(properties);
  const read = Driver.modelOf(await driver.create(model));
  const [role] = await madeRoles();
  return { model: { ...model, ServiceArn: read.ServiceArn }, read, role: role! };
}

const updated = async (before: Structure, properties: Structure) => {
  const after = driver.model(properties);
  const outcome = await driver.update(before, after);
  const { message } = outcome;
  return { model: { ...after, ServiceArn: before.ServiceArn }, read: Driver.modelOf(outcome), message };
};

const read = async (ServiceArn: string) => Driver.modelOf(await driver.read(ServiceArn));

describe('a task role', () => {
  beforeEach(() => driver.reset());

  test('has what the template says, is trusted by tasks of the account alone, and goes with the service', async () => {
    const before = await driver.inventory();
    const { read: made, role } = await created({
      TaskPolicy: policy(READ_ORDERS),
      TaskPolicyArns: [READ_ONLY],
      EnableExecuteCommand: true,
      Tags: [{ Key: 'team', Value: 'one' }],
    });
    expect(role).toMatch(/^default-hello-task-[0-9a-f]{8}$/);
    expect(await documentOf(role, 'TaskPolicy')).toEqual(policy(READ_ORDERS));
    expect((await documentOf(role, 'ExecuteCommand'))!.Statement).toEqual([
      expect.objectContaining({
        Action: expect.arrayContaining(['ssmmessages:OpenDataChannel']),
        Resource: '*',
      }),
    ]);
    expect(await attachedTo(role)).toEqual([READ_ONLY]);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '123456789012' },
          ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:us-east-1:123456789012:*' },
        },
      },
    ]);
    expect(Role!.PermissionsBoundary).toBeUndefined();
    expect(Role!.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'team', Value: 'one' },
        { Key: 'org-ecs-express:service', Value: made.ServiceArn },
      ]),
    );
    expect(made).toMatchObject({ TaskPolicy: policy(READ_ORDERS), TaskPolicyArns: [READ_ONLY] });
    expect(made.TaskRoleArn).toBeUndefined();
    expect(made.ActiveConfigurations[0].TaskRoleArn).toBe(Role!.Arn);
    expect(made.ManagedResources).toContainEqual({
      ResourceType: 'AWS::IAM::Role',
      Arn: Role!.Arn,
      Status: 'ACTIVE',
    });
    expect(await read(made.ServiceArn)).toEqual(made);

    await iam.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: QUEUES }));
    const own = { RoleName: role, PolicyName: 'own', PolicyDocument: JSON.stringify(policy(BY_HAND)) };
    await iam.send(new PutRolePolicyCommand(own));
    expect(await driver.delete(made.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await driver.inventory()).toEqual(before);
  });

  test('follows the template; what was changed by hand stays where the template says the same', async () => {
    const { model, role } = await created({ TaskPolicy: policy(READ_ORDERS), TaskPolicyArns: [READ_ONLY] });
    const byHand = policy(
      { ...READ_ORDERS, Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders' },
      BY_HAND,
    );
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: role,
        PolicyName: 'TaskPolicy',
        PolicyDocument: JSON.stringify(byHand),
      }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: QUEUES }));
    expect(await read(model.ServiceArn)).toMatchObject({
      TaskPolicy: byHand,
      TaskPolicyArns: [READ_ONLY, QUEUES],
    });

    const next = { TaskPolicy: policy(READ_ORDERS, WRITE_ORDERS), TaskPolicyArns: [] };
    const { model: after, read: merged, message } = await updated(model, next);
    expect(message).toBeUndefined();
    const kept = policy(byHand.Statement[0]!, WRITE_ORDERS, BY_HAND);
    expect(merged).toMatchObject({ TaskPolicy: kept, TaskPolicyArns: [QUEUES] });
    expect(await read(after.ServiceArn)).toEqual(merged);
    expect(await documentOf(role, 'TaskPolicy')).toEqual(kept);
    expect(await attachedTo(role)).toEqual([QUEUES]);

    driver.aws.calls.clear();
    await updated(after, { ...next, LogRetentionInDays: 7 });
    expect(driver.actions().filter((action) => /^iam:(?!Get|List)/.test(action))).toEqual([]);
  });

  test('one that was deleted by hand is missed, and made again', async () => {
    const { model, role } = await created({ TaskPolicy: policy(READ_ORDERS) });
    await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'TaskPolicy' }));
    await iam.send(new DeleteRoleCommand({ RoleName: role }));
    const missed = await read(model.ServiceArn);
    expect(missed.TaskPolicy).toBeUndefined();
    expect(missed.ManagedResources).toContainEqual(
      expect.objectContaining({ ResourceType: 'AWS::IAM::Role', Status: 'DELETED' }),
    );
    await updated(model, { TaskPolicy: policy(READ_ORDERS), LogRetentionInDays: 7 });
    expect(await documentOf(role, 'TaskPolicy')).toEqual(policy(READ_ORDERS));
  });

  test('from a role of the author to one that is made, and back', async () => {
    const named = driver.model({ TaskRoleArn: driver.roles.execution });
    const { ServiceArn } = Driver.modelOf(await driver.create(named));
    expect(await madeRoles()).toEqual([]);
    const { model, read: made } = await updated({ ...named, ServiceArn }, { TaskPolicyArns: [READ_ONLY] });
    expect(await madeRoles()).toHaveLength(1);
    expect(made).toMatchObject({ TaskPolicyArns: [READ_ONLY] });
    const { read: back } = await updated(model, { TaskRoleArn: driver.roles.execution });
    expect(back.TaskRoleArn).toBe(driver.roles.execution);
    expect(back.TaskPolicyArns).toBeUndefined();
    expect(await madeRoles()).toEqual([]);
  });

  test('has the permissions boundary that the configuration of the type names', async () => {
    const boundaryOf = async (RoleName: string) =>
      (await iam.send(new GetRoleCommand({ RoleName }))).Role!.PermissionsBoundary?.PermissionsBoundaryArn;
    const configure = (more: object) => {
      const configuration = driver.aws.registry.typeConfiguration(TYPE_NAME);
      driver.aws.registry.setTypeConfiguration(TYPE_NAME, { ...configuration, ...more });
    };
    configure({ PermissionsBoundaryArn: BOUNDARY });
    const { model, role } = await created({ TaskPolicy: policy(READ_ORDERS) });
    expect(await boundaryOf(role)).toBe(BOUNDARY);
    configure({ PermissionsBoundaryArn: READ_ONLY });
    await updated(model, { TaskPolicy: policy(READ_ORDERS), LogRetentionInDays: 7 });
    expect(await boundaryOf(role)).toBe(READ_ONLY);
  });
});

describe('what the template takes away of a task role', () => {
  const former = { ...READ_ORDERS, Sid: expect.stringMatching(/^Former/) };
  beforeEach(() => driver.reset());

  test('stays until the deployment is done', async () => {
    const { model, role } = await created({ TaskPolicy: policy(READ_ORDERS), TaskPolicyArns: [READ_ONLY] });
    const seen: (Structure | undefined)[] = [];
    const next = driver.model({
      TaskPolicy: policy(WRITE_ORDERS),
      TaskPolicyArns: [QUEUES],
      PrimaryContainer: { Image: 'example/hello:2' },
    });
    const outcome = await driver.update(model, next, {
      onProgress() {
        void driver.aws.clock.work(async () => {
          seen.push({ policy: await documentOf(role, 'TaskPolicy'), arns: await attachedTo(role) });
        });
      },
    });
    expect(Driver.modelOf(outcome)).toMatchObject({
      TaskPolicy: policy(WRITE_ORDERS),
      TaskPolicyArns: [QUEUES],
    });
    expect(seen.at(-1)).toEqual({ policy: policy(WRITE_ORDERS, former), arns: [READ_ONLY, QUEUES] });
    expect(await documentOf(role, 'TaskPolicy')).toEqual(policy(WRITE_ORDERS));
    expect(await attachedTo(role)).toEqual([QUEUES]);
  });

  test('stays for the versions that were given it, and no longer', async () => {
    const version = (Image: string, Statement: object) => ({
      TaskPolicy: policy(Statement),
      PrimaryContainer: { Image: `example/hello:${Image}` },
      DeploymentConfiguration: { Strategy: 'VERSIONED' },
    });
    const { model, role } = await created(version('1', READ_ORDERS));
    const { model: second, read: made } = await updated(model, version('2', WRITE_ORDERS));
    expect(made.TaskPolicy).toEqual(policy(WRITE_ORDERS));
    expect(await documentOf(role, 'TaskPolicy')).toEqual(policy(WRITE_ORDERS, former));
    // One is kept: that goes which was the first.
    const { model: third } = await updated(second, version('3', WRITE_ORDERS));
    await updated(third, { ...version('3', WRITE_ORDERS), LogRetentionInDays: 7 });
    expect(await documentOf(role, 'TaskPolicy')).toEqual(policy(WRITE_ORDERS));
  });
});

describe('a task role is refused', () => {
  beforeEach(() => driver.reset());
  const foreign = async () => {
    const RoleName = (await created({ TaskPolicy: policy(READ_ORDERS) })).role;
    await driver.reset();
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(policy()) }));
  };

  const nothing = () => Promise.resolve();

  const withoutBoundary = async () => {
    const configuration = driver.aws.registry.typeConfiguration(TYPE_NAME);
    const PermissionsBoundaryArn = 'arn:aws:iam::123456789012:policy/none';
    driver.aws.registry.setTypeConfiguration(TYPE_NAME, { ...configuration, PermissionsBoundaryArn });
    const message = `Scope ARN: ${PermissionsBoundaryArn} does not exist or is not attachable.`;
    driver.aws.faults.add({
      kind: 'refuse',
      operation: 'CreateRole',
      error: { code: 'NoSuchEntity', message },
    });
    return Promise.resolve();
  };

  test.each<[string, () => Promise<void>, Structure, RegExp]>([
    [
      'a role of the same name that is not ours',
      foreign,
      { TaskPolicy: policy(READ_ORDERS) },
      /^TaskRoleArn: The IAM role default-hello-task-\w+ exists and does not belong to this service\. Name a role here/,
    ],
    [
      'a managed policy that is not there',
      nothing,
      { TaskPolicyArns: ['arn:aws:iam::123456789012:policy/none'] },
      /^TaskPolicyArns: there is no managed policy arn:aws:iam::123456789012:policy\/none\. /,
    ],
    [
      'a permissions boundary that is not there',
      withoutBoundary,
      { TaskPolicy: policy(READ_ORDERS) },
      /^TypeConfiguration\/PermissionsBoundaryArn: there is no managed policy arn:aws:iam::123456789012:policy\/none\. /,
    ],
    [
      'a policy that IAM does not take',
      nothing,
      { TaskPolicy: policy({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: 'orders' }) },
      /^TaskPolicy: is refused by IAM: Resource orders must be in ARN format/,
    ],
  ])('%s', async (_what, prepare, properties, message) => {
    await prepare();
    const before = await driver.inventory();
    const outcome = await driver.create(driver.model(properties));
    expect(outcome).toMatchObject({ status: 'FAILED', message: expect.stringMatching(message) });
    // As CloudFormation rolls the creation back.
    await driver.delete('arn:aws:ecs:us-east-1:123456789012:service/default/hello');
    expect(await driver.inventory()).toEqual(before);
  });
});

describe('an execution role', () => {
  beforeEach(() => driver.reset());
  const ecr = (repository: string) => `123456789012.dkr.ecr.us-east-1.amazonaws.com/${repository}:1`;
  const image = (repository: string) => ({
    ExecutionRoleArn: undefined,
    PrimaryContainer: { Image: ecr(repository) },
  });
  const repositories = async (role: string) => {
    const statements: Structure[] = (await documentOf(role, 'TaskExecution'))!.Statement;
    return statements.flatMap(({ Action, Resource }) =>
      Action.includes('ecr:BatchGetImage') ? (Resource as string[]) : [],
    );
  };
  const arn = (repository: string) => `arn:aws:ecr:us-east-1:123456789012:repository/${repository}`;

  test('is made for a service that names none, read as none, and goes with it', async () => {
    const before = await driver.inventory();
    const { read: made, role } = await created(image('hello'));
    expect(role).toMatch(/^default-hello-execution-[0-9a-f]{8}$/);
    expect(made.ExecutionRoleArn).toBeUndefined();
    expect(made.ActiveConfigurations[0].ExecutionRoleArn).toMatch(
      /^arn:aws:iam::123456789012:role\/org-ecs-express\/default-hello-execution-/,
    );
    expect(await read(made.ServiceArn)).toEqual(made);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
    expect(await driver.delete(made.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await driver.inventory()).toEqual(before);
  });

  test('permits both images until the deployment is done; what was added by hand stays', async () => {
    const { model, role } = await created(image('first'));
    const before = (await documentOf(role, 'TaskExecution'))!;
    const PolicyDocument = JSON.stringify({ ...before, Statement: [...before.Statement, BY_HAND] });
    await iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: 'TaskExecution', PolicyDocument }));
    const seen: string[][] = [];
    const outcome = await driver.update(model, driver.model(image('second')), {
      onProgress() {
        void driver.aws.clock.work(async () => {
          seen.push(await repositories(role));
        });
      },
    });
    Driver.modelOf(outcome);
    expect(seen.at(-1)).toEqual([arn('second'), arn('first')]);
    expect(await repositories(role)).toEqual([arn('second')]);
    expect((await documentOf(role, 'TaskExecution'))!.Statement).toContainEqual(BY_HAND);
  });

  test('an update that needs nothing else changes nothing', async () => {
    const { model } = await created(image('hello'));
    driver.aws.calls.clear();
    await updated(model, { ...image('hello'), LogRetentionInDays: 7 });
    expect(driver.actions().filter((action) => /^iam:(?!Get|List)/.test(action))).toEqual([]);
  });

  test('from a role of the author to one that is made, and back', async () => {
    const { model } = await created({});
    expect(await madeRoles()).toEqual([]);
    const { model: without, read: made } = await updated(model, { ExecutionRoleArn: undefined });
    expect(made.ExecutionRoleArn).toBeUndefined();
    expect(await madeRoles()).toHaveLength(1);
    const { read: back } = await updated(without, {});
    expect(back.ExecutionRoleArn).toBe(driver.roles.execution);
    expect(await madeRoles()).toEqual([]);
  });
});

describe('an infrastructure role', () => {
  beforeEach(() => driver.reset());
  const LOAD_BALANCERS = 'arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers';
  const VOLUMES = 'arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes';
  const image = { PrimaryContainer: { Image: 'example/hello:1' }, ServiceName: 'hello' };
  const own = { ExecutionRoleArn: undefined, InfrastructureRoleArn: undefined };
  const roleFor = async (purpose: string) =>
    (await madeRoles()).find((name) => name.startsWith(`default-hello-${purpose}-`));

  test('an image is enough, and nothing is left of the service', async () => {
    const before = await driver.inventory();
    const made = Driver.modelOf(await driver.create(image));
    const [execution, infrastructure] = [await roleFor('execution'), await roleFor('infrastructure')];
    expect(await madeRoles()).toEqual([execution, infrastructure]);
    expect(await attachedTo(infrastructure!)).toEqual([LOAD_BALANCERS]);
    expect(made.InfrastructureRoleArn).toBeUndefined();
    expect(await read(made.ServiceArn)).toEqual(made);
    // ECS moves the requests with it.
    const next = { ...image, PrimaryContainer: { Image: 'example/hello:2' } };
    Driver.modelOf(await driver.update({ ...image, ServiceArn: made.ServiceArn }, next));
    expect(await driver.delete(made.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await driver.inventory()).toEqual(before);
  });

  test('is there at once for a service that joins what others have made', async () => {
    await driver.create({ ...image, ServiceName: 'first' });
    expect(Driver.modelOf(await driver.create(image))).toMatchObject({ Status: { StatusCode: 'ACTIVE' } });
    expect(driver.log).not.toContain('missing permissions on ECS Infrastructure Role');
  });

  test('from a role of the author to one that is made, and back', async () => {
    const { model } = await created({});
    const { model: without, read: made } = await updated(model, own);
    expect(made.InfrastructureRoleArn).toBeUndefined();
    expect(await roleFor('infrastructure')).toBeDefined();
    const { read: back } = await updated(without, {});
    expect(back.InfrastructureRoleArn).toBe(driver.roles.infrastructure);
    expect(await madeRoles()).toEqual([]);
  });

  test.each<[string, Structure, readonly string[]]>([
    [
      'volumes that name no role',
      { Volumes: [{ Name: 'data', ManagedEBSVolume: { SizeInGiB: 10 } }] },
      [LOAD_BALANCERS, VOLUMES],
    ],
    [
      'volumes without a load balancer',
      {
        LoadBalancerConfiguration: { Type: 'none' },
        Volumes: [{ Name: 'data', ManagedEBSVolume: { SizeInGiB: 10 } }],
      },
      [VOLUMES],
    ],
  ])('has the policies that ECS needs for %s', async (_what, properties, expected) => {
    const { read: made } = await created({ ...own, ...properties });
    expect(await attachedTo((await roleFor('infrastructure'))!)).toEqual(expected);
    expect(made.Volumes[0].ManagedEBSVolume.RoleArn).toBeUndefined();
    expect(await read(made.ServiceArn)).toEqual(made);
  });

  test.each<[string, Structure]>([
    ['no load balancer', { LoadBalancerConfiguration: { Type: 'none' } }],
    ['versions', { DeploymentConfiguration: { Strategy: 'VERSIONED' } }],
  ])('is not made for a service with %s', async (_what, properties) => {
    await created({ ...own, ...properties });
    expect(await roleFor('infrastructure')).toBeUndefined();
    expect(await roleFor('execution')).toBeDefined();
  });

  test('a service that has versions no longer has one again', async () => {
    const versioned = { ...own, DeploymentConfiguration: { Strategy: 'VERSIONED' } };
    const { model } = await created(versioned);
    const { read: made } = await updated(model, own);
    expect(await roleFor('infrastructure')).toBeDefined();
    expect(await driver.delete(made.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await madeRoles()).toEqual([]);
  });
});
