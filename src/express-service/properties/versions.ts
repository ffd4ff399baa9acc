/** What a template says of versions that stand side by side, and which version it describes itself. Pure: no call to AWS. */
import { isDeepStrictEqual } from 'node:util';
import type { DeploymentConfiguration as EcsDeploymentConfiguration } from '@aws-sdk/client-ecs';
import { invalid } from '../../core/failure';
import { valueAt } from '../../core/group';
import { specified } from '../../core/property-values';
import { defined } from '../../core/unset';
import { shortHash } from '../identity/identity';
import {
  DeploymentConfiguration,
  DnsConfiguration,
  Standby,
  type Inputs,
  type ResourceModel,
  type VersionTraffic,
  type VersionWeight,
} from '../model';
import { checkWaits } from './deployment-time';
import { changeOf, type ServiceSettings } from './ecs-service';
import { onlyWith, strategyOf, strategyOfModel, STRATEGY_ROWS, versioned } from './strategies';
import { table, type InputRows } from './table';
import { desiredContent } from './task-definition-content';
import type { TargetGroupSettings } from './target-group-settings';
import type { ExternalTask, ManagedTask } from './task';
import { hasReach, type VersionReach } from './version-reach';

/** A version that is to answer, by its label. */
export interface VersionShare {
  readonly label: string;
  /** From 0 to 999: its share of the requests, beside the weights of the others. */
  readonly weight: number;
}

/** Which versions stay without requests. */
export interface StandbySpec {
  readonly count: number;
  /** Least number of tasks of each; undefined means that it stays as it is. */
  readonly taskCount?: number;
  readonly retentionInDays?: number;
}

/** How requests move to a version that has not answered all of them before. */
export interface TrafficSteps {
  /** Which properties say so; undefined when all requests move at once. */
  readonly kind?: 'canary' | 'linear';
  /** Parts of the way, each from 0 to 1, before the last one, which is the whole. */
  readonly parts: readonly number[];
  /** Minutes after each of them. */
  readonly minutes: number;
  /** Minutes after the last one. */
  readonly bakeMinutes: number;
}

/** What a template with the strategy VERSIONED asks for. */
export interface VersionsSpec {
  /** Of what the template runs: what is the same has the same id. */
  readonly id: string;
  readonly label: string;
  /** Undefined means that all requests go to what the template runs. */
  readonly traffic?: readonly VersionShare[];
  readonly reach: VersionReach;
  readonly standby: StandbySpec;
  readonly steps: TrafficSteps;
  /** All requests go to what the template runs, whatever it said before. */
  readonly takesAll?: true;
  /** Names of alarms that send requests back, beside those that are made; undefined when no alarm is to do so. */
  readonly alarmNames?: readonly string[];
}

const only = onlyWith(versioned.name);

/** Versions; they go to listener rules and to the record, by code. */
export const VERSION_ROWS = {
  Version: only,
  Traffic: {
    ...only,
    key: 'Version',
    items: table<VersionWeight>('VersionWeight', { Version: {}, Weight: {} }),
    readWhenGiven: true,
  },
  VersionTraffic: {
    ...only,
    refused: { words: /http-?header|query-?string/i, remedy: 'Check VersionTraffic' },
    members: table<VersionTraffic>('VersionTraffic', {
      HttpHeaderName: { check: checkHeader },
      QueryStringKey: {},
      CookieName: {},
    }),
  },
  Standby: {
    ...onlyWith(versioned.name, {}),
    members: table<Standby>('Standby', { Count: {}, TaskCount: {}, RetentionInDays: {} }),
  },
} as const satisfies InputRows<object>;

/** Headers that ELB takes no condition on, or that have a property of their own (API reference of HttpHeaderConditionConfig). */
const REFUSED_HEADERS: Readonly<Record<string, string>> = {
  host: 'Choose another header',
  cookie: 'Give CookieName instead',
};

function checkHeader(name: string, path: string): void {
  const remedy = REFUSED_HEADERS[name.toLowerCase()];
  if (remedy) throw invalid(path, `is ${name}, which cannot tell versions apart`, remedy);
}

/** Paths of properties that mean nothing where requests go to versions by listener rules, with the reason. */
const EXCLUDED: Readonly<Record<string, string>> = {
  AdditionalLoadBalancers: 'a target group of a version has one load balancer',
  'DnsConfiguration/RoutingPolicy': 'its health checks look at the target groups of one ECS service',
  TestTraffic: 'VersionTraffic reaches every version, also before it has a weight',
  ServiceConnectConfiguration:
    'a name in Service Connect is there once in a namespace, and every version would have it',
  'TargetGroupConfiguration/StickinessDurationSeconds':
    'a client that stays with a task does not follow the weights',
};

