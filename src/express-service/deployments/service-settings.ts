/** What a deployment of the service is made of, and how it differs from what runs. Pure: no call to AWS. */
import type {
  AwsVpcConfiguration,
  CapacityProviderStrategyItem,
  CreateServiceCommandInput,
  LoadBalancer,
  Service,
  ServiceConnectConfiguration,
  ServiceRevision,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { MAIN_CONTAINER } from '../properties/containers';
import type { Network } from '../network/network';
import { isSameStrategy } from '../properties/ecs-service';
import type { ServiceSpec } from '../specification';
import { NETWORK } from '../properties/network-settings';
import { SERVICE_CONNECT_MERGE } from '../properties/service-connect';
import { mergeRules, threeWay, type States } from '../../core/three-way';
import type { Resolvable } from '../../core/graph';

/** Settings whose change starts a deployment. */
export interface DeployedSettings {
  readonly taskDefinition: string;
  readonly networkConfiguration: { readonly awsvpcConfiguration: AwsVpcConfiguration };
  readonly loadBalancers: LoadBalancer[];
  /** Undefined means that Service Connect is not used. */
  readonly serviceConnectConfiguration?: ServiceConnectConfiguration;
  /** Undefined means that it stays as it is. */
  readonly capacityProviderStrategy?: CapacityProviderStrategyItem[];
}

/** The same as a service or one of its revisions has them. */
export type ActualSettings = Pick<
  Service & ServiceRevision,
  'taskDefinition' | 'networkConfiguration' | 'loadBalancers' | 'capacityProviderStrategy'
> & {
  /** Undefined when Service Connect is not used. */
  readonly serviceConnectConfiguration?: ServiceConnectConfiguration;
};

/** AWS resources that the settings refer to. */
export interface SettingsReferences {
  readonly taskDefinitionArn: Resolvable<string>;
  /** Of the service, and of its additional load balancers. */
  readonly serviceSecurityGroupIds: readonly Resolvable<string>[];
  /** Where the service receives requests: one for each load balancer, or two while it joins another exposure. */
  readonly receivers: readonly Receiver[];
  readonly network: Network;
}

/** What the settings are merged with, so that what was changed by hand and the template does not change stays. */
export interface FormerSettings {
  /** What the template asked for before; undefined when nothing is known of that. */
  readonly previous?: Pick<ServiceSpec, 'subnetIds' | 'additionalSecurityGroupIds'>;
  /** The service as it runs; undefined when it is to be made. */
  readonly live?: ActualSettings;
  /** Ids of the security groups that are made for the service, as far as they are there. Default: none. */
  readonly madeGroupIds?: readonly string[];
}

/** What of a load balancer sends requests to the service. */
export interface Receiver {
  /** TCP port of the container. */
  readonly containerPort: number;
  /** Of the two between which deployments shift the traffic, or of the one of a version, which has no such deployments. */
  readonly targetGroupArns: readonly Resolvable<string>[];
  readonly listenerRuleArn: Resolvable<string>;
  /** Rule of test requests; undefined when none are told from others. */
  readonly testListenerRuleArn?: Resolvable<string>;
}

/** Settings of the ECS service that the specification asks for. */
export function desiredSettings(
  spec: ServiceSpec,
  references: SettingsReferences,
  former: FormerSettings = {},
): Resolvable<DeployedSettings> {
  const { network, receivers } = references;
  return {
    taskDefinition: references.taskDefinitionArn,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...subnetsOf(spec, network, former)],
        securityGroups: [...references.serviceSecurityGroupIds, ...securityGroupsOf(spec, former)],
        // Tasks in public subnets reach the registry only with an address of their own.
        assignPublicIp: network.access === 'PUBLIC' ? 'ENABLED' : 'DISABLED',
      },
    },
    loadBalancers: receivers.map(
      ({ containerPort, targetGroupArns, listenerRuleArn, testListenerRuleArn }) => ({
        targetGroupArn: targetGroupArns[0],
        containerName: MAIN_CONTAINER,
        containerPort,
        ...(targetGroupArns.length > 1 && {
          advancedConfiguration: {
            alternateTargetGroupArn: targetGroupArns[1],
            productionListenerRule: listenerRuleArn,
            ...(testListenerRuleArn !== undefined && { testListenerRule: testListenerRuleArn }),
            roleArn: spec.infrastructureRoleArn,
          },
        }),
      }),
    ),
  };
}

function subnetsOf(
  { subnetIds }: ServiceSpec,
  network: Network,
  { previous, live }: FormerSettings,
): readonly string[] {
  const current = live?.networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
  const isUnchanged = subnetIds.length > 0 && isSameSet(subnetIds, previous?.subnetIds);
  return isUnchanged && current.length > 0 ? current : network.subnets.map(({ id }) => id);
}

