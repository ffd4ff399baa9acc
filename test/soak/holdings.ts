/** What the account holds of the services, apart from load balancers: read through list calls. */
import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import {
  DescribeServicesCommand,
  ECSClient,
  paginateListServices,
  paginateListTasks,
  type Service as EcsService,
} from '@aws-sdk/client-ecs';
import {
  paginateDescribeTargetGroups,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ListResourceRecordSetsCommand,
  paginateListHealthChecks,
  Route53Client,
  type HealthCheck,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { allItems } from '../../local/pages';
import type { LocalAws } from '../../local';

/** The account, when no operation runs. */
export interface Holdings {
  /** ECS services by their names, with the ARNs of their target groups. */
  readonly ecsServices: ReadonlyMap<string, readonly string[]>;
  readonly targetGroupArns: readonly string[];
  /** Names of the ECS services that there are alarms for. */
  readonly alarmed: readonly string[];
  /** Names of the ECS services that are scaled. */
  readonly scaled: readonly string[];
  /** Of the hosted zone. */
  readonly records: readonly ResourceRecordSet[];
  readonly healthChecks: readonly HealthCheck[];
}

/** Services that one call describes (API reference of DescribeServices). */
const SERVICES_AT_ONCE = 10;

/** The cluster of all services. */
const CLUSTER = 'default';

/** Reads {@link Holdings}. */
export class HoldingsReader {
  private readonly ecs: ECSClient;
  private readonly alarms: CloudWatchClient;
  private readonly scaling: ApplicationAutoScalingClient;
  private readonly dns: Route53Client;

  constructor(
    options: ReturnType<LocalAws['clientOptions']>,
    private readonly balancing: ElasticLoadBalancingV2Client,
    private readonly hostedZoneId: string,
  ) {
    this.ecs = new ECSClient(options);
    this.alarms = new CloudWatchClient(options);
    this.scaling = new ApplicationAutoScalingClient(options);
    this.dns = new Route53Client(options);
  }

  /** @param isForeign whether a target group of this ARN, or a record of this name and type, is somebody else's. */
  async look(isForeign: (id: string) => boolean): Promise<Holdings> {
    const { alarms, scaling, balancing: client } = this;
    const [services, targetGroups, metricAlarms, targets, records, healthChecks] = await Promise.all([
      this.services(),
      allItems(paginateDescribeTargetGroups({ client }, {}), ({ TargetGroups }) => TargetGroups),
      allItems(
        paginateDescribeAlarms({ client: alarms }, { AlarmNamePrefix: `${CLUSTER}/` }),
        ({ MetricAlarms }) => MetricAlarms,
      ),
      allItems(
        paginateDescribeScalableTargets({ client: scaling }, { ServiceNamespace: 'ecs' }),
        ({ ScalableTargets }) => ScalableTargets,
      ),
      this.records(),
      allItems(paginateListHealthChecks({ client: this.dns }, {}), ({ HealthChecks }) => HealthChecks),
    ]);
    return {
      ecsServices: new Map(services.map((service) => [service.serviceName!, targetGroupsOf(service)])),
      targetGroupArns: targetGroups
        .map(({ TargetGroupArn }) => TargetGroupArn!)
        .filter((arn) => !isForeign(arn)),
      alarmed: metricAlarms.map(({ AlarmName }) => AlarmName!.split('/')[1]!),
      scaled: targets.map(({ ResourceId }) => ResourceId!.slice(ResourceId!.lastIndexOf('/') + 1)),
      records: records.filter(({ Name, Type }) => !isForeign(`${Name} ${Type}`)),
      healthChecks,
    };
  }

  /** ARNs of the tasks of an ECS service. */
  tasksOf(serviceName: string): Promise<string[]> {
    return allItems(paginateListTasks({ client: this.ecs }, { serviceName }), ({ taskArns }) => taskArns);
  }

  private async records(): Promise<ResourceRecordSet[]> {
    const records: ResourceRecordSet[] = [];
    let next: Pick<ResourceRecordSet, 'Name' | 'Type' | 'SetIdentifier'> | undefined;
    do {
      const answer = await this.dns.send(
        new ListResourceRecordSetsCommand({
          HostedZoneId: this.hostedZoneId,
          StartRecordName: next?.Name,
          StartRecordType: next?.Type,
          StartRecordIdentifier: next?.SetIdentifier,
        }),
      );
      records.push(...(answer.ResourceRecordSets ?? []));
      next = answer.IsTruncated
        ? {
            Name: answer.NextRecordName,
            Type: answer.NextRecordType,
            SetIdentifier: answer.NextRecordIdentifier,
          }
        : undefined;
    } while (next);
    return records;
  }

  close(): void {
    for (const client of [this.ecs, this.alarms, this.scaling, this.dns]) client.destroy();
  }

  private async services(): Promise<EcsService[]> {
    const arns = await allItems(
      paginateListServices({ client: this.ecs }, {}),
      ({ serviceArns }) => serviceArns,
    );
    const services: EcsService[] = [];
    for (let begin = 0; begin < arns.length; begin += SERVICES_AT_ONCE) {
      const answer = await this.ecs.send(
        new DescribeServicesCommand({ services: arns.slice(begin, begin + SERVICES_AT_ONCE) }),
      );
      services.push(...(answer.services ?? []));
    }
    return services.filter(({ status }) => status === 'ACTIVE');
  }
}

function targetGroupsOf({ loadBalancers = [] }: EcsService): string[] {
  return loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration }) =>
    [targetGroupArn, advancedConfiguration?.alternateTargetGroupArn].filter((arn) => arn !== undefined),
  );
}
