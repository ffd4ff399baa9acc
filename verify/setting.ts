/** What experiments with services stand on: roles, a cluster, load balancers with two target groups each, and services. */
import { CreateLogGroupCommand, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AuthorizeSecurityGroupIngressCommand, CreateSecurityGroupCommand } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  type ContainerDefinition,
  type DeploymentConfiguration,
  type Service,
  type ServiceDeployment,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  type CreateTargetGroupCommandInput,
  type ForwardActionConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AttachRolePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import type { Laboratory, Network } from './laboratory';

/** A public image that answers on port 80. */
const IMAGE = 'public.ecr.aws/docker/library/httpd:2.4';

/** An image that is not there: each of its tasks fails. */
const NO_IMAGE = 'public.ecr.aws/docker/library/httpd:cannot-pull';

const POLICIES = 'arn:aws:iam::aws:policy';
const EXECUTION_POLICY = `${POLICIES}/service-role/AmazonECSTaskExecutionRolePolicy`;
const INFRASTRUCTURE_POLICY = `${POLICIES}/AmazonECSInfrastructureRolePolicyForLoadBalancers`;

/** Ends of a service deployment (API reference of ServiceDeployment). */
const ENDED: ReadonlySet<string> = new Set([
  'SUCCESSFUL',
  'STOPPED',
  'ROLLBACK_SUCCESSFUL',
  'ROLLBACK_FAILED',
]);

/** Seconds for which clients stay with a target group, in rules whose stickiness is on. */
export const STICKY_SECONDS = 60;

/** One way in: a load balancer with a listener, a rule, and the two target groups that the rule forwards to. */
export interface Ingress {
  readonly loadBalancerArn: string;
  readonly listenerArn: string;
  readonly ruleArn: string;
  /** The target group with weight 1 at the beginning, that of `loadBalancers`. */
  readonly primary: string;
  readonly alternate: string;
  /** State of the load balancer when it was first looked at. */
  readonly firstState: string | undefined;
}

export class Setting {
  private constructor(
    readonly laboratory: Laboratory,
    readonly cluster: string,
    readonly network: Network,
    private readonly groupId: string,
    readonly executionRoleArn: string,
    readonly infrastructureRoleArn: string,
  ) {}