/**
 * Service Connect that the service is to have: what the template says, and what people have added to it. Undefined means none.
 */
export function resolvedServiceConnect({
  desired,
  previous,
  live,
}: Partial<States<ServiceConnectConfiguration>>): ServiceConnectConfiguration | undefined {
  const group = (configuration: ServiceConnectConfiguration | undefined) => ({ configuration });
  const rules = { configuration: { members: SERVICE_CONNECT_MERGE } };
  const states = { desired: group(desired), previous: group(previous), live: group(live) };
  return threeWay(states, rules).configuration;
}

/** Without the one that is made for the service. */
function securityGroupsOf(
  { additionalSecurityGroupIds }: ServiceSpec,
  { previous, live, madeGroupIds = [] }: FormerSettings,
): readonly string[] {
  const current = live?.networkConfiguration?.awsvpcConfiguration?.securityGroups;
  const merged = threeWay<{ readonly securityGroups: readonly string[] }>(
    {
      desired: { securityGroups: additionalSecurityGroupIds },
      previous: previous && { securityGroups: previous.additionalSecurityGroupIds },
      live: current && { securityGroups: current.filter((id) => !madeGroupIds.includes(id)) },
    },
    mergeRules(NETWORK),
  );
  return merged.securityGroups;
}

/**
 * What has to change.
 *
 * @param followsDefaultVpc whether the author names no subnets: then those of the running service stay as long as they
 *   are among the desired ones, so that a subnet that somebody adds to the default VPC does not start a deployment.
 */
export function settingsChanges(
  desired: DeployedSettings,
  actual: ActualSettings,
  followsDefaultVpc: boolean,
): Partial<DeployedSettings> {
  const wanted = desired.networkConfiguration.awsvpcConfiguration;
  const current = actual.networkConfiguration?.awsvpcConfiguration;
  const sameSubnets = followsDefaultVpc
    ? isSubset(current?.subnets ?? [], wanted.subnets ?? []) && (current?.subnets?.length ?? 0) > 0
    : isSameSet(wanted.subnets, current?.subnets);
  const sameNetwork =
    sameSubnets &&
    isSameSet(wanted.securityGroups, current?.securityGroups) &&
    wanted.assignPublicIp === current?.assignPublicIp;
  return {
    ...(desired.taskDefinition !== actual.taskDefinition && { taskDefinition: desired.taskDefinition }),
    ...(!sameNetwork && { networkConfiguration: desired.networkConfiguration }),
    ...(!areSameLoadBalancers(desired.loadBalancers, actual.loadBalancers) && {
      loadBalancers: desired.loadBalancers,
    }),
    ...(!isDeepStrictEqual(desired.serviceConnectConfiguration, actual.serviceConnectConfiguration) && {
      serviceConnectConfiguration: desired.serviceConnectConfiguration ?? { enabled: false },
    }),
    ...(desired.capacityProviderStrategy &&
      !isSameStrategy(desired.capacityProviderStrategy, actual.capacityProviderStrategy) && {
        capacityProviderStrategy: desired.capacityProviderStrategy,
      }),
  };
}

/** In any order. */
function areSameLoadBalancers(
  desired: readonly LoadBalancer[],
  actual: readonly LoadBalancer[] = [],
): boolean {
  return (
    desired.length === actual.length &&
    desired.every((one) => actual.some((other) => isSameLoadBalancer(one, other)))
  );
}

/** Deployments swap the roles of the two target groups, so their order says nothing. */
function isSameLoadBalancer(desired: LoadBalancer, actual: LoadBalancer): boolean {
  const targetGroups = ({ targetGroupArn, advancedConfiguration }: LoadBalancer) => [
    targetGroupArn!,
    advancedConfiguration?.alternateTargetGroupArn ?? '',
  ];
  return (
    isSameSet(targetGroups(desired), targetGroups(actual)) &&
    desired.containerName === actual.containerName &&
    desired.containerPort === actual.containerPort &&
    desired.advancedConfiguration?.productionListenerRule ===
      actual.advancedConfiguration?.productionListenerRule &&
    desired.advancedConfiguration?.testListenerRule === actual.advancedConfiguration?.testListenerRule &&
    desired.advancedConfiguration?.roleArn === actual.advancedConfiguration?.roleArn
  );
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every((item) => all.includes(item));
}

function isSameSet(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return isSubset(a, b) && isSubset(b, a);
}

/** Settings that a service starts with and no template says. Source: what ECS Express Mode applies (Developer Guide). */
export const INITIAL_SETTINGS = {
  schedulingStrategy: 'REPLICA',
} as const satisfies Partial<CreateServiceCommandInput>;
