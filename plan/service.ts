/** What a service of a template stands for, from its desired state, without a call to AWS. */
import type { Resource, ResourceProperties } from '../src/core/graph';
import type { Observations } from '../src/express-service/composition/component';
import { desiredState } from '../src/express-service/composition/desired-state';
import { nodesOf } from '../src/express-service/composition/node';
import { loadBalancerName, type Exposure } from '../src/express-service/exposures';
import {
  ecsServiceOf,
  identityOf,
  identityOfLoadBalancer,
  type Identity,
} from '../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../src/express-service/model';
import type { Network } from '../src/express-service/network/subnets';
import { ecsServiceOfVersion } from '../src/express-service/memory/service-versions';
import type { LoadBalancerSpec } from '../src/express-service/properties/load-balancer-settings';
import { isToAnswer } from '../src/express-service/properties/versions';
import { componentsIn } from '../src/express-service/resources';
import type { ObservedTaskDefinition } from '../src/express-service/resources/ecs/task-definition';
import { wantedExposure } from '../src/express-service/sharing/shared-load-balancer';
import { specificationOf, type ServiceSpec } from '../src/express-service/specification';
import { sumOf, type Counts, type Inventory, type Range, type TaskSize } from './inventory';

/** Where a plan is made; what the schema's examples of ARNs name. */
export const LOCATION = { partition: 'aws', region: 'us-east-1', accountId: '123456789012' };

/** What a platform team is taken to have set. */
const CONFIGURATION = { BaseDomain: 'example.com', HostedZoneId: 'Z0123456789ABCDEFGHIJ' };

/** Letters of Availability Zones: no Region has more. */
const ZONES = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Availability Zones of a default VPC, where nobody says how many: what most Regions have. */
export const USUAL_ZONES = 3;

/** GB of ephemeral storage that each task has for nothing. */
const FREE_STORAGE = 20;

/** A service of a template. */
export interface PlannedService {
  readonly spec: ServiceSpec;
  /** Everything that would be made; of a service with versions, what there is one of. */
  readonly resources: readonly Resource[];
  /** What each version would have of its own; undefined when the service has no versions. */
  readonly ofVersion?: readonly Resource[];
  /** Its load balancers, the serving one first. */
  readonly exposures: readonly PlannedExposure[];
}

interface PlannedExposure {
  readonly exposure: Exposure;
  readonly loadBalancer: LoadBalancerSpec;
  readonly network: Network;
}

/**
 * Plan a service as if it were made in a Region where nothing is yet.
 *
 * @param zones Availability Zones of the default VPC.
 * @throws HandlerError with the path of the property that the handlers would refuse.
 */
export function planService(
  logicalId: string,
  model: ResourceModel,
  zones: number = USUAL_ZONES,
): PlannedService {
  const identity = identityOf(LOCATION, model.Cluster ?? 'default', model.ServiceName ?? logicalId);
  const configuration = configurationFor(model);
  const spec = specificationOf({ model, configuration, identity, tags: {} });
  const own = exposureOf(spec, identity, zones);
  const others = Object.entries(spec.additionalLoadBalancers).map(([name, ofLoadBalancer]) => {
    const ofIdentity = identityOfLoadBalancer(identity, name);
    return {
      name,
      identity: ofIdentity,
      spec: ofLoadBalancer,
      ...exposureOf(ofLoadBalancer, ofIdentity, zones),
    };
  });
  const additional = others.map(({ exposure, ...each }) => ({
    ...each,
    exposures: { serving: exposure, leaving: [] },
  }));
  const exposures = { serving: own.exposure, leaving: [] };
  const version = spec.versions && { id: spec.versions.id, label: spec.versions.label, number: 1 };
  const nodes = nodesOf(componentsIn, exposures, additional);
  const all = desiredState(nodes, {
    identity,
    ecsService: version ? ecsServiceOfVersion(identity, version) : ecsServiceOf(identity),
    versions: version && [{ ...version, state: 'new' }],
    spec,
    network: own.network,
    exposures,
    additional,
    found: foundOf(spec),
  });
  const planned = { spec, exposures: [own, ...others] };
  if (!version) return { ...planned, resources: all };
  const isOfVersion = ({ id }: Resource) =>
    nodes.some((node) => node.id === id.node && node.component.perVersion !== undefined);
  return {
    ...planned,
    resources: all.filter((resource) => !isOfVersion(resource)),
    ofVersion: all.filter(isOfVersion),
  };
}

