/** What an event bus is told of the versions of a service, and how: see docs/events.md. Pure. */
import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { shortHash, type Identity } from '../identity/identity';

/** Of all events. */
const SOURCE = 'org.ecs.express';

/** Version of the form of the detail: any change of docs/reference/events.schema.json is a higher one. */
const VERSION = 1;

/** The kinds of events, by their names in EventBridge. */
const DETAIL_TYPES = {
  created: 'Express Service Version Created',
  trafficChanged: 'Express Service Traffic Changed',
  promoted: 'Express Service Version Promoted',
  rolledBack: 'Express Service Version Rolled Back',
  retired: 'Express Service Version Retired',
} as const;

/** What has happened to a service. */
export type VersionEventKind = keyof typeof DETAIL_TYPES;

/** The part of the requests that a version gets. */
export interface VersionWeight {
  readonly version: string;
  /** As the listener rule has it. */
  readonly weight: number;
}

/** What has happened. */
export type VersionEvent = {
  /** The versions of the service before, each once, in any order. */
  readonly from: readonly VersionWeight[];
  /** And afterwards. */
  readonly to: readonly VersionWeight[];
} & (
  | { readonly kind: 'trafficChanged'; readonly serviceVersion?: never }
  | {
      readonly kind: Exclude<VersionEventKind, 'trafficChanged'>;
      /** The version that was made, promoted, rolled back or retired. */
      readonly serviceVersion: string;
    }
);

/** Whose event it is. */
export interface VersionEventOrigin {
  readonly identity: Pick<Identity, 'serviceArn' | 'accountId' | 'region'>;
  /** The same for all invocations of one operation. */
  readonly operationToken: string;
}

/**
 * An event as EventBridge takes it. The same event of the same operation is the same entry, so that consumers know a
 * repetition by the id in its detail. EventBridge adds the time.
 */
export function entryOf(
  { identity, operationToken }: VersionEventOrigin,
  { kind, serviceVersion, ...weights }: VersionEvent,
): PutEventsRequestEntry {
  const { serviceArn, accountId, region } = identity;
  const [from, to] = [sorted(weights.from), sorted(weights.to)];
  const what = JSON.stringify([serviceArn, operationToken, kind, serviceVersion, from, to]);
  return {
    Source: SOURCE,
    DetailType: DETAIL_TYPES[kind],
    Resources: [serviceArn],
    Detail: JSON.stringify({
      version: VERSION,
      id: shortHash(what, 32),
      serviceArn,
      account: accountId,
      region,
      operationToken,
      serviceVersion,
      from,
      to,
    }),
  };
}

/** In the order of the versions, with nothing else in them. */
function sorted(weights: readonly VersionWeight[]): VersionWeight[] {
  return weights
    .map(({ version, weight }) => ({ version, weight }))
    .sort((one, other) => (one.version < other.version ? -1 : 1));
}
