/** Settings of a service's target groups, as a template describes them and as ELB has them. Pure: no call to AWS. */
import type {
  CreateTargetGroupCommandInput,
  TargetGroup,
  TargetGroupAttribute,
  TargetGroupStickinessConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid } from '../../core/failure';
import { TargetGroupHealthCheck, type TargetGroupConfiguration } from '../model';
import { inputTable, table, type InputRows } from './table';
import type { Properties } from '../../cloudformation/extension';
import { threeWay } from '../../core/three-way';
import { defined } from '../../core/unset';

/** How the load balancer talks to the tasks. */
export const TARGET_GROUP_ROWS = {
  HealthCheckPath: {
    default: ({ TargetGroupConfiguration: { ProtocolVersion } = {} }) => answersOf(ProtocolVersion).path,
    check: checkHealthCheckPath,
    refused: {
      words: /health check path/i,
      remedy: 'Begin with /, and use letters from a to z, digits and @:%_+.~#?&/=- only',
    },
  },
  TargetGroupConfiguration: {
    default: {},
    members: table<TargetGroupConfiguration>('TargetGroupConfiguration', {
      DeregistrationDelaySeconds: {
        refused: { words: /deregistration[_ ]delay/i, remedy: 'Give from 0 to 3600' },
      },
      StickinessDurationSeconds: {
        refused: { words: /stickiness/i, remedy: 'Give from 1 to 604800' },
      },
      HealthCheck: {
        default: {},
        members: table<TargetGroupHealthCheck>('TargetGroupHealthCheck', {
          Matcher: {
            refused: {
              words: /matcher|(success|http|grpc) codes?/i,
              remedy: 'Give codes and ranges like 200,204 or 200-299',
            },
          },
          TimeoutSeconds: {
            refused: { words: /timeout/i, remedy: 'Make it less than IntervalSeconds' },
            // ELB wants it to be shorter than the interval.
            default: ({ IntervalSeconds: interval = TargetGroupHealthCheck.DEFAULTS.IntervalSeconds }) =>
              Math.min(TIMEOUT_SECONDS, interval - 1),
          },
          IntervalSeconds: {
            refused: { words: /interval/i, remedy: 'Make it more than TimeoutSeconds' },
          },
          UnhealthyThresholdCount: {
            refused: { words: /unhealthy ?threshold/i, remedy: 'Give from 2 to 10' },
          },
          HealthyThresholdCount: {
            refused: { words: /healthy ?threshold/i, remedy: 'Give from 2 to 10' },
          },
        }),
      },
      ProtocolVersion: {
        refused: { words: /protocol ?version/i, remedy: 'Give HTTP1, HTTP2 or GRPC' },
      },
    }),
  },
} as const satisfies InputRows<object>;

export const TARGET_GROUP_PROPERTIES = inputTable<object>(TARGET_GROUP_ROWS);

/** What a template says of the target groups, defaults applied. */
export interface TargetGroupSettings {
  /** Of the requests to the tasks, as ELB names it. It cannot change in a target group that is there. */
  readonly protocolVersion: 'HTTP1' | 'HTTP2' | 'GRPC';
  readonly healthCheck: HealthCheck;
  readonly attributes: TargetGroupAttributes;
}

/** How ELB sees whether a task is healthy: seconds and counts. */
export interface HealthCheck {
  readonly path: string;
  /** Codes of a healthy answer, e.g. `200-299`: HTTP statuses, or gRPC codes. */
  readonly matcher: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThresholdCount: number;
  readonly unhealthyThresholdCount: number;
}

/** What ELB calls attributes of a target group. */
export interface TargetGroupAttributes {
  readonly deregistrationDelaySeconds: number;
  /** For how long a client stays with a target; undefined means that it does not. */
  readonly stickinessDurationSeconds?: number;
}

