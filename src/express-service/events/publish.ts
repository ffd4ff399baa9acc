/**
 * Events of versions on an event bus. They are for whoever watches: an operation goes on, and is not rolled back, when
 * the bus takes none.
 */
import {
  DescribeEventBusCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { isSdkError } from '../../aws/sdk-errors';
import { invalid, type HandlerError } from '../../core/failure';
import type { ApplyScope } from '../composition/component';
import { accountOf, type EventBus } from '../properties/event-bus';
import type { ServiceSpec } from '../specification';
import { entryOf, type VersionEvent } from './version-event';

/** IAM actions of {@link publish}. */
export const PUBLISH_PERMISSIONS = ['events:PutEvents'] as const;

/** IAM actions of {@link eventBusFlaw}. */
export const EVENT_BUS_PERMISSIONS = ['events:DescribeEventBus'] as const;

/** What an entry may fail with that another try may not (API reference of PutEventsResultEntry): the SDK repeats calls, not entries. */
const RETRYABLE: readonly string[] = ['InternalFailure', 'ThrottlingException'];
const TRIES = 3;

/** The part of a scope that events need. */
type EventScope = Pick<ApplyScope, 'identity' | 'clients' | 'log' | 'operationToken'> & {
  readonly spec: Pick<ServiceSpec, 'eventBus'>;
};

/**
 * Put an event on the event bus of the service, where it has one. What could not be put is told in one line of the log,
 * and nothing else: it never throws. Called again in the same operation it puts the same event, with the same id.
 */
export async function publish(scope: EventScope, event: VersionEvent): Promise<void> {
  const { eventBus } = scope.spec;
  if (!eventBus) return;
  const entry = entryOf(scope, event);
  const failure = await failureOf(scope, { ...entry, EventBusName: eventBus.name });
  if (failure) scope.log(`"${entry.DetailType}" is not on event bus ${eventBus.name}: ${failure}`);
}

/** Why an entry could not be put; undefined when it was. */
async function failureOf(
  scope: EventScope,
  entry: PutEventsRequestEntry,
  tries = TRIES,
): Promise<string | undefined> {
  try {
    const { Entries } = await scope.clients.eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
    const { ErrorCode, ErrorMessage } = Entries?.[0] ?? {};
    if (ErrorCode && RETRYABLE.includes(ErrorCode) && tries > 1) return failureOf(scope, entry, tries - 1);
    return ErrorCode && `${ErrorCode}: ${ErrorMessage}`;
  } catch (error) {
    return textOf(error);
  }
}

/**
 * What is wrong with an event bus that is new to the service: EventBridge takes events for one that is not there, and
 * drops them without a word. One of the configuration of the type is not the author's, so that the log alone tells of it;
 * one of another account cannot be looked at.
 *
 * @returns undefined when nothing is, or when it cannot be said.
 */
export async function eventBusFlaw(
  scope: EventScope & { readonly previousSpec?: Pick<ServiceSpec, 'eventBus'> },
): Promise<HandlerError | undefined> {
  const { identity, spec, previousSpec, log } = scope;
  const { eventBus } = spec;
  // A roll-back must not need a bus that has been deleted since.
  if (!eventBus || eventBus.name === previousSpec?.eventBus?.name) return undefined;
  const { accountId, region } = identity;
  if ((accountOf(eventBus) ?? accountId) !== accountId) return undefined;
  const unknown = await lookAt(scope, eventBus);
  if (unknown === undefined) return undefined;
  if (unknown !== ABSENT || !eventBus.propertyPath) {
    log(`event bus ${eventBus.name}: ${unknown}`);
    return undefined;
  }
  return invalid(
    eventBus.propertyPath,
    `there is no event bus ${eventBus.name} in account ${accountId} and Region ${region}`,
    'Name one that is there, or make it first',
  );
}

/** {@link lookAt} of an event bus that is not there. */
const ABSENT = 'there is none, so that EventBridge drops what is put on it';

/** Why it is not known that an event bus is there; undefined when it is. */
async function lookAt({ clients }: EventScope, { name }: EventBus): Promise<string | undefined> {
  try {
    await clients.eventBridge.send(new DescribeEventBusCommand({ Name: name }));
    return undefined;
  } catch (error) {
    return isSdkError(error, 'ResourceNotFoundException') ? ABSENT : textOf(error);
  }
}

function textOf(error: unknown): string {
  const { name, message } = error as Error;
  return `${name}: ${message}`;
}
