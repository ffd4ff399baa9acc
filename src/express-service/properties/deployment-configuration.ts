/** Rows of the deployment configuration. Pure: no call to AWS. */
import type {
  DeploymentAlarms as EcsDeploymentAlarms,
  DeploymentCircuitBreaker as EcsDeploymentCircuitBreaker,
  DeploymentConfiguration as EcsDeploymentConfiguration,
  ThresholdConfiguration as EcsThresholdConfiguration,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import {
  DeploymentConfiguration,
  type DeploymentAlarms,
  type DeploymentCircuitBreaker,
  type ThresholdConfiguration,
} from '../model';
import { checkHooks, LIFECYCLE_HOOKS } from './lifecycle-hooks';
import { ROLLBACK_LIMITS } from './rollback-limits';
import {
  ecsStrategyOf,
  hasRequestsToMove,
  isOfStrategy,
  strategyNameOf,
  strategyOf,
  strategyOfModel,
  STRATEGY_ROWS,
  type StrategyInputs,
  type StrategyName,
} from './strategies';
import { table } from './table';

const CIRCUIT_BREAKER = table<DeploymentCircuitBreaker, EcsDeploymentCircuitBreaker>(
  'DeploymentCircuitBreaker',
  {
    Enable: { to: 'enable' },
    Rollback: { to: 'rollback' },
    ResetOnHealthyTask: { to: 'resetOnHealthyTask' },
    ThresholdConfiguration: {
      // Source: ECS (API reference of DeploymentCircuitBreaker).
      default: { Type: 'BOUNDED_PERCENT', Value: 50 },
      to: 'thresholdConfiguration',
      whole: true,
      members: table<ThresholdConfiguration, EcsThresholdConfiguration>('ThresholdConfiguration', {
        Type: { to: 'type' },
        Value: { to: 'value' },
      }),
      refused: { words: /threshold/i, remedy: 'Check ThresholdConfiguration' },
    },
  },
);

export const DEPLOYMENT = table<DeploymentConfiguration, EcsDeploymentConfiguration>(
  'DeploymentConfiguration',
  {
    Strategy: {
      default: (_group, model: StrategyInputs) => strategyNameOf(model),
      write: (name) => ({ strategy: ecsStrategyOf(name) }),
      read: ({ strategy }) => strategy,
      check: checkSteps,
    },
    // Elsewhere: the alarm is a resource of its own, and its limits go there.
    RollbackAlarm: {
      default: {},
      members: ROLLBACK_LIMITS,
      refused: { words: /\balarms?\b|alarmNames/i, remedy: 'Check RollbackAlarm' },
    },
    ...STRATEGY_ROWS,
    LifecycleHooks: {
      to: 'lifecycleHooks',
      items: LIFECYCLE_HOOKS,
      check: checkHooks,
      refused: { words: /lifecycle ?hooks?/i, remedy: 'Check LifecycleHooks' },
    },
    BakeTimeInMinutes: {
      to: 'bakeTimeInMinutes',
      refused: { words: /bake ?time/i, remedy: 'Give fewer minutes' },
    },
    MaximumPercent: { to: 'maximumPercent', check: checkReplaceable },
    MinimumHealthyPercent: { to: 'minimumHealthyPercent' },
    DeploymentCircuitBreaker: { default: {}, to: 'deploymentCircuitBreaker', members: CIRCUIT_BREAKER },
    Alarms: {
      default: {},
      to: 'alarms',
      members: table<DeploymentAlarms, EcsDeploymentAlarms>('DeploymentAlarms', {
        AlarmNames: { to: 'alarmNames' },
        Enable: { to: 'enable' },
        Rollback: { to: 'rollback' },
      }),
    },
  },
);

/** Members that UpdateService leaves as they are where nothing is said of them, with what takes them away. */
const REMOVALS = {
  lifecycleHooks: [],
  earlySuccessCriteria: { enable: false },
} as const satisfies Partial<Record<keyof EcsDeploymentConfiguration, unknown>>;

const REMOVABLE = Object.keys(REMOVALS) as (keyof typeof REMOVALS)[];

/** A deployment configuration without members that were taken away. */
export function withoutRemoved(configuration: EcsDeploymentConfiguration): EcsDeploymentConfiguration {
  const kept = Object.entries(configuration).filter(
    ([name, value]) => !isDeepStrictEqual(value, REMOVALS[name as keyof typeof REMOVALS]),
  );
  return Object.fromEntries(kept);
}

/** A deployment configuration for UpdateService, which takes away what the former one has and the wanted one has not. */
export function withRemovals(
  former: EcsDeploymentConfiguration,
  wanted: EcsDeploymentConfiguration,
): EcsDeploymentConfiguration {
  const gone = REMOVABLE.filter((name) => name in former && !(name in wanted) && isOfStrategy(name, wanted));
  return { ...wanted, ...Object.fromEntries(gone.map((name) => [name, REMOVALS[name]])) };
}

/**
 * Refuse steps of nothing. The Amazon ECS Developer Guide wants a load balancer or Service Connect for them; what the API does without is
 * documented nowhere.
 */
function checkSteps(strategy: StrategyName, path: string, _group: object, model: StrategyInputs): void {
  if (!strategyOf({ strategy }).steps || hasRequestsToMove(model)) return;
  throw invalid(
    path,
    `is ${strategy}, which moves requests step by step, and the service has neither a load balancer nor a ServiceConnectConfiguration/ClientAlias`,
    'Make it ROLLING or BLUE_GREEN',
  );
}

/** Tasks that are replaced one after the other need room: one more than desired, or one less. */
function checkReplaceable(
  most: number,
  path: string,
  configuration: Properties<DeploymentConfiguration>,
  model: StrategyInputs,
): void {
  const { MinimumHealthyPercent: least = DeploymentConfiguration.DEFAULTS.MinimumHealthyPercent } =
    configuration;
  if (most > least || strategyOfModel(model).shiftsTraffic) return;
  throw invalid(
    path,
    `is ${most}, no more than MinimumHealthyPercent, ${least}, so that no task can be replaced`,
    'Raise MaximumPercent, or lower MinimumHealthyPercent',
  );
}
