import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type CreateServiceCommandInput,
  type LoadBalancer,
} from '@aws-sdk/client-ecs';
import { DescribeRulesCommand, ModifyRuleCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateSecurityGroupCommand, CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import { Fixture, loadBalancerOf, MINUTE, type Pair } from './fixture';

let fixture: Fixture;
let pair: Pair;
beforeAll(async () => {
  fixture = await Fixture.start();
  pair = await fixture.pair();
});
afterAll(() => fixture.close());

describe('monitoring', () => {
  const every = (resolutionSeconds: number, ...metricNames: string[]) => ({
    metricConfigurations: [{ metricNames, resolutionSeconds }],
  });
  const fast = every(20, 'CPUUtilization');

  test.each([true, false])('is told of revisions; a change of it makes one: %s', async (holds) => {
    fixture.aws.answers.give({ 'ecs.monitoring-makes-a-revision': holds });
    const service = await fixture.running(undefined, {});
    const before = await fixture.describe(service);
    const updated = await fixture.update(service, { monitoring: fast });
    expect(updated.deployments).toHaveLength(holds ? 2 : 1);
    expect(updated).not.toHaveProperty('monitoring');
    if (!holds) await fixture.update(service, { forceNewDeployment: true });
    await fixture.advance(10 * MINUTE);
    const revision = async ({ currentServiceRevisions }: typeof before) => {
      const { serviceRevisions } = await fixture.ecs.send(
        new DescribeServiceRevisionsCommand({ serviceRevisionArns: [currentServiceRevisions![0]!.arn!] }),
      );
      return serviceRevisions![0]!.monitoring;
    };
    expect(await revision(before)).toBeUndefined();
    expect(await revision(await fixture.describe(service))).toEqual(fast);
    fixture.aws.answers.reset();
  });

  test.each([
    ['another metric', every(20, 'NetworkIn'), /'NetworkIn' is not supported/],
    ['another resolution', every(30, 'CPUUtilization'), /one of 20, 60/],
    ['a metric twice', every(20, 'CPUUtilization', 'CPUUtilization'), /more than once/],
  ])('is refused of %s', async (_what, monitoring, message) => {
    const input = await fixture.input(undefined, {}, { monitoring });
    await expect(fixture.create(input)).rejects.toThrow(message);
  });
});

test.each([true, false])('rules at which users sign in are taken: %s', async (holds) => {
  const authenticating = await fixture.pair();
  const { Rules } = await fixture.elb.send(
    new DescribeRulesCommand({ RuleArns: [authenticating.production] }),
  );
  const AuthenticateCognitoConfig = {
    UserPoolArn: 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a',
    UserPoolClientId: 'client',
    UserPoolDomain: 'users',
  };
  await fixture.elb.send(
    new ModifyRuleCommand({
      RuleArn: authenticating.production,
      Actions: [
        { Type: 'authenticate-cognito', Order: 1, AuthenticateCognitoConfig },
        { ...Rules![0]!.Actions![0]!, Order: 2 },
      ],
    }),
  );
  fixture.aws.answers.give({ 'ecs.rules-may-authenticate': holds });
  const creation = fixture.create(await fixture.input(authenticating, { strategy: 'BLUE_GREEN' }));
  await (holds
    ? expect(creation).resolves.toMatchObject({ status: 'ACTIVE' })
    : expect(creation).rejects.toThrow(/has an authentication action, which is not supported/));
  fixture.aws.answers.reset();
});

describe('CreateService', () => {
  test('keeps every member, and fills in what ECS fills in', async () => {
    const alarms = { enable: true, rollback: true, alarmNames: ['a'] };
    const input = await fixture.input(
      pair,
      {
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
        bakeTimeInMinutes: 3,
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms,
      },
      {
        launchType: undefined,
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE', base: 1, weight: 1 }],
        availabilityZoneRebalancing: 'ENABLED',
        platformVersion: 'LATEST',
        healthCheckGracePeriodSeconds: 300,
        enableECSManagedTags: true,
        propagateTags: 'SERVICE',
        enableExecuteCommand: true,
        schedulingStrategy: 'REPLICA',
        tags: [{ key: 'team', value: 'a' }],
        serviceConnectConfiguration: { enabled: false },
      },
    );
    const service = await fixture.create(input);
    const {
      serviceName,
      taskDefinition,
      serviceConnectConfiguration,
      launchType: _launchType,
      ...rest
    } = input;
    expect(service).toMatchObject({
      ...rest,
      networkConfiguration: {
        awsvpcConfiguration: {
          ...input.networkConfiguration!.awsvpcConfiguration,
          assignPublicIp: 'DISABLED',
        },
      },
      serviceName,
      serviceArn: `arn:aws:ecs:us-east-1:123456789012:service/default/${serviceName}`,
      clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/default',
      taskDefinition: `arn:aws:ecs:us-east-1:123456789012:task-definition/${taskDefinition}`,
      status: 'ACTIVE',
      platformFamily: 'Linux',
      deploymentController: { type: 'ECS' },
      deployments: [{ status: 'PRIMARY', platformVersion: '1.4.0', serviceConnectConfiguration }],
      createdAt: expect.any(Date),
    });
    expect(service).not.toHaveProperty('launchType');
    expect(service).not.toHaveProperty('serviceConnectConfiguration');
    const described = await fixture.ecs.send(new DescribeServicesCommand({ services: [serviceName!] }));
    expect(described.services![0]).not.toHaveProperty('tags');
    const { serviceDeployments } = await fixture.ecs.send(
      new ListServiceDeploymentsCommand({ service: serviceName }),
    );
    const { serviceRevisions } = await fixture.ecs.send(
      new DescribeServiceRevisionsCommand({
        serviceRevisionArns: [serviceDeployments![0]!.targetServiceRevisionArn!],
      }),
    );
    expect(serviceRevisions![0]).toMatchObject({
      loadBalancers: input.loadBalancers,
      serviceConnectConfiguration,
      platformVersion: '1.4.0',
    });
    await fixture.ecs.send(new DeleteServiceCommand({ service: serviceName, force: true }));
  });

  test('fills in defaults', async () => {
    const service = await fixture.create(await fixture.input(undefined, {}));
    expect(service).toMatchObject({
      availabilityZoneRebalancing: 'ENABLED',
      enableECSManagedTags: false,
      enableExecuteCommand: false,
      propagateTags: 'NONE',
      schedulingStrategy: 'REPLICA',
      platformVersion: 'LATEST',
      loadBalancers: [],
      deploymentConfiguration: {
        strategy: 'ROLLING',
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        deploymentCircuitBreaker: {
          enable: false,
          rollback: false,
          resetOnHealthyTask: true,
          thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 50 },
        },
      },
    });
    expect(service).not.toHaveProperty('healthCheckGracePeriodSeconds');
  });

  test("without a launch type takes the cluster's capacity provider strategy, and places tasks by base and weight", async () => {
    const { cluster } = await fixture.ecs.send(
      new CreateClusterCommand({
        clusterName: 'mixed',
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        defaultCapacityProviderStrategy: [
          { capacityProvider: 'FARGATE', base: 1, weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', weight: 3 },
        ],
      }),
    );
    const input = await fixture.input(undefined, {}, { launchType: undefined, desiredCount: 9 });
    const service = await fixture.create({ ...input, cluster: 'mixed' });
    expect(service.capacityProviderStrategy).toEqual(cluster!.defaultCapacityProviderStrategy);
    await fixture.advance(MINUTE);
    const { taskArns } = await fixture.ecs.send(new ListTasksCommand({ cluster: 'mixed' }));
    const { tasks } = await fixture.ecs.send(new DescribeTasksCommand({ cluster: 'mixed', tasks: taskArns }));
    const providers = tasks!.map(({ capacityProviderName }) => capacityProviderName);
    expect(providers.filter((name) => name === 'FARGATE')).toHaveLength(3);
    expect(providers.filter((name) => name === 'FARGATE_SPOT')).toHaveLength(6);
  });

  describe('with a client token', () => {
    test('may be repeated, also at the same time', async () => {
      const input = { ...(await fixture.input(undefined, {})), clientToken: 'token' };
      const services = await Promise.all([
        fixture.create(input),
        fixture.create(input),
        fixture.create(input),
      ]);
      expect(new Set(services.map(({ createdAt }) => createdAt!.getTime())).size).toBe(1);
      expect(await fixture.deployments(services[0]!)).toHaveLength(1);
      await expect(fixture.create({ ...input, desiredCount: 7 })).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: 'Creation of service was not idempotent.',
      });
    });
  });

  test('without a client token refuses a name that is in use', async () => {
    const input = await fixture.input(undefined, {});
    await fixture.create(input);
    await expect(fixture.create(input)).rejects.toMatchObject({
      message: 'Creation of service was not idempotent.',
    });
  });

  test.each<[string, () => Promise<Partial<CreateServiceCommandInput>>, RegExp]>([
    ['an unknown cluster', async () => ({ cluster: 'nowhere' }), /^Cluster not found\.$/],
    [
      'an unknown task definition',
      async () => ({ taskDefinition: 'nowhere' }),
      /^TaskDefinition not found\.$/,
    ],
    ['no desired count', async () => ({ desiredCount: undefined }), /^desiredCount must be specified/],
    ['a bad name', async () => ({ serviceName: 'a b' }), /^Service names can only contain letters/],
    [
      'an unknown platform',
      async () => ({ platformVersion: '9.9.9' }),
      /^The specified platform does not exist\.$/,
    ],
    [
      'both launch type and capacity providers',
      async () => ({ capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }] }),
      /^Specifying both a launch type and capacity provider strategy is not supported/,
    ],
    [
      'a provider that is not associated',
      async () => ({
        launchType: undefined,
        capacityProviderStrategy: [{ capacityProvider: 'OTHER', weight: 1 }],
      }),
      /not associated with the cluster/,
    ],
    [
      'no network',
      async () => ({ networkConfiguration: undefined }),
      /^Network Configuration must be provided/,
    ],
    [
      'an unknown subnet',
      async () => ({ networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-00000000'] } } }),
      /^Error retrieving subnet information for \[subnet-00000000\]: .* \(ErrorCode: InvalidSubnetID\.NotFound\)$/,
    ],
    [
      'an unknown security group',
      async () => ({
        networkConfiguration: {
          awsvpcConfiguration: { subnets: fixture.subnets, securityGroups: ['sg-00000000'] },
        },
      }),
      /^Error retrieving security group information for \[sg-00000000\]: .* \(ErrorCode: InvalidGroup\.NotFound\)$/,
    ],
    ['subnets of two VPCs', foreignNetwork('subnets'), /same VPC/],
    [
      'a security group of another VPC',
      foreignNetwork('securityGroups'),
      /does not appear to belong to the same VPC/,
    ],
    [
      'a grace period without a load balancer',
      async () => ({ healthCheckGracePeriodSeconds: 5 }),
      /^Health check grace period/,
    ],
    [
      'a canary of 0 %',
      async () => ({
        deploymentConfiguration: { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.05 } },
      }),
      /canaryPercent must be between 0\.1 and 100\./,
    ],
    [
      'linear steps of 2 %',
      async () => ({
        deploymentConfiguration: { strategy: 'LINEAR', linearConfiguration: { stepPercent: 2 } },
      }),
      /stepPercent must be between 3 and 100\./,
    ],
    [
      'a canary under another strategy',
      async () => ({
        deploymentConfiguration: { strategy: 'LINEAR', canaryConfiguration: { canaryPercent: 5 } },
      }),
      /^canaryConfiguration is only valid when the deployment strategy is CANARY\.$/,
    ],
    [
      'a pause where none can be',
      async () => ({
        deploymentConfiguration: {
          strategy: 'BLUE_GREEN',
          lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'] }],
        },
      }),
      /^Invalid lifecycle stage provided for Pause Hook$/,
    ],
    ['reserved tags', async () => ({ tags: [{ key: 'aws:x', value: '' }] }), /must not start with "aws:"/],
    [
      'a target group that does not exist',
      balanced(async () => ({ targetGroupArn: pair.blue.replace(/.$/, 'x') })),
      /not found/,
    ],
    [
      'a target group without a load balancer',
      balanced(async () => ({ targetGroupArn: await fixture.targetGroup() })),
      /^The target group with targetGroupArn .* does not have an associated load balancer\.$/,
    ],
    [
      'a target group of instances',
      balanced(async () => {
        const targetGroupArn = await fixture.targetGroup('instance');
        await fixture.rule([[targetGroupArn, 1]]);
        return { targetGroupArn };
      }),
      /has target type instance, which is incompatible with the awsvpc network mode/,
    ],
    [
      'an unknown container',
      balanced(async () => ({ containerName: 'Other' })),
      /^The container Other does not exist in the task definition\.$/,
    ],
    [
      'an unknown port',
      balanced(async () => ({ containerPort: 81 })),
      /^The container Main did not have a container port 81 defined\.$/,
    ],
    [
      'no advanced configuration for a canary',
      async () => ({
        ...(await balanced(async () => ({}))()),
        deploymentConfiguration: { strategy: 'CANARY' },
      }),
      /^advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy$/,
    ],
    [
      'the same target group twice',
      advanced({ alternateTargetGroupArn: 'green' }),
      /^Duplicate targetGroupArn found: /,
    ],
    [
      'the production rule as test rule',
      advanced({ testListenerRule: 'production' }),
      /^The following rules cannot be used as both production and test listener rules: /,
    ],
    [
      'a listener for a rule',
      async () => {
        const input = await advanced({})();
        const [loadBalancer] = input.loadBalancers as LoadBalancer[];
        loadBalancer!.advancedConfiguration!.productionListenerRule = pair.production
          .replace('listener-rule', 'listener')
          .replace(/\/[^/]+$/, '');
        return input;
      },
      /^productionListenerRule has an invalid ARN format\. Must be RuleArn for ALB or ListenerArn for NLB\. Got: /,
    ],
    [
      'a pair of which the production rule has one, and no test rule',
      async () => {
        const production = await fixture.rule([[pair.blue, 1]]);
        const input = await advanced({ testListenerRule: undefined })();
        const [loadBalancer] = input.loadBalancers as LoadBalancer[];
        loadBalancer!.advancedConfiguration!.productionListenerRule = production;
        return input;
      },
      /^For Application LoadBalancer, testListenerRule is required when/,
    ],
  ])('refuses %s', async (_what, overrides, message) => {
    const input = { ...(await fixture.input(undefined, {})), ...(await overrides()) };
    await expect(fixture.create(input)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  test('told that it accepts a production rule with one target group alone, makes the rule forward to both', async () => {
    const { green, blue } = await fixture.pair();
    const production = await fixture.rule([[green, 1]]);
    const { advancedConfiguration, ...loadBalancer } = loadBalancerOf({ blue, green, production, test: '' });
    const { testListenerRule: _none, ...advanced } = advancedConfiguration!;
    const loadBalancers = [{ ...loadBalancer, advancedConfiguration: advanced }];
    fixture.aws.answers.give({ 'ecs.production-rule-needs-both-target-groups': false });
    await fixture.running(undefined, { strategy: 'BLUE_GREEN' }, { loadBalancers });
    fixture.aws.answers.reset();
    expect(await fixture.weights(production, blue, green)).toEqual([100, 0]);
  });

  /** Load balancers of a plain service, with one member changed. */
  function balanced(change: () => Promise<Partial<LoadBalancer>>) {
    return async (): Promise<Partial<CreateServiceCommandInput>> => ({
      loadBalancers: [
        { targetGroupArn: pair.blue, containerName: 'Main', containerPort: 80, ...(await change()) },
      ],
    });
  }

  /** A canary with members of its advanced configuration replaced by other parts of the pair. */
  function advanced(change: Record<string, keyof Pair | undefined>) {
    return async (): Promise<Partial<CreateServiceCommandInput>> => {
      const input = await fixture.input(pair, { strategy: 'CANARY' });
      const configuration = input.loadBalancers![0]!.advancedConfiguration!;
      const changed = Object.entries(change).map(([member, part]) => [member, part && pair[part]]);
      Object.assign(configuration, Object.fromEntries(changed));
      return input;
    };
  }

  /** A network configuration with one subnet or security group of another VPC. */
  function foreignNetwork(member: 'subnets' | 'securityGroups') {
    return async (): Promise<Partial<CreateServiceCommandInput>> => {
      const { Vpc } = await fixture.ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
      const { Subnet } = await fixture.ec2.send(
        new CreateSubnetCommand({ VpcId: Vpc!.VpcId, CidrBlock: '10.9.0.0/24' }),
      );
      const { GroupId } = await fixture.ec2.send(
        new CreateSecurityGroupCommand({ VpcId: Vpc!.VpcId, GroupName: 'foreign', Description: 'foreign' }),
      );
      const foreign = { subnets: Subnet!.SubnetId!, securityGroups: GroupId! }[member];
      const network = { subnets: fixture.subnets, securityGroups: [fixture.securityGroup] };
      return {
        networkConfiguration: {
          awsvpcConfiguration: { ...network, [member]: [...network[member], foreign] },
        },
      };
    };
  }
});

describe('UpdateService', () => {
  test.each<[string, object, number]>([
    ['the task definition', { taskDefinition: 'new' }, 2],
    ['the same task definition', { taskDefinition: 'same' }, 1],
    ['the network', { networkConfiguration: 'fewer subnets' }, 2],
    ['the platform version', { platformVersion: '1.4.0' }, 2],
    ['Service Connect', { serviceConnectConfiguration: { enabled: false } }, 2],
    ['nothing, but forces a deployment', { forceNewDeployment: true }, 2],
    ['the desired count', { desiredCount: 1 }, 1],
    ['the deployment configuration', { deploymentConfiguration: { maximumPercent: 150 } }, 1],
    ['ECS Exec', { enableExecuteCommand: true }, 1],
    ['tag propagation', { propagateTags: 'SERVICE' }, 1],
    ['zone rebalancing', { availabilityZoneRebalancing: 'DISABLED' }, 1],
  ])('that changes %s', async (_what, change: any, deployments) => {
    const service = await fixture.running(undefined, {});
    const values: Record<string, unknown> = {
      new: await fixture.taskDefinition('repository/web:2'),
      same: service.taskDefinition,
      'fewer subnets': { awsvpcConfiguration: { subnets: fixture.subnets.slice(0, 1) } },
    };
    const [[member, value]] = Object.entries(change) as [[string, any]];
    const updated = await fixture.update(service, { [member]: values[value] ?? value });
    await fixture.advance(5 * MINUTE);
    expect(await fixture.deployments(service)).toHaveLength(deployments);
    if (member !== 'forceNewDeployment' && typeof value !== 'string')
      expect(updated).toMatchObject(member === 'serviceConnectConfiguration' ? {} : change);
    expect((await fixture.deployment(service)).status).toBe('SUCCESSFUL');
  });

  test('keeps what it does not name', async () => {
    const service = await fixture.running(pair, {
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 1 },
    });
    const updated = await fixture.update(service, { deploymentConfiguration: { bakeTimeInMinutes: 7 } });
    expect(updated.loadBalancers).toEqual(service.loadBalancers);
    expect(updated.deploymentConfiguration).toEqual({
      ...service.deploymentConfiguration,
      bakeTimeInMinutes: 7,
    });
    await fixture.ecs.send(new DeleteServiceCommand({ service: service.serviceName, force: true }));
    await fixture.advance(5 * MINUTE);
  });

  test.each([
    [
      'a service that does not exist',
      { service: 'nothing' },
      'ServiceNotFoundException',
      'Service not found.',
    ],
    [
      'a cluster that does not exist',
      { cluster: 'nowhere', service: 'x' },
      'ClusterNotFoundException',
      'Cluster not found.',
    ],
  ])('refuses %s', async (_what, input, name, message) => {
    await expect(fixture.ecs.send(new UpdateServiceCommand(input))).rejects.toMatchObject({ name, message });
  });

  test('refuses a task definition that is not active, but scales a service that has one', async () => {
    const service = await fixture.running(undefined, {});
    const taskDefinition = await fixture.taskDefinition('repository/web:2');
    for (const inactive of [taskDefinition, service.taskDefinition]) {
      await fixture.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: inactive }));
    }
    await expect(fixture.update(service, { taskDefinition })).rejects.toMatchObject({
      name: 'ClientException',
      message: 'TaskDefinition is inactive',
    });
    await fixture.update(service, { desiredCount: 3 });
    await fixture.advance(MINUTE);
    expect((await fixture.describe(service)).runningCount).toBe(3);
  });

  test('refuses load balancers that do not fit a new task definition', async () => {
    const targetGroupArn = await fixture.targetGroup();
    await fixture.rule([[targetGroupArn, 1]]);
    const loadBalancers = [{ targetGroupArn, containerName: 'Main', containerPort: 80 }];
    const service = await fixture.running(undefined, {}, { loadBalancers });
    const { taskDefinition } = await fixture.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'other-port',
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        containerDefinitions: [
          { name: 'Main', image: 'repository/web', portMappings: [{ containerPort: 8080 }] },
        ],
      }),
    );
    const update = { taskDefinition: taskDefinition!.taskDefinitionArn };
    await expect(fixture.update(service, update)).rejects.toMatchObject({
      message: 'The container Main did not have a container port 80 defined.',
    });
    await fixture.update(service, {
      ...update,
      loadBalancers: [{ ...loadBalancers[0]!, containerPort: 8080 }],
    });
    await fixture.advance(5 * MINUTE);
    expect(await fixture.deployment(service)).toMatchObject({ status: 'SUCCESSFUL' });
  });
});

