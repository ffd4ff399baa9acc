/** What CreateService and UpdateService refuse beyond the service model's own constraints. */
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { AwsError, type Structure } from '../service';
import { checkStrategy } from './capacity-providers';
import type { EcsContext } from './context';
import { checkDeploymentConfiguration } from './deployment-configuration';
import { checkInfrastructureRoles } from './infrastructure-role';
import { checkLoadBalancers } from './load-balancer-validation';
import { checkServiceConnect } from './service-connect';
import type { Cluster, Service, TaskDefinition } from './state';
import { checkServiceVolumes } from './volume-validation';

const PLATFORM_VERSIONS = ['LATEST', '1.4.0', '1.3.0'];
/** Quotas of a network configuration (API reference of AwsVpcConfiguration). */
const NETWORK_LIMITS = { subnets: 16, securityGroups: 5 };

/** Metrics of a service, and seconds between their values (API reference of MetricConfiguration). */
const MONITORING = { metrics: ['CPUUtilization', 'MemoryUtilization'], resolutions: [20, 60] };

/** What is to be checked. */
interface Checked {
  readonly cluster: Cluster;
  readonly taskDefinition: TaskDefinition;
  /** With ECS's defaults filled in. */
  readonly settings: Structure;
  /** The request, to tell what was asked for from what was filled in. */
  readonly input: Structure;
  /** The service that is updated. */
  readonly service?: Service;
}

/**
 * Check the settings a service is to have.
 *
 * @throws AwsError InvalidParameterException, PlatformUnknownException or NamespaceNotFoundException, worded as ECS does.
 */
export async function checkService(
  context: EcsContext,
  { cluster, taskDefinition, settings, input, service }: Checked,
): Promise<void> {
  checkCapacity(cluster, taskDefinition, settings, input);
  checkDeploymentConfiguration(context.answers, settings, input);
  checkServiceVolumes(taskDefinition, settings);
  checkMonitoring(settings);
  if (input.healthCheckGracePeriodSeconds < 0) refuse('healthCheckGracePeriodSeconds must not be negative.');
  if (input.healthCheckGracePeriodSeconds && settings.loadBalancers.length === 0) {
    refuse('Health check grace period is only valid for services configured to use load balancers');
  }
  await Promise.all([
    checkNetwork(context, cluster.scope.region, settings),
    checkInfrastructureRoles(context, settings.loadBalancers),
    checkLoadBalancers(
      context.aws(cluster.scope.region).elasticLoadBalancing,
      context.answers,
      taskDefinition,
      settings,
    ),
    checkServiceConnect(context, { cluster, taskDefinition, settings, service }),
  ]);
}

function checkCapacity(
  cluster: Cluster,
  taskDefinition: TaskDefinition,
  settings: Structure,
  input: Structure,
): void {
  if (input.launchType && input.capacityProviderStrategy?.length) {
    refuse(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  }
  if (settings.capacityProviderStrategy) {
    checkStrategy(settings.capacityProviderStrategy, cluster.settings.capacityProviders);
  }
  if (settings.launchType && settings.launchType !== 'FARGATE') {
    // Every cluster here is without instances; ECS would accept the service and never place a task.
    refuse(
      `No Container Instances were found in your cluster for launch type ${settings.launchType}: use FARGATE.`,
    );
  }
  if (settings.platformVersion && !PLATFORM_VERSIONS.includes(settings.platformVersion)) {
    throw new AwsError('PlatformUnknownException', 'The specified platform does not exist.');
  }
  if (!taskDefinition.definition.compatibilities.includes('FARGATE')) {
    refuse('Task definition does not support launch_type FARGATE.');
  }
}

function checkMonitoring({ monitoring }: Structure): void {
  const seen: string[] = [];
  for (const { metricNames, resolutionSeconds } of (monitoring?.metricConfigurations ?? []) as Structure[]) {
    if (!MONITORING.resolutions.includes(resolutionSeconds))
      refuse(`resolutionSeconds must be one of ${MONITORING.resolutions.join(', ')}.`);
    for (const name of metricNames as string[]) {
      if (!MONITORING.metrics.includes(name)) refuse(`The metric '${name}' is not supported.`);
      if (seen.includes(name)) refuse(`The metric '${name}' is configured more than once.`);
      seen.push(name);
    }
  }
}

async function checkNetwork({ aws, state }: EcsContext, region: string, settings: Structure): Promise<void> {
  const network = settings.networkConfiguration?.awsvpcConfiguration;
  if (!network) refuse("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  const { subnets, securityGroups } = network as { subnets: string[]; securityGroups: string[] };
  if (subnets.length === 0) refuse('subnets can not be empty.');
  if (subnets.length > NETWORK_LIMITS.subnets)
    refuse(`subnets can have at most ${NETWORK_LIMITS.subnets} items.`);
  if (securityGroups.length > NETWORK_LIMITS.securityGroups) {
    refuse(`securityGroups can have at most ${NETWORK_LIMITS.securityGroups} items.`);
  }
  const { ec2 } = aws(region);
  const [found, groups] = await Promise.all([
    describeSubnets(ec2, subnets),
    describeSecurityGroups(ec2, securityGroups),
  ]);
  const vpcId = found[0]!.VpcId!;
  if (found.some((subnet) => subnet.VpcId !== vpcId)) refuse('All subnets must belong to the same VPC.');
  const foreign = groups.find((group) => group.VpcId !== vpcId);
  if (foreign)
    refuse(
      `Security group ${foreign.GroupId} does not appear to belong to the same VPC as the input subnets.`,
    );
  const defaultSecurityGroup = securityGroups.length === 0 ? await defaultGroup(ec2, vpcId) : undefined;
  for (const { SubnetId, AvailabilityZone, CidrBlock } of found) {
    state.subnets.set(SubnetId!, {
      id: SubnetId!,
      vpcId,
      availabilityZone: AvailabilityZone!,
      cidrBlock: CidrBlock!,
      defaultSecurityGroup: defaultSecurityGroup ?? state.subnets.get(SubnetId!)?.defaultSecurityGroup,
    });
  }
}

async function describeSubnets(ec2: EC2Client, ids: string[]) {
  const { Subnets = [] } = await ec2
    .send(new DescribeSubnetsCommand({ SubnetIds: ids }))
    .catch((error: Error) =>
      refuse(`Error retrieving subnet information for ${named(ids)}: ${detail(error)}`),
    );
  return Subnets;
}

async function describeSecurityGroups(ec2: EC2Client, ids: string[]): Promise<SecurityGroup[]> {
  if (ids.length === 0) return [];
  const { SecurityGroups = [] } = await ec2
    .send(new DescribeSecurityGroupsCommand({ GroupIds: ids }))
    .catch((error: Error) =>
      refuse(`Error retrieving security group information for ${named(ids)}: ${detail(error)}`),
    );
  return SecurityGroups;
}

async function defaultGroup(ec2: EC2Client, vpcId: string): Promise<string | undefined> {
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'group-name', Values: ['default'] },
      ],
    }),
  );
  return SecurityGroups[0]?.GroupId;
}

function named(ids: readonly string[]): string {
  return `[${ids.join(', ')}]`;
}

function detail({ message, name }: Error): string {
  return `${message} (ErrorCode: ${name})`;
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