  /** A cluster, two roles and a security group that lets requests in. */
  static async prepare(laboratory: Laboratory): Promise<Setting> {
    const { clients } = laboratory;
    const network = await laboratory.network();
    const executionRoleArn = await role(laboratory, 'ecs-tasks.amazonaws.com', EXECUTION_POLICY);
    const infrastructureRoleArn = await role(laboratory, 'ecs.amazonaws.com', INFRASTRUCTURE_POLICY);
    const GroupId = await securityGroup(laboratory, network);
    // Only from within: the health checks of the load balancers, which are in the group too.
    await clients.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId }] }],
      }),
    );
    const clusterName = laboratory.name('cluster');
    // An account that is new to ECS has no service-linked role in the first seconds.
    await laboratory.until('ECS to make a cluster', 3, () =>
      clients.ecs.send(new CreateClusterCommand({ clusterName })).then(
        () => true,
        (error: Error) => {
          if (/service linked role/i.test(error.message)) return undefined;
          throw error;
        },
      ),
    );
    return new Setting(laboratory, clusterName, network, GroupId, executionRoleArn, infrastructureRoleArn);
  }

  /** Another security group, that lets nothing in. @returns its id. */
  securityGroup(): Promise<string> {
    return securityGroup(this.laboratory, this.network);
  }

  /** A role that ECS may assume as infrastructure role, with the managed policy or, when it says so, without any rights. */
  infrastructureRole(rights: 'with rights' | 'without rights'): Promise<string> {
    return role(
      this.laboratory,
      'ecs.amazonaws.com',
      rights === 'with rights' ? INFRASTRUCTURE_POLICY : undefined,
    );
  }

  /** A load balancer, reachable from the security group alone, with a rule for all paths. */
  async ingress(sticky = false): Promise<Ingress> {
    const { laboratory, network, groupId } = this;
    const { elb } = laboratory.clients;
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({
        Name: laboratory.name('alb'),
        Scheme: 'internal',
        Subnets: [...network.subnetIds],
        SecurityGroups: [groupId],
      }),
    );
    const loadBalancerArn = LoadBalancers![0]!.LoadBalancerArn!;
    const [primary, alternate] = [await this.targetGroup(), await this.targetGroup()];
    let firstState: string | undefined;
    await laboratory.until('the load balancer to be active', 10, async () => {
      const { LoadBalancers: [described] = [] } = await elb.send(
        new DescribeLoadBalancersCommand({ LoadBalancerArns: [loadBalancerArn] }),
      );
      firstState ??= described?.State?.Code;
      return described?.State?.Code === 'active' ? true : undefined;
    });
    const { Listeners } = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: loadBalancerArn,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
      }),
    );
    const listenerArn = Listeners![0]!.ListenerArn!;
    const ForwardConfig: ForwardActionConfig = {
      TargetGroups: [
        { TargetGroupArn: primary, Weight: 1 },
        { TargetGroupArn: alternate, Weight: 0 },
      ],
      ...(sticky && {
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: STICKY_SECONDS },
      }),
    };
    const { Rules } = await elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: 1,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
        Actions: [{ Type: 'forward', ForwardConfig }],
      }),
    );
    return { loadBalancerArn, listenerArn, ruleArn: Rules![0]!.RuleArn!, primary, alternate, firstState };
  }

  /** A target group. @returns its ARN. */
  async targetGroup(more: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
    const { TargetGroups } = await this.laboratory.clients.elb.send(
      new CreateTargetGroupCommand({
        Name: this.laboratory.name('tg'),
        VpcId: this.network.vpcId,
        Protocol: 'HTTP',
        Port: 80,
        TargetType: 'ip',
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
        ...more,
      }),
    );
    return TargetGroups![0]!.TargetGroupArn!;
  }

  /** A revision of a task definition; `broken` is one whose tasks cannot start. @returns its ARN. */
  taskDefinition(state: 'working' | 'broken' = 'working'): Promise<string> {
    return this.register({ image: state === 'working' ? IMAGE : NO_IMAGE });
  }

  /** Register a task definition whose container has this too. @returns the ARN of the revision. */
  async register(container: Partial<ContainerDefinition>): Promise<string> {
    const { taskDefinition } = await this.laboratory.clients.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: this.laboratory.name('task'),
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        executionRoleArn: this.executionRoleArn,
        containerDefinitions: [
          { name: 'web', image: IMAGE, portMappings: [{ containerPort: 80 }], ...container },
        ],
      }),
    );
    return taskDefinition!.taskDefinitionArn!;
  }

  /**
   * A service with one task behind the load balancers, or behind one target group without a rule; the answer of CreateService.
   */
  async service(
    behind: readonly Ingress[] | string,
    deploymentConfiguration: DeploymentConfiguration,
    {
      roleArn = this.infrastructureRoleArn,
      taskDefinition,
    }: { readonly roleArn?: string; readonly taskDefinition?: string } = {},
  ): Promise<Service> {
    const container = { containerName: 'web', containerPort: 80 };
    const { service } = await this.laboratory.clients.ecs.send(
      new CreateServiceCommand({
        cluster: this.cluster,
        serviceName: this.laboratory.name('service'),
        taskDefinition: taskDefinition ?? (await this.taskDefinition()),
        desiredCount: 1,
        launchType: 'FARGATE',
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...this.network.subnetIds],
            securityGroups: [this.groupId],
            // For the image, which is fetched over the internet.
            assignPublicIp: 'ENABLED',
          },
        },
        deploymentConfiguration,
        loadBalancers:
          typeof behind === 'string'
            ? [{ targetGroupArn: behind, ...container }]
            : behind.map(({ primary, alternate, ruleArn }) => ({
                targetGroupArn: primary,
                ...container,
                advancedConfiguration: {
                  alternateTargetGroupArn: alternate,
                  productionListenerRule: ruleArn,
                  roleArn,
                },
              })),
      }),
    );
    return service!;
  }

  /** A new deployment of a service. */
  async update(service: Service, change: Partial<UpdateServiceCommandInput>): Promise<void> {
    await this.laboratory.clients.ecs.send(
      new UpdateServiceCommand({ cluster: this.cluster, service: service.serviceName, ...change }),
    );
  }

  /** Have the newest deployment of a service rolled back. */
  async stop(service: Service): Promise<void> {
    const newest = newestOf(await this.deployments(service));
    await this.laboratory.clients.ecs.send(
      new StopServiceDeploymentCommand({ serviceDeploymentArn: newest.serviceDeploymentArn }),
    );
  }

  async desiredCount({ serviceName }: Service): Promise<number> {
    const { services = [] } = await this.laboratory.clients.ecs.send(
      new DescribeServicesCommand({ cluster: this.cluster, services: [serviceName!] }),
    );
    return services[0]!.desiredCount!;
  }

  /** A log group. @returns its name. */
  async logGroup(): Promise<string> {
    const logGroupName = this.laboratory.name('logs');
    await this.laboratory.clients.logs.send(new CreateLogGroupCommand({ logGroupName }));
    return logGroupName;
  }

  /** Names of the streams in a log group. */
  async logStreams(logGroupName: string): Promise<string[]> {
    const { logStreams = [] } = await this.laboratory.clients.logs.send(
      new DescribeLogStreamsCommand({ logGroupName }),
    );
    return logStreams.map(({ logStreamName }) => logStreamName!);
  }

  /** Messages of a service, the newest first. */
  async events({ serviceName }: Service): Promise<string[]> {
    const { services = [] } = await this.laboratory.clients.ecs.send(
      new DescribeServicesCommand({ cluster: this.cluster, services: [serviceName!] }),
    );
    return (services[0]?.events ?? []).map(({ message }) => message!);
  }

  /** The deployments of a service, as ECS lists them. */
  async deployments({ serviceArn }: Service): Promise<ServiceDeployment[]> {
    const { ecs } = this.laboratory.clients;
    const { serviceDeployments = [] } = await ecs.send(
      new ListServiceDeploymentsCommand({ service: serviceArn, cluster: this.cluster }),
    );
    if (serviceDeployments.length === 0) return [];
    const arns = serviceDeployments.map(({ serviceDeploymentArn }) => serviceDeploymentArn!);
    const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns }));
    return arns.flatMap(
      (arn) =>
        described.serviceDeployments?.find(({ serviceDeploymentArn }) => serviceDeploymentArn === arn) ?? [],
    );
  }

  /**
   * Wait until so many deployments of a service have ended.
   *
   * @param look is called at each look before that.
   * @returns the newest of them.
   */
  ended(
    service: Service,
    number: number,
    minutes: number,
    look: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<ServiceDeployment> {
    return this.laboratory.until(
      `deployment ${number} of ${service.serviceName} to end`,
      minutes,
      async () => {
        await look();
        const deployments = await this.deployments(service);
        if (deployments.length < number || !deployments.every(({ status }) => ENDED.has(status!)))
          return undefined;
        return deployments.reduce((newest, one) =>
          Number(one.createdAt) > Number(newest.createdAt) ? one : newest,
        );
      },
    );
  }

  /** What a rule forwards to now. */
  async forwarding({ ruleArn }: Ingress): Promise<ForwardActionConfig> {
    const { Rules } = await this.laboratory.clients.elb.send(
      new DescribeRulesCommand({ RuleArns: [ruleArn] }),
    );
    return Rules![0]!.Actions![0]!.ForwardConfig!;
  }

  /** Share of the requests, in percent, that a target group of a rule gets now. */
  async share(ingress: Ingress, targetGroupArn: string): Promise<number> {
    const { TargetGroups = [] } = await this.forwarding(ingress);
    const all = TargetGroups.reduce((sum, { Weight = 0 }) => sum + Weight, 0);
    const one = TargetGroups.find((group) => group.TargetGroupArn === targetGroupArn)?.Weight ?? 0;
    return all === 0 ? 0 : (100 * one) / all;
  }
}

function newestOf(deployments: readonly ServiceDeployment[]): ServiceDeployment {
  return deployments.reduce((newest, one) =>
    Number(one.createdAt) > Number(newest.createdAt) ? one : newest,
  );
}

async function securityGroup(laboratory: Laboratory, { vpcId }: Network): Promise<string> {
  const { GroupId } = await laboratory.clients.ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: laboratory.name('group'),
      Description: 'Tasks and load balancers of an experiment',
      VpcId: vpcId,
    }),
  );
  return GroupId!;
}

async function role(
  laboratory: Laboratory,
  principal: string,
  policyArn: string | undefined,
): Promise<string> {
  const { iam } = laboratory.clients;
  const RoleName = laboratory.name('role');
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  if (policyArn) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: policyArn }));
  return Role!.Arn!;
}