/** What makes one version another one than the next. */
export interface VersionContent {
  readonly task: ManagedTask | ExternalTask;
  readonly settings: Partial<ServiceSettings>;
  readonly subnetIds: readonly string[];
  readonly additionalSecurityGroupIds: readonly string[];
  readonly targetGroup: TargetGroupSettings;
}

/**
 * What a template says of versions; undefined when it has another strategy.
 *
 * @param content of what the template runs, defaults applied.
 * @throws HandlerError InvalidRequest.
 */
export function versionsSpec(model: ResourceModel, content: VersionContent): VersionsSpec | undefined {
  if (!strategyOfModel(model).makesVersions) return undefined;
  checkGoesWith(model);
  const id = versionId(content);
  const label = model.Version ?? id;
  const traffic = model.Traffic?.map(({ Version, Weight }) => ({ label: Version!, weight: Weight! }));
  if (traffic && !traffic.some(({ weight }) => weight > 0)) {
    throw invalid(
      'Traffic',
      'gives no version a weight, so that nothing would answer',
      'Give one a Weight above 0',
    );
  }
  const reach = reachOf(model.VersionTraffic ?? {});
  checkRoom(traffic, label, reach);
  const { Count, TaskCount, RetentionInDays } = {
    ...Standby.DEFAULTS,
    ...(defined(model.Standby ?? {}) as Partial<Standby>),
  };
  checkReachable(Count, reach);
  return {
    id,
    label,
    ...(traffic && { traffic }),
    reach,
    standby: defined({ count: Count, taskCount: TaskCount, retentionInDays: RetentionInDays }) as StandbySpec,
    steps: stepsOf(model),
    ...alarmsOf(content.settings),
  };
}

/** Target groups that one rule forwards to (API reference of ForwardActionConfig). */
export const TARGET_GROUPS_PER_RULE = 5;

function checkGoesWith(model: ResourceModel): void {
  const name = Object.keys(EXCLUDED).find((each) => !isNothing(valueAt(model, each.split('/'))));
  if (name) {
    throw invalid(
      name,
      `cannot be given with Strategy ${versioned.name}: ${EXCLUDED[name]}`,
      `Remove it, or choose another Strategy`,
    );
  }
  const { Type, ListenerArn } = model.LoadBalancerConfiguration ?? {};
  const isNetwork = Type === 'network' || (ListenerArn?.includes(':listener/net/') ?? false);
  if (Type !== 'none' && !isNetwork) return;
  throw invalid(
    'DeploymentConfiguration/Strategy',
    `is ${versioned.name}, which needs the listener rules of an Application Load Balancer`,
    'Choose another Strategy, or let LoadBalancerConfiguration name an Application Load Balancer',
  );
}

