/** The deployment strategies. */
import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import { blueGreen } from './blue-green';
import { canary, CANARY_ROWS } from './canary';
import { linear, LINEAR_ROWS } from './linear';
import { rolling, ROLLING_ROWS } from './rolling';
import { strategyNameOf, type Strategy, type StrategyInputs, type StrategyName } from './strategy';
import { versioned } from './versioned';

export { versioned } from './versioned';

export {
  hasRequestsToMove,
  onlyWith,
  strategyNameOf,
  type Strategy,
  type StrategyInputs,
  type StrategyName,
} from './strategy';

const STRATEGIES: readonly Strategy[] = [rolling, blueGreen, linear, canary, versioned];

/** Rows of the properties that belong to one strategy each. */
export const STRATEGY_ROWS = { ...CANARY_ROWS, ...LINEAR_ROWS, ...ROLLING_ROWS };

/** The strategy of a deployment configuration of ECS; one without is ROLLING (API reference of DeploymentConfiguration). */
export function strategyOf({ strategy = rolling.name }: { readonly strategy?: StrategyName } = {}): Strategy {
  return strategyNamed(strategy);
}

/** The strategy that a template means. */
export function strategyOfModel(model: StrategyInputs): Strategy {
  return strategyNamed(strategyNameOf(model));
}

/** The strategy that the ECS services have with a strategy of the template. */
export function ecsStrategyOf(name: StrategyName): EcsStrategy {
  const { ecsStrategy = name } = strategyNamed(name);
  return ecsStrategy as EcsStrategy;
}

type EcsStrategy = NonNullable<DeploymentConfiguration['strategy']>;

function strategyNamed(wanted: StrategyName): Strategy {
  return STRATEGIES.find(({ name }) => name === wanted) ?? rolling;
}

/** Whether a member of a deployment configuration is of its strategy, or of all of them. */
export function isOfStrategy(name: string, configuration: DeploymentConfiguration): boolean {
  const owner = STRATEGIES.find(({ own }) => own === name);
  return owner === undefined || owner === strategyOf(configuration);
}

/**
 * A deployment configuration without what belongs to other strategies than its own, which ECS refuses. A template and what
 * somebody has changed by hand, merged, may have it.
 */
export function fittingStrategy(
  configuration: DeploymentConfiguration,
  desired: DeploymentConfiguration,
): DeploymentConfiguration {
  const { own } = strategyOf(configuration);
  const kept = Object.entries(configuration).filter(([name]) => isOfStrategy(name, configuration));
  const missing = own && configuration[own] === undefined && desired[own];
  return { ...Object.fromEntries(kept), ...(missing && { [own]: missing }) };
}
