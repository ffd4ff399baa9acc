/** Settings of a service's target groups, as a template describes them and as ELB has them. Pure: no call to AWS. */
import type {
  CreateTargetGroupCommandInput,
  TargetGroup,
  TargetGroupAttribute,
  TargetGroupStickinessConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../../core/failure';
import { specified, templateOf } from '../../core/property-values';
import { mergeRules, threeWay } from '../../core/three-way';
import { defined } from '../../core/unset';
import { ResourceModel, TargetGroupConfiguration, TargetGroupHealthCheck } from '../model';
import type { Properties } from '../../cloudformation/extension';
import { attributeList, elbAttributesOf, type Attributes } from './elb-attributes';
import { inputTable, table, type InputRows } from './table';

/** What a template says of the target groups, defaults applied. */
export interface TargetGroupSettings {
  /**
   * Of the requests to the tasks, as ELB names it. It cannot change in a target group that is there. Undefined behind a Network
   * Load Balancer, which reads no requests.
   */
  readonly protocolVersion?: 'HTTP1' | 'HTTP2' | 'GRPC';
  readonly healthCheck: HealthCheck;
  readonly attributes: TargetGroupAttributes;
}

/** How ELB sees whether a task is healthy. */
export type HealthCheck = Readonly<
  Pick<
    CreateTargetGroupCommandInput,
    | 'HealthCheckPath'
    | 'HealthCheckIntervalSeconds'
    | 'HealthCheckTimeoutSeconds'
    | 'HealthyThresholdCount'
    | 'UnhealthyThresholdCount'
  > & {
    /** Of a healthy answer, e.g. `200-299`: HTTP statuses, or gRPC codes, for each of which ELB has a member. */
    readonly codes?: string;
    /** Behind a Network Load Balancer. An Application Load Balancer checks by what it speaks to the tasks. */
    readonly HealthCheckProtocol?: HealthCheckProtocol;
  }
>;

/** As ELB names it. */
export type HealthCheckProtocol = NonNullable<TargetGroupHealthCheck['Protocol']>;

/** Attributes of a target group. Of stickiness it is the duration alone: without it clients do not stay with a target. */
export type TargetGroupAttributes = Attributes;

/** Default timeout in seconds. */
const TIMEOUT_SECONDS = 5;

const HEALTH_CHECK = table<TargetGroupHealthCheck, HealthCheck>('TargetGroupHealthCheck', {
  Protocol: {
    // Its default depends on whether there is a path.
    to: 'HealthCheckProtocol',
    readInItemsWhenGiven: true,
    check(_protocol, path, _group, { LoadBalancerConfiguration: loadBalancer }) {
      if (loadBalancer?.Type === 'network') return;
      throw invalid(
        path,
        'is of a Network Load Balancer, and LoadBalancerConfiguration/Type is application',
        'Remove it, or make LoadBalancerConfiguration/Type network',
      );
    },
    refused: { words: /health check protocol/i, remedy: 'Give TCP, HTTP or HTTPS' },
  },
  Matcher: {
    // Its default depends on the protocol version.
    to: 'codes',
    readInItemsWhenGiven: true,
    refused: {
      words: /matcher|(success|http|grpc) codes?/i,
      remedy: 'Give codes and ranges like 200,204 or 200-299',
    },
  },
  TimeoutSeconds: {
    to: 'HealthCheckTimeoutSeconds',
    // ELB wants it to be shorter than the interval.
    default: ({ IntervalSeconds = TargetGroupHealthCheck.DEFAULTS.IntervalSeconds }) =>
      Math.min(TIMEOUT_SECONDS, IntervalSeconds - 1),
    check(timeout, path, { IntervalSeconds: interval = TargetGroupHealthCheck.DEFAULTS.IntervalSeconds }) {
      if (timeout < interval) return;
      throw invalid(
        path,
        `is ${timeout}, not less than IntervalSeconds, ${interval}`,
        'Make it less than IntervalSeconds',
      );
    },
    refused: { words: /timeout/i, remedy: 'Make it less than IntervalSeconds' },
  },
  IntervalSeconds: {
    to: 'HealthCheckIntervalSeconds',
    refused: { words: /interval/i, remedy: 'Make it more than TimeoutSeconds' },
  },
  UnhealthyThresholdCount: {
    to: 'UnhealthyThresholdCount',
    refused: { words: /unhealthy ?threshold/i, remedy: 'Give from 2 to 10' },
  },
  HealthyThresholdCount: {
    to: 'HealthyThresholdCount',
    refused: { words: /healthy ?threshold/i, remedy: 'Give from 2 to 10' },
  },
});

/** Key of the attribute that says for how long a client stays with a target. */
const STICKINESS = 'stickiness.lb_cookie.duration_seconds';

/** Keys of the attributes that say how requests are spread over the targets, and for how long over a new one fewer. */
const ALGORITHM = 'load_balancing.algorithm.type';
const SLOW_START = 'slow_start.duration_seconds';

/** The algorithm that knows a slow start. Source: ELB guide of Application Load Balancers, "Slow start mode". */
const SLOWLY_STARTING = 'round_robin';
const SHORTEST_SLOW_START = 30;

const DEREGISTRATION_DELAY = 'deregistration_delay.timeout_seconds';

const ATTRIBUTES = table<TargetGroupConfiguration, TargetGroupAttributes>('TargetGroupConfiguration', {
  DeregistrationDelaySeconds: {
    to: DEREGISTRATION_DELAY,
    refused: { words: /deregistration[_ ]delay/i, remedy: 'Give from 0 to 3600' },
  },
  StickinessDurationSeconds: {
    to: STICKINESS,
    refused: { words: /stickiness/i, remedy: 'Give from 1 to 604800' },
  },
  LoadBalancingAlgorithmType: {
    to: ALGORITHM,
    refused: {
      words: /algorithm/i,
      remedy: 'Give round_robin, least_outstanding_requests or weighted_random',
    },
  },
  SlowStartDurationSeconds: {
    to: SLOW_START,
    check: checkSlowStart,
    refused: { words: /slow[_ ]start/i, remedy: 'Give 0, or from 30 to 900 with the algorithm round_robin' },
  },
  // Elsewhere: ELB has members for these two.
  HealthCheck: { default: {}, members: HEALTH_CHECK },
  ProtocolVersion: { refused: { words: /protocol ?version/i, remedy: 'Give HTTP1, HTTP2 or GRPC' } },
});

/** How the load balancer talks to the tasks. */
export const TARGET_GROUP_ROWS = {
  HealthCheckPath: {
    to: 'HealthCheckPath',
    default: ({ TargetGroupConfiguration: { ProtocolVersion } = {} }) => answersOf(ProtocolVersion).path,
    check: checkHealthCheckPath,
    refused: {
      words: /health check path/i,
      remedy: 'Begin with /, and use letters from a to z, digits and @:%_+.~#?&/=- only',
    },
  },
  TargetGroupConfiguration: {
    default: {},
    members: ATTRIBUTES,
    check({ HealthCheck: { Matcher } = {}, ProtocolVersion }, path) {
      if (Matcher !== undefined)
        checkMatcher(Matcher, `${path}/HealthCheck/Matcher`, answersOf(ProtocolVersion));
    },
  },
} as const satisfies InputRows<HealthCheck>;

export const TARGET_GROUP_PROPERTIES = inputTable<HealthCheck>(TARGET_GROUP_ROWS);

/** What the codes of an answer are, and ELB's defaults for gRPC (API reference of Matcher and CreateTargetGroup). */
const ANSWERS = {
  http: { first: 200, last: 499, codes: '200', path: ResourceModel.DEFAULTS.HealthCheckPath },
  grpc: { first: 0, last: 99, codes: '12', path: '/AWS.ALB/healthcheck' },
} as const;

/** What may not be in the path of a health check (Elastic Load Balancing, the refusal of CreateTargetGroup). */
const NOT_IN_HEALTH_CHECK_PATH = /[^A-Za-z0-9@:%_+.~#?&/=-]/u;

/**
 * The settings that a template asks for.
 *
 * @param HealthCheckPath undefined means the default of the protocol version.
 */
export function specifiedTargetGroup(
  given: Properties<TargetGroupConfiguration> = {},
  HealthCheckPath: string | undefined,
): TargetGroupSettings {
  const { ProtocolVersion: protocolVersion = TargetGroupConfiguration.DEFAULTS.ProtocolVersion } = given;
  return {
    protocolVersion,
    healthCheck: {
      codes: answersOf(protocolVersion).codes,
      ...specified(TARGET_GROUP_PROPERTIES, { HealthCheckPath, TargetGroupConfiguration: given }),
      ...specified(HEALTH_CHECK, given.HealthCheck ?? {}),
    },
    attributes: specified(ATTRIBUTES, given) as TargetGroupAttributes,
  };
}

/**
 * The settings that a template asks for behind a Network Load Balancer.
 *
 * @param HealthCheckPath undefined means that tasks are checked by TCP, unless the template says how.
 */
export function networkTargetGroup(
  { HealthCheck = {}, DeregistrationDelaySeconds }: Properties<TargetGroupConfiguration> = {},
  HealthCheckPath: string | undefined,
): TargetGroupSettings {
  const { [DEREGISTRATION_DELAY]: delay } = specified(ATTRIBUTES, {
    DeregistrationDelaySeconds,
  }) as TargetGroupAttributes;
  const HealthCheckProtocol = networkHealthCheckProtocol(HealthCheck.Protocol, HealthCheckPath);
  const { codes, path } = ANSWERS.http;
  return {
    healthCheck: {
      HealthCheckProtocol,
      ...(HealthCheckProtocol !== 'TCP' && { codes, HealthCheckPath: HealthCheckPath ?? path }),
      ...specified(HEALTH_CHECK, HealthCheck),
    },
    attributes: { [DEREGISTRATION_DELAY]: delay! },
  };
}

/** How a Network Load Balancer checks tasks: requests are what a path means, where the template does not say. */
export function networkHealthCheckProtocol(
  given: HealthCheckProtocol | undefined,
  HealthCheckPath: string | undefined | null,
): HealthCheckProtocol {
  return given ?? (HealthCheckPath == null ? 'TCP' : 'HTTP');
}

/** What a template would say of target groups that have these settings. */
export function targetGroupInputOf({
  healthCheck,
  protocolVersion: ProtocolVersion,
  attributes = {},
}: Pick<TargetGroupSettings, 'healthCheck' | 'protocolVersion'> & Partial<TargetGroupSettings>) {
  return {
    ...templateOf(TARGET_GROUP_PROPERTIES, healthCheck),
    TargetGroupConfiguration: {
      HealthCheck: templateOf(HEALTH_CHECK, healthCheck),
      ...templateOf(ATTRIBUTES, attributes),
      ...(ProtocolVersion && { ProtocolVersion }),
    },
  };
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
  const merged = coherent(
    threeWay({ desired: desired.healthCheck, previous: previous?.healthCheck, live }),
    desired.healthCheck,
  );
  const { HealthCheckTimeoutSeconds: timeout = 0, HealthCheckIntervalSeconds: interval = 0 } = merged;
  // Of the two one may have been set by hand, and the other by the template.
  return { ...merged, HealthCheckTimeoutSeconds: Math.min(timeout, interval - 1) };
}

/** Of protocol and path one may have been set by hand, and the other by the template, which says what goes together. */
function coherent(
  merged: HealthCheck,
  { HealthCheckProtocol, HealthCheckPath, codes }: HealthCheck,
): HealthCheck {
  const isByTcp = merged.HealthCheckProtocol === 'TCP';
  const isCoherent = isByTcp !== (merged.HealthCheckPath !== undefined);
  return isCoherent ? merged : defined({ ...merged, HealthCheckProtocol, HealthCheckPath, codes });
}

/** {@link threeWay} of attributes. */
export function wantedAttributes(
  desired: TargetGroupSettings,
  previous: TargetGroupSettings | undefined,
  live: TargetGroupAttributes,
): TargetGroupAttributes {
  const merged = threeWay(
    { desired: desired.attributes, previous: previous?.attributes, live },
    mergeRules(ATTRIBUTES),
  );
  // Of the two one may have been set by hand, and the other by the template, which says nothing that ELB refuses.
  const { [ALGORITHM]: algorithm, [SLOW_START]: slowStart } = desired.attributes;
  const isRefused = (merged[SLOW_START] ?? 0) !== 0 && merged[ALGORITHM] !== SLOWLY_STARTING;
  return isRefused ? { ...merged, [ALGORITHM]: algorithm!, [SLOW_START]: slowStart! } : merged;
}

/** Attributes as they are without a look: undefined unless the target groups are new and keep what ELB gave them. */
export function initialAttributes(desired: TargetGroupSettings): TargetGroupAttributes | undefined {
  const initial = specified(ATTRIBUTES, {}) as TargetGroupAttributes;
  return isDeepStrictEqual(desired.attributes, initial) ? initial : undefined;
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
  { codes, HealthCheckProtocol: given, ...healthCheck }: HealthCheck,
  protocolVersion: TargetGroupSettings['protocolVersion'],
) {
  const Matcher = protocolVersion === 'GRPC' ? { GrpcCode: codes } : { HttpCode: codes };
  if (protocolVersion) return { ...healthCheck, Matcher };
  const HealthCheckProtocol = networkHealthCheckProtocol(given, healthCheck.HealthCheckPath);
  return { ...healthCheck, HealthCheckProtocol, ...(HealthCheckProtocol !== 'TCP' && { Matcher }) };
}

/** The health check of a target group. */
export function healthCheckOf(group: TargetGroup): HealthCheck {
  const protocolVersion = protocolVersionOf(group);
  const { codes, path } = answersOf(protocolVersion);
  const names = [...TARGET_GROUP_PROPERTIES.properties, ...HEALTH_CHECK.properties].flatMap(
    ({ to }) => to ?? [],
  );
  const { HealthCheckProtocol, ...others } = Object.fromEntries(
    names.map((name) => [name, group[name as keyof TargetGroup]]),
  );
  const settings = protocolVersion ? others : { HealthCheckProtocol, ...others };
  if (HealthCheckProtocol === 'TCP') {
    // What ELB may still hold of path and codes means nothing to it.
    const { HealthCheckPath: _, ...byConnection } = settings;
    return defined(byConnection);
  }
  return {
    ...settings,
    HealthCheckPath: group.HealthCheckPath ?? path,
    codes: group.Matcher?.GrpcCode ?? group.Matcher?.HttpCode ?? codes,
  };
}

/** The protocol version of a target group; undefined for one of a Network Load Balancer. */
export function protocolVersionOf({
  Protocol,
  ProtocolVersion,
}: TargetGroup): TargetGroupSettings['protocolVersion'] {
  if (Protocol !== undefined && !Protocol.startsWith('HTTP')) return undefined;
  return (
    (ProtocolVersion as TargetGroupSettings['protocolVersion'] | undefined) ??
    TargetGroupConfiguration.DEFAULTS.ProtocolVersion
  );
}

/** Attributes of a target group from what ELB lists. Stickiness by a cookie of the application counts as none. */
export function targetGroupAttributesOf(listed: readonly TargetGroupAttribute[]): TargetGroupAttributes {
  const { [STICKINESS]: duration, ...others } = elbAttributesOf(ATTRIBUTES, listed);
  const has = (Key: string, Value: string) => listed.some((each) => each.Key === Key && each.Value === Value);
  const isByLoadBalancer = has('stickiness.enabled', 'true') && has('stickiness.type', 'lb_cookie');
  return isByLoadBalancer && duration !== undefined ? { ...others, [STICKINESS]: duration } : others;
}

/** Whether clients stay with a target. */
export function isSticky({ [STICKINESS]: duration }: TargetGroupAttributes): boolean {
  return duration !== undefined;
}

/** Whether clients stay with a target for the same time. */
export function areAsSticky(one: TargetGroupAttributes, other: TargetGroupAttributes): boolean {
  return one[STICKINESS] === other[STICKINESS];
}

/**
 * Whether a rule binds clients to one of its target groups, as ELB takes it. ELB wants that of a rule of sticky target
 * groups, but a client that is bound gets no answer any more when a deployment has taken the tasks away from its target
 * group: so it is as short as ELB permits, and clients follow the weights.
 */
export function groupStickiness(isSticky: boolean): TargetGroupStickinessConfig {
  return isSticky ? { Enabled: true, DurationSeconds: 1 } : { Enabled: false };
}

/** Attributes that have to change, but for stickiness, as ELB takes them. */
export function attributeChanges(
  live: TargetGroupAttributes,
  wanted: TargetGroupAttributes,
): TargetGroupAttribute[] {
  const changed = Object.entries(wanted).filter(([key, value]) => key !== STICKINESS && value !== live[key]);
  return attributeList(Object.fromEntries(changed));
}

/** Stickiness as ELB takes it. */
export function stickinessAttributes({
  [STICKINESS]: seconds,
}: TargetGroupAttributes): TargetGroupAttribute[] {
  if (seconds === undefined) return attributeList({ 'stickiness.enabled': false });
  return attributeList({
    'stickiness.enabled': true,
    'stickiness.type': 'lb_cookie',
    [STICKINESS]: seconds,
  });
}

type Answers = (typeof ANSWERS)[keyof typeof ANSWERS];

function answersOf(protocolVersion: TargetGroupSettings['protocolVersion'] | undefined): Answers {
  return protocolVersion === 'GRPC' ? ANSWERS.grpc : ANSWERS.http;
}

function checkSlowStart(
  seconds: number,
  path: string,
  {
    LoadBalancingAlgorithmType: algorithm = TargetGroupConfiguration.DEFAULTS.LoadBalancingAlgorithmType,
  }: Properties<TargetGroupConfiguration>,
): void {
  if (seconds === 0) return;
  if (seconds < SHORTEST_SLOW_START) {
    throw invalid(path, `is ${seconds}, neither 0 nor from 30 to 900`, 'Give 0, or from 30 to 900');
  }
  if (algorithm === SLOWLY_STARTING) return;
  throw invalid(
    path,
    `is ${seconds}, but with LoadBalancingAlgorithmType ${algorithm} there is no slow start`,
    'Leave one of the two out',
  );
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

function checkMatcher(matcher: string, path: string, { first, last }: Answers): void {
  for (const range of matcher.split(',')) {
    const [from, to = from] = range.split('-').map(Number) as [number, number?];
    if (from >= first && to >= from && to <= last) continue;
    throw invalid(
      path,
      `"${range}" is no code from ${first} to ${last}, and no range of them`,
      'Give codes and ranges like 200,204 or 200-299, separated by commas',
    );
  }
}