/** A network profile that a template names is there, with as many subnets as are enough. */
function configurationFor({ NetworkProfile: Name }: ResourceModel): TypeConfigurationModel {
  const Subnets = ZONES.slice(0, 2).map((zone) => `subnet-0000000${zone}`);
  return {
    ...CONFIGURATION,
    ...(Name && { NetworkProfiles: [{ Name, Subnets }] }),
  } as TypeConfigurationModel;
}

/** A task definition of the author's is there, and listens somewhere; nothing else is. */
function foundOf({ task }: ServiceSpec): Observations {
  if (task.kind === 'managed') return {};
  const TaskDefinition: ObservedTaskDefinition = {
    arn: task.taskDefinitionArn,
    definition: {},
    containerPort: 80,
    managed: false,
    tags: {},
  };
  return { TaskDefinition };
}

function exposureOf(spec: ServiceSpec, identity: Identity, zones: number): PlannedExposure {
  const { loadBalancer } = spec;
  const network = assumedNetwork(spec, zones);
  const wanted = wantedExposure(spec, network, identity);
  const { sharingKey, ...rest } = { sharingKey: undefined, ...wanted };
  const exposure = (
    sharingKey === undefined ? rest : { ...rest, loadBalancerName: loadBalancerName(sharingKey, 1) }
  ) as Exposure;
  return { exposure, loadBalancer, network };
}

/** Where nothing in the template says which subnets are public, the dearer answer: tasks and load balancer are. */
function assumedNetwork({ subnetIds, loadBalancer }: ServiceSpec, zones: number): Network {
  const isManaged = loadBalancer.kind === 'shared' || loadBalancer.kind === 'network';
  const scheme = (isManaged ? loadBalancer.scheme : undefined) ?? 'internet-facing';
  const ownIds = isManaged ? loadBalancer.subnetIds : [];
  const access = ownIds.length > 0 || scheme === 'internal' ? 'PRIVATE' : 'PUBLIC';
  const ofTasks =
    subnetIds.length > 0 ? subnetIds : ZONES.slice(0, zones).map((zone) => `subnet-default-${zone}`);
  const subnetsOf = (ids: readonly string[], isPublic: boolean) =>
    ids.map((id, index) => ({
      id,
      availabilityZone: `${LOCATION.region}${ZONES[index % ZONES.length]}`,
      public: isPublic,
    }));
  return {
    vpcId: 'vpc-0123456789abcdef0',
    subnets: subnetsOf(ofTasks, access === 'PUBLIC'),
    access,
    cidrBlocks: ['10.0.0.0/16'],
    loadBalancer: isManaged
      ? {
          scheme,
          subnets: subnetsOf(ownIds.length > 0 ? ownIds : ofTasks, scheme === 'internet-facing'),
          followsDefaultVpc: subnetIds.length === 0,
        }
      : undefined,
  };
}

/**
 * What services of one template stand for. Those that would be on the same shared load balancer bear a part of it each.
 *
 * @returns in the order of the services.
 */
export function inventoriesOf(services: readonly PlannedService[]): Inventory[] {
  const users = new Map<string, number>();
  for (const { exposures } of services) {
    for (const { exposure } of exposures) {
      if (exposure.kind !== 'shared') continue;
      users.set(exposure.loadBalancerName, (users.get(exposure.loadBalancerName) ?? 0) + 1);
    }
  }
  return services.map((service) => inventoryOf(service, users));
}

function inventoryOf(service: PlannedService, users: ReadonlyMap<string, number>): Inventory {
  const { spec, resources, exposures } = service;
  const parts = exposures.map(({ exposure, loadBalancer, network }) => {
    const part = exposure.kind === 'shared' ? 1 / users.get(exposure.loadBalancerName)! : 1;
    return { kind: exposure.kind, part, addresses: part * addressesOf(loadBalancer, network) };
  });
  const of = (...kinds: readonly Exposure['kind'][]) =>
    sum(parts.filter(({ kind }) => kinds.includes(kind)).map(({ part }) => part));
  const versions = versionsIn(service);
  const once = countsOf(resources, versions ? NO_TASKS : tasksOf(spec));
  return {
    task: taskSizeOf(spec, exposures[0]!.network),
    loadBalancers: {
      own: of('network'),
      shared: of('shared'),
      external: of('external', 'networkListener'),
    },
    loadBalancerAddresses: sum(parts.map(({ addresses }) => addresses)),
    ...sumOf([once, ...Object.values(versions ?? {})]),
    ...(versions && { versions }),
  };
}

const NO_TASKS: Range = { minimum: 0, maximum: 0 };

/**
 * The versions that there are once as many have been deployed as the template keeps. One that Traffic names is kept beside those
 * that Standby counts.
 */