describe('DeleteService', () => {
  const remove = (service: string, force?: boolean) =>
    fixture.ecs.send(new DeleteServiceCommand({ service, force }));

  test('drains connections before the service is INACTIVE; then its name is free', async () => {
    const deleted = await fixture.pair();
    const input = await fixture.input(deleted, { strategy: 'BLUE_GREEN' });
    const service = await fixture.create(input);
    await fixture.advance(5 * MINUTE);
    const name = service.serviceName!;
    await expect(remove(name)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'The service cannot be stopped while it is scaled above 0.',
    });
    expect((await remove(name, true)).service).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
    await expect(fixture.create(input)).rejects.toMatchObject({
      message: 'Unable to Start a service that is still Draining.',
    });
    await fixture.advance(30_000);
    expect(await fixture.describe(service)).toMatchObject({ status: 'DRAINING', runningCount: 0 });
    expect(await fixture.targets(deleted.blue)).toEqual([]);
    await fixture.advance(MINUTE);
    expect(await fixture.describe(service)).toMatchObject({ status: 'INACTIVE', deployments: [] });
    await expect(remove(name, true)).rejects.toMatchObject({ name: 'ServiceNotActiveException' });
    await expect(fixture.update(service, { desiredCount: 1 })).rejects.toMatchObject({
      name: 'ServiceNotActiveException',
      message: 'Service was not ACTIVE.',
    });
    expect(await fixture.create(input)).toMatchObject({ status: 'ACTIVE', desiredCount: 2 });
  });

  test('ends a deployment that is in progress', async () => {
    const service = await fixture.create(await fixture.input(undefined, {}));
    await fixture.advance(10_000);
    await remove(service.serviceName!, true);
    await fixture.advance(MINUTE);
    expect(await fixture.describe(service)).toMatchObject({
      status: 'INACTIVE',
      runningCount: 0,
      pendingCount: 0,
    });
    expect(await fixture.deployment(service)).toMatchObject({ status: 'STOPPED' });
    expect(await fixture.tasks(service)).toEqual([]);
  });

  test('needs no force for a service scaled to 0', async () => {
    const service = await fixture.create(await fixture.input(undefined, {}, { desiredCount: 0 }));
    await remove(service.serviceName!);
    await fixture.advance(1000);
    expect((await fixture.describe(service)).status).toBe('INACTIVE');
  });
});

