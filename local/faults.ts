/** Faults that are injected into AWS calls by rule: what a client must survive and what cannot be waited for. */
import { AwsError, type AwsRequest, type Caller } from './service';

/**
 * What happens to a call.
 * - `throttle`, `serverError`, `accessDenied`: refused with that error, without effect.
 * - `connectionReset`: the connection is cut before the call has any effect.
 * - `lostResponse`: the call takes effect, then the connection is cut.
 * - `refuse`: refused with the error that the rule names, without effect: a quota that is reached, for example.
 * - `roleNotAssumable`: refused as ECS refuses a role that IAM has not made known to it yet, without effect.
 * - `staleRead`: for reads (Describe…, Get…, List…). After each write to the service, the first `times` equal reads are
 *   answered as before the write; one that names what the write has made does not find it. See endpoint/stale-reads.ts.
 * - `latency`: the call takes `milliseconds` (real time) longer.
 * - `processKill`: the process of the calling invocation dies before it sees the answer. It makes no call any more: what
 *   still comes from the invocation (whose process may be one that cannot really be killed) has no effect.
 */
export type FaultKind =
  | 'throttle'
  | 'serverError'
  | 'accessDenied'
  | 'connectionReset'
  | 'lostResponse'
  | 'refuse'
  | 'roleNotAssumable'
  | 'staleRead'
  | 'latency'
  | 'processKill';

export interface FaultRule {
  readonly kind: FaultKind;
  /** Signing name; any service when absent. */
  readonly service?: string;
  readonly operation?: string;
  /** Operation of the calling extension, e.g. CREATE. */
  readonly callerOperation?: string;
  /** Only calls that were made with credentials issued to an extension. */
  readonly extensionsOnly?: boolean;
  /** Only calls of which this holds. Rules that come over HTTP have none. */
  readonly when?: (request: AwsRequest) => boolean;
  /** Begin with the n-th matching call, counted from 1; default 1. */
  readonly nth?: number;
  /** For how many matching calls; default 1, or as many as come within {@link seconds}. */
  readonly times?: number;
  /** Only within so many virtual seconds from the moment when the rule is added; see {@link after}. */
  readonly seconds?: number;
  /** Operation from whose calls on {@link seconds} are counted, e.g. CreateRole; each call begins them anew. */
  readonly after?: string;
  /** Which share of these calls, from 0 to 1, drawn by a generator that always begins alike; default 1. */
  readonly share?: number;
  /** For `refuse`: code and message of the error, and its HTTP status, 400 by default. */
  readonly error?: { readonly code: string; readonly message: string; readonly status?: number };
  /** For `latency`: real milliseconds; default 100. */
  readonly milliseconds?: number;
  /** For `processKill`: whether the call takes effect before the process dies; default `after` the effect. */
  readonly effect?: 'before' | 'after';
}

/** A rule and what it has done so far. */
export interface ActiveFault {
  readonly id: number;
  readonly rule: FaultRule;
  /** Calls that matched the rule. */
  matched: number;
  /** Calls that it was applied to. */
  applied: number;
  /** Virtual time in milliseconds at which it begins to apply; Infinity when that is not known yet. */
  since: number;
  /** Decides about one call of a rule with a share. */
  readonly draw?: () => boolean;
}

/** How the endpoint is to treat one call. */
export interface Treatment {
  /** Real milliseconds to wait first. */
  readonly delay: number;
  /** Answer with this instead of carrying the call out. */
  readonly error?: AwsError;
  /** Cut the connection, before or after the call has taken its effect. */
  readonly cut?: 'before' | 'after';
  /** The invocation whose process dies when the connection is cut. */
  readonly kill?: Caller;
}

/** Codes by which services tell that they are throttling (SDK v3 recognises each of them as such). */
const THROTTLING: Readonly<Record<string, string>> = {
  acm: 'ThrottlingException',
  ec2: 'RequestLimitExceeded',
  route53: 'Throttling',
  elasticloadbalancing: 'Throttling',
  cloudformation: 'Throttling',
  iam: 'Throttling',
  lambda: 'TooManyRequestsException',
  monitoring: 'Throttling',
  sts: 'Throttling',
};

const ACCESS_DENIED: Readonly<Record<string, string>> = {
  ec2: 'UnauthorizedOperation',
  elasticloadbalancing: 'AccessDenied',
  cloudformation: 'AccessDenied',
  iam: 'AccessDenied',
  monitoring: 'AccessDenied',
  route53: 'AccessDenied',
  sts: 'AccessDenied',
};

const SERVER_ERROR: Readonly<Record<string, string>> = {
  ec2: 'InternalError',
  ecs: 'ServerException',
  wafv2: 'WAFInternalErrorException',
};

/** What ECS says of a role that it cannot assume, by CreateService and UpdateService. */
const ROLE_NOT_ASSUMABLE =
  'Unable to assume role and validate the listeners configured on your load balancer. Please verify that the ECS ' +
  'service role being passed has the proper permissions.';

