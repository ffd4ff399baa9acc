import { ACMClient, paginateListCertificates } from '@aws-sdk/client-acm';
import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
  paginateDescribeScalingPolicies,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import {
  DescribeClustersCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitions,
  paginateListTasks,
} from '@aws-sdk/client-ecs';
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import {
  ListResourceRecordSetsCommand,
  paginateListHealthChecks,
  paginateListHostedZones,
  Route53Client,
} from '@aws-sdk/client-route-53';
import {
  paginateListNamespaces,
  paginateListServices as paginateListDiscoveryServices,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import {
  ListIPSetsCommand,
  ListLoggingConfigurationsCommand,
  ListWebACLsCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { allItems } from './pages';

/** Options of the SDK clients that look; those of `LocalAws.clientOptions()`. */
type ClientOptions = ConstructorParameters<typeof ECSClient>[0] & { readonly region: string };

/** Identifiers of all resources of one type; ARNs where the type has them. */
type Look = (options: ClientOptions) => Promise<(string | undefined)[]>;

async function clusterArns(client: ECSClient): Promise<string[]> {
  return allItems(paginateListClusters({ client }, {}), ({ clusterArns }) => clusterArns);
}

/** Errors that say that what was listed a moment ago is deleted. */
const DELETED_MEANWHILE: ReadonlySet<string> = new Set([
  'ClusterNotFoundException',
  'ListenerNotFoundException',
  'LoadBalancerNotFoundException',
  'NoSuchHostedZone',
]);

/** What stands inside each of these resources; nothing in one that is deleted while this looks. */
async function insideEach<Outer, Inner>(
  outers: readonly Outer[],
  look: (outer: Outer) => Promise<Inner[]>,
): Promise<Inner[]> {
  const looks = outers.map((outer) =>
    look(outer).catch((error: Error): Inner[] => {
      if (DELETED_MEANWHILE.has(error.name)) return [];
      throw error;
    }),
  );
  return (await Promise.all(looks)).flat();
}

async function inEachCluster(
  client: ECSClient,
  look: (cluster: string) => Promise<string[]>,
): Promise<string[]> {
  return insideEach(await clusterArns(client), look);
}

async function listenerArns(client: ElasticLoadBalancingV2Client): Promise<string[]> {
  const balancers = await allItems(
    paginateDescribeLoadBalancers({ client }, {}),
    ({ LoadBalancers }) => LoadBalancers,
  );
  return insideEach(balancers, async ({ LoadBalancerArn }) => {
    const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
    return Listeners.map(({ ListenerArn }) => ListenerArn!);
  });
}

/** How the resources of a type are listed: with the list calls of its own service, never from what a test remembers. */
const LOOKS: Readonly<Record<string, Look>> = {
  'AWS::ECS::Cluster': async (options) => {
    const client = new ECSClient(options);
    const arns = await clusterArns(client);
    if (arns.length === 0) return [];
    const { clusters = [] } = await client.send(new DescribeClustersCommand({ clusters: arns }));
    return clusters.filter(({ status }) => status !== 'INACTIVE').map(({ clusterArn }) => clusterArn);
  },
  'AWS::ECS::Service': (options) => {
    const client = new ECSClient(options);
    return inEachCluster(client, (cluster) =>
      allItems(paginateListServices({ client }, { cluster }), ({ serviceArns }) => serviceArns),
    );
  },
  'AWS::ECS::Task': (options) => {
    const client = new ECSClient(options);
    return inEachCluster(client, (cluster) =>
      allItems(paginateListTasks({ client }, { cluster }), ({ taskArns }) => taskArns),
    );
  },
  'AWS::ECS::TaskDefinition': (options) =>
    allItems(
      paginateListTaskDefinitions({ client: new ECSClient(options) }, { status: 'ACTIVE' }),
      ({ taskDefinitionArns }) => taskDefinitionArns,
    ),
  'AWS::Logs::LogGroup': async (options) =>
    (
      await allItems(
        paginateDescribeLogGroups({ client: new CloudWatchLogsClient(options) }, {}),
        ({ logGroups }) => logGroups,
      )
    ).map(({ logGroupName }) => logGroupName),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': async (options) =>
    (
      await allItems(
        paginateDescribeLoadBalancers({ client: new ElasticLoadBalancingV2Client(options) }, {}),
        ({ LoadBalancers }) => LoadBalancers,
      )
    ).map(({ LoadBalancerArn }) => LoadBalancerArn),
  'AWS::ElasticLoadBalancingV2::Listener': (options) =>
    listenerArns(new ElasticLoadBalancingV2Client(options)),
  'AWS::ElasticLoadBalancingV2::ListenerRule': async (options) => {
    const client = new ElasticLoadBalancingV2Client(options);
    return insideEach(await listenerArns(client), async (ListenerArn) => {
      const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn }));
      return Rules.filter(({ IsDefault }) => !IsDefault).map(({ RuleArn }) => RuleArn);
    });
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': async (options) =>
    (
      await allItems(
        paginateDescribeTargetGroups({ client: new ElasticLoadBalancingV2Client(options) }, {}),
        ({ TargetGroups }) => TargetGroups,
      )
    ).map(({ TargetGroupArn }) => TargetGroupArn),
  'AWS::EC2::SecurityGroup': async (options) =>
    (
      await allItems(
        paginateDescribeSecurityGroups({ client: new EC2Client(options) }, {}),
        ({ SecurityGroups }) => SecurityGroups,
      )
    ).map(({ GroupId }) => GroupId),
  'AWS::CertificateManager::Certificate': async (options) =>
    (
      await allItems(
        paginateListCertificates({ client: new ACMClient(options) }, {}),
        ({ CertificateSummaryList }) => CertificateSummaryList,
      )
    ).map(({ CertificateArn }) => CertificateArn),
  'AWS::CloudWatch::Alarm': async (options) =>
    (
      await allItems(
        paginateDescribeAlarms({ client: new CloudWatchClient(options) }, {}),
        ({ MetricAlarms }) => MetricAlarms,
      )
    ).map(({ AlarmArn }) => AlarmArn),
  'AWS::ApplicationAutoScaling::ScalableTarget': async (options) =>
    (
      await allItems(
        paginateDescribeScalableTargets(
          { client: new ApplicationAutoScalingClient(options) },
          { ServiceNamespace: 'ecs' },
        ),
        ({ ScalableTargets }) => ScalableTargets,
      )
    ).map(({ ResourceId }) => ResourceId),
  'AWS::ApplicationAutoScaling::ScalingPolicy': async (options) =>
    (
      await allItems(
        paginateDescribeScalingPolicies(
          { client: new ApplicationAutoScalingClient(options) },
          { ServiceNamespace: 'ecs' },
        ),
        ({ ScalingPolicies }) => ScalingPolicies,
      )
    ).map(({ PolicyARN }) => PolicyARN),
  'AWS::Route53::RecordSet': async (options) => {
    const client = new Route53Client(options);
    const zones = await allItems(paginateListHostedZones({ client }, {}), ({ HostedZones }) => HostedZones);
    return insideEach(zones, async ({ Id }) => {
      const { ResourceRecordSets = [] } = await client.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: Id }),
      );
      return ResourceRecordSets.map(({ Name, Type, SetIdentifier }) =>
        [Id, Name, Type, ...(SetIdentifier ? [SetIdentifier] : [])].join(' '),
      );
    });
  },
  'AWS::Route53::HealthCheck': async (options) =>
    (
      await allItems(
        paginateListHealthChecks({ client: new Route53Client(options) }, {}),
        ({ HealthChecks }) => HealthChecks,
      )
    ).map(({ Id }) => Id),
  'AWS::ServiceDiscovery::HttpNamespace': async (options) =>
    (
      await allItems(
        paginateListNamespaces({ client: new ServiceDiscoveryClient(options) }, {}),
        ({ Namespaces }) => Namespaces,
      )
    ).map(({ Arn }) => Arn),
  'AWS::ServiceDiscovery::Service': async (options) =>
    (
      await allItems(
        paginateListDiscoveryServices({ client: new ServiceDiscoveryClient(options) }, {}),
        ({ Services }) => Services,
      )
    ).map(({ Arn }) => Arn),
  'AWS::WAFv2::WebACL': async (options) => {
    const { WebACLs = [] } = await new WAFV2Client(options).send(
      new ListWebACLsCommand({ Scope: 'REGIONAL' }),
    );
    return WebACLs.map(({ ARN }) => ARN);
  },
  'AWS::WAFv2::IPSet': async (options) => {
    const { IPSets = [] } = await new WAFV2Client(options).send(new ListIPSetsCommand({ Scope: 'REGIONAL' }));
    return IPSets.map(({ ARN }) => ARN);
  },
  'AWS::WAFv2::LoggingConfiguration': async (options) => {
    const { LoggingConfigurations = [] } = await new WAFV2Client(options).send(
      new ListLoggingConfigurationsCommand({ Scope: 'REGIONAL' }),
    );
    return LoggingConfigurations.map(({ ResourceArn }) => ResourceArn);
  },
  'AWS::IAM::Role': async (options) =>
    (await allItems(paginateListRoles({ client: new IAMClient(options) }, {}), ({ Roles }) => Roles)).map(
      ({ Arn }) => Arn,
    ),
};

/** Resource types that {@link takeInventory} lists. */
export const INVENTORY_TYPES: readonly string[] = Object.keys(LOOKS);

/**
 * Everything that an account holds of the types a service is composed of, as `<type> <identifier>`, sorted; what is
 * inactive (clusters, services, task definition revisions) counts as gone.
 */
export async function takeInventory(options: ClientOptions): Promise<string[]> {
  const lists = Object.entries(LOOKS).map(async ([type, look]) =>
    (await look(options)).map((id) => `${type} ${id}`),
  );
  return (await Promise.all(lists)).flat().sort();
}
