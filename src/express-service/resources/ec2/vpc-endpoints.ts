/**
 * VPC endpoints that tasks need where nothing leads out of the VPC: without them no task starts, which shows only when the
 * first deployment has failed, after many minutes.
 */
import { paginateDescribeVpcEndpoints, type VpcEndpoint } from '@aws-sdk/client-ec2';
import { allItems } from '../../../aws/pages';
import { invalid, type HandlerError } from '../../../core/failure';
import type { ApplyScope } from '../../composition/component';
import { tagRecord } from '../../identity/tags';
import { networkBefore } from '../../memory/network-profile';
import { idsOf, TASKS } from '../../network/subnets';
import { executionStatements } from '../../properties/execution-needs';
import { serviceGroupIn, survey } from '../../sharing/survey';

/** IAM actions of {@link endpointFlaw}. */
export const ENDPOINT_PERMISSIONS = ['ec2:DescribeVpcEndpoints'] as const;

/** A service of AWS that tasks reach by an endpoint. */
interface Endpoint {
  /** The end of its name: `com.amazonaws.<Region>.<service>`. */
  readonly service: string;
  /** What tasks need it for. */
  readonly what: string;
}

/** Source: Amazon ECS Developer Guide, "Amazon ECS interface VPC endpoints", and Amazon ECR User Guide, "VPC endpoints". */
const ENDPOINTS: readonly (Endpoint & {
  /** What the actions begin with that Amazon ECS calls to start tasks which need it. */
  readonly actions: string;
})[] = [
  { service: 'ecr.api', what: 'images in Amazon ECR', actions: 'ecr:' },
  { service: 'ecr.dkr', what: 'images in Amazon ECR', actions: 'ecr:' },
  { service: 's3', what: 'layers of images in Amazon ECR', actions: 'ecr:' },
  { service: 's3', what: 'environment files', actions: 's3:' },
  { service: 'logs', what: 'logs', actions: 'logs:' },
  { service: 'secretsmanager', what: 'secrets', actions: 'secretsmanager:' },
  { service: 'ssm', what: 'parameters', actions: 'ssm:' },
];

/** What the agent of ECS Exec calls. */
const EXECUTE_COMMAND: Endpoint = { service: 'ssmmessages', what: 'ECS Exec' };

/**
 * What is wrong where tasks are to run in subnets that nothing leads out of, and that are new to the service. Where there is
 * any other way, through a transit gateway for instance, an endpoint may be at its other end.
 *
 * @returns undefined when nothing is, or when it cannot be said, because the author brings the task definition.
 */
export async function endpointFlaw(scope: ApplyScope): Promise<HandlerError | undefined> {
  const { clients, identity, network, spec } = scope;
  const { task, settings } = spec;
  if (task.kind !== 'managed') return undefined;
  const { vpcId, subnets } = await network();
  const former = await formerSubnetIds(scope);
  const isolated = subnets.filter(({ id, isIsolated }) => isIsolated && !former.includes(id));
  if (isolated.length === 0) return undefined;
  const actions = executionStatements(task, { ...identity, madeLogGroup: '' }).flatMap(
    ({ Action }) => Action!,
  );
  const needed = [
    ...ENDPOINTS.filter((endpoint) => actions.some((action) => action.startsWith(endpoint.actions))),
    ...(settings.enableExecuteCommand ? [EXECUTE_COMMAND] : []),
  ];
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const there = await allItems(
    paginateDescribeVpcEndpoints({ client: clients.ec2 }, { Filters }),
    ({ VpcEndpoints }) => VpcEndpoints,
  );
  const missing = needed.filter(({ service }) => !there.some((endpoint) => isOf(endpoint, service)));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ service }) => `com.amazonaws.${identity.region}.${service}`);
  return invalid(
    spec.networkProfile ? 'NetworkProfile' : TASKS,
    `tasks in ${idsOf(isolated)} reach nothing outside of ${vpcId}, which has no VPC endpoint for ${missing.map(({ service, what }) => `${service} (${what})`).join(', ')}`,
    `Make the VPC endpoints ${[...new Set(names)].join(', ')} with private DNS names (for s3 a gateway endpoint does), or give the subnets a route to a NAT gateway`,
  );
}

/** Subnets in which the tasks ran before, as far as that is known. */
async function formerSubnetIds(scope: ApplyScope): Promise<readonly string[]> {
  const { identity, previousSpec } = scope;
  if (!previousSpec) return [];
  const tags = tagRecord(serviceGroupIn(await survey(scope), identity)?.Tags);
  return networkBefore(previousSpec, tags)!.subnetIds;
}

/** Whether it is the endpoint of a service, and is there, or about to be. */
function isOf({ ServiceName, State }: VpcEndpoint, service: string): boolean {
  return ServiceName?.endsWith(`.${service}`) === true && /^(available|pending)/i.test(State ?? '');
}
