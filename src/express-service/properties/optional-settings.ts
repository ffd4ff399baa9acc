/** Settings of the ECS service that a template may leave out. Pure: no call to AWS. */
import type {
  CapacityProviderStrategyItem,
  DeploymentConfiguration as EcsDeploymentConfiguration,
  Service,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { checkBakes, type Bakes } from './deployment-time';
import { invalid } from '../../core/failure';
import type * as model from '../model';
import { overlaid, threeWay } from '../../core/three-way';
import { defined, unlessEmpty } from '../../core/unset';

/** The settings as ECS names them; undefined means that the template says nothing. */
export interface OptionalSettings {
  readonly platformVersion?: string;
  readonly enableExecuteCommand?: boolean;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  readonly deploymentConfiguration?: DeploymentSettings;
}

/** The part of ECS's deployment configuration that a template may speak of. */
export type DeploymentSettings = Pick<
  EcsDeploymentConfiguration,
  'bakeTimeInMinutes' | 'canaryConfiguration' | 'maximumPercent' | 'minimumHealthyPercent'
> & {
  readonly deploymentCircuitBreaker?: { readonly enable?: boolean; readonly rollback?: boolean };
  /** With the names of the author's own alarms alone. */
  readonly alarms?: {
    readonly alarmNames?: string[];
    readonly enable?: boolean;
    readonly rollback?: boolean;
  };
};

/** What a template says of an alarm's limits, as CloudWatch names them. */
export interface AlarmLimits {
  readonly Threshold?: number;
  readonly EvaluationPeriods?: number;
  readonly DatapointsToAlarm?: number;
}

/** Defaults. Source: what ECS Express Mode applies (Amazon ECS Developer Guide). */
export const DEPLOYMENT_DEFAULTS = {
  PlatformVersion: 'LATEST',
  EnableExecuteCommand: false,
  CanaryPercent: 5,
  CanaryBakeTimeInMinutes: 3,
  BakeTimeInMinutes: 3,
  MaximumPercent: 200,
  MinimumHealthyPercent: 100,
  Threshold: 1,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
} as const;

/** What a template has of these settings. */
type Input = Pick<
  model.ResourceModel,
  'PlatformVersion' | 'EnableExecuteCommand' | 'CapacityProviderStrategy' | 'DeploymentConfiguration'
>;

/**
 * The settings that a template speaks of.
 *
 * @throws HandlerError InvalidRequest.
 */
export function optionalSettings(input: Input): OptionalSettings {
  const { CapacityProviderStrategy: items, DeploymentConfiguration: configuration } = input;
  return {
    platformVersion: input.PlatformVersion,
    enableExecuteCommand: input.EnableExecuteCommand,
    capacityProviderStrategy: items && strategy(items),
    deploymentConfiguration: configuration && deployment(configuration),
  };
}

function strategy(items: readonly model.CapacityProviderStrategyItem[]): CapacityProviderStrategyItem[] {
  const path = 'CapacityProviderStrategy';
  const providers = items.map(({ CapacityProvider }) => CapacityProvider);
  const repeated = providers.findIndex((provider, index) => providers.indexOf(provider) !== index);
  if (repeated >= 0) {
    throw invalid(
      `${path}/${repeated}/CapacityProvider`,
      `"${providers[repeated]}" appears twice`,
      'Give each capacity provider once',
    );
  }
  if (items.filter(({ Base = 0 }) => Base > 0).length > 1) {
    throw invalid(path, 'has more than one item with a Base', 'Give at most one item a Base above 0');
  }
  if (!items.some(({ Weight = 0 }) => Weight > 0)) {
    throw invalid(path, 'has no item with a Weight', 'Give at least one item a Weight above 0');
  }
  return sortedStrategy(
    items.map(({ CapacityProvider, Base = 0, Weight = 0 }) => ({
      capacityProvider: CapacityProvider,
      base: Base,
      weight: Weight,
    })),
  );
}

/** Bake times that a template gives; where it gives none, those of {@link DEPLOYMENT_DEFAULTS}. */
function bakesOf(bakeTime?: number, canaryBakeTime?: number): Bakes {
  return {
    bakeTime: bakeTime ?? DEPLOYMENT_DEFAULTS.BakeTimeInMinutes,
    canaryBakeTime: canaryBakeTime ?? DEPLOYMENT_DEFAULTS.CanaryBakeTimeInMinutes,
  };
}

/**
 * Refuse bake times that are too long for a move of the service to another load balancer.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkTimeToMove({ deploymentConfiguration }: OptionalSettings = {}): void {
  const { bakeTimeInMinutes, canaryConfiguration } = deploymentConfiguration ?? {};
  checkBakes(bakesOf(bakeTimeInMinutes, canaryConfiguration?.canaryBakeTimeInMinutes), 2);
}

function deployment(given: model.DeploymentConfiguration): DeploymentSettings {
  const { CanaryConfiguration: canary, DeploymentCircuitBreaker: breaker, Alarms: alarms } = given;
  const percent = canary?.CanaryPercent;
  if (percent !== undefined && Math.abs(percent * 10 - Math.round(percent * 10)) > 1e-6) {
    throw invalid(
      'DeploymentConfiguration/CanaryConfiguration/CanaryPercent',
      `is ${percent}, not a multiple of 0.1`,
      'Round it',
    );
  }
  checkBakes(bakesOf(given.BakeTimeInMinutes, canary?.CanaryBakeTimeInMinutes), 1);
  return {
    canaryConfiguration: canary && {
      canaryPercent: percent,
      canaryBakeTimeInMinutes: canary.CanaryBakeTimeInMinutes,
    },
    bakeTimeInMinutes: given.BakeTimeInMinutes,
    maximumPercent: given.MaximumPercent,
    minimumHealthyPercent: given.MinimumHealthyPercent,
    deploymentCircuitBreaker: breaker && { enable: breaker.Enable, rollback: breaker.Rollback },
    alarms: alarms && {
      alarmNames: alarms.AlarmNames?.length ? alarms.AlarmNames : undefined,
      enable: alarms.Enable,
      rollback: alarms.Rollback,
    },
  };
}

/**
 * The limits of the rollback alarm that a template speaks of.
 *
 * @throws HandlerError InvalidRequest.
 */
export function alarmLimits(given: model.RollbackAlarm | undefined): AlarmLimits | undefined {
  if (!given) return undefined;
  const { Threshold, EvaluationPeriods, DatapointsToAlarm } = given;
  const periods = EvaluationPeriods ?? DEPLOYMENT_DEFAULTS.EvaluationPeriods;
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > periods) {
    throw invalid(
      'DeploymentConfiguration/RollbackAlarm/DatapointsToAlarm',
      `is ${DatapointsToAlarm}, more than EvaluationPeriods, ${periods}`,
      'Make it at most EvaluationPeriods',
    );
  }
  return {
    Threshold,
    EvaluationPeriods,
    DatapointsToAlarm:
      DatapointsToAlarm ??
      // The default does not fit into a single period.
      (periods < DEPLOYMENT_DEFAULTS.DatapointsToAlarm ? periods : undefined),
  };
}

