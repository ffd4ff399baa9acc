/** What a deployment strategy is to this resource type. */
import type {
  DeploymentConfiguration as EcsDeploymentConfiguration,
  DeploymentLifecycleHookStage,
} from '@aws-sdk/client-ecs';
import type { Properties } from '../../../cloudformation/extension';
import { invalid } from '../../../core/failure';
import type { DeploymentConfiguration, Inputs } from '../../model';

/** Name of a strategy. */
export type StrategyName = NonNullable<Properties<DeploymentConfiguration>['Strategy']>;

/** A deployment strategy. */
export interface Strategy {
  readonly name: StrategyName;
  /** That of the ECS service, where ECS does not have this one. */
  readonly ecsStrategy?: StrategyName;
  /** Member of the API's configuration with the settings that no other strategy has. */
  readonly own?: keyof EcsDeploymentConfiguration;
  /** Whether the tasks of a new revision are put beside those that serve, so that the requests are moved to them. */
  readonly shiftsTraffic: boolean;
  /** Whether each change of what runs makes a version of its own, of which an event bus can be told. */
  readonly makesVersions?: true;
  /** The stages that its deployments have for lifecycle hooks, where they do not have all. */
  readonly hookStages?: readonly DeploymentLifecycleHookStage[];
  /** How it waits before all requests go to the new tasks; undefined when they go there at once. */
  readonly steps?: Steps;
}

/** Steps in which requests are moved to the new tasks. */
export interface Steps {
  /** What a step is called in messages. */
  readonly label: string;
  /** Path of the property with the minutes that follow a step, in the deployment configuration. */
  readonly property: string;
  readonly minutes: (configuration: EcsDeploymentConfiguration) => number;
  /** How many steps they follow: the last one, to all requests, is followed by the bake time of the deployment instead. */
  readonly count: (configuration: EcsDeploymentConfiguration) => number;
}

/** What of a template says which strategy it means. */
export type StrategyInputs = Pick<
  Partial<Inputs>,
  'DeploymentConfiguration' | 'LoadBalancerConfiguration' | 'ServiceConnectConfiguration'
>;

/** Whether the service gets requests that a deployment can move to new tasks. */
export function hasRequestsToMove({
  LoadBalancerConfiguration: loadBalancer,
  ServiceConnectConfiguration: connect,
}: StrategyInputs): boolean {
  return loadBalancer?.Type !== 'none' || connect?.ClientAlias !== undefined;
}

/** The strategy that a template means. Without requests to move it is that of an ECS service that names none. */
export function strategyNameOf(model: StrategyInputs): StrategyName {
  return model.DeploymentConfiguration?.Strategy ?? (hasRequestsToMove(model) ? 'CANARY' : 'ROLLING');
}

/**
 * What the row of the property says that only one strategy has: it is there with its defaults where the strategy is, and is
 * refused where it is not.
 *
 * @param defaults what the template need not say; undefined when ECS does without it.
 * @param others strategies for which the template may say it, too.
 */
export function onlyWith<Value = never>(
  strategy: StrategyName,
  defaults?: Value,
  others: readonly StrategyName[] = [],
) {
  return {
    default: (_group: object, model: StrategyInputs) =>
      strategyNameOf(model) === strategy ? defaults : undefined,
    check(_given: unknown, path: string, _group: object, model: StrategyInputs): void {
      const actual = strategyNameOf(model);
      if (actual === strategy || others.includes(actual)) return;
      throw invalid(
        path,
        `is of the strategy ${strategy}; the strategy is ${actual}`,
        `Remove it, or make Strategy ${strategy}`,
      );
    },
  };
}

/** Refuse a percentage that ECS would round. */
export function checkTenths(percent: number, path: string): void {
  if (Math.abs(percent * 10 - Math.round(percent * 10)) <= 1e-6) return;
  throw invalid(path, `is ${percent}, not a multiple of 0.1`, 'Round it');
}
