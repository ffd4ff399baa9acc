/**
 * What an observer sees of an account: every resource, as its own service lists it, with its settings. Identifiers that
 * are drawn at random and times are taken out, so that two accounts in the same state look the same.
 */
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Action,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ListHealthChecksCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import {
  GetIPSetCommand,
  GetWebACLCommand,
  ListIPSetsCommand,
  ListWebACLsCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import type { LocalAws } from '../../local';
import { takeInventory } from '../../local/inventory';

/** One line for each resource of an account, and one for each of its settings, sorted. */
export type Observation = readonly string[];

/** What an observation has that another one has not. */
export function beyond(observation: Observation, other: Observation): string[] {
  const left = new Map<string, number>();
  for (const line of other) left.set(line, (left.get(line) ?? 0) + 1);
  return observation.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

/**
 * The observation with each task definition revision that another observation has too counted once. Revisions stay until a
 * service is deleted, so that there are more after an update and its roll-back, and fewer after a creation.
 */
export function withoutHistory(observation: Observation, other: Observation): Observation {
  const revisions = new Set(other.filter((line) => line.startsWith('AWS::ECS::TaskDefinition ')));
  return observation.filter((line, index) => !revisions.has(line) || observation.indexOf(line) === index);
}

/** Lines of an observation that stand for a resource rather than for its settings. */
export function isResource(line: string): boolean {
  return line.startsWith('AWS::');
}

/** Parts of texts that are drawn at random or tell a time. */
const DRAWN: readonly RegExp[] = [
  /\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g,
  /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
  /(?<=[/-])[0-9a-f]{16,32}\b/g,
  /\b(?:sg|subnet|vpc|eni|sgr)-[0-9a-f]+\b/g,
  /(?<=\/)(?:ns|srv)-[0-9a-z]+\b/g,
  /(?<=\/)Z[0-9A-Z]{10,}\b/g,
  /(?<=\/)\d{12,19}\b/g,
  /(?<=scalable-target\/)\w+/g,
  // Which group of a pair has the traffic is chance: each deployment moves it to the other one.
  /(?<=\btargetgroup\/express-[0-9a-f-]+-)[12](?=\/)/g,
  /(?<=task-definition\/[\w-]+:)\d+/g,
  // How many templates have described versions before: an update and its roll-back are two more.
  /^\d+(?= (?:new|ready|proven) )/g,
  /(?<=ecs-svc\/|service-revision\/[\w-]+\/[\w-]+\/)\d{19}\b/g,
];

/** Members of answers that hold a time, a count that goes on, or what is listed for itself. */
const VOLATILE: ReadonlySet<string> = new Set([
  '$metadata',
  'AlarmConfigurationUpdatedTimestamp',
  'LockToken',
  'CreatedTime',
  'CreationTime',
  'StateReasonData',
  'StateTransitionedTimestamp',
  'StateUpdatedTimestamp',
  'StateReason',
  'StateValue',
  'createdAt',
  'creationTime',
  'currentServiceDeployment',
  'currentServiceRevisions',
  'deployments',
  'events',
  'registeredAt',
  'registeredBy',
  'revision',
]);

/** Looks at an account again and again. */
export class Observer {
  private readonly clients;

  /** @param options of SDK clients that look. */
  constructor(private readonly options: ReturnType<LocalAws['clientOptions']>) {
    this.clients = {
      scaling: new ApplicationAutoScalingClient(options),
      alarms: new CloudWatchClient(options),
      logs: new CloudWatchLogsClient(options),
      ec2: new EC2Client(options),
      ecs: new ECSClient(options),
      balancing: new ElasticLoadBalancingV2Client(options),
      dns: new Route53Client(options),
      waf: new WAFV2Client(options),
    };
  }

  /** @param hostedZoneId the zone whose records count. */
  async observe(hostedZoneId: string): Promise<Observation> {
    const [inventory, names, ...settings] = await Promise.all([
      takeInventory(this.options as Parameters<typeof takeInventory>[0]),
      this.names(),
      this.ecsSettings(),
      this.loadBalancingSettings(),
      this.otherSettings(hostedZoneId),
    ]);
    const anonymous = (text: string) => {
      const named = names.reduce((rest, [id, name]) => rest.replaceAll(id, name), text);
      return DRAWN.reduce(
        (rest, drawn) => rest.replace(drawn, '*'),
        named.replaceAll(hostedZoneId, '<zone>'),
      );
    };
    const lines = settings
      .flat()
      .map(([kind, setting]) => `${kind} ${JSON.stringify(plain(setting, anonymous))}`);
    return [...inventory.map(anonymous), ...lines].sort();
  }

  /** Names to read in place of ids. */
  private async names(): Promise<[string, string][]> {
    const [{ SecurityGroups = [] }, { Subnets = [] }] = await Promise.all([
      this.clients.ec2.send(new DescribeSecurityGroupsCommand({})),
      this.clients.ec2.send(new DescribeSubnetsCommand({})),
    ]);
    return [
      ...SecurityGroups.map(({ GroupId, GroupName }): [string, string] => [GroupId!, `<group ${GroupName}>`]),
      ...Subnets.map(({ SubnetId, CidrBlock }): [string, string] => [SubnetId!, `<subnet ${CidrBlock}>`]),
    ];
  }

  private async ecsSettings(): Promise<Setting[]> {
    const { ecs } = this.clients;
    const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
    const { clusters = [] } = await ecs.send(
      new DescribeClustersCommand({ clusters: clusterArns, include: ['TAGS', 'SETTINGS'] }),
    );
    const active = clusters.filter(({ status }) => status === 'ACTIVE');
    const services = await Promise.all(active.map(({ clusterName }) => this.serviceSettings(clusterName!)));
    return [...active.map((cluster): Setting => ['cluster', cluster]), ...services.flat()];
  }

  private async serviceSettings(cluster: string): Promise<Setting[]> {
    const { ecs } = this.clients;
    const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
    if (serviceArns.length === 0) return [];
    const { services = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster, services: serviceArns, include: ['TAGS'] }),
    );
    const definitions = await Promise.all(
      services.map(({ taskDefinition }) =>
        ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] })),
      ),
    );
    return [
      ...services.map((service): Setting => ['service', service]),
      ...definitions.map((definition): Setting => ['task definition', definition]),
    ];
  }

  private async loadBalancingSettings(): Promise<Setting[]> {
    const { balancing } = this.clients;
    const [{ LoadBalancers = [] }, { TargetGroups = [] }] = await Promise.all([
      balancing.send(new DescribeLoadBalancersCommand({})),
      balancing.send(new DescribeTargetGroupsCommand({})),
    ]);
    const groups = TargetGroups.map(async (group): Promise<Setting[]> => {
      const { Attributes } = await balancing.send(
        new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group.TargetGroupArn }),
      );
      return [['target group', { ...group, Attributes, Tags: await this.elbTags(group.TargetGroupArn!) }]];
    });
    const balancers = LoadBalancers.map(async (balancer): Promise<Setting[]> => {
      const { LoadBalancerArn } = balancer;
      const [{ Attributes }, { Listeners = [] }, Tags] = await Promise.all([
        balancing.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
        balancing.send(new DescribeListenersCommand({ LoadBalancerArn })),
        this.elbTags(LoadBalancerArn!),
      ]);
      const listeners = await Promise.all(
        Listeners.map((listener) => this.listenerSettings(listener.ListenerArn!)),
      );
      return [
        ['load balancer', { ...balancer, Attributes, Tags }],
        ...Listeners.map((listener): Setting => ['listener', listener]),
        ...listeners.flat(),
      ];
    });
    return (await Promise.all([...groups, ...balancers])).flat();
  }

  private async listenerSettings(ListenerArn: string): Promise<Setting[]> {
    const { balancing } = this.clients;
    const [{ Rules = [] }, { Certificates = [] }] = await Promise.all([
      balancing.send(new DescribeRulesCommand({ ListenerArn })),
      balancing.send(new DescribeListenerCertificatesCommand({ ListenerArn })),
    ]);
    const rules = Rules.map(async (rule): Promise<Setting> => [
      'rule',
      { ...rule, Actions: rule.Actions?.map(withShares), Tags: await this.elbTags(rule.RuleArn!) },
    ]);
    return [['certificates', Certificates], ...(await Promise.all(rules))];
  }

  private async elbTags(arn: string): Promise<unknown> {
    const { TagDescriptions } = await this.clients.balancing.send(
      new DescribeTagsCommand({ ResourceArns: [arn] }),
    );
    return TagDescriptions?.[0]?.Tags;
  }

  private async otherSettings(hostedZoneId: string): Promise<Setting[]> {
    const { scaling, alarms, logs, ec2, dns } = this.clients;
    const lists = await Promise.all([
      ec2
        .send(new DescribeSecurityGroupsCommand({}))
        .then(({ SecurityGroups }) => ['security group', SecurityGroups]),
      dns
        .send(new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId }))
        .then(({ ResourceRecordSets }) => ['record', ResourceRecordSets]),
      dns
        .send(new ListHealthChecksCommand({}))
        .then(({ HealthChecks }) => ['health check', HealthChecks?.map((check) => check.HealthCheckConfig)]),
      alarms.send(new DescribeAlarmsCommand({})).then(({ MetricAlarms }) => ['alarm', MetricAlarms]),
      logs.send(new DescribeLogGroupsCommand({})).then(({ logGroups }) => ['log group', logGroups]),
      scaling
        .send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }))
        .then(({ ScalableTargets }) => ['scalable target', ScalableTargets]),
      scaling
        .send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }))
        .then(({ ScalingPolicies }) => ['scaling policy', ScalingPolicies]),
      this.webAcls().then((webAcls) => ['web ACL', webAcls]),
      scaling
        .send(new DescribeScheduledActionsCommand({ ServiceNamespace: 'ecs' }))
        .then(({ ScheduledActions }) => ['scheduled action', ScheduledActions]),
    ] as Promise<[string, unknown[] | undefined]>[]);
    return lists.flatMap(([kind, items = []]) => items.map((item): Setting => [kind, item]));
  }

  /** Web ACLs, and the addresses that their rules name. */
  private async webAcls(): Promise<unknown[]> {
    const { waf } = this.clients;
    const Scope = 'REGIONAL';
    const [{ WebACLs = [] }, { IPSets = [] }] = await Promise.all([
      waf.send(new ListWebACLsCommand({ Scope })),
      waf.send(new ListIPSetsCommand({ Scope })),
    ]);
    return Promise.all([
      ...WebACLs.map(({ Name, Id }) => waf.send(new GetWebACLCommand({ Scope, Name, Id }))),
      ...IPSets.map(({ Name, Id }) => waf.send(new GetIPSetCommand({ Scope, Name, Id }))),
    ]);
  }
}

