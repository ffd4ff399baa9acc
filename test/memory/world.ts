/**
 * What an account holds, by names that are the same in every run: what is persisted speaks of identifiers, which are drawn
 * anew each time. And what the resource type has persisted in it: tags, and TXT records.
 */
import { createHash } from 'node:crypto';
import {
  ACMClient,
  AddTagsToCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RemoveTagsFromCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand as ListTagsOfTargetCommand,
  TagResourceCommand as TagTargetCommand,
  UntagResourceCommand as UntagTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand as ListTagsOfAlarmCommand,
  TagResourceCommand as TagAlarmCommand,
  UntagResourceCommand as UntagAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as ListTagsOfLogGroupCommand,
  TagResourceCommand as TagLogGroupCommand,
  UntagResourceCommand as UntagLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  ECSClient,
  ListClustersCommand,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  ListTagsForResourceCommand as ListTagsOfEcsCommand,
  ListTaskDefinitionsCommand,
  TagResourceCommand as TagEcsCommand,
  UntagResourceCommand as UntagEcsCommand,
} from '@aws-sdk/client-ecs';
import {
  AddTagsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { LocalAws } from '../../local';

type Aws = Pick<LocalAws, 'clientOptions'>;
export type Tags = Record<string, string>;

/** What the keys of tags begin with that the resource type keeps for itself. */
export const RESERVED = 'org-ecs-express:';
/** What the names of its TXT records begin with. */
const RECORD = '_org-ecs-express.';

/** One resource that has an identifier, and perhaps tags. */
interface Resource {
  /** The same in every run. */
  readonly name: string;
  /** The ARN, or whatever else names it to AWS. */
  readonly id: string;
}

/** Resources of one AWS service that can be tagged. */
interface Taggable {
  list(aws: Aws): Promise<Resource[]>;
  tags(aws: Aws, id: string): Promise<Tags>;
  put(aws: Aws, id: string, tags: Tags): Promise<unknown>;
  remove(aws: Aws, id: string, keys: string[]): Promise<unknown>;
}

const upper = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const lower = (tags: Tags) => Object.entries(tags).map(([key, value]) => ({ key, value }));
const record = (tags: readonly { Key?: string; Value?: string; key?: string; value?: string }[] = []): Tags =>
  Object.fromEntries(tags.map(({ Key, key, Value, value }) => [(Key ?? key)!, (Value ?? value)!]));

const elb = (aws: Aws) => new ElasticLoadBalancingV2Client(aws.clientOptions());
const ecs = (aws: Aws) => new ECSClient(aws.clientOptions());

async function ofLoadBalancers(aws: Aws): Promise<Resource[]> {
  const client = elb(aws);
  const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({}));
  const found: Resource[] = [];
  for (const { LoadBalancerArn, LoadBalancerName } of LoadBalancers) {
    const name = `load balancer ${LoadBalancerName}`;
    found.push({ name, id: LoadBalancerArn! });
    const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
    for (const { ListenerArn, Port } of Listeners) {
      found.push({ name: `${name}, listener ${Port}`, id: ListenerArn! });
      const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn }));
      found.push(
        ...Rules.map(({ RuleArn, Priority }) => ({
          name: `${name}, listener ${Port}, rule ${Priority}`,
          id: RuleArn!,
        })),
      );
    }
  }
  const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({}));
  return [
    ...found,
    ...TargetGroups.map(({ TargetGroupArn, TargetGroupName }) => ({
      name: `target group ${TargetGroupName}`,
      id: TargetGroupArn!,
    })),
  ];
}

async function ofEcs(aws: Aws): Promise<Resource[]> {
  const client = ecs(aws);
  const { clusterArns = [] } = await client.send(new ListClustersCommand({}));
  const { taskDefinitionArns = [] } = await client.send(new ListTaskDefinitionsCommand({ status: 'ACTIVE' }));
  const services = await Promise.all(
    clusterArns.map(
      async (cluster) => (await client.send(new ListServicesCommand({ cluster }))).serviceArns ?? [],
    ),
  );
  return [...clusterArns, ...services.flat(), ...taskDefinitionArns].map((id) => ({
    name: id.split(':').slice(5).join(':'),
    id,
  }));
}