describe('DescribeServices and ListServices', () => {
  test('name what is missing, take at most ten names, and page', async () => {
    const missing = await fixture.ecs.send(new DescribeServicesCommand({ services: ['nothing'] }));
    expect(missing).toMatchObject({
      services: [],
      failures: [{ arn: 'arn:aws:ecs:us-east-1:123456789012:service/default/nothing', reason: 'MISSING' }],
    });
    const eleven = Array.from({ length: 11 }, (_, index) => `s${index}`);
    await expect(fixture.ecs.send(new DescribeServicesCommand({ services: eleven }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    const taskDefinition = await fixture.taskDefinition('repository/web:1');
    const created = [];
    for (let index = 0; index < 12; index++) {
      const input = await fixture.input(undefined, {}, { desiredCount: 0, taskDefinition });
      created.push((await fixture.ecs.send(new CreateServiceCommand(input))).service!);
    }
    await fixture.ecs.send(new DeleteServiceCommand({ service: created[0]!.serviceName }));
    const listed: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await fixture.ecs.send(new ListServicesCommand({ nextToken }));
      expect(page.serviceArns!.length).toBeLessThanOrEqual(10);
      listed.push(...page.serviceArns!);
      ({ nextToken } = page);
    } while (nextToken);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(created.slice(1).map(({ serviceArn }) => serviceArn)));
    expect(listed).not.toContain(created[0]!.serviceArn);
  });
});
