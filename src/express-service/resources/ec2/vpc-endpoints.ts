/**
 * VPC endpoints that tasks need where nothing leads out of the VPC: without them no task starts, which shows only when the
 * first deployment has failed, after many minutes.
 */
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { paginateDescribeVpcEndpoints, type VpcEndpoint } from '@aws-sdk/client-ec2';
import { allItems } from '../../../aws/pages';
import { invalid, type HandlerError } from '../../../core/failure';
import type { ApplyScope } from '../../composition/component';
import { idsOf, TASKS } from '../../network/subnets';
import { desiredContent } from '../../properties/task-definition-content';
import type { ServiceSpec } from '../../specification';

/** IAM actions of {@link endpointFlaw}. */
export const ENDPOINT_PERMISSIONS = ['ec2:DescribeVpcEndpoints'] as const;

/** A service of AWS that tasks reach by an endpoint. */
interface Endpoint {
  /** The end of its name: `com.amazonaws.<Region>.<service>`. */
  readonly service: string;
  /** What tasks need it for. */
  readonly what: string;
  readonly isNeeded: (
    containers: readonly ContainerDefinition[],
    settings: ServiceSpec['settings'],
  ) => boolean;
}

/** Source: Amazon ECS Developer Guide, "Amazon ECS interface VPC endpoints", and Amazon ECR User Guide, "VPC endpoints". */
const ENDPOINTS: readonly Endpoint[] = [
  { service: 'ecr.api', what: 'images in Amazon ECR', isNeeded: hasImageInEcr },
  { service: 'ecr.dkr', what: 'images in Amazon ECR', isNeeded: hasImageInEcr },
  { service: 's3', what: 'layers of images in Amazon ECR', isNeeded: hasImageInEcr },
  { service: 'logs', what: 'logs', isNeeded: () => true },
  {
    service: 'secretsmanager',
    what: 'secrets',
    isNeeded: (containers) =>
      secretsOf(containers).some(isInSecretsManager) ||
      containers.some(({ repositoryCredentials }) => repositoryCredentials),
  },
  {
    service: 'ssm',
    what: 'parameters',
    isNeeded: (containers) => secretsOf(containers).some((valueFrom) => !isInSecretsManager(valueFrom)),
  },
  {
    service: 'ssmmessages',
    what: 'ECS Exec',
    isNeeded: (_containers, { enableExecuteCommand }) => enableExecuteCommand === true,
  },
];

/** `<account>.dkr.ecr.<Region>.amazonaws.com/…`, also of other partitions (Amazon ECR User Guide, "Registry"). */
const IMAGE_IN_ECR = /^\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)\//;

function hasImageInEcr(containers: readonly ContainerDefinition[]): boolean {
  return containers.some(({ image = '' }) => IMAGE_IN_ECR.test(image));
}

function secretsOf(containers: readonly ContainerDefinition[]): string[] {
  return containers.flatMap(({ secrets = [] }) => secrets).map(({ valueFrom }) => valueFrom!);
}

function isInSecretsManager(valueFrom: string): boolean {
  return valueFrom.startsWith('arn:') && valueFrom.split(':')[2] === 'secretsmanager';
}

/**
 * What is wrong where tasks are to run in subnets that nothing leads out of, and that are new to the service. Where there is
 * any other way, through a transit gateway for instance, an endpoint may be at its other end.
 *
 * @returns undefined when nothing is, or when it cannot be said, because the author brings the task definition.
 */
export async function endpointFlaw({
  clients,
  identity,
  network,
  spec,
  previousSpec,
}: ApplyScope): Promise<HandlerError | undefined> {
  const { task, settings } = spec;
  if (task.kind !== 'managed') return undefined;
  const { vpcId, subnets } = await network();
  const isolated = subnets.filter(
    ({ id, isIsolated }) => isIsolated && !previousSpec?.subnetIds.includes(id),
  );
  if (isolated.length === 0) return undefined;
  const { containerDefinitions: containers = [] } = desiredContent({ task, madeLogGroup: '', region: '' });
  const needed = ENDPOINTS.filter(({ isNeeded }) => isNeeded(containers, settings));
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const there = await allItems(
    paginateDescribeVpcEndpoints({ client: clients.ec2 }, { Filters }),
    ({ VpcEndpoints }) => VpcEndpoints,
  );
  const missing = needed.filter(({ service }) => !there.some((endpoint) => isOf(endpoint, service)));
  if (missing.length === 0) return undefined;
  const name = (service: string) => `com.amazonaws.${identity.region}.${service}`;
  return invalid(
    spec.networkProfile ? 'NetworkProfile' : TASKS,
    `tasks in ${idsOf(isolated)} reach nothing outside of ${vpcId}, which has no VPC endpoint for ${missing.map(({ service, what }) => `${service} (${what})`).join(', ')}`,
    `Make the VPC endpoints ${missing.map(({ service }) => name(service)).join(', ')} with private DNS names (for s3 a gateway endpoint does), or give the subnets a route to a NAT gateway`,
  );
}

/** Whether it is the endpoint of a service, and is there, or about to be. */
function isOf({ ServiceName, State }: VpcEndpoint, service: string): boolean {
  return ServiceName?.endsWith(`.${service}`) === true && /^(available|pending)/i.test(State ?? '');
}