const TAGGABLE: readonly Taggable[] = [
  {
    async list(aws) {
      const { SecurityGroups = [] } = await new EC2Client(aws.clientOptions()).send(
        new DescribeSecurityGroupsCommand({}),
      );
      return SecurityGroups.map(({ GroupId, GroupName }) => ({
        name: `security group ${GroupName}`,
        id: GroupId!,
      }));
    },
    async tags(aws, id) {
      const { SecurityGroups } = await new EC2Client(aws.clientOptions()).send(
        new DescribeSecurityGroupsCommand({ GroupIds: [id] }),
      );
      return record(SecurityGroups![0]!.Tags);
    },
    put: (aws, id, tags) =>
      new EC2Client(aws.clientOptions()).send(new CreateTagsCommand({ Resources: [id], Tags: upper(tags) })),
    remove: (aws, id, keys) =>
      new EC2Client(aws.clientOptions()).send(
        new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }),
      ),
  },
  {
    list: ofLoadBalancers,
    async tags(aws, id) {
      const { TagDescriptions } = await elb(aws).send(new DescribeTagsCommand({ ResourceArns: [id] }));
      return record(TagDescriptions![0]!.Tags);
    },
    put: (aws, id, tags) => elb(aws).send(new AddTagsCommand({ ResourceArns: [id], Tags: upper(tags) })),
    remove: (aws, id, TagKeys) => elb(aws).send(new RemoveTagsCommand({ ResourceArns: [id], TagKeys })),
  },
  {
    list: ofEcs,
    async tags(aws, id) {
      const { tags } = await ecs(aws).send(new ListTagsOfEcsCommand({ resourceArn: id }));
      return record(tags);
    },
    put: (aws, id, tags) => ecs(aws).send(new TagEcsCommand({ resourceArn: id, tags: lower(tags) })),
    remove: (aws, id, tagKeys) => ecs(aws).send(new UntagEcsCommand({ resourceArn: id, tagKeys })),
  },
  {
    async list(aws) {
      const { CertificateSummaryList = [] } = await new ACMClient(aws.clientOptions()).send(
        new ListCertificatesCommand({}),
      );
      return CertificateSummaryList.map(({ CertificateArn, DomainName }) => ({
        name: `certificate ${DomainName}`,
        id: CertificateArn!,
      }));
    },
    async tags(aws, id) {
      const { Tags } = await new ACMClient(aws.clientOptions()).send(
        new ListTagsForCertificateCommand({ CertificateArn: id }),
      );
      return record(Tags);
    },
    put: (aws, id, tags) =>
      new ACMClient(aws.clientOptions()).send(
        new AddTagsToCertificateCommand({ CertificateArn: id, Tags: upper(tags) }),
      ),
    remove: (aws, id, keys) =>
      new ACMClient(aws.clientOptions()).send(
        new RemoveTagsFromCertificateCommand({ CertificateArn: id, Tags: keys.map((Key) => ({ Key })) }),
      ),
  },
  {
    async list(aws) {
      const { logGroups = [] } = await new CloudWatchLogsClient(aws.clientOptions()).send(
        new DescribeLogGroupsCommand({}),
      );
      return logGroups.map(({ logGroupName, arn }) => ({
        name: `log group ${logGroupName}`,
        id: arn!.replace(/:\*$/, ''),
      }));
    },
    tags: async (aws, id) =>
      (
        await new CloudWatchLogsClient(aws.clientOptions()).send(
          new ListTagsOfLogGroupCommand({ resourceArn: id }),
        )
      ).tags ?? {},
    put: (aws, id, tags) =>
      new CloudWatchLogsClient(aws.clientOptions()).send(new TagLogGroupCommand({ resourceArn: id, tags })),
    remove: (aws, id, tagKeys) =>
      new CloudWatchLogsClient(aws.clientOptions()).send(
        new UntagLogGroupCommand({ resourceArn: id, tagKeys }),
      ),
  },
  {
    async list(aws) {
      const { MetricAlarms = [] } = await new CloudWatchClient(aws.clientOptions()).send(
        new DescribeAlarmsCommand({}),
      );
      return MetricAlarms.map(({ AlarmArn, AlarmName }) => ({ name: `alarm ${AlarmName}`, id: AlarmArn! }));
    },
    async tags(aws, id) {
      const { Tags } = await new CloudWatchClient(aws.clientOptions()).send(
        new ListTagsOfAlarmCommand({ ResourceARN: id }),
      );
      return record(Tags);
    },
    put: (aws, id, tags) =>
      new CloudWatchClient(aws.clientOptions()).send(
        new TagAlarmCommand({ ResourceARN: id, Tags: upper(tags) }),
      ),
    remove: (aws, id, TagKeys) =>
      new CloudWatchClient(aws.clientOptions()).send(new UntagAlarmCommand({ ResourceARN: id, TagKeys })),
  },
  {
    async list(aws) {
      const { ScalableTargets = [] } = await new ApplicationAutoScalingClient(aws.clientOptions()).send(
        new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }),
      );
      return ScalableTargets.map(({ ResourceId, ScalableTargetARN }) => ({
        name: `scalable target ${ResourceId}`,
        id: ScalableTargetARN!,
      }));
    },
    tags: async (aws, id) =>
      (
        await new ApplicationAutoScalingClient(aws.clientOptions()).send(
          new ListTagsOfTargetCommand({ ResourceARN: id }),
        )
      ).Tags ?? {},
    put: (aws, id, Tags) =>
      new ApplicationAutoScalingClient(aws.clientOptions()).send(
        new TagTargetCommand({ ResourceARN: id, Tags }),
      ),
    remove: (aws, id, TagKeys) =>
      new ApplicationAutoScalingClient(aws.clientOptions()).send(
        new UntagTargetCommand({ ResourceARN: id, TagKeys }),
      ),
  },
];

