/** Properties that go to the ECS service as they are. Pure: no call to AWS. */
import type {
  CapacityProviderStrategyItem as EcsCapacityProviderStrategyItem,
  CreateServiceCommandInput,
  MetricConfiguration as EcsMetricConfiguration,
  MonitoringConfiguration,
  Service,
  ServiceRevision,
  UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../../core/failure';
import { DEFAULT } from '../../core/property';
import { completed, specified, templateOf } from '../../core/property-values';
import { mergeRules, overlaid, threeWay, type MergeRule } from '../../core/three-way';
import {
  DeploymentConfiguration,
  type CapacityProviderStrategyItem,
  type Inputs,
  type MetricConfiguration,
  type Monitoring,
  type PrimaryContainer,
  type SidecarContainer,
} from '../model';
import type { Properties } from '../../cloudformation/extension';
import { DEPLOYMENT, withoutRemoved } from './deployment-configuration';
import { MINUTES_PER_NETWORK_SHIFT } from '../exposures';
import { checkWaits } from './deployment-time';
import { checkStagesAreReached } from './lifecycle-hooks';
import { fittingStrategy, strategyOf, type Strategy } from './strategies';
import { ROLLBACK_LIMITS, type AlarmLimits } from './rollback-limits';
import { hasTaskRole } from './task-role';
import { inputTable, table, type InputRows } from './table';
import { VOLUME_CONFIGURATION_RULE } from './volumes';

/** A service, with what ECS tells of its revisions alone. */
export type LiveService = Service & Pick<ServiceRevision, 'monitoring' | 'volumeConfigurations'>;

/** Settings of an ECS service that can be given, changed and read. */
export type ServiceSettings = Pick<
  UpdateServiceCommandInput,
  keyof UpdateServiceCommandInput & keyof CreateServiceCommandInput & keyof LiveService
>;

/** What an update of a setting does to the tasks (API reference of UpdateService). */
interface ServiceRow {
  /** `forced deployment`: ECS would give it to new tasks alone, and starts no deployment by itself. */
  readonly change: 'no deployment' | 'deployment' | 'forced deployment';
}

export const SERVICE_ROWS = {
  CapacityProviderStrategy: {
    to: 'capacityProviderStrategy',
    key: 'CapacityProvider',
    // Weights mean something beside each other only.
    whole: true,
    items: table<CapacityProviderStrategyItem, EcsCapacityProviderStrategyItem>(
      'CapacityProviderStrategyItem',
      {
        CapacityProvider: { to: 'capacityProvider' },
        Base: { to: 'base', absent: DEFAULT },
        Weight: { to: 'weight', absent: DEFAULT },
      },
    ),
    check: checkStrategy,
    change: 'forced deployment',
    refused: { words: /capacity ?provider/i, remedy: 'Name capacity providers that the cluster has' },
  },
  HealthCheckGracePeriodSeconds: {
    // Source: what ECS Express Mode applies (Developer Guide).
    default: ({ LoadBalancerConfiguration: given }) => (given?.Type === 'none' ? undefined : 300),
    to: 'healthCheckGracePeriodSeconds',
    change: 'no deployment',
    refused: { words: /grace ?period/i, remedy: 'Give from 0 to 2147483647 seconds' },
  },
  AvailabilityZoneRebalancing: {
    to: 'availabilityZoneRebalancing',
    default: (input) => (leavesRoom(input) ? 'ENABLED' : 'DISABLED'),
    // What ECS means by a service that has never said it.
    absent: 'DISABLED',
    check: checkRebalancing,
    change: 'no deployment',
    refused: {
      words: /(availability ?zone|az) ?rebalancing/i,
      remedy: 'Give a MaximumPercent above 100, or DISABLED',
    },
  },
  // Tasks that run keep their tags, as they do when Tags change.
  PropagateTags: {
    to: 'propagateTags',
    change: 'no deployment',
    refused: { words: /propagate ?tags/i, remedy: 'Give SERVICE, TASK_DEFINITION or NONE' },
  },
  EnableECSManagedTags: {
    to: 'enableECSManagedTags',
    change: 'no deployment',
    refused: { words: /managed ?tags/i, remedy: 'Leave it out, or give PropagateTags' },
  },
  PlatformVersion: {
    to: 'platformVersion',
    check: checkPlatformVersion,
    change: 'deployment',
    refused: {
      errorName: 'PlatformUnknownException',
      remedy: 'Give a platform version that Fargate offers, or LATEST',
    },
  },
  EnableExecuteCommand: {
    to: 'enableExecuteCommand',
    check: checkExecuteCommand,
    change: 'forced deployment',
    refused: {
      words: /execute ?command/i,
      remedy: 'Give TaskRoleArn a role with the permissions of ECS Exec, or leave EnableExecuteCommand out',
    },
  },
  Monitoring: {
    to: 'monitoring',
    members: table<Monitoring, MonitoringConfiguration>('Monitoring', {
      MetricConfigurations: {
        to: 'metricConfigurations',
        items: table<MetricConfiguration, EcsMetricConfiguration>('MetricConfiguration', {
          MetricNames: { to: 'metricNames', whole: true },
          ResolutionSeconds: { to: 'resolutionSeconds' },
        }),
        check: checkMetrics,
      },
    }),
    // A service whose template says nothing of it does not read as one that has said 60 seconds.
    readWhenGiven: true,
    // ECS tells it of revisions alone; whether a change of it makes one by itself is documented nowhere.
    change: 'forced deployment',
    refused: { words: /monitoring|metric ?(configuration|name)|resolution/i, remedy: 'Check Monitoring' },
  },
  DeploymentConfiguration: {
    default: {},
    to: 'deploymentConfiguration',
    members: DEPLOYMENT,
    check(given, path, model) {
      const isNetwork = model.LoadBalancerConfiguration?.Type === 'network';
      checkWaits(specified(DEPLOYMENT, given, model), 1, isNetwork ? MINUTES_PER_NETWORK_SHIFT : 0);
      checkStagesAreReached(given, path, model);
    },
    change: 'no deployment',
  },
} as const satisfies InputRows<ServiceSettings, ServiceRow>;

export const SERVICE = inputTable<ServiceSettings, ServiceRow>(SERVICE_ROWS);

/** Settings of the service that a property beside those of {@link SERVICE} sets (volumes.ts). */
const OTHER_SETTINGS = {
  volumeConfigurations: { change: 'deployment', rule: VOLUME_CONFIGURATION_RULE },
} as const satisfies Partial<Record<keyof ServiceSettings, ServiceRow & { readonly rule: MergeRule }>>;

/** All settings that go to the service as they are. */
export const SETTING_NAMES = [
  ...SERVICE.properties.map(({ to }) => to),
  ...Object.keys(OTHER_SETTINGS),
] as readonly (keyof ServiceSettings)[];

/** How a setting of the service takes effect; undefined for one that no property sets alone. */
export function changeOf(setting: string): ServiceRow['change'] | undefined {
  const { change } =
    SERVICE.properties.find(({ to }) => to === setting)?.row ??
    OTHER_SETTINGS[setting as keyof typeof OTHER_SETTINGS] ??
    {};
  return change;
}

/** Metrics of a service that may be measured more often (API reference of MetricConfiguration). */
type MonitoredMetric = 'CPUUtilization' | 'MemoryUtilization';
const MONITORED_METRICS: readonly MonitoredMetric[] = ['CPUUtilization', 'MemoryUtilization'];

/** Seconds between two values of a metric that the service says nothing of (API reference of MonitoringConfiguration). */
const DEFAULT_RESOLUTION = 60;

/** What a service has whose template says nothing. */
const DEFAULT_MONITORING = {
  metricConfigurations: [{ metricNames: [...MONITORED_METRICS], resolutionSeconds: DEFAULT_RESOLUTION }],
} satisfies MonitoringConfiguration;

/** Seconds between two values of a metric of the service. */
export function resolutionOf(
  { monitoring }: Pick<Partial<ServiceSettings>, 'monitoring'>,
  metric: MonitoredMetric,
): number {
  const found = monitoring?.metricConfigurations?.find(({ metricNames }) => metricNames?.includes(metric));
  return found?.resolutionSeconds ?? DEFAULT_RESOLUTION;
}

/** Whether a setting means the same in two services. */
export function isSameSetting(
  name: keyof ServiceSettings,
  one: Partial<ServiceSettings>,
  other: Partial<ServiceSettings>,
): boolean {
  return name === 'monitoring'
    ? MONITORED_METRICS.every((metric) => resolutionOf(one, metric) === resolutionOf(other, metric))
    : isDeepStrictEqual(one[name], other[name]);
}

/** A setting as an update gives it: what is not there any more has to be said. */
export function settingToSend<Name extends keyof ServiceSettings>(
  name: Name,
  { [name]: value }: Partial<ServiceSettings>,
): Partial<ServiceSettings>[Name] {
  const nothing: Partial<ServiceSettings> = { monitoring: DEFAULT_MONITORING, volumeConfigurations: [] };
  return value ?? nothing[name];
}

function checkMetrics(items: readonly Properties<MetricConfiguration>[], path: string): void {
  const names = items.flatMap(({ MetricNames = [] }) => MetricNames);
  const repeated = items.findIndex(({ MetricNames = [] }, index) =>
    items.slice(0, index).some((other) => other.MetricNames?.some((name) => MetricNames.includes(name))),
  );
  if (repeated < 0) return;
  const name = items[repeated]!.MetricNames!.find((each) => names.indexOf(each) !== names.lastIndexOf(each));
  throw invalid(`${path}/${repeated}/MetricNames`, `has ${name} again`, 'Name each metric once');
}

function checkStrategy(items: readonly Properties<CapacityProviderStrategyItem>[], path: string): void {
  if (items.filter(({ Base = 0 }) => Base > 0).length > 1) {
    throw invalid(path, 'has more than one item with a Base', 'Give at most one item a Base above 0');
  }
  if (!items.some(({ Weight = 0 }) => Weight > 0)) {
    throw invalid(path, 'has no item with a Weight', 'Give at least one item a Weight above 0');
  }
}

function checkExecuteCommand(isEnabled: boolean, path: string, model: Inputs): void {
  if (!isEnabled || model.TaskDefinitionArn !== undefined) return;
  if (!hasTaskRole(model)) {
    throw invalid(
      path,
      'needs a task role',
      'Give TaskPolicy or TaskPolicyArns, so that one is made, or TaskRoleArn a role that permits ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel',
    );
  }
  const containers = [model.PrimaryContainer, ...(model.SidecarContainers ?? [])];
  const readonly = containers.findIndex((container) => container?.ReadonlyRootFilesystem);
  if (readonly < 0) return;
  const container = readonly === 0 ? 'PrimaryContainer' : `SidecarContainers/${readonly - 1}`;
  throw invalid(
    path,
    `needs to write to the root file system, which ${container}/ReadonlyRootFilesystem forbids`,
    'Remove one of the two',
  );
}

/** Without tasks beside the desired number none can be moved. Source: API reference of CreateService. */
function leavesRoom({ DeploymentConfiguration: configuration }: Partial<Inputs>): boolean {
  return (configuration?.MaximumPercent ?? DeploymentConfiguration.DEFAULTS.MaximumPercent) > 100;
}

function checkRebalancing(value: 'ENABLED' | 'DISABLED', path: string, input: Inputs): void {
  if (value === 'DISABLED' || leavesRoom(input)) return;
  throw invalid(
    path,
    `is ENABLED, while MaximumPercent, ${input.DeploymentConfiguration?.MaximumPercent}, leaves no room for it`,
    'Give a MaximumPercent above 100, or DISABLED',
  );
}

/** First version of the Fargate platform that has all of {@link NEW_FEATURES}. Source: Amazon ECS Developer Guide. */
const FEATURES_SINCE = '1.4.0';

type AnyContainer = Partial<
  Pick<Properties<SidecarContainer>, keyof Properties<PrimaryContainer> & keyof Properties<SidecarContainer>>
>;

/** What earlier versions of the platform lack: of the task, and of its containers. */
const NEW_FEATURES: Readonly<Record<string, (input: Inputs) => boolean>> = {
  Volumes: ({ Volumes = [] }) => Volumes.length > 0,
  EphemeralStorage: ({ EphemeralStorage: ephemeral }) => Boolean(ephemeral?.SizeInGiB),
  EnvironmentFiles: ofContainers(({ EnvironmentFiles = [] }) => EnvironmentFiles.length > 0),
  SystemControls: ofContainers(({ SystemControls = [] }) => SystemControls.length > 0),
  'Capabilities/Add': ofContainers(({ LinuxParameters: linux }) => Boolean(linux?.Capabilities?.Add?.length)),
  Tmpfs: ofContainers(({ LinuxParameters: linux }) => Boolean(linux?.Tmpfs?.length)),
  ServiceConnectConfiguration: ({ ServiceConnectConfiguration: connect }) => connect !== undefined,
  RestartPolicy: ofContainers(({ RestartPolicy: policy }) => policy?.Enabled === true),
};

function ofContainers(has: (container: AnyContainer) => boolean) {
  return ({ PrimaryContainer: main = {}, SidecarContainers: sidecars = [] }: Inputs) =>
    [main, ...sidecars].some(has);
}

function checkPlatformVersion(version: string, path: string, input: Inputs): void {
  if (version === 'LATEST' || !isEarlier(version, FEATURES_SINCE)) return;
  const feature = Object.keys(NEW_FEATURES).find((name) => NEW_FEATURES[name]!(input));
  if (feature) throw invalid(path, `${version} has no ${feature}`, `Use ${FEATURES_SINCE} or LATEST`);
}

function isEarlier(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) < 0;
}

