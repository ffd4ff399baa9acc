/** The local AWS with a stopped clock, a VPC, a load balancer and everything an ECS service refers to. */
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type CreateServiceCommandInput,
  type DeploymentConfiguration,
  type LoadBalancer,
  type Service,
  type ServiceDeployment,
  type Task,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { startLocalAws, type LocalAws } from '../../local';
import { createRole } from '../../local/account';

export const MINUTE = 60_000;
export const ROLE = 'arn:aws:iam::123456789012:role/infrastructure';

/**
 * Two target groups, and the rules that send production and test traffic to them. Blue is the alternate one, where the
 * first deployment of a service puts its tasks and which serves from then on.
 */
export interface Pair {
  readonly blue: string;
  readonly green: string;
  readonly production: string;
  readonly test: string;
}

export class Fixture {
  private sequence = 0;

  private constructor(
    readonly aws: LocalAws,
    readonly ecs: ECSClient,
    readonly elb: ElasticLoadBalancingV2Client,
    readonly ec2: EC2Client,
    readonly cloudWatch: CloudWatchClient,
    readonly vpc: string,
    readonly subnets: string[],
    readonly securityGroup: string,
    private readonly listener: string,
  ) {}

  static async start(): Promise<Fixture> {
    const aws = await startLocalAws({ clock: 'manual' });
    const ecs = new ECSClient({ ...aws.clientOptions(), maxAttempts: 1 });
    // Straight to the state behind the endpoint: these tests are about ECS, not about the guards of other services.
    const elb = new ElasticLoadBalancingV2Client(aws.moto.clientOptions);
    const ec2 = new EC2Client(aws.moto.clientOptions);
    const cloudWatch = new CloudWatchClient(aws.moto.clientOptions);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const vpc = Vpc!.VpcId!;
    const subnets = await Promise.all(
      ['a', 'b'].map(async (zone, index) => {
        const subnet = { VpcId: vpc, CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `us-east-1${zone}` };
        return (await ec2.send(new CreateSubnetCommand(subnet))).Subnet!.SubnetId!;
      }),
    );
    const group = { VpcId: vpc, GroupName: 'service', Description: 'service' };
    const { GroupId } = await ec2.send(new CreateSecurityGroupCommand(group));
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({ Name: 'shared', Subnets: subnets }),
    );
    const listener = await createListener(elb, LoadBalancers![0]!.LoadBalancerArn!);
    await ecs.send(new CreateClusterCommand({ capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }));
    await createRole(aws, 'infrastructure', 'ecs.amazonaws.com');
    // Until the role can be used.
    await aws.clock.advance(MINUTE);
    return new Fixture(aws, ecs, elb, ec2, cloudWatch, vpc, subnets, GroupId!, listener);
  }

  close(): Promise<void> {
    return this.aws.close();
  }

  /** A name that nothing else has. */
  name(prefix: string): string {
    return `${prefix}-${this.sequence++}`;
  }

  advance(milliseconds: number): Promise<void> {
    return this.aws.clock.advance(milliseconds);
  }

  /** A target group whose targets are healthy after 20 s. */
  async targetGroup(type: 'ip' | 'instance' = 'ip'): Promise<string> {
    const { TargetGroups } = await this.elb.send(
      new CreateTargetGroupCommand({
        Name: this.name('group'),
        VpcId: this.vpc,
        Protocol: 'HTTP',
        Port: 80,
        TargetType: type,
        HealthCheckPath: '/ping',
        HealthCheckIntervalSeconds: 10,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      }),
    );
    const arn = TargetGroups![0]!.TargetGroupArn!;
    await this.elb.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: arn,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }],
      }),
    );
    return arn;
  }

  /** A second load balancer. Returns the ARN of its listener. */
  async anotherListener(): Promise<string> {
    const { LoadBalancers } = await this.elb.send(
      new CreateLoadBalancerCommand({ Name: this.name('another'), Subnets: this.subnets }),
    );
    return createListener(this.elb, LoadBalancers![0]!.LoadBalancerArn!);
  }

  /** A rule that forwards to target groups with weights. */
  async rule(
    weights: readonly (readonly [string, number])[],
    header?: string,
    listener = this.listener,
  ): Promise<string> {
    const priority = ++this.sequence;
    const conditions = header
      ? [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: header, Values: [`v${priority}`] } }]
      : [{ Field: 'host-header', HostHeaderConfig: { Values: [`s${priority}.example.com`] } }];
    const { Rules } = await this.elb.send(
      new CreateRuleCommand({
        ListenerArn: listener,
        Priority: priority,
        Conditions: conditions,
        Actions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: weights.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })),
            },
          },
        ],
      }),
    );
    return Rules![0]!.RuleArn!;
  }

  /** @param listener of the rules; that of the load balancer which all pairs share when left out. */
  async pair(listener?: string): Promise<Pair> {
    const [blue, green] = [await this.targetGroup(), await this.targetGroup()];
    const weights = [[blue, 0] as const, [green, 100] as const];
    return {
      blue,
      green,
      production: await this.rule(weights, undefined, listener),
      test: await this.rule(weights, 'x-test', listener),
    };
  }

  /** Register a Fargate task definition of one container on port 80. Returns `family:revision`. */
  async taskDefinition(image: string, family = 'web'): Promise<string> {
    const { taskDefinition } = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'Main', image, portMappings: [{ containerPort: 80 }] }],
      }),
    );
    return `${taskDefinition!.family}:${taskDefinition!.revision}`;
  }

  /** Input of a service that runs two tasks behind a pair of target groups. */
  async input(
    pair: Pair | undefined,
    deploymentConfiguration: DeploymentConfiguration,
    overrides: Partial<CreateServiceCommandInput> = {},
  ): Promise<CreateServiceCommandInput> {
    return {
      serviceName: this.name('service'),
      taskDefinition: overrides.taskDefinition ?? (await this.taskDefinition('repository/web:1')),
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: this.subnets, securityGroups: [this.securityGroup] },
      },
      deploymentConfiguration,
      ...(pair && {
        loadBalancers: [loadBalancerOf(pair)],
      }),
      ...overrides,
    };
  }

  async create(input: CreateServiceCommandInput): Promise<Service> {
    return (await this.ecs.send(new CreateServiceCommand(input))).service!;
  }

  /** A service whose first deployment has come to its end, or has gone on for an hour. */
  async running(...input: Parameters<Fixture['input']>): Promise<Service> {
    const service = await this.create(await this.input(...input));
    for (let minutes = 0; minutes < 60; minutes += 5) {
      await this.advance(5 * MINUTE);
      if ((await this.deployment(service)).finishedAt) break;
    }
    return service;
  }

  async update(service: Service, input: Partial<UpdateServiceCommandInput>): Promise<Service> {
    const { service: updated } = await this.ecs.send(
      new UpdateServiceCommand({ service: service.serviceName, ...input }),
    );
    return updated!;
  }

  async describe(service: Service): Promise<Service> {
    const { services } = await this.ecs.send(
      new DescribeServicesCommand({ services: [service.serviceName!] }),
    );
    return services![0]!;
  }

  /** The newest service deployment. */
  async deployment(service: Service): Promise<ServiceDeployment> {
    return (await this.deployments(service))[0]!;
  }

  /** All service deployments, the newest first. */
  async deployments(service: Service): Promise<ServiceDeployment[]> {
    const { serviceDeployments: listed } = await this.ecs.send(
      new ListServiceDeploymentsCommand({ service: service.serviceName }),
    );
    const serviceDeploymentArns = listed!.map(({ serviceDeploymentArn }) => serviceDeploymentArn!);
    const { serviceDeployments } = await this.ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }),
    );
    return serviceDeployments!;
  }

  async tasks(service: Service, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING'): Promise<Task[]> {
    const { taskArns } = await this.ecs.send(
      new ListTasksCommand({ serviceName: service.serviceName, desiredStatus }),
    );
    if (taskArns!.length === 0) return [];
    return (await this.ecs.send(new DescribeTasksCommand({ tasks: taskArns, include: ['TAGS'] }))).tasks!;
  }

  /** Percentage of a rule's traffic that each of the target groups gets. */
  async weights(rule: string, ...targetGroups: string[]): Promise<number[]> {
    const { Rules } = await this.elb.send(new DescribeRulesCommand({ RuleArns: [rule] }));
    const tuples = Rules![0]!.Actions![0]!.ForwardConfig!.TargetGroups!;
    const total = tuples.reduce((sum, { Weight }) => sum + Weight!, 0);
    return targetGroups.map((arn) => {
      const weight = tuples.find(({ TargetGroupArn }) => TargetGroupArn === arn)!.Weight!;
      return Math.round((weight / total) * 1000) / 10;
    });
  }

  /** Addresses registered in a target group. */
  async targets(targetGroupArn: string): Promise<string[]> {
    const { TargetHealthDescriptions } = await this.elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
    );
    return TargetHealthDescriptions!.map(({ Target }) => Target!.Id!).sort();
  }

  /** An alarm that a test can set off. */
  async alarm(): Promise<{ name: string; set(state: 'OK' | 'ALARM'): Promise<void> }> {
    const name = this.name('alarm');
    await this.cloudWatch.send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        Namespace: 'test',
        MetricName: 'errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    const set = async (StateValue: 'OK' | 'ALARM') => {
      await this.cloudWatch.send(
        new SetAlarmStateCommand({ AlarmName: name, StateValue, StateReason: 'test' }),
      );
    };
    await set('OK');
    return { name, set };
  }
}

/** The entry of a service's load balancers that stands for a pair of target groups. */
export function loadBalancerOf(pair: Pair): LoadBalancer {
  return {
    targetGroupArn: pair.green,
    containerName: 'Main',
    containerPort: 80,
    advancedConfiguration: {
      alternateTargetGroupArn: pair.blue,
      productionListenerRule: pair.production,
      testListenerRule: pair.test,
      roleArn: ROLE,
    },
  };
}

async function createListener(elb: ElasticLoadBalancingV2Client, loadBalancerArn: string): Promise<string> {
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    }),
  );
  return Listeners![0]!.ListenerArn!;
}

/** The private address of a task's network interface. */
export function addressOf(task: Task): string {
  return task.attachments![0]!.details!.find(({ name }) => name === 'privateIPv4Address')!.value!;
}

/** Messages of a service's events, oldest first, without the name of the service. */
export function messages(service: Service): string[] {
  return service.events!.map(({ message }) => message!.replace(/^\(service [^)]*\) /, '')).reverse();
}
