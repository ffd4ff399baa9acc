/** Removes what experiments have made: found by its name, so that a run removes what one before it had to leave. */
import {
  DeregisterScalableTargetCommand,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import { DeleteStackCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { DeleteLogGroupCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteSecurityGroupCommand,
  paginateDescribeSecurityGroups,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import {
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitions,
  paginateListTasks,
} from '@aws-sdk/client-ecs';
import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import {
  ChangeResourceRecordSetsCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
  paginateListHostedZones,
} from '@aws-sdk/client-route-53';
import { DeleteWebACLCommand, ListWebACLsCommand } from '@aws-sdk/client-wafv2';
import { TooLate, type Clients, type Laboratory } from './laboratory';
import { allItems } from '../local/pages';

/** Minutes after which it is given up: load balancers hold their security groups for some of them. */
const LONGEST_MINUTES = 30;

/** One resource, and what removes it. Does nothing when it is on its way out already. */
interface Remnant {
  readonly name: string;
  readonly remove: () => Promise<unknown>;
}

/** The last part of an ARN, which is the name of ECS's resources. */
const nameIn = (arn: string) => arn.split('/').at(-1)!;

/** Clusters whose name begins so and that are not gone. */
async function clustersOf({ ecs }: Clients, prefix: string): Promise<string[]> {
  const arns = (
    await allItems(paginateListClusters({ client: ecs }, {}), ({ clusterArns }) => clusterArns)
  ).filter((arn) => nameIn(arn).startsWith(prefix));
  if (arns.length === 0) return [];
  const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: arns }));
  return clusters.filter(({ status }) => status !== 'INACTIVE').map(({ clusterArn }) => clusterArn!);
}

