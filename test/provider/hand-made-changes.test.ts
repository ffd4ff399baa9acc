/**
 * What people change by hand survives the next update that does not touch the same setting; where both change it, the
 * template wins, and the answers of the update say so.
 */
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UpdateServiceCommand,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import {
  CreateRuleCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Structure } from '../../local/service';
import { Driver } from '../support/driver';

const NAME = 'hello';
const ALARM = `default/${NAME}/RollbackAlarm`;
const TARGET = {
  ServiceNamespace: 'ecs',
  ResourceId: `service/default/${NAME}`,
  ScalableDimension: 'ecs:service:DesiredCount',
} as const;

let driver: Driver;
let clients: {
  readonly ecs: ECSClient;
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly cloudWatch: CloudWatchClient;
  readonly autoScaling: ApplicationAutoScalingClient;
};
beforeAll(async () => {
  driver = await Driver.start();
  const options = driver.aws.clientOptions();
  clients = {
    ecs: new ECSClient(options),
    ec2: new EC2Client(options),
    elb: new ElasticLoadBalancingV2Client(options),
    logs: new CloudWatchLogsClient(options),
    cloudWatch: new CloudWatchClient(options),
    autoScaling: new ApplicationAutoScalingClient(options),
  };
  service = Driver.modelOf(await driver.create(template()));
});
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await driver.close();
});

/** The service as it was last read, and the template that made it so. */
let service: Structure;
let applied: Structure;

/** A template that names every setting that is changed by hand below. */
function template(changes: Structure = {}): Structure {
  const { PrimaryContainer, ScalingTarget, ...others } = changes;
  applied = driver.model({
    ServiceName: NAME,
    PrimaryContainer: {
      Image: 'example/hello:1',
      Environment: [{ Name: 'LEVEL', Value: 'info' }],
      ...PrimaryContainer,
    },
    ScalingTarget: {
      MinTaskCount: 1,
      MaxTaskCount: 4,
      AutoScalingTargetValue: 60,
      ScheduledActions: [{ Name: 'night', Schedule: 'cron(0 22 * * ? *)', MinTaskCount: 1 }],
      ...ScalingTarget,
    },
    LogRetentionInDays: 30,
    DeploymentConfiguration: { RollbackAlarm: { Threshold: 1 } },
    ...others,
  });
  return applied;
}

/** @returns what the update answers at its end. */
async function update(changes: Structure) {
  const previous = { ...applied, ServiceArn: service.ServiceArn };
  const outcome = await driver.update(previous, template(changes));
  service = Driver.modelOf(outcome);
  return outcome;
}

async function runningTask(): Promise<RegisterTaskDefinitionCommandInput> {
  const { services } = await clients.ecs.send(new DescribeServicesCommand({ services: [NAME] }));
  const { taskDefinition } = await clients.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: services![0]!.taskDefinition }),
  );
  return taskDefinition as RegisterTaskDefinitionCommandInput;
}

/** Register a revision like the one that runs, with other containers, and deploy it. */
async function deploy(change: (containers: ContainerDefinition[]) => void): Promise<void> {
  const { family, taskRoleArn, executionRoleArn, networkMode, containerDefinitions, ...task } =
    await runningTask();
  change(containerDefinitions!);
  const { taskDefinition } = await clients.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      taskRoleArn,
      executionRoleArn,
      networkMode,
      containerDefinitions,
      requiresCompatibilities: task.requiresCompatibilities,
      runtimePlatform: task.runtimePlatform,
      cpu: task.cpu,
      memory: task.memory,
    }),
  );
  await clients.ecs.send(
    new UpdateServiceCommand({ service: NAME, taskDefinition: taskDefinition!.taskDefinitionArn }),
  );
  await driver.aws.clock.sleep(20 * 60_000);
}

async function securityGroup(kind: 'ServiceSecurityGroups' | 'LoadBalancerSecurityGroups') {
  const { IngressPath, ...arns } = service.ECSManagedResourceArns;
  const [arn] = { ...IngressPath, ...arns }[kind] as string[];
  const GroupIds = [arn!.slice(arn!.lastIndexOf('/') + 1)];
  const { SecurityGroups } = await clients.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }));
  return SecurityGroups![0]!;
}

async function openPort(kind: 'ServiceSecurityGroups' | 'LoadBalancerSecurityGroups', port: number) {
  const { GroupId } = await securityGroup(kind);
  await clients.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '192.0.2.0/24' }] },
      ],
    }),
  );
}

