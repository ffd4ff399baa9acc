/** Services that are there already when an operation is measured: copies of one that the provider has made. */
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { CreateServiceCommand, DescribeServicesCommand, ECSClient, type Service } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { LocalAws } from '../local';
import { SERVICE_PRIORITIES } from '../src/express-service/sharing/load-balancer-closing';

/** Copies that are made at the same time. */
const AT_ONCE = 8;

/** What the provider made for the service that is copied. */
interface Original {
  readonly name: string;
  readonly hostedZoneId: string;
  readonly service: Service;
  readonly group: SecurityGroup;
  readonly loadBalancer: LoadBalancer;
  readonly loadBalancerGroup: SecurityGroup;
  readonly listeners: readonly Listener[];
  readonly rule: Rule;
  readonly records: readonly ResourceRecordSet[];
}

/** A load balancer of the copies. */
interface Place {
  readonly groupId: string;
  readonly httpsListenerArn: string;
}

/**
 * Services beside one that the provider has made: everything that grows with the number of services and that an operation
 * on another service may come across when it lists, searches or pages. What is only ever looked up by its exact name, such
 * as log groups and alarms, is left out.
 *
 * Each load balancer is full, but for the first: one place on it is free, as after a service has gone, so that the next
 * service needs no further load balancer.
 */
export class PresentServices {
  private count = 1;
  private readonly places = new Map<number, Promise<Place>>();
  private readonly ec2: EC2Client;
  private readonly ecs: ECSClient;
  private readonly elb: ElasticLoadBalancingV2Client;
  private readonly route53: Route53Client;

  private constructor(
    aws: LocalAws,
    private readonly original: Original,
  ) {
    // Past the endpoint, whose checks would take more time than the copies; ECS is behind it only.
    const options = aws.moto.clientOptions;
    this.ec2 = new EC2Client(options);
    this.ecs = new ECSClient(aws.clientOptions());
    this.elb = new ElasticLoadBalancingV2Client(options);
    this.route53 = new Route53Client(options);
    const https = original.listeners.find(({ Port }) => Port === 443)!;
    this.places.set(
      1,
      Promise.resolve({
        groupId: original.loadBalancerGroup.GroupId!,
        httpsListenerArn: https.ListenerArn!,
      }),
    );
  }