/**
 * Refuse bake times and hooks that are too long for a move of the service to another load balancer.
 *
 * @param minutesPerShift that its deployments wait after each move of requests.
 * @throws HandlerError InvalidRequest.
 */
export function checkTimeToMove(
  { deploymentConfiguration = {} }: Partial<ServiceSettings>,
  minutesPerShift: number,
): void {
  checkWaits(deploymentConfiguration, 2, minutesPerShift);
}

/** What the settings of a service are made from. */
export interface SettingsStates {
  readonly desired: Partial<ServiceSettings>;
  /** What the template asked for before; undefined when nothing is known of that. */
  readonly previous?: Partial<ServiceSettings>;
  /** The service as it runs; undefined when it is to be made. */
  readonly live?: LiveService;
  /** Capacity that a service starts with where its template says nothing. */
  readonly initial: Pick<ServiceSettings, 'capacityProviderStrategy'>;
  /** Names of the alarms that are to be made for the service. */
  readonly madeAlarmNames: readonly string[];
  /** Names of those that were made for it. Default: the same. */
  readonly formerAlarmNames?: readonly string[];
}

/** {@link threeWay} of the settings. */
export function resolvedSettings(states: SettingsStates): Partial<ServiceSettings> {
  const { desired, previous, live, initial, madeAlarmNames, formerAlarmNames = madeAlarmNames } = states;
  const wanted = (settings: Partial<ServiceSettings>, alarmNames: readonly string[]) =>
    overlaid(initial, withMadeAlarms(settings, alarmNames));
  const merged = threeWay<Partial<ServiceSettings>>(
    {
      desired: wanted(desired, madeAlarmNames),
      previous: previous && wanted(previous, formerAlarmNames),
      live: live && {
        ...Object.fromEntries(SETTING_NAMES.map((name) => [name, live[name]])),
        ...configurationOf(live),
      },
    },
    {
      ...mergeRules(SERVICE),
      ...Object.fromEntries(Object.entries(OTHER_SETTINGS).map(([name, { rule }]) => [name, rule])),
    },
  );
  const { deploymentConfiguration = {} } = merged;
  const fitting = fittingStrategy(deploymentConfiguration, desired.deploymentConfiguration ?? {});
  return { ...merged, deploymentConfiguration: fitting };
}