/** What READ may tell of a service that does without. */
function isNothing(value: unknown): boolean {
  return (
    value == null ||
    value === DnsConfiguration.DEFAULTS.RoutingPolicy ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** A version without a rule that forwards to it cannot be made: ECS takes target groups of load balancers only. */
function checkRoom(traffic: VersionsSpec['traffic'], label: string, reach: VersionReach): void {
  const hasRoom =
    !traffic || traffic.length < TARGET_GROUPS_PER_RULE || traffic.some((each) => each.label === label);
  if (hasRoom || hasReach(reach)) return;
  throw invalid(
    'Traffic',
    `names ${TARGET_GROUPS_PER_RULE} versions, as many as a listener rule forwards to, and ${label} is none of them`,
    'Name fewer versions, or give VersionTraffic, by which a version has a rule of its own',
  );
}

function checkReachable(count: number, reach: VersionReach): void {
  if (count < TARGET_GROUPS_PER_RULE || hasReach(reach)) return;
  throw invalid(
    'Standby/Count',
    `is ${count}, but a listener rule forwards to ${TARGET_GROUPS_PER_RULE} target groups, and a version in no rule is not ready to answer`,
    `Make it at most ${TARGET_GROUPS_PER_RULE - 1}, or give VersionTraffic, by which each version has a rule of its own`,
  );
}

function reachOf({ HttpHeaderName, QueryStringKey, CookieName }: Partial<VersionTraffic>): VersionReach {
  return defined({
    httpHeaderName: HttpHeaderName,
    queryStringKey: QueryStringKey,
    cookieName: CookieName,
  });
}

/** What a template would say of {@link VersionReach}. */
export function reachInput(reach: VersionReach): Inputs['VersionTraffic'] {
  const { httpHeaderName: HttpHeaderName, queryStringKey: QueryStringKey, cookieName: CookieName } = reach;
  return hasReach(reach)
    ? (defined({ HttpHeaderName, QueryStringKey, CookieName }) as Inputs['VersionTraffic'])
    : undefined;
}

/** @throws HandlerError InvalidRequest when they would last too long. */
function stepsOf({
  DeploymentConfiguration: given = {} as DeploymentConfiguration,
}: ResourceModel): TrafficSteps {
  const { CanaryConfiguration: canary, LinearConfiguration: linear } = given;
  if (canary && linear) {
    throw invalid(
      'DeploymentConfiguration/LinearConfiguration',
      'cannot be given beside CanaryConfiguration',
      'Remove one of the two',
    );
  }
  const bakeMinutes = given.BakeTimeInMinutes ?? DeploymentConfiguration.DEFAULTS.BakeTimeInMinutes;
  const name = canary ? 'CANARY' : 'LINEAR';
  if (!canary && !linear) return { parts: [], minutes: 0, bakeMinutes };
  const rows = canary ? STRATEGY_ROWS.CanaryConfiguration.members : STRATEGY_ROWS.LinearConfiguration.members;
  const member = canary ? 'canaryConfiguration' : 'linearConfiguration';
  const configuration: EcsDeploymentConfiguration = {
    strategy: name,
    bakeTimeInMinutes: bakeMinutes,
    [member]: specified(rows as never, (canary ?? linear)! as object),
  };
  checkWaits(configuration, 1);
  const { steps } = strategyOf({ strategy: name });
  const { canaryPercent } = configuration.canaryConfiguration ?? {};
  const { stepPercent = canaryPercent } = configuration.linearConfiguration ?? {};
  const count = steps!.count(configuration);
  const parts = Array.from({ length: count }, (_, index) => ((index + 1) * stepPercent!) / 100);
  return { kind: canary ? 'canary' : 'linear', parts, minutes: steps!.minutes(configuration), bakeMinutes };
}

function alarmsOf({ deploymentConfiguration }: Partial<ServiceSettings>): Pick<VersionsSpec, 'alarmNames'> {
  const { alarmNames = [], enable = true, rollback = true } = deploymentConfiguration?.alarms ?? {};
  return enable && rollback ? { alarmNames } : {};
}

/** Characters of the id of a version. */
export const VERSION_ID_LENGTH = 10;

/** Name and place of logs are those of the service, and make no other version. */
const NO_LOGS = { madeLogGroup: '', region: '' };

/** The same for all that runs the same. */
export function versionId({
  task,
  settings,
  targetGroup,
  subnetIds,
  additionalSecurityGroupIds,
}: VersionContent): string {
  const deployed = Object.entries(settings).filter(([name]) => changeOf(name) !== 'no deployment');
  const content = {
    subnetIds: subnetIds.toSorted(),
    additionalSecurityGroupIds: additionalSecurityGroupIds.toSorted(),
    task: task.kind === 'managed' ? desiredContent({ task, ...NO_LOGS }) : task,
    settings: Object.fromEntries(deployed),
    healthCheck: targetGroup.healthCheck,
  };
  return shortHash(canonicalJson(content), VERSION_ID_LENGTH);
}

/** JSON in which the order of members says nothing. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

/** Whether an update changes what runs. @param previous undefined when nothing is known of the template before. */
export function isOtherContent(spec: VersionsSpec, previous: VersionsSpec | undefined): boolean {
  return spec.id !== previous?.id;
}

/** Whether an update changes which versions are to answer. */
export function isOtherTraffic({ traffic }: VersionsSpec, previous: VersionsSpec | undefined): boolean {
  return !isDeepStrictEqual(traffic, previous?.traffic);
}

/** Settings of the ECS services of versions: the bake time is that of the weights, which ECS does not move. */
export function settingsOfVersions(
  model: Inputs,
  settings: Partial<ServiceSettings>,
): Partial<ServiceSettings> {
  if (!strategyOfModel(model).makesVersions) return settings;
  return {
    ...settings,
    deploymentConfiguration: { ...settings.deploymentConfiguration, bakeTimeInMinutes: 0 },
  };
}

/** Whether a template has a version answer, where nobody has set other weights by hand. */
export function isToAnswer({ traffic, label }: VersionsSpec, version: { readonly label: string }): boolean {
  const shares = traffic ?? [{ label, weight: 1 }];
  return shares.some((share) => share.label === version.label && share.weight > 0);
}

/** Least number of tasks of a version. @param minTaskCount of those that answer. */
export function leastTasks(
  spec: VersionsSpec | undefined,
  version: { readonly label: string } | undefined,
  minTaskCount: number,
): number {
  const { taskCount = minTaskCount } = spec?.standby ?? {};
  return !spec || !version || isToAnswer(spec, version) ? minTaskCount : taskCount;
}