/** What the settings of a service are made from. */
export interface SettingsStates {
  readonly desired?: OptionalSettings;
  /** What the template asked for before; undefined when nothing is known of that. */
  readonly previous?: OptionalSettings;
  /** The service as it runs; undefined when it is to be made. */
  readonly live?: Service;
  /** What a service starts with. */
  readonly initial: {
    readonly deploymentConfiguration: EcsDeploymentConfiguration;
    readonly capacityProviderStrategy?: CapacityProviderStrategyItem[];
  };
  /** Name of the alarm that is made for the service. */
  readonly alarmName: string;
}

/** What a service is to have. */
export interface ResolvedSettings {
  readonly platformVersion?: string;
  readonly enableExecuteCommand?: boolean;
  readonly capacityProviderStrategy?: CapacityProviderStrategyItem[];
  readonly deploymentConfiguration?: EcsDeploymentConfiguration;
}

/** {@link threeWay} of the optional settings. */
export function resolvedSettings(states: SettingsStates): ResolvedSettings {
  const { desired, previous, live, alarmName } = states;
  const initial: ResolvedSettings = {
    platformVersion: DEPLOYMENT_DEFAULTS.PlatformVersion,
    enableExecuteCommand: DEPLOYMENT_DEFAULTS.EnableExecuteCommand,
    capacityProviderStrategy: states.initial.capacityProviderStrategy,
    deploymentConfiguration: states.initial.deploymentConfiguration,
  };
  const wanted = (of: OptionalSettings | undefined) => overlaid(initial, withMadeAlarm(of, alarmName));
  return threeWay(
    {
      desired: wanted(desired),
      previous: previous && wanted(previous),
      live: live && {
        platformVersion: live.platformVersion,
        enableExecuteCommand: live.enableExecuteCommand,
        capacityProviderStrategy: live.capacityProviderStrategy,
        deploymentConfiguration: live.deploymentConfiguration,
      },
    },
    { alarmNames: (name: string) => name },
  );
}