/** The strategy of the next deployment: the template's, or what somebody has made of it. */
export function resolvedStrategy({
  desired,
  previous,
  live,
}: Pick<SettingsStates, 'desired' | 'previous' | 'live'>): Strategy {
  const strategyIn = ({ deploymentConfiguration }: Partial<ServiceSettings>) => ({
    strategy: deploymentConfiguration?.strategy,
  });
  return strategyOf(
    threeWay({
      desired: strategyIn(desired),
      previous: previous && strategyIn(previous),
      live: live && strategyIn(live),
    }),
  );
}

/** What ECS holds of a service without alarms. */
const NO_ALARMS = { alarmNames: [], enable: false, rollback: false };

function withMadeAlarms(
  settings: Partial<ServiceSettings>,
  made: readonly string[],
): Partial<ServiceSettings> {
  const { alarmNames: given = [] } = settings.deploymentConfiguration?.alarms ?? {};
  const alarmNames = [...made, ...given];
  const alarms = alarmNames.length > 0 ? { alarmNames } : NO_ALARMS;
  return overlaid(settings, { deploymentConfiguration: { alarms } });
}

/** The deployment configuration of a service, without members that were taken away. */
export function configurationOf({
  deploymentConfiguration,
}: Service): Pick<Service, 'deploymentConfiguration'> {
  return deploymentConfiguration ? { deploymentConfiguration: withoutRemoved(deploymentConfiguration) } : {};
}

