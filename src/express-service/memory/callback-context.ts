/** What an operation keeps between its invocations. CloudFormation carries it; everything else is looked up in AWS. */
import { LIMIT, type OperationTime, type WaitTime } from '../../core/outcome';
import { unknownFormat, VERSION } from './formats';
import type { Exposures } from './recorded-exposures';
import type { RecordedVersion } from './service-versions';

/** A component that an invocation ended waiting for, and that can be looked at cheaply. */
export interface Pending {
  readonly kind: string;
  /** See {@link Wait.token}. */
  readonly token: unknown;
}

/** What an invocation leaves to the next one of the same operation. Losing it costs calls, never correctness. */
export interface Continuation {
  /** Cheap looks to take first: a failure ends the operation there and then. */
  readonly pending?: readonly Pending[];
  /**
   * What was done when nothing but `pending` was waited for, without volatile components. Absent when something else
   * was waited for too: then everything is looked at again.
   *
   * Of a removal: what is still to be removed.
   */
  readonly observations?: Readonly<Record<string, unknown>>;
  /** Beside `observations`: ids of volatile nodes that were done. */
  readonly done?: readonly string[];
  /** Of a removal, beside `observations`: kinds that need no further look, because they have been removed. */
  readonly removed?: readonly string[];
  /** See {@link OperationTime.waits}. */
  readonly waits?: OperationTime['waits'];
}

/** {@link Continuation}, and the exposures that its observations are of. */
export interface ExposureContinuation extends Continuation {
  readonly exposures?: Exposures;
  /** The exposures of additional load balancers, by their names; null where there was none yet, nor anything else. */
  readonly additional?: Readonly<Record<string, Exposures | null>>;
  /** The versions of the service that its observations are of. */
  readonly versions?: readonly RecordedVersion[];
  /** Ids of versions that are being removed; then all else is as the template says. */
  readonly retiring?: readonly string[];
}

/** @typeParam Network what is known of the network. */
export interface OperationContext<Network = unknown> {
  /** See {@link OperationTime}; absent at the first invocation. */
  readonly elapsedSeconds?: number;
  readonly network?: Network;
  readonly continuation?: ExposureContinuation;
  /** How often roles were looked at, while they are not as they have to be. */
  readonly roleLooks?: number;
  /** Warnings, and conflicts that the first invocation has found, to be told with every answer. */
  readonly notices?: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Former versions whose waits and tokens are those of today. */
const OF_LIKE_TOKENS: readonly unknown[] = [2, 3, 4, 5];

/** The callback context of an operation. */
export function writeContext(context: OperationContext): Record<string, unknown> {
  return { version: VERSION, ...context };
}

/**
 * What a callback context says; of the first invocation, nothing.
 *
 * @throws HandlerError InvalidRequest when a newer version has written it.
 */
export function readContext<Network>(context: Json): OperationContext<Network> {
  const { version = 1, ...content } = context;
  if (version === VERSION) return content;
  if (OF_LIKE_TOKENS.includes(version)) return withoutObservations(content) as OperationContext<Network>;
  if (version === 1) return upgraded(content as ContextOfVersion1) as OperationContext<Network>;
  throw unknownFormat(
    'The callback context of this operation',
    `is of version ${JSON.stringify(version)}, and only versions up to ${VERSION} are known`,
  );
}

/** A context of a former version: what is pending goes on, and what was seen is looked at again. */
function withoutObservations({ continuation, ...context }: OperationContext): OperationContext {
  if (!continuation) return context;
  const { pending, waits } = continuation;
  return { ...context, continuation: { pending, waits } };
}

/** What version 1 has written. */
interface ContextOfVersion1 extends Omit<OperationContext, 'continuation'> {
  /** Until 2026-11-28 the number of the invocation, and no time. */
  readonly invocation?: number;
  readonly continuation?: {
    readonly pending?: readonly { readonly kind: string; readonly token: string }[];
    /** The seconds at which each wait began. */
    readonly waits?: Readonly<Record<string, number>>;
  };
}

/**
 * A context of version 1. What was seen is looked at again, for between two versions of the code the observations of a kind
 * may mean other things; kinds of exposures and of hosts were called `own`. What is pending goes on.
 */
function upgraded({ invocation, continuation, ...context }: ContextOfVersion1): OperationContext {
  const elapsedSeconds = context.elapsedSeconds ?? (invocation === undefined ? undefined : 0);
  if (!continuation) return { ...context, elapsedSeconds };
  const { pending = [], waits = {} } = continuation;
  const times = Object.entries(waits).flatMap(([what, since]) =>
    namesOf(what, pending).map((name): [string, WaitTime] => [name, { since, until: since + LIMIT.seconds }]),
  );
  const looks = pending.map(({ kind, token }) => ({ kind, token: TEXTS[ofOneExposure(kind)]?.(token) }));
  return {
    ...context,
    elapsedSeconds,
    continuation: {
      // Whose token does not say enough is looked at as if there were none.
      pending: looks.filter(({ token }) => token !== undefined),
      waits: Object.fromEntries(times),
    },
  };
}

/** What a wait of version 1 is called now: of clients, one for each rule that they leave. */
function namesOf(
  what: string,
  pending: readonly { readonly kind: string; readonly token: string }[],
): string[] {
  if (what !== 'clients to follow the DNS record') return [what];
  return pending
    .filter(({ kind }) => ofOneExposure(kind) === 'ListenerRule')
    .map(({ token }) => `clients to leave ${token.split(' ')[0]}`);
}

/** The texts of version 1, by the kind whose token they were. */
const TEXTS: Readonly<Record<string, (text: string) => unknown>> = {
  // <zone>/<certificate>, and more of them; until 2026-11-28 without the zone
  Certificate(text) {
    if (text.startsWith('arn:')) return undefined;
    const certificates = text.split(' ').map((entry) => {
      const slash = entry.indexOf('/');
      return { hostedZoneId: entry.slice(0, slash), arn: entry.slice(slash + 1) };
    });
    return { certificates };
  },
  DnsRecord: (loadBalancerArn) => ({ loadBalancerArn }),
  // <rule> <seconds left>
  ListenerRule: (text) => ({ arn: text.split(' ')[0] }),
  // <group> <group of the service>
  LoadBalancerSecurityGroup: groups,
  SecurityGroupRules: groups,
  Service: (text) => (text === 'DRAINING' ? { draining: true } : stopping(text)),
  // after <looks> <deployment before>, or <deployment>
  ServiceDeployment(text) {
    const [word, , after] = text.split(' ');
    return word === 'after' ? { begins: true, ...(after && { after }) } : { deployment: text };
  },
  ServiceSecurityGroup: (id) => ({ id }),
  TargetGroupSettings: stopping,
};

function groups(text: string): unknown {
  const [id, serviceGroupId] = text.split(' ');
  return { id, ...(serviceGroupId && { serviceGroupId }) };
}

// stopping <deployment>
function stopping(text: string): unknown {
  return { stopping: text.split(' ')[1] };
}

/** The name of a kind, without the hash of the exposure that it is in. */
function ofOneExposure(kind: string): string {
  return kind.split(' ')[0]!;
}