/** An action with the shares of the requests in place of weights: 1 beside 0 is as much as 999 beside 0. */
function withShares({ ForwardConfig, ...action }: Action): unknown {
  const groups = ForwardConfig?.TargetGroups ?? [];
  const total = groups.reduce((sum, { Weight = 1 }) => sum + Weight, 0);
  const TargetGroups = groups.map(({ Weight = 1, ...group }) => ({ ...group, share: Weight / total }));
  return { ...action, ForwardConfig: { ...ForwardConfig, TargetGroups } };
}

/** Settings of one resource, or of one aspect of it. */
type Setting = readonly [kind: string, settings: unknown];

/** Lists that mean the same when they are empty as when they are not there. */
const EMPTY_IS_NONE = new Set(['lifecycleHooks']);

/** A value with its members in order, without volatile ones, its lists as sets, and its texts anonymous. */
function plain(value: unknown, anonymous: (text: string) => string): unknown {
  if (value instanceof Date) return undefined;
  if (typeof value === 'string') return anonymous(value);
  if (Array.isArray(value)) {
    return value
      .map((item) => JSON.stringify(plain(item, anonymous)))
      .sort()
      .map((text) => text && JSON.parse(text));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(
    ([name, item]) => !VOLATILE.has(name) && !(EMPTY_IS_NONE.has(name) && item.length === 0),
  );
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, plain(item, anonymous)]),
  );
}