function withMadeAlarm(settings: OptionalSettings = {}, alarmName: string): OptionalSettings {
  const { deploymentConfiguration: configuration } = settings;
  const own = configuration?.alarms?.alarmNames;
  if (!own) return settings;
  const alarms = { ...configuration.alarms, alarmNames: [alarmName, ...[...own].sort()] };
  return { ...settings, deploymentConfiguration: { ...configuration, alarms } };
}

/** What a template would say of a service's settings; the alarm that was made for it is left out. */
export function settingsInputOf(service: Service, madeAlarmName: string, limits: AlarmLimits | undefined) {
  const { deploymentConfiguration: configuration, capacityProviderStrategy } = service;
  const { canaryConfiguration: canary, deploymentCircuitBreaker: breaker, alarms } = configuration ?? {};
  return {
    CapacityProviderStrategy: unlessEmpty(
      sortedStrategy(capacityProviderStrategy ?? []).map(({ capacityProvider, base, weight }) =>
        defined({
          CapacityProvider: capacityProvider as model.CapacityProviderStrategyItem['CapacityProvider'],
          Base: base,
          Weight: weight,
        }),
      ),
    ),
    PlatformVersion: service.platformVersion,
    EnableExecuteCommand: service.enableExecuteCommand,
    DeploymentConfiguration: defined({
      CanaryConfiguration: canary && {
        CanaryPercent: canary.canaryPercent,
        CanaryBakeTimeInMinutes: canary.canaryBakeTimeInMinutes,
      },
      BakeTimeInMinutes: configuration?.bakeTimeInMinutes,
      MaximumPercent: configuration?.maximumPercent,
      MinimumHealthyPercent: configuration?.minimumHealthyPercent,
      DeploymentCircuitBreaker: breaker && { Enable: breaker.enable, Rollback: breaker.rollback },
      Alarms:
        alarms &&
        defined({
          AlarmNames: unlessEmpty(alarms.alarmNames?.filter((name) => name !== madeAlarmName).sort()),
          Enable: alarms.enable,
          Rollback: alarms.rollback,
        }),
      RollbackAlarm: limits,
    }),
  };
}

/** Whether two strategies mean the same: order and zeros do not matter. */
export function isSameStrategy(
  a: readonly CapacityProviderStrategyItem[] = [],
  b: readonly CapacityProviderStrategyItem[] = [],
): boolean {
  return isDeepStrictEqual(sortedStrategy(a), sortedStrategy(b));
}

function sortedStrategy(items: readonly CapacityProviderStrategyItem[]): CapacityProviderStrategyItem[] {
  return items
    .map(({ capacityProvider, base = 0, weight = 0 }) => ({ capacityProvider, base, weight }))
    .sort((a, b) => (a.capacityProvider! < b.capacityProvider! ? -1 : 1));
}