/** How what is left of one type is found; in the order of removal, in which nothing needs what comes before it. */
const TYPES: Readonly<Record<string, (clients: Clients, prefix: string) => Promise<readonly Remnant[]>>> = {
  'AWS::CloudFormation::Stack': async ({ cloudFormation }, prefix) =>
    (await allItems(paginateDescribeStacks({ client: cloudFormation }, {}), ({ Stacks }) => Stacks))
      .filter(
        ({ StackName, StackStatus }) => StackName!.startsWith(prefix) && StackStatus !== 'DELETE_COMPLETE',
      )
      .map(({ StackName }) => ({
        name: StackName!,
        remove: () => cloudFormation.send(new DeleteStackCommand({ StackName })),
      })),
  'AWS::ApplicationAutoScaling::ScalableTarget': async ({ applicationAutoScaling: client }, prefix) =>
    (
      await allItems(
        paginateDescribeScalableTargets({ client }, { ServiceNamespace: 'ecs' }),
        ({ ScalableTargets }) => ScalableTargets,
      )
    )
      .filter(({ ResourceId }) => nameIn(ResourceId!).startsWith(prefix))
      .map(({ ServiceNamespace, ResourceId, ScalableDimension }) => ({
        name: ResourceId!,
        remove: () =>
          client.send(
            new DeregisterScalableTargetCommand({ ServiceNamespace, ResourceId, ScalableDimension }),
          ),
      })),
  'AWS::ECS::Service': async (clients, prefix) => {
    const { ecs } = clients;
    const services = (await clustersOf(clients, prefix)).map(async (cluster) =>
      (
        await allItems(paginateListServices({ client: ecs }, { cluster }), ({ serviceArns }) => serviceArns)
      ).map((service) => ({
        name: service,
        remove: () => ecs.send(new DeleteServiceCommand({ cluster, service, force: true })),
      })),
    );
    return (await Promise.all(services)).flat();
  },
  'AWS::ECS::Task': async (clients, prefix) => {
    const { ecs } = clients;
    const tasks = (await clustersOf(clients, prefix)).map((cluster) =>
      allItems(paginateListTasks({ client: ecs }, { cluster }), ({ taskArns }) => taskArns),
    );
    // They end with their service.
    return (await Promise.all(tasks)).flat().map((name) => ({ name, remove: () => Promise.resolve() }));
  },
  'AWS::ECS::TaskDefinition': async ({ ecs }, prefix) =>
    (
      await allItems(
        paginateListTaskDefinitions({ client: ecs }, { status: 'ACTIVE' }),
        ({ taskDefinitionArns }) => taskDefinitionArns,
      )
    )
      .filter((arn) => nameIn(arn).startsWith(prefix))
      .map((taskDefinition) => ({
        name: taskDefinition,
        remove: () => ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition })),
      })),
  'AWS::ECS::Cluster': async (clients, prefix) =>
    (await clustersOf(clients, prefix)).map((cluster) => ({
      name: cluster,
      remove: () => clients.ecs.send(new DeleteClusterCommand({ cluster })),
    })),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': async ({ elb }, prefix) =>
    (await allItems(paginateDescribeLoadBalancers({ client: elb }, {}), ({ LoadBalancers }) => LoadBalancers))
      .filter(({ LoadBalancerName }) => LoadBalancerName!.startsWith(prefix))
      .map(({ LoadBalancerArn }) => ({
        name: LoadBalancerArn!,
        remove: () => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })),
      })),
  'AWS::ElasticLoadBalancingV2::TargetGroup': async ({ elb }, prefix) =>
    (await allItems(paginateDescribeTargetGroups({ client: elb }, {}), ({ TargetGroups }) => TargetGroups))
      .filter(({ TargetGroupName }) => TargetGroupName!.startsWith(prefix))
      .map(({ TargetGroupArn }) => ({
        name: TargetGroupArn!,
        remove: () => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })),
      })),
  'AWS::WAFv2::WebACL': async ({ wafv2 }, prefix) => {
    const { WebACLs = [] } = await wafv2.send(new ListWebACLsCommand({ Scope: 'REGIONAL', Limit: 100 }));
    return WebACLs.filter(({ Name }) => Name!.startsWith(prefix)).map(({ Name, Id, LockToken }) => ({
      name: Name!,
      remove: () => wafv2.send(new DeleteWebACLCommand({ Name, Id, LockToken, Scope: 'REGIONAL' })),
    }));
  },
  'AWS::EC2::SecurityGroup': async ({ ec2 }, prefix) =>
    (
      await allItems(
        paginateDescribeSecurityGroups(
          { client: ec2 },
          // Group names are filtered with regard to case.
          { Filters: [{ Name: 'group-name', Values: [`${prefix}*`] }] },
        ),
        ({ SecurityGroups }) => SecurityGroups,
      )
    ).map(({ GroupId, IpPermissions = [], IpPermissionsEgress = [] }) => ({
      name: GroupId!,
      async remove() {
        // Groups that name one another would hold one another.
        if (IpPermissions.length > 0)
          await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
        if (IpPermissionsEgress.length > 0)
          await ec2.send(
            new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }),
          );
        await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
      },
    })),
  'AWS::Route53::HostedZone': async ({ route53 }, prefix) =>
    (await allItems(paginateListHostedZones({ client: route53 }, {}), ({ HostedZones }) => HostedZones))
      .filter(({ Name }) => Name!.startsWith(prefix))
      .map(({ Name, Id }) => ({
        name: Name!,
        async remove() {
          const { ResourceRecordSets = [] } = await route53.send(
            new ListResourceRecordSetsCommand({ HostedZoneId: Id }),
          );
          const made = ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
          if (made.length > 0) {
            const Changes = made.map((ResourceRecordSet) => ({
              Action: 'DELETE' as const,
              ResourceRecordSet,
            }));
            await route53.send(
              new ChangeResourceRecordSetsCommand({ HostedZoneId: Id, ChangeBatch: { Changes } }),
            );
          }
          await route53.send(new DeleteHostedZoneCommand({ Id }));
        },
      })),
  'AWS::Logs::LogGroup': async ({ logs }, prefix) =>
    (
      await allItems(
        paginateDescribeLogGroups({ client: logs }, { logGroupNamePrefix: prefix }),
        ({ logGroups }) => logGroups,
      )
    ).map(({ logGroupName }) => ({
      name: logGroupName!,
      remove: () => logs.send(new DeleteLogGroupCommand({ logGroupName })),
    })),
  'AWS::IAM::Role': async ({ iam }, prefix) =>
    (await allItems(paginateListRoles({ client: iam }, {}), ({ Roles }) => Roles))
      .filter(({ RoleName }) => RoleName!.startsWith(prefix))
      .map(({ RoleName }) => ({
        name: RoleName!,
        async remove() {
          const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
          for (const { PolicyArn } of AttachedPolicies)
            await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
          const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
          for (const PolicyName of PolicyNames)
            await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
          await iam.send(new DeleteRoleCommand({ RoleName }));
        },
      })),
};

/** Everything whose name begins with the prefix, as `type name`. */
export async function remnants({ clients, prefix }: Laboratory): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(TYPES).map(async ([type, look]) =>
      (await look(clients, `${prefix}-`)).map(({ name }) => `${type} ${name}`),
    ),
  );
  return found.flat();
}

/**
 * Remove everything whose name begins with the prefix, and wait until it is gone.
 *
 * @param tell is given one line for each type of which something is removed.
 * @throws Error that lists what is left, with AWS's last words about it.
 */
export async function removeAll(laboratory: Laboratory, tell: (line: string) => void): Promise<void> {
  const { clients, prefix } = laboratory;
  for (const [type, look] of Object.entries(TYPES)) {
    const refusals = new Map<string, string>();
    let told = false;
    try {
      await laboratory.until(`all of ${type} to be gone`, LONGEST_MINUTES, async () => {
        const left = await look(clients, `${prefix}-`);
        if (left.length === 0) return true;
        if (!told) tell(`removing ${left.length} of ${type}`);
        told = true;
        for (const { name, remove } of left) {
          // What is refused now, because something else is still on its way out, is tried again.
          await remove().then(
            () => refusals.delete(name),
            (error: Error) => refusals.set(name, error.message),
          );
        }
        return undefined;
      });
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
      const left = await look(clients, `${prefix}-`);
      throw new Error(
        `${type}: ${left.map(({ name }) => `${name} is left (${refusals.get(name) ?? 'still being removed'})`).join('; ')}. ` +
          'Run the command again, or remove it by hand.',
      );
    }
  }
}