const NONE: Treatment = { delay: 0 };
const CUT: Treatment = { delay: 0, cut: 'before' };

const TREATMENTS: Record<FaultKind, (rule: FaultRule, request: AwsRequest) => Treatment> = {
  throttle: (_rule, { service }) =>
    refuse(THROTTLING[service] ?? 'ThrottlingException', 'Rate exceeded', 400),
  serverError: (_rule, { service }) =>
    refuse(
      SERVER_ERROR[service] ?? 'InternalFailure',
      'The request failed because of an internal error.',
      500,
    ),
  accessDenied: (_rule, { service, operation, accountId }) =>
    refuse(
      ACCESS_DENIED[service] ?? 'AccessDeniedException',
      `User: arn:aws:iam::${accountId}:user/local is not authorized to perform: ${service}:${operation} ` +
        'because no identity-based policy allows the action',
      service === 'ec2' || service === 'elasticloadbalancing' ? 403 : 400,
    ),
  connectionReset: () => ({ delay: 0, cut: 'before' }),
  lostResponse: () => ({ delay: 0, cut: 'after' }),
  refuse: ({ error = { code: 'InternalFailure', message: 'The rule names no error.' } }) =>
    refuse(error.code, error.message, error.status ?? 400),
  roleNotAssumable: () => refuse('InvalidParameterException', ROLE_NOT_ASSUMABLE, 400),
  // The endpoint asks for these by staleReads.
  staleRead: () => NONE,
  latency: ({ milliseconds = 100 }) => ({ delay: milliseconds }),
  processKill: ({ effect = 'after' }, { caller }) => ({ delay: 0, cut: effect, kill: caller }),
};

function refuse(code: string, message: string, status: number): Treatment {
  return { delay: 0, error: new AwsError(code, message, status) };
}

export class Faults {
  private active: ActiveFault[] = [];
  private ids = 0;
  /** Ids of the invocations that {@link FaultKind} `processKill` has ended. */
  private readonly dead = new Set<string>();

  /** @param now virtual time in milliseconds. */
  constructor(private readonly now: () => number) {}

  /** Add a rule; of several that apply to a call the first one added wins. Returns its id. */
  add(rule: FaultRule): number {
    if (!(rule.kind in TREATMENTS)) {
      throw new Error(
        `kind: ${String(rule.kind)} is unknown. Use one of ${Object.keys(TREATMENTS).join(', ')}.`,
      );
    }
    const draw = rule.share === undefined ? undefined : drawing(rule.share);
    const since = rule.after === undefined ? this.now() : Infinity;
    this.active.push({ id: ++this.ids, rule, matched: 0, applied: 0, since, draw });
    return this.ids;
  }

  list(): readonly Readonly<ActiveFault>[] {
    return this.active;
  }

  /** Remove one rule, or all. */
  clear(id?: number): void {
    this.active = id === undefined ? [] : this.active.filter((fault) => fault.id !== id);
  }

  /** Decide about one call, and count it. */
  treat(request: AwsRequest): Treatment {
    if (request.caller && this.dead.has(request.caller.invocationId)) return CUT;
    let treatment: Treatment | undefined;
    const time = this.now();
    for (const fault of this.active) {
      if (fault.rule.after === request.operation) fault.since = time;
      if (fault.rule.kind === 'staleRead' || !isDue(fault, time) || !matches(fault.rule, request)) continue;
      fault.matched++;
      const { nth = 1, times = fault.rule.seconds === undefined ? 1 : Infinity } = fault.rule;
      if (treatment || fault.matched < nth || fault.applied >= times || fault.draw?.() === false) continue;
      fault.applied++;
      treatment = TREATMENTS[fault.rule.kind](fault.rule, request);
    }
    if (treatment?.kill) this.dead.add(treatment.kill.invocationId);
    return treatment ?? NONE;
  }

  /** The rule by which reads of this kind are answered late; undefined when there is none. */
  staleReads(request: AwsRequest): ActiveFault | undefined {
    const time = this.now();
    return this.active.find(
      (fault) => fault.rule.kind === 'staleRead' && isDue(fault, time) && matches(fault.rule, request),
    );
  }
}

function isDue({ rule: { seconds = Infinity }, since }: ActiveFault, time: number): boolean {
  return since <= time && time <= since + seconds * 1000;
}

/** Draws true for a share of all draws, always in the same order (Lehmer's generator, modulus 2³¹ − 1). */
function drawing(share: number): () => boolean {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 < share;
  };
}

function matches(rule: FaultRule, request: AwsRequest): boolean {
  const { service, operation, caller } = request;
  return (
    (rule.service === undefined || rule.service === service) &&
    (rule.operation === undefined || rule.operation === operation) &&
    (rule.callerOperation === undefined || rule.callerOperation === caller?.operation) &&
    (!(rule.extensionsOnly || rule.kind === 'processKill') || caller !== undefined) &&
    (rule.when?.(request) ?? true)
  );
}