  /** @param name of a service of the provider, the only one so far. */
  static async beside(aws: LocalAws, name: string, hostedZoneId: string): Promise<PresentServices> {
    const options = aws.moto.clientOptions;
    const [ec2, elb] = [new EC2Client(options), new ElasticLoadBalancingV2Client(options)];
    const { services = [] } = await new ECSClient(aws.clientOptions()).send(
      new DescribeServicesCommand({ cluster: 'default', services: [name], include: ['TAGS'] }),
    );
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    const loadBalancer = LoadBalancers[0]!;
    const { Listeners = [] } = await elb.send(
      new DescribeListenersCommand({ LoadBalancerArn: loadBalancer.LoadBalancerArn }),
    );
    const { Rules = [] } = await elb.send(
      new DescribeRulesCommand({ ListenerArn: Listeners.find(({ Port }) => Port === 443)!.ListenerArn }),
    );
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const { ResourceRecordSets = [] } = await new Route53Client(options).send(
      new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId }),
    );
    return new PresentServices(aws, {
      name,
      hostedZoneId,
      service: services[0]!,
      group: SecurityGroups.find(({ GroupName }) => GroupName!.includes(name))!,
      loadBalancer,
      loadBalancerGroup: SecurityGroups.find(({ GroupId }) =>
        loadBalancer.SecurityGroups!.includes(GroupId!),
      )!,
      listeners: Listeners,
      rule: Rules.find(({ IsDefault }) => !IsDefault)!,
      records: ResourceRecordSets.filter(({ Name }) => Name!.includes(`${name}.`)),
    });
  }

  /** Add services until there are so many, the one that is copied included. */
  async growTo(count: number): Promise<void> {
    const next = () => this.count++;
    const worker = async () => {
      while (this.count < count) await this.add(next());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** @param index of the service, from 0; the original has 0. */
  private async add(index: number): Promise<void> {
    const { name, hostedZoneId, group, rule, service, records } = this.original;
    const copy = <Value>(value: Value): Value => replaced(value, name, `present-${index}`);
    const { number, priority } = placeOf(index);
    const loadBalancer = await this.place(number);

    const { GroupId } = await this.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: copy(group.GroupName),
        Description: group.Description,
        VpcId: group.VpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: copy(group.Tags) }],
      }),
    );
    await this.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: withPeer(group.IpPermissions, loadBalancer.groupId),
      }),
    );
    await this.ec2.send(
      new AuthorizeSecurityGroupEgressCommand({
        GroupId: loadBalancer.groupId,
        IpPermissions: withPeer(this.original.loadBalancerGroup.IpPermissionsEgress, GroupId!),
      }),
    );
    const TargetGroups = await Promise.all([this.targetGroup(index, 1), this.targetGroup(index, 2)]);
    await this.elb.send(
      new CreateRuleCommand({
        ListenerArn: loadBalancer.httpsListenerArn,
        Priority: priority,
        Conditions: copy(
          rule.Conditions!.map(({ Field, HostHeaderConfig }) => ({ Field, HostHeaderConfig })),
        ),
        Actions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: TargetGroups.map((TargetGroupArn, position) => ({
                TargetGroupArn,
                Weight: 1 - position,
              })),
            },
          },
        ],
      }),
    );
    await this.route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: hostedZoneId,
        ChangeBatch: {
          Changes: records.map((record) => ({ Action: 'CREATE', ResourceRecordSet: copy(record) })),
        },
      }),
    );
    await this.ecs.send(
      new CreateServiceCommand({
        cluster: 'default',
        serviceName: `present-${index}`,
        taskDefinition: service.taskDefinition,
        launchType: 'FARGATE',
        desiredCount: 0,
        networkConfiguration: service.networkConfiguration,
        tags: copy(service.tags),
      }),
    );
  }

  private async targetGroup(index: number, number: number): Promise<string> {
    const { TargetGroups } = await this.elb.send(
      new CreateTargetGroupCommand({
        Name: `present-${index}-${number}`,
        TargetType: 'ip',
        Protocol: 'HTTP',
        Port: 80,
        VpcId: this.original.group.VpcId,
      }),
    );
    return TargetGroups![0]!.TargetGroupArn!;
  }

  /** The load balancer with this number; made when a service first needs it. */
  private place(number: number): Promise<Place> {
    const known = this.places.get(number);
    if (known) return known;
    const made = this.addPlace(number);
    this.places.set(number, made);
    return made;
  }

  private async addPlace(number: number): Promise<Place> {
    const { loadBalancer, loadBalancerGroup, listeners } = this.original;
    const Name = loadBalancer.LoadBalancerName!.replace(/-1$/, `-${number}`);
    const { GroupId } = await this.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: Name,
        Description: loadBalancerGroup.Description,
        VpcId: loadBalancerGroup.VpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: loadBalancerGroup.Tags }],
      }),
    );
    const { LoadBalancers = [] } = await this.elb.send(
      new CreateLoadBalancerCommand({
        Name,
        Scheme: loadBalancer.Scheme,
        Type: 'application',
        Subnets: loadBalancer.AvailabilityZones!.map(({ SubnetId }) => SubnetId!),
        SecurityGroups: [GroupId!],
      }),
    );
    const { LoadBalancerArn } = LoadBalancers[0]!;
    const made = await Promise.all(
      listeners.map(({ Port, Protocol, Certificates, DefaultActions }) =>
        this.elb.send(
          new CreateListenerCommand({ LoadBalancerArn, Port, Protocol, Certificates, DefaultActions }),
        ),
      ),
    );
    const https = made.flatMap(({ Listeners = [] }) => Listeners).find(({ Port }) => Port === 443)!;
    return { groupId: GroupId!, httpsListenerArn: https.ListenerArn! };
  }
}

/** Number of a service's load balancer, and priority of its rule there. The last place of the first one stays free. */
function placeOf(index: number): { readonly number: number; readonly priority: number } {
  const most = SERVICE_PRIORITIES.length;
  if (index < most - 1) return { number: 1, priority: SERVICE_PRIORITIES[index]! };
  const further = index - (most - 1);
  return { number: 2 + Math.floor(further / most), priority: SERVICE_PRIORITIES[further % most]! };
}

/** The rules of a security group that name another group, with this group in its place. */
function withPeer(permissions: readonly IpPermission[] = [], groupId: string): IpPermission[] {
  return permissions
    .filter(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.length > 0)
    .map(({ IpProtocol, FromPort, ToPort }) => ({
      IpProtocol,
      FromPort,
      ToPort,
      UserIdGroupPairs: [{ GroupId: groupId }],
    }));
}

/** A value with one name in all its strings replaced by another. */
function replaced<Value>(value: Value, name: string, by: string): Value {
  return JSON.parse(JSON.stringify(value).replaceAll(name, by));
}
