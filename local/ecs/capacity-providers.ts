/** Capacity providers: those of Fargate, which every account has. */
import { AwsError, type Structure } from '../service';
import type { EcsContext, Operations } from './context';
import { wantedTasks, type Cluster, type ServiceRevision } from './state';

const FARGATE_PROVIDERS = ['FARGATE', 'FARGATE_SPOT'];

/** Providers of one strategy at most (API reference of CreateService: 20). */
const PROVIDERS_PER_STRATEGY = 20;

/**
 * Check a capacity provider strategy against the providers that are associated with the cluster.
 *
 * @throws AwsError InvalidParameterException.
 */
export function checkStrategy(strategy: readonly Structure[], associated: readonly string[]): void {
  if (strategy.length > PROVIDERS_PER_STRATEGY) {
    refuse(
      `A capacity provider strategy can contain a maximum of ${PROVIDERS_PER_STRATEGY} capacity providers.`,
    );
  }
  if (strategy.some(({ capacityProvider }) => !associated.includes(capacityProvider))) {
    refuse(
      'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.',
    );
  }
  if (strategy.filter(({ base }) => base > 0).length > 1) {
    refuse(
      'The specified capacity provider strategy cannot have more than one capacity provider with a base value.',
    );
  }
  if (strategy.length > 0 && strategy.every(({ weight }) => !(weight > 0))) {
    refuse(
      'The specified capacity provider strategy must have at least one capacity provider with a weight greater than zero.',
    );
  }
}

/** @throws AwsError InvalidParameterException when a provider does not exist. */
export function checkProvidersExist(names: readonly string[]): void {
  const unknown = names.filter((name) => !FARGATE_PROVIDERS.includes(name));
  if (unknown.length > 0) {
    refuse(
      `The specified capacity provider '${unknown[0]}' was not found. Specify a valid name or ARN and try again.`,
    );
  }
}

/**
 * The provider for the next task of a revision: the one with a base until that is reached, then the one that is
 * furthest below its share by weight (API reference of CapacityProviderStrategyItem). Undefined without a strategy.
 */
export function nextProvider(revision: ServiceRevision): string | undefined {
  const strategy = revision.settings.capacityProviderStrategy as Structure[] | undefined;
  if (!strategy?.length) return undefined;
  const placed = (name: string) =>
    wantedTasks(revision).filter((task) => task.capacityProviderName === name).length;
  const based = strategy.find(({ capacityProvider, base = 0 }) => placed(capacityProvider) < base);
  if (based) return based.capacityProvider;
  const load = ({ capacityProvider, base = 0, weight }: Structure) =>
    (placed(capacityProvider) - base + 1) / weight;
  return strategy
    .filter(({ weight }) => weight > 0)
    .reduce((best, item) => (load(item) < load(best) ? item : best)).capacityProvider;
}

/** DescribeCapacityProviders and PutClusterCapacityProviders. */
export function capacityProviderOperations(
  { state }: EcsContext,
  describe: (cluster: Cluster) => Structure,
): Operations {
  return {
    DescribeCapacityProviders({ input, region, accountId }) {
      const names: string[] = (input.capacityProviders ?? FARGATE_PROVIDERS).map((name: string) =>
        name.slice(name.lastIndexOf('/') + 1),
      );
      return {
        capacityProviders: names
          .filter((name) => FARGATE_PROVIDERS.includes(name))
          .map((name) => ({
            capacityProviderArn: `arn:aws:ecs:${region}:${accountId}:capacity-provider/${name}`,
            name,
            status: 'ACTIVE',
            type: name,
            tags: [],
          })),
        failures: names
          .filter((name) => !FARGATE_PROVIDERS.includes(name))
          .map((name) => ({
            arn: `arn:aws:ecs:${region}:${accountId}:capacity-provider/${name}`,
            reason: 'MISSING',
          })),
      };
    },
    PutClusterCapacityProviders({ input, ...scope }) {
      const cluster = state.cluster(scope, input.cluster);
      checkProvidersExist(input.capacityProviders);
      checkStrategy(input.defaultCapacityProviderStrategy, input.capacityProviders);
      const removed = cluster.settings.capacityProviders.filter(
        (name: string) => !input.capacityProviders.includes(name),
      );
      if (removed.some((name: string) => isUsed(cluster, name))) {
        throw new AwsError(
          'ResourceInUseException',
          'The specified capacity provider is in use and cannot be removed.',
        );
      }
      cluster.settings = {
        ...cluster.settings,
        capacityProviders: input.capacityProviders,
        defaultCapacityProviderStrategy: withDefaults(input.defaultCapacityProviderStrategy),
      };
      return { cluster: describe(cluster) };
    },
  };
}

/** A strategy as ECS returns it: base and weight are 0 unless given. */
export function withDefaults(strategy: readonly Structure[]): Structure[] {
  return strategy.map((item) => ({ ...item, weight: item.weight ?? 0, base: item.base ?? 0 }));
}

function isUsed(cluster: Cluster, provider: string): boolean {
  return [...cluster.tasks.values()].some(
    (task) => task.lastStatus !== 'STOPPED' && task.capacityProviderName === provider,
  );
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