function versionsIn({ spec, ofVersion }: PlannedService): Inventory['versions'] {
  if (!spec.versions || !ofVersion) return undefined;
  const { traffic = [], label, standby } = spec.versions;
  const labels = [...new Set([label, ...traffic.map((share) => share.label)])];
  const answering = labels.filter((each) => isToAnswer(spec.versions!, { label: each })).length;
  const several = (versions: number, tasks: Range) => ({
    ...sumOf(Array.from({ length: versions }, () => countsOf(ofVersion, tasks))),
    versions,
  });
  return {
    answering: several(answering, tasksOf(spec)),
    standbys: several(labels.length - answering + standby.count, tasksOfStandby(spec)),
  };
}

function countsOf(resources: readonly Resource[], tasks: Range): Counts {
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const alarms = ofType('AWS::CloudWatch::Alarm').map(({ properties }) => metricsOf(properties));
  // Application Auto Scaling makes two alarms for each: one to scale out, one to scale in.
  const tracking = ofType('AWS::ApplicationAutoScaling::ScalingPolicy').flatMap(({ properties }) => {
    const { TargetTrackingScalingPolicyConfiguration: configuration } = properties as Tracking;
    const metrics = metricsOf(configuration?.CustomizedMetricSpecification ?? {});
    return [metrics, metrics];
  });
  return {
    tasks,
    targetGroups: ofType('AWS::ElasticLoadBalancingV2::TargetGroup').length,
    listenerRules: ofType('AWS::ElasticLoadBalancingV2::ListenerRule').length,
    alarms: alarms.length + tracking.length,
    alarmMetrics: sum([...alarms, ...tracking]),
    resources: countedByType(resources),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((one, other) => one + other, 0);
}

interface Tracking {
  readonly TargetTrackingScalingPolicyConfiguration?: {
    readonly CustomizedMetricSpecification?: ResourceProperties;
  };
}

/** CloudWatch bills each metric of an alarm; what is computed of them is for nothing. */
function metricsOf({ Metrics }: ResourceProperties): number {
  const metrics = (Metrics ?? []) as readonly { readonly MetricStat?: unknown }[];
  return Math.max(1, metrics.filter(({ MetricStat }) => MetricStat !== undefined).length);
}

function addressesOf(loadBalancer: LoadBalancerSpec, network: Network): number {
  if (loadBalancer.kind !== 'shared' && loadBalancer.kind !== 'network') return 0;
  const { ipAddressType } = loadBalancer;
  const { scheme, subnets } = network.loadBalancer!;
  const isPublic = scheme === 'internet-facing' && ipAddressType !== 'dualstack-without-public-ipv4';
  return isPublic ? subnets.length : 0;
}

/** Scheduled actions change both limits, so that the lowest and the highest count. */
function tasksOf({ scaling: { minTaskCount, maxTaskCount, scheduledActions = [] } }: ServiceSpec): Range {
  const limits = scheduledActions.map(({ ScalableTargetAction }) => ScalableTargetAction ?? {});
  return {
    minimum: Math.min(minTaskCount, ...limits.map(({ MinCapacity }) => MinCapacity ?? minTaskCount)),
    maximum: Math.max(maxTaskCount, ...limits.map(({ MaxCapacity }) => MaxCapacity ?? maxTaskCount)),
  };
}

/** Without requests it has no more tasks than it must, but scheduled actions are also its own. */
function tasksOfStandby(spec: ServiceSpec): Range {
  const { minTaskCount, scheduledActions = [] } = spec.scaling;
  const least = spec.versions?.standby.taskCount ?? minTaskCount;
  const limits = scheduledActions.flatMap(
    ({ ScalableTargetAction: { MinCapacity } = {} }) => MinCapacity ?? [],
  );
  return { minimum: Math.min(least, ...limits), maximum: Math.max(least, ...limits) };
}

function taskSizeOf({ task }: ServiceSpec, { access }: Network): TaskSize | undefined {
  if (task.kind !== 'managed') return undefined;
  const { cpu, memory, ephemeralStorage, runtimePlatform } = task.definition;
  return {
    vcpus: Number(cpu) / 1024,
    memoryGb: Number(memory) / 1024,
    ephemeralGb: Math.max(0, (ephemeralStorage?.sizeInGiB ?? FREE_STORAGE) - FREE_STORAGE),
    isArm: runtimePlatform?.cpuArchitecture === 'ARM64',
    isPublic: access === 'PUBLIC',
  };
}

function countedByType(resources: readonly Resource[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of resources) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