/** Defaults. Source: ECS Express Mode for the health check (Amazon ECS Developer Guide), ELB for the rest. */
export const TARGET_GROUP_DEFAULTS = {
  HealthCheckPath: '/',
  IntervalSeconds: 30,
  HealthyThresholdCount: 5,
  UnhealthyThresholdCount: 2,
  DeregistrationDelaySeconds: 300,
  ProtocolVersion: 'HTTP1',
} as const;

/** Default timeout; ELB wants it to be shorter than the interval. */
const TIMEOUT_SECONDS = 5;

/** What the codes of an answer are, and ELB's defaults for gRPC (API reference of Matcher and CreateTargetGroup). */
const ANSWERS = {
  http: { first: 200, last: 499, matcher: '200', path: TARGET_GROUP_DEFAULTS.HealthCheckPath },
  grpc: { first: 0, last: 99, matcher: '12', path: '/AWS.ALB/healthcheck' },
} as const;

/** What may not be in the path of a health check (Elastic Load Balancing, the refusal of CreateTargetGroup). */
const NOT_IN_HEALTH_CHECK_PATH = /[^A-Za-z0-9@:%_+.~#?&/=-]/u;

const PATH = 'TargetGroupConfiguration';

/** Attributes that ELB gives to a new target group. */
const INITIAL_ATTRIBUTES: TargetGroupAttributes = {
  deregistrationDelaySeconds: TARGET_GROUP_DEFAULTS.DeregistrationDelaySeconds,
};

/**
 * The settings that a template asks for.
 *
 * @param healthCheckPath undefined means the default of the protocol version.
 * @throws HandlerError InvalidRequest.
 */
export function targetGroupSettings(
  given: Properties<TargetGroupConfiguration> = {},
  healthCheckPath: string | undefined,
): TargetGroupSettings {
  const protocolVersion = given.ProtocolVersion ?? TARGET_GROUP_DEFAULTS.ProtocolVersion;
  const answers = answersOf(protocolVersion);
  if (healthCheckPath !== undefined) checkHealthCheckPath(healthCheckPath);
  const { HealthCheck = {} } = given;
  const intervalSeconds = HealthCheck.IntervalSeconds ?? TARGET_GROUP_DEFAULTS.IntervalSeconds;
  const timeoutSeconds = HealthCheck.TimeoutSeconds ?? Math.min(TIMEOUT_SECONDS, intervalSeconds - 1);
  if (timeoutSeconds >= intervalSeconds) {
    throw invalid(
      `${PATH}/HealthCheck/TimeoutSeconds`,
      `is ${timeoutSeconds}, not less than IntervalSeconds, ${intervalSeconds}`,
      'Make it less than IntervalSeconds',
    );
  }
  if (HealthCheck.Matcher !== undefined) checkMatcher(HealthCheck.Matcher, answers);
  return {
    protocolVersion,
    healthCheck: {
      path: healthCheckPath ?? answers.path,
      matcher: HealthCheck.Matcher ?? answers.matcher,
      intervalSeconds,
      timeoutSeconds,
      healthyThresholdCount: HealthCheck.HealthyThresholdCount ?? TARGET_GROUP_DEFAULTS.HealthyThresholdCount,
      unhealthyThresholdCount:
        HealthCheck.UnhealthyThresholdCount ?? TARGET_GROUP_DEFAULTS.UnhealthyThresholdCount,
    },
    attributes: defined({
      deregistrationDelaySeconds:
        given.DeregistrationDelaySeconds ?? TARGET_GROUP_DEFAULTS.DeregistrationDelaySeconds,
      stickinessDurationSeconds: given.StickinessDurationSeconds,
    }),
  };
}

/** What a template would say of target groups that have these settings. */
export function targetGroupInputOf({
  healthCheck: { path: HealthCheckPath, ...healthCheck },
  protocolVersion,
  attributes,
}: Pick<TargetGroupSettings, 'healthCheck' | 'protocolVersion'> & Partial<TargetGroupSettings>) {
  const TargetGroupConfiguration: Properties<TargetGroupConfiguration> = defined({
    HealthCheck: {
      Matcher: healthCheck.matcher,
      IntervalSeconds: healthCheck.intervalSeconds,
      TimeoutSeconds: healthCheck.timeoutSeconds,
      HealthyThresholdCount: healthCheck.healthyThresholdCount,
      UnhealthyThresholdCount: healthCheck.unhealthyThresholdCount,
    },
    DeregistrationDelaySeconds: attributes?.deregistrationDelaySeconds,
    StickinessDurationSeconds: attributes?.stickinessDurationSeconds,
    ProtocolVersion: protocolVersion,
  });
  return { HealthCheckPath, TargetGroupConfiguration };
}

/**
 * The health check that target groups are to have: {@link threeWay} of the two templates and what there is.
 *
 * @param previous what the template asked for before; undefined when nothing is known of that.
 */
export function wantedHealthCheck(
  desired: TargetGroupSettings,
  previous: TargetGroupSettings | undefined,
  live: HealthCheck,
): HealthCheck {
  const merged = threeWay({ desired: desired.healthCheck, previous: previous?.healthCheck, live });
  // Of the two one may have been set by hand, and the other by the template.
  return { ...merged, timeoutSeconds: Math.min(merged.timeoutSeconds, merged.intervalSeconds - 1) };
}

/** {@link threeWay} of attributes. */
export function wantedAttributes(
  desired: TargetGroupSettings,
  previous: TargetGroupSettings | undefined,
  live: TargetGroupAttributes,
): TargetGroupAttributes {
  return threeWay({ desired: desired.attributes, previous: previous?.attributes, live });
}

/** Attributes as they are without a look: undefined unless the target groups are new and keep what ELB gave them. */
export function initialAttributes(desired: TargetGroupSettings): TargetGroupAttributes | undefined {
  const { deregistrationDelaySeconds, stickinessDurationSeconds } = desired.attributes;
  const isInitial =
    deregistrationDelaySeconds === INITIAL_ATTRIBUTES.deregistrationDelaySeconds &&
    stickinessDurationSeconds === undefined;
  return isInitial ? INITIAL_ATTRIBUTES : undefined;
}

/** The settings with which a target group is made. */
export function creationSettings(settings: TargetGroupSettings) {
  return {
    ProtocolVersion: settings.protocolVersion,
    HealthCheckEnabled: true,
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    ...elbHealthCheck(settings.healthCheck, settings.protocolVersion),
  } as const satisfies Partial<CreateTargetGroupCommandInput>;
}

/** A health check as ELB takes it. */
export function elbHealthCheck(
  healthCheck: HealthCheck,
  protocolVersion: TargetGroupSettings['protocolVersion'],
) {
  const { path, matcher, intervalSeconds, timeoutSeconds } = healthCheck;
  return {
    HealthCheckPath: path,
    HealthCheckIntervalSeconds: intervalSeconds,
    HealthCheckTimeoutSeconds: timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThresholdCount,
    UnhealthyThresholdCount: healthCheck.unhealthyThresholdCount,
    Matcher: protocolVersion === 'GRPC' ? { GrpcCode: matcher } : { HttpCode: matcher },
  };
}

/** The health check of a target group. */
export function healthCheckOf(group: TargetGroup): HealthCheck {
  const answers = answersOf(protocolVersionOf(group));
  return {
    path: group.HealthCheckPath ?? answers.path,
    matcher: group.Matcher?.GrpcCode ?? group.Matcher?.HttpCode ?? answers.matcher,
    intervalSeconds: group.HealthCheckIntervalSeconds!,
    timeoutSeconds: group.HealthCheckTimeoutSeconds!,
    healthyThresholdCount: group.HealthyThresholdCount!,
    unhealthyThresholdCount: group.UnhealthyThresholdCount!,
  };
}

/** The protocol version of a target group. */
export function protocolVersionOf({ ProtocolVersion }: TargetGroup): TargetGroupSettings['protocolVersion'] {
  return (
    (ProtocolVersion as TargetGroupSettings['protocolVersion'] | undefined) ??
    TARGET_GROUP_DEFAULTS.ProtocolVersion
  );
}

const DELAY = 'deregistration_delay.timeout_seconds';
const STICKINESS = {
  enabled: 'stickiness.enabled',
  type: 'stickiness.type',
  duration: 'stickiness.lb_cookie.duration_seconds',
} as const;
/** The kind of stickiness with a cookie of the load balancer's own. */
const LOAD_BALANCER_COOKIE = 'lb_cookie';

/** Attributes of a target group from what ELB lists. Stickiness by a cookie of the application counts as none. */
export function attributesOf(listed: readonly TargetGroupAttribute[]): TargetGroupAttributes {
  const values = new Map(listed.map(({ Key, Value }) => [Key, Value]));
  const isSticky =
    values.get(STICKINESS.enabled) === 'true' && values.get(STICKINESS.type) === LOAD_BALANCER_COOKIE;
  return defined({
    deregistrationDelaySeconds: Number(values.get(DELAY) ?? TARGET_GROUP_DEFAULTS.DeregistrationDelaySeconds),
    stickinessDurationSeconds: isSticky ? Number(values.get(STICKINESS.duration)) : undefined,
  });
}

/**
 * Whether a rule binds clients to one of its target groups, as ELB takes it. ELB wants that of a rule of sticky target
 * groups, but a client that is bound gets no answer any more when a deployment has taken the tasks away from its target
 * group: so it is as short as ELB permits, and clients follow the weights.
 */
export function groupStickiness(isSticky: boolean): TargetGroupStickinessConfig {
  return isSticky ? { Enabled: true, DurationSeconds: 1 } : { Enabled: false };
}

/** The deregistration delay as ELB takes it. */
export function delayAttribute({
  deregistrationDelaySeconds,
}: TargetGroupAttributes): TargetGroupAttribute[] {
  return [{ Key: DELAY, Value: String(deregistrationDelaySeconds) }];
}

/** Stickiness as ELB takes it. */
export function stickinessAttributes({
  stickinessDurationSeconds: seconds,
}: TargetGroupAttributes): TargetGroupAttribute[] {
  if (seconds === undefined) return [{ Key: STICKINESS.enabled, Value: 'false' }];
  return [
    { Key: STICKINESS.enabled, Value: 'true' },
    { Key: STICKINESS.type, Value: LOAD_BALANCER_COOKIE },
    { Key: STICKINESS.duration, Value: String(seconds) },
  ];
}

type Answers = (typeof ANSWERS)[keyof typeof ANSWERS];

function answersOf(protocolVersion: TargetGroupSettings['protocolVersion'] | undefined): Answers {
  return protocolVersion === 'GRPC' ? ANSWERS.grpc : ANSWERS.http;
}

function checkHealthCheckPath(path: string): void {
  const wrong = NOT_IN_HEALTH_CHECK_PATH.exec(path)?.[0];
  if (wrong === undefined) return;
  throw invalid(
    'HealthCheckPath',
    `contains ${JSON.stringify(wrong)}, but Elastic Load Balancing takes only letters from a to z, digits and @:%_+.~#?&/=- in it`,
    `Write other characters percent-encoded, this one as ${percentEncoded(wrong)}`,
  );
}

function percentEncoded(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

function checkMatcher(matcher: string, { first, last }: Answers): void {
  for (const range of matcher.split(',')) {
    const [from, to = from] = range.split('-').map(Number) as [number, number?];
    if (from >= first && to >= from && to <= last) continue;
    throw invalid(
      `${PATH}/HealthCheck/Matcher`,
      `"${range}" is no code from ${first} to ${last}, and no range of them`,
      'Give codes and ranges like 200,204 or 200-299, separated by commas',
    );
  }
}
