/** Clusters. */
import { isDeepStrictEqual } from 'node:util';
import { AwsError, type Structure } from '../service';
import { ecsArn, lastPart, type Scope } from './arns';
import { checkProvidersExist, checkStrategy, withDefaults } from './capacity-providers';
import type { EcsContext, Operations } from './context';
import { page } from './paging';
import { defaultNamespace } from './service-connect';
import { countTasks, type Cluster } from './state';
import { checkTags } from './tags';

const DEFAULT_SETTINGS = [{ name: 'containerInsights', value: 'disabled' }];

/** Members that DescribeClusters returns only when `include` asks for them. */
const INCLUDED: Readonly<Record<string, string>> = {
  SETTINGS: 'settings',
  CONFIGURATIONS: 'configuration',
  TAGS: 'tags',
};

/** Operations on clusters. */
export function clusterOperations(context: EcsContext): Operations {
  const { state, checkServiceLinkedRole } = context;
  return {
    async CreateCluster({ input, region, accountId }) {
      const name: string = input.clusterName ?? 'default';
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
        throw new AwsError(
          'InvalidParameterException',
          'Identifier can only be alphanumeric (plus dash/underscore) and up to 255 characters long.',
        );
      }
      checkProvidersExist(input.capacityProviders ?? []);
      checkStrategy(input.defaultCapacityProviderStrategy ?? [], input.capacityProviders ?? []);
      const tags = checkTags(input.tags);
      await checkServiceLinkedRole();
      const scope = { region, accountId };
      const existing = state.findCluster(scope, name);
      if (existing?.status === 'ACTIVE') {
        checkSame(existing, input);
        return { cluster: describeCluster(existing) };
      }
      const cluster: Cluster = {
        arn: ecsArn(scope, 'cluster', name),
        name,
        scope,
        status: 'ACTIVE',
        settings: { ...createdSettings(input), ...(await connectDefaults(context, scope, input)) },
        tags,
        services: new Map(),
        tasks: new Map(),
      };
      state.clusters.set(cluster.arn, cluster);
      return { cluster: describeCluster(cluster) };
    },
    DescribeClusters({ input, ...scope }) {
      const names: string[] = input.clusters?.length ? input.clusters : ['default'];
      const found = names.map((name) => state.findCluster(scope, name));
      const hidden = Object.entries(INCLUDED).filter(([include]) => !input.include?.includes(include));
      return {
        clusters: found.flatMap((cluster) => (cluster ? [without(describeCluster(cluster), hidden)] : [])),
        failures: names
          .filter((_name, index) => !found[index])
          .map((name) => ({ arn: ecsArn(scope, 'cluster', lastPart(name)), reason: 'MISSING' })),
      };
    },
    ListClusters({ input, region }) {
      const active = [...state.clusters.values()].filter(
        ({ status, scope }) => status === 'ACTIVE' && scope.region === region,
      );
      const { items, nextToken } = page(
        active.map(({ arn }) => arn),
        input,
        100,
      );
      return { clusterArns: items, nextToken };
    },
    async UpdateCluster({ input, ...scope }) {
      const cluster = state.cluster(scope, input.cluster);
      const { cluster: _name, ...changes } = input;
      cluster.settings = {
        ...cluster.settings,
        ...changes,
        ...(await connectDefaults(context, scope, input)),
      };
      return { cluster: describeCluster(cluster) };
    },
    UpdateClusterSettings({ input, ...scope }) {
      const cluster = state.cluster(scope, input.cluster);
      cluster.settings = { ...cluster.settings, settings: input.settings };
      return { cluster: describeCluster(cluster) };
    },
    DeleteCluster({ input, ...scope }) {
      const cluster = state.cluster(scope, input.cluster);
      if ([...cluster.services.values()].some(({ status }) => status !== 'INACTIVE')) {
        throw new AwsError(
          'ClusterContainsServicesException',
          'The Cluster cannot be deleted while Services are active.',
        );
      }
      if ([...cluster.tasks.values()].some(({ lastStatus }) => lastStatus !== 'STOPPED')) {
        throw new AwsError(
          'ClusterContainsTasksException',
          'The Cluster cannot be deleted while Tasks are active.',
        );
      }
      cluster.status = 'INACTIVE';
      return { cluster: describeCluster(cluster) };
    },
  };
}

/** A cluster as CreateCluster returns it. */
export function describeCluster(cluster: Cluster): Structure {
  const services = [...cluster.services.values()].filter(({ status }) => status !== 'INACTIVE');
  const counts = services.flatMap(({ revisions }) => revisions.map(countTasks));
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: counts.reduce((sum, { running }) => sum + running, 0),
    pendingTasksCount: counts.reduce((sum, { pending }) => sum + pending, 0),
    activeServicesCount: services.filter(({ status }) => status === 'ACTIVE').length,
    statistics: [],
    ...cluster.settings,
    tags: cluster.tags,
  };
}

function createdSettings(input: Structure): Structure {
  const { clusterName: _name, tags: _tags, ...settings } = input;
  return {
    ...settings,
    settings: input.settings ?? DEFAULT_SETTINGS,
    capacityProviders: input.capacityProviders ?? [],
    defaultCapacityProviderStrategy: withDefaults(input.defaultCapacityProviderStrategy ?? []),
  };
}

/** The default namespace of a cluster; an empty name takes it away (API reference of ClusterServiceConnectDefaultsRequest). */
async function connectDefaults(
  context: EcsContext,
  scope: Scope,
  { serviceConnectDefaults: given }: Structure,
): Promise<Structure> {
  if (!given) return {};
  const namespace = given.namespace ? await defaultNamespace(context, scope, given.namespace) : undefined;
  return { serviceConnectDefaults: namespace && { namespace } };
}

/** CreateCluster may be repeated, but not with other arguments. */
function checkSame(cluster: Cluster, input: Structure): void {
  const asked = { ...createdSettings(input), ...(input.tags && { tags: input.tags }) };
  const present: Structure = { ...cluster.settings, tags: cluster.tags };
  const given = Object.entries(asked).filter(([name]) => input[name] !== undefined);
  if (given.some(([name, value]) => !isDeepStrictEqual(value, present[name]))) {
    throw new AwsError(
      'InvalidParameterException',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  }
}

function without(structure: Structure, members: readonly (readonly [string, string])[]): Structure {
  const rest = { ...structure };
  for (const [, member] of members) delete rest[member];
  return rest;
}