/** What a template would say of a service's settings; alarms that were made for it are left out. */
export function settingsInputOf(
  service: LiveService,
  madeAlarmNames: readonly string[],
  limits: AlarmLimits | undefined,
): Partial<Inputs> {
  const { deploymentConfiguration: configuration } = configurationOf(service);
  const alarms = configuration?.alarms?.alarmNames?.length
    ? {
        ...configuration.alarms,
        alarmNames: configuration.alarms.alarmNames.filter((name) => !madeAlarmNames.includes(name)),
      }
    : undefined;
  const read = templateOf(SERVICE, {
    ...(service as ServiceSettings),
    monitoring: service.monitoring ?? DEFAULT_MONITORING,
    deploymentConfiguration: configuration && { ...configuration, alarms },
  });
  return {
    ...read,
    DeploymentConfiguration: {
      ...read.DeploymentConfiguration,
      RollbackAlarm: limits && templateOf(ROLLBACK_LIMITS, limits),
    },
  };
}

/** Whether two strategies mean the same: order and zeros do not matter. */
export function isSameStrategy(
  one: ServiceSettings['capacityProviderStrategy'],
  other: ServiceSettings['capacityProviderStrategy'],
): boolean {
  const meant = (capacityProviderStrategy: typeof one) =>
    completed(SERVICE, { capacityProviderStrategy } as ServiceSettings).capacityProviderStrategy ?? [];
  return isDeepStrictEqual(meant(one), meant(other));
}