/** What cannot be tagged and is spoken of all the same. */
async function others(aws: Aws): Promise<Resource[]> {
  const { Subnets = [] } = await new EC2Client(aws.clientOptions()).send(new DescribeSubnetsCommand({}));
  const { HostedZones = [] } = await new Route53Client(aws.clientOptions()).send(
    new ListHostedZonesCommand({}),
  );
  const services = (await ofEcs(aws)).filter(({ name }) => name.startsWith('service/'));
  const deployments = await Promise.all(services.map((service) => deploymentsOf(aws, service)));
  return [
    ...Subnets.map(({ SubnetId, CidrBlock }) => ({ name: `subnet ${CidrBlock}`, id: SubnetId! })),
    ...Subnets.slice(0, 1).map(({ VpcId }) => ({ name: 'default VPC', id: VpcId! })),
    ...HostedZones.map(({ Id, Name }) => ({ name: `zone ${Name}`, id: Id!.replace('/hostedzone/', '') })),
    ...deployments.flat(),
  ];
}

async function deploymentsOf(aws: Aws, { name, id }: Resource): Promise<Resource[]> {
  const [cluster, service] = name.split('/').slice(-2);
  const { services = [] } = await ecs(aws).send(
    new DescribeServicesCommand({ cluster, services: [service!] }),
  );
  if (services[0]?.status !== 'ACTIVE') return [];
  const { serviceDeployments = [] } = await ecs(aws).send(
    new ListServiceDeploymentsCommand({ cluster, service: id }),
  );
  return serviceDeployments
    .sort((one, other) => Number(one.createdAt) - Number(other.createdAt))
    .map(({ serviceDeploymentArn }, index) => ({
      name: `deployment ${index + 1} of ${service}`,
      id: serviceDeploymentArn!,
    }));
}

/** The name of a load balancer that services share, and of its security group; its key depends on the subnets. */
const SHARED_NAME = /ecs-express-([0-9a-f]+)-\d+/;

/** What is known of an account, in the course of time. */
export class World {
  private readonly ids = new Map<string, string>();
  private readonly names = new Map<string, string>();
  /** Names of shared load balancers, in the order in which they were seen. */
  private readonly shared: string[] = [];

  constructor(private readonly aws: Aws) {}

  /** Learn the identifiers of what there is now; those of what there was stay known. */
  async look(): Promise<void> {
    for (const { name, id } of await this.list()) {
      // Those of ECS are the same in every run.
      if (!id.startsWith('arn:aws:ecs:') || id.includes(':service-deployment/')) this.learn(name, id);
      if (name.startsWith('certificate ') || name.includes('listener ')) {
        this.learn(`hash of ${name}`, hash(id));
        this.learn(`exposure on ${name}`, hash(`${id} HTTP1`));
      }
    }
    for (const [index, name] of this.shared.entries()) {
      const key = SHARED_NAME.exec(name)![1]!;
      this.learn(`shared-${index + 1}`, name);
      this.learn(`key of shared-${index + 1}`, key);
      this.learn(`exposure on shared-${index + 1}`, hash(`${key} HTTP1`));
    }
  }