async function openPorts(kind: 'ServiceSecurityGroups' | 'LoadBalancerSecurityGroups') {
  const { IpPermissions } = await securityGroup(kind);
  return IpPermissions!.map(({ FromPort }) => FromPort);
}

async function alarm() {
  const { MetricAlarms } = await clients.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [ALARM] }));
  return MetricAlarms![0]!;
}

async function policy() {
  const { ScalingPolicies } = await clients.autoScaling.send(new DescribeScalingPoliciesCommand(TARGET));
  return ScalingPolicies![0]!;
}

async function taskCounts() {
  const { ServiceNamespace, ResourceId } = TARGET;
  const { ScalableTargets } = await clients.autoScaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId] }),
  );
  return [ScalableTargets![0]!.MinCapacity, ScalableTargets![0]!.MaxCapacity];
}

async function scheduledActions() {
  const { ScheduledActions } = await clients.autoScaling.send(new DescribeScheduledActionsCommand(TARGET));
  return Object.fromEntries(
    ScheduledActions!.map(({ ScheduledActionName, Schedule }) => [ScheduledActionName, Schedule]),
  );
}

async function ecsService() {
  const { services } = await clients.ecs.send(
    new DescribeServicesCommand({ services: [NAME], include: ['TAGS'] }),
  );
  return services![0]!;
}

async function retention() {
  const { logGroups } = await clients.logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: `/aws/ecs/default/${NAME}-` }),
  );
  return logGroups![0]!;
}

const container = async (name: string) =>
  (await runningTask()).containerDefinitions!.find((candidate) => candidate.name === name);
const schedule = (name: string, Schedule: string) =>
  clients.autoScaling.send(
    new PutScheduledActionCommand({
      ...TARGET,
      ScheduledActionName: name,
      Schedule,
      ScalableTargetAction: { MinCapacity: 2 },
    }),
  );

/** What somebody does by hand, and what must hold then and after an update that touches none of it. */
type Change = readonly [what: string, byHand: () => Promise<unknown>, holds: () => Promise<void>];

