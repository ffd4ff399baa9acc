/** The settings of a service: what ECS fills in, what an update changes, and what belongs to a revision. */
import { isDeepStrictEqual } from 'node:util';
import type { Answers } from '../claims/answers';
import type { Structure } from '../service';
import { withDefaults } from './capacity-providers';
import type { Cluster, Service, ServiceRevision } from './state';

/**
 * Members that make a new revision, and so a deployment, when an update changes them (API reference of UpdateService:
 * "This parameter triggers a new service deployment").
 */
const REVISION_TRIGGERS = [
  'taskDefinition',
  'networkConfiguration',
  'platformVersion',
  'loadBalancers',
  'serviceRegistries',
  'serviceConnectConfiguration',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
];

/** Members that a revision holds without being changed by them. */
const REVISION_MEMBERS = [
  ...REVISION_TRIGGERS,
  'launchType',
  'capacityProviderStrategy',
  'platformFamily',
  'monitoring',
];

/** Members of requests that are no settings of the service. */
const NO_SETTINGS = [
  'cluster',
  'service',
  'serviceName',
  'clientToken',
  'desiredCount',
  'tags',
  'forceNewDeployment',
  'role',
];

const CREATED = {
  loadBalancers: [],
  serviceRegistries: [],
  placementConstraints: [],
  placementStrategy: [],
  schedulingStrategy: 'REPLICA',
  deploymentController: { type: 'ECS' },
  enableECSManagedTags: false,
  propagateTags: 'NONE',
  enableExecuteCommand: false,
};

/** What a circuit breaker has unless told otherwise (API reference of DeploymentCircuitBreaker). */
const CIRCUIT_BREAKER = {
  resetOnHealthyTask: true,
  thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 50 },
};

/** Defaults of DeploymentConfiguration (API reference). */
const DEPLOYMENT_CONFIGURATION = {
  deploymentCircuitBreaker: { enable: false, rollback: false, ...CIRCUIT_BREAKER },
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  strategy: 'ROLLING',
  bakeTimeInMinutes: 0,
};

/** The member that only one strategy has, with its defaults; it may be left out where there are none. */
const STRATEGY_CONFIGURATION: Readonly<Record<string, readonly [string, Structure?]>> = {
  ROLLING: ['earlySuccessCriteria'],
  CANARY: ['canaryConfiguration', { canaryPercent: 5, canaryBakeTimeInMinutes: 10 }],
  LINEAR: ['linearConfiguration', { stepPercent: 10, stepBakeTimeInMinutes: 6 }],
};

/** The settings that CreateService makes of its request. */
export function createdSettings(input: Structure, cluster: Cluster): Structure {
  const given = settingsIn(input);
  const settings = { ...CREATED, ...given, ...capacity(given, cluster) };
  const configuration = deploymentConfiguration(input.deploymentConfiguration ?? {}, {});
  return {
    // On unless told otherwise, where the deployment configuration leaves room for it.
    availabilityZoneRebalancing: configuration.maximumPercent > 100 ? 'ENABLED' : 'DISABLED',
    ...settings,
    ...normalised(settings),
    deploymentConfiguration: configuration,
  };
}

/** The settings of a service after an update; what the request leaves out stays as it is. */
export function updatedSettings(input: Structure, existing: Structure): Structure {
  const given = settingsIn(input);
  const settings: Structure = { ...existing, ...given };
  if (given.capacityProviderStrategy) {
    settings.capacityProviderStrategy = withDefaults(given.capacityProviderStrategy);
    delete settings.launchType;
  }
  return {
    ...settings,
    ...normalised(settings),
    deploymentConfiguration: deploymentConfiguration(
      input.deploymentConfiguration ?? {},
      existing.deploymentConfiguration,
    ),
  };
}

/** Whether these settings need a new revision. */
export function needsRevision(answers: Answers, updated: Structure, existing: Structure): boolean {
  const triggers = answers.holds('ecs.monitoring-makes-a-revision')
    ? [...REVISION_TRIGGERS, 'monitoring']
    : REVISION_TRIGGERS;
  return triggers.some((member) => !isDeepStrictEqual(updated[member], existing[member]));
}

/** Whether these settings differ in anything that is checked. */
export function needsCheck(updated: Structure, existing: Structure): boolean {
  const checked = [...REVISION_MEMBERS, 'deploymentConfiguration', 'availabilityZoneRebalancing'];
  return checked.some((member) => !isDeepStrictEqual(updated[member], existing[member]));
}

/** The part of a service's settings that one of its revisions holds. */
export function revisionSettings(settings: Structure): Structure {
  return Object.fromEntries(
    REVISION_MEMBERS.filter((member) => settings[member] !== undefined).map((member) => [
      member,
      settings[member],
    ]),
  );
}

/** Give a service the settings of one of its revisions again. */
export function restoreRevision(service: Service, revision: ServiceRevision): void {
  const rest = Object.entries(service.settings).filter(([member]) => !REVISION_MEMBERS.includes(member));
  service.settings = { ...Object.fromEntries(rest), ...revision.settings };
}

function settingsIn(input: Structure): Structure {
  return Object.fromEntries(
    Object.entries(input).filter(([member, value]) => value !== undefined && !NO_SETTINGS.includes(member)),
  );
}

/** Launch type or capacity provider strategy: a request names one of them, or else the cluster's default applies. */
function capacity(given: Structure, cluster: Cluster): Structure {
  const { launchType, capacityProviderStrategy, platformVersion = 'LATEST' } = given;
  const fargate = { platformVersion, platformFamily: 'Linux' };
  const strategy =
    capacityProviderStrategy ?? (launchType ? [] : cluster.settings.defaultCapacityProviderStrategy);
  if (strategy.length > 0) {
    return { capacityProviderStrategy: withDefaults(strategy), ...fargate };
  }
  return { launchType: launchType ?? 'EC2', ...(launchType === 'FARGATE' && fargate) };
}

function normalised({
  networkConfiguration,
  loadBalancers,
  healthCheckGracePeriodSeconds,
}: Structure): Structure {
  const awsvpc = networkConfiguration?.awsvpcConfiguration;
  return {
    ...(awsvpc && {
      networkConfiguration: {
        awsvpcConfiguration: { securityGroups: [], assignPublicIp: 'DISABLED', ...awsvpc },
      },
    }),
    ...(loadBalancers.length > 0 && { healthCheckGracePeriodSeconds: healthCheckGracePeriodSeconds ?? 0 }),
  };
}

function deploymentConfiguration(given: Structure, existing: Structure): Structure {
  const merged: Structure = { ...DEPLOYMENT_CONFIGURATION, ...existing, ...given };
  merged.deploymentCircuitBreaker = { ...CIRCUIT_BREAKER, ...merged.deploymentCircuitBreaker };
  for (const [strategy, [member, defaults]] of Object.entries(STRATEGY_CONFIGURATION)) {
    if (merged.strategy !== strategy) delete merged[member];
    else if (defaults) merged[member] = { ...defaults, ...merged[member] };
  }
  return merged;
}