  private learn(name: string, id: string): void {
    this.ids.set(name, id);
    this.names.set(id, name);
  }

  /** Everything that there is, by its name. */
  private async list(): Promise<Resource[]> {
    const lists = await Promise.all(TAGGABLE.map(({ list }) => list(this.aws)));
    const resources = [...lists.flat(), ...(await others(this.aws))];
    return resources.map(({ name, id }) => ({ name: this.nameOf(name), id }));
  }

  private nameOf(name: string): string {
    const [shared] = SHARED_NAME.exec(name) ?? [];
    if (shared === undefined) return name;
    if (!this.shared.includes(shared)) this.shared.push(shared);
    return name.replace(shared, `shared-${this.shared.indexOf(shared) + 1}`);
  }

  /** A JSON value with names, in braces, instead of identifiers. */
  named<Json>(value: Json): Json {
    const known = [...this.names].filter(([id, name]) => id !== name);
    return replaced(
      value,
      known.map(([id, name]) => [id, `{${name}}`]),
    );
  }

  /** The value that {@link named} was made from, with the identifiers of this account. */
  identified<Json>(value: Json): Json {
    return replaced(
      value,
      [...this.ids].map(([name, id]) => [`{${name}}`, id]),
    );
  }

  /** The tags under the reserved prefix, by the name of their resource. */
  async tags(): Promise<Record<string, Tags>> {
    const found: Record<string, Tags> = {};
    for (const { list, tags } of TAGGABLE) {
      for (const { name, id } of await list(this.aws)) {
        const reserved = Object.entries(await tags(this.aws, id)).filter(([key]) => key.startsWith(RESERVED));
        if (reserved.length > 0) found[this.nameOf(name)] = Object.fromEntries(reserved);
      }
    }
    return found;
  }

  /** Give a resource these tags under the reserved prefix, and no other ones. */
  async setTags(name: string, wanted: Tags): Promise<void> {
    for (const { list, tags, put, remove } of TAGGABLE) {
      const resource = (await list(this.aws)).find((each) => this.nameOf(each.name) === name);
      if (!resource) continue;
      const present = await tags(this.aws, resource.id);
      const surplus = Object.keys(present).filter((key) => key.startsWith(RESERVED) && !(key in wanted));
      await put(this.aws, resource.id, wanted);
      if (surplus.length > 0) await remove(this.aws, resource.id, surplus);
      return;
    }
    throw new Error(`There is no ${name}`);
  }

  /** The values of the TXT records, by name. */
  async records(): Promise<Record<string, string[]>> {
    const found = await this.recordSets();
    return Object.fromEntries(
      found.map(({ Name, ResourceRecords = [] }) => [
        Name!,
        ResourceRecords.map(({ Value }) => JSON.parse(Value!) as string),
      ]),
    );
  }

  /** Give a TXT record that is there other values. */
  async setRecord(name: string, values: readonly string[]): Promise<void> {
    const route53 = new Route53Client(this.aws.clientOptions());
    const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
    const zone = HostedZones.find(({ Name }) => name.endsWith(`.${Name}`));
    const found = (await this.recordSets()).find(({ Name }) => Name === name);
    const ResourceRecords = values.map((value) => ({ Value: JSON.stringify(value) }));
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone!.Id,
        ChangeBatch: {
          Changes: [{ Action: 'UPSERT', ResourceRecordSet: { ...found!, ResourceRecords } }],
        },
      }),
    );
  }

  private async recordSets(): Promise<ResourceRecordSet[]> {
    const route53 = new Route53Client(this.aws.clientOptions());
    const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
    const lists = await Promise.all(
      HostedZones.map(({ Id }) => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }))),
    );
    return lists
      .flatMap(({ ResourceRecordSets = [] }) => ResourceRecordSets)
      .filter(({ Name, Type }) => Type === 'TXT' && Name!.startsWith(RECORD));
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function replaced<Json>(value: Json, pairs: readonly (readonly [string, string])[]): Json {
  const longestFirst = [...pairs].sort(([one], [other]) => other.length - one.length);
  const text = longestFirst.reduce(
    (result, [from, to]) =>
      result.replaceAll(JSON.stringify(from).slice(1, -1), JSON.stringify(to).slice(1, -1)),
    JSON.stringify(value),
  );
  return JSON.parse(text) as Json;
}