const CHANGES: readonly Change[] = [
  [
    'a sidecar, an environment variable and another image in a new revision',
    () =>
      deploy((containers) => {
        const [main] = containers;
        main!.image = 'example/hello:debug';
        main!.environment!.push({ name: 'TRACE', value: 'on' });
        main!.ulimits = [{ name: 'nofile', softLimit: 1024, hardLimit: 2048 }];
        main!.dockerLabels = { team: 'a' };
        main!.linuxParameters = { initProcessEnabled: false };
        main!.memoryReservation = 64;
        containers.push({ name: 'agent', image: 'example/agent:1', essential: false });
      }),
    async () => {
      expect(await container('agent')).toMatchObject({ image: 'example/agent:1' });
      expect(await container('Main')).toMatchObject({
        image: 'example/hello:debug',
        ulimits: [{ name: 'nofile', softLimit: 1024, hardLimit: 2048 }],
        dockerLabels: { team: 'a' },
        linuxParameters: { initProcessEnabled: false },
        memoryReservation: 64,
        environment: expect.arrayContaining([
          { name: 'LEVEL', value: 'info' },
          { name: 'TRACE', value: 'on' },
        ]),
      });
    },
  ],
  [
    'the desired count',
    () => clients.ecs.send(new UpdateServiceCommand({ service: NAME, desiredCount: 3 })),
    async () => expect((await ecsService()).desiredCount).toBe(3),
  ],
  [
    'settings of the service and its deployments',
    async () => {
      const { deploymentConfiguration } = await ecsService();
      await clients.ecs.send(
        new UpdateServiceCommand({
          service: NAME,
          healthCheckGracePeriodSeconds: 60,
          availabilityZoneRebalancing: 'DISABLED',
          propagateTags: 'NONE',
          enableECSManagedTags: false,
          deploymentConfiguration: { ...deploymentConfiguration, bakeTimeInMinutes: 7 },
        }),
      );
    },
    async () =>
      expect(await ecsService()).toMatchObject({
        healthCheckGracePeriodSeconds: 60,
        availabilityZoneRebalancing: 'DISABLED',
        propagateTags: 'NONE',
        enableECSManagedTags: false,
        deploymentConfiguration: { bakeTimeInMinutes: 7 },
      }),
  ],
  [
    'a listener rule',
    () =>
      clients.elb.send(
        new CreateRuleCommand({
          ListenerArn: service.ECSManagedResourceArns.IngressPath.ListenerArn,
          Priority: 7,
          Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/by-hand'] } }],
          Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '204' } }],
        }),
      ),
    async () => {
      const { Rules } = await clients.elb.send(
        new DescribeRulesCommand({ ListenerArn: service.ECSManagedResourceArns.IngressPath.ListenerArn }),
      );
      expect(Rules!.map(({ Priority }) => Priority)).toContain('7');
    },
  ],
  [
    'health check and delay of the target groups',
    async () => {
      for (const TargetGroupArn of service.ECSManagedResourceArns.IngressPath.TargetGroupArns) {
        await clients.elb.send(
          new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckIntervalSeconds: 12 }),
        );
        const Attributes = [
          { Key: 'deregistration_delay.timeout_seconds', Value: '77' },
          { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
        ];
        await clients.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
      }
    },
    async () => {
      for (const TargetGroupArn of service.ECSManagedResourceArns.IngressPath.TargetGroupArns) {
        const { TargetGroups } = await clients.elb.send(
          new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn] }),
        );
        expect(TargetGroups![0]!.HealthCheckIntervalSeconds).toBe(12);
        const { Attributes } = await clients.elb.send(
          new DescribeTargetGroupAttributesCommand({ TargetGroupArn }),
        );
        expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '77' });
        expect(Attributes).toContainEqual({
          Key: 'load_balancing.algorithm.type',
          Value: 'least_outstanding_requests',
        });
      }
    },
  ],
  [
    'attributes of the load balancer',
    () =>
      clients.elb.send(
        new ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: service.ECSManagedResourceArns.IngressPath.LoadBalancerArn,
          Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '123' }],
        }),
      ),
    async () => {
      const { Attributes } = await clients.elb.send(
        new DescribeLoadBalancerAttributesCommand({
          LoadBalancerArn: service.ECSManagedResourceArns.IngressPath.LoadBalancerArn,
        }),
      );
      expect(Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '123' });
    },
  ],
  [
    'a rule in the security group of the tasks',
    () => openPort('ServiceSecurityGroups', 9999),
    async () => expect(await openPorts('ServiceSecurityGroups')).toContain(9999),
  ],
  [
    'a rule in the security group of the load balancer',
    () => openPort('LoadBalancerSecurityGroups', 8443),
    async () => expect(await openPorts('LoadBalancerSecurityGroups')).toContain(8443),
  ],
  [
    'threshold and actions of the alarm',
    async () => {
      const { Metrics, EvaluationPeriods, DatapointsToAlarm, ComparisonOperator } = await alarm();
      await clients.cloudWatch.send(
        new PutMetricAlarmCommand({
          AlarmName: ALARM,
          Metrics,
          EvaluationPeriods,
          DatapointsToAlarm,
          ComparisonOperator,
          Threshold: 5,
          AlarmActions: ['arn:aws:sns:us-east-1:123456789012:on-call'],
        }),
      );
    },
    async () =>
      expect(await alarm()).toMatchObject({
        Threshold: 5,
        AlarmActions: ['arn:aws:sns:us-east-1:123456789012:on-call'],
      }),
  ],
  [
    'the scaling policy',
    async () =>
      clients.autoScaling.send(
        new PutScalingPolicyCommand({
          ...TARGET,
          PolicyName: (await policy()).PolicyName,
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageMemoryUtilization' },
            TargetValue: 75,
            ScaleInCooldown: 600,
          },
        }),
      ),
    async () =>
      expect((await policy()).TargetTrackingScalingPolicyConfiguration).toMatchObject({
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageMemoryUtilization' },
        TargetValue: 75,
        ScaleInCooldown: 600,
      }),
  ],
  [
    'least and greatest number of tasks',
    () =>
      clients.autoScaling.send(
        new RegisterScalableTargetCommand({ ...TARGET, MinCapacity: 3, MaxCapacity: 30 }),
      ),
    async () => expect(await taskCounts()).toEqual([3, 30]),
  ],
  [
    'scheduled actions',
    async () => {
      await schedule('night', 'cron(0 23 * * ? *)');
      await schedule('by-hand', 'rate(1 day)');
    },
    async () =>
      expect(await scheduledActions()).toEqual({ night: 'cron(0 23 * * ? *)', 'by-hand': 'rate(1 day)' }),
  ],
  [
    'further tags',
    async () => {
      const tag = { key: 'by-hand', value: 'x' };
      await clients.ecs.send(new TagResourceCommand({ resourceArn: service.ServiceArn, tags: [tag] }));
      const { GroupId } = await securityGroup('ServiceSecurityGroups');
      await clients.ec2.send(
        new CreateTagsCommand({ Resources: [GroupId!], Tags: [{ Key: 'by-hand', Value: 'x' }] }),
      );
    },
    async () => {
      expect((await ecsService()).tags).toContainEqual({ key: 'by-hand', value: 'x' });
      const { Tags } = await securityGroup('ServiceSecurityGroups');
      expect(Tags).toContainEqual({ Key: 'by-hand', Value: 'x' });
    },
  ],
  [
    'the retention of the logs',
    async () =>
      clients.logs.send(
        new PutRetentionPolicyCommand({
          logGroupName: (await retention()).logGroupName,
          retentionInDays: 90,
        }),
      ),
    async () => expect((await retention()).retentionInDays).toBe(90),
  ],
];

describe('an update that touches none of it leaves', () => {
  beforeAll(async () => {
    for (const [, byHand] of CHANGES) await byHand();
    for (const [, , holds] of CHANGES) await holds();
    const { message } = await update({ Cpu: '512', Memory: '1024', Tags: [{ Key: 'team', Value: 'web' }] });
    expect(message ?? '').not.toMatch(/by hand/);
  });

  test('its own change applied', async () => {
    expect(await runningTask()).toMatchObject({ cpu: '512', memory: '1024' });
  });

  test.each(CHANGES)('%s', async (_what, _byHand, holds) => {
    await holds();
  });
});

test('what both have changed is the template’s, and every conflict is told, without values of the environment', async () => {
  const { message } = await update({
    Cpu: '512',
    Memory: '1024',
    PrimaryContainer: {
      Image: 'example/hello:2',
      Environment: [
        { Name: 'LEVEL', Value: 'debug' },
        { Name: 'TRACE', Value: 'canary-value' },
      ],
    },
    ScalingTarget: {
      MinTaskCount: 2,
      MaxTaskCount: undefined,
      AutoScalingTargetValue: 50,
      ScheduledActions: [{ Name: 'night', Schedule: 'cron(0 21 * * ? *)', MinTaskCount: 1 }],
    },
    LogRetentionInDays: 7,
    DeploymentConfiguration: { RollbackAlarm: { Threshold: 2 }, BakeTimeInMinutes: 1 },
  });
  expect(message!.split('. ').sort()).toEqual([
    "DeploymentConfiguration/BakeTimeInMinutes was changed by hand from 3 to 7; the template's value 1 applies",
    "DeploymentConfiguration/RollbackAlarm/Threshold was changed by hand from 1 to 5; the template's value 2 applies",
    "LogRetentionInDays was changed by hand from 30 to 90; the template's value 7 applies",
    "PrimaryContainer/Environment/TRACE was added by hand; the template's value applies",
    "PrimaryContainer/Image was changed by hand from example/hello:1 to example/hello:debug; the template's value example/hello:2 applies",
    "ScalingTarget/AutoScalingTargetValue was changed by hand from 60 to 75; the template's value 50 applies",
    'ScalingTarget/MaxTaskCount was changed by hand from 4 to 30; the template, which no longer sets it, applies',
    "ScalingTarget/MinTaskCount was changed by hand from 1 to 3; the template's value 2 applies",
    "ScalingTarget/ScheduledActions/night/Schedule was changed by hand from cron(0 22 * * ? *) to cron(0 23 * * ? *); the template's value cron(0 21 * * ? *) applies",
  ]);
  expect(driver.log).not.toContain('canary-value');

  expect(await container('Main')).toMatchObject({
    image: 'example/hello:2',
    environment: expect.arrayContaining([
      { name: 'LEVEL', value: 'debug' },
      { name: 'TRACE', value: 'canary-value' },
    ]),
  });
  expect(await container('agent')).toMatchObject({ image: 'example/agent:1' });
  expect(await taskCounts()).toEqual([2, 20]);
  expect((await policy()).TargetTrackingScalingPolicyConfiguration).toMatchObject({
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageMemoryUtilization' },
    TargetValue: 50,
    ScaleInCooldown: 600,
  });
  expect(await scheduledActions()).toEqual({ night: 'cron(0 21 * * ? *)', 'by-hand': 'rate(1 day)' });
  expect((await retention()).retentionInDays).toBe(7);
  expect(await alarm()).toMatchObject({
    Threshold: 2,
    AlarmActions: ['arn:aws:sns:us-east-1:123456789012:on-call'],
  });
  expect(await ecsService()).toMatchObject({
    desiredCount: 3,
    healthCheckGracePeriodSeconds: 60,
    deploymentConfiguration: { bakeTimeInMinutes: 1 },
  });
});
