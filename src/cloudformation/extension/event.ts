/** The event that CloudFormation sends to a resource handler, checked before anything reads it. */
import { Action } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import type { Credentials } from '../../aws/client-configuration';
import {
  checkMembers,
  CREDENTIALS,
  isObject,
  malformed,
  OBJECT,
  oneOf,
  PROPERTIES,
  TAGS,
  TEXT,
  withoutNulls,
  type EventMembers,
} from './event-members';

/** The part of the event that names the resource. */
export interface RequestData {
  readonly resourceProperties?: Readonly<Record<string, unknown>>;
  readonly previousResourceProperties?: Readonly<Record<string, unknown>>;
  readonly logicalResourceId?: string;
  readonly stackTags?: Readonly<Record<string, string>>;
  readonly previousStackTags?: Readonly<Record<string, string>>;
  readonly systemTags?: Readonly<Record<string, string>>;
  readonly typeConfiguration?: Readonly<Record<string, unknown>>;
  readonly callerCredentials?: Credentials;
  readonly providerCredentials?: Credentials;
  readonly providerLogGroupName?: string;
}

/** An event of the resource protocol; members that are null on the wire are absent here. */
export interface ResourceEvent {
  readonly action: Action;
  readonly awsAccountId: string;
  readonly bearerToken: string;
  readonly region: string;
  readonly resourceType?: string;
  readonly stackId?: string;
  readonly nextToken?: string;
  readonly callbackContext?: Readonly<Record<string, unknown>>;
  readonly requestData: RequestData;
}

const PROTOCOL = 'CloudFormation resource protocol';

const MEMBERS: EventMembers = {
  required: {
    action: oneOf(Object.values(Action)),
    awsAccountId: TEXT,
    bearerToken: TEXT,
    region: TEXT,
    requestData: OBJECT,
  },
  optional: {
    resourceType: TEXT,
    stackId: TEXT,
    nextToken: TEXT,
    callbackContext: PROPERTIES,
    'requestData/resourceProperties': PROPERTIES,
    'requestData/previousResourceProperties': PROPERTIES,
    'requestData/logicalResourceId': TEXT,
    'requestData/stackTags': TAGS,
    'requestData/previousStackTags': TAGS,
    'requestData/systemTags': TAGS,
    'requestData/typeConfiguration': PROPERTIES,
    'requestData/callerCredentials': CREDENTIALS,
    'requestData/providerCredentials': CREDENTIALS,
    'requestData/providerLogGroupName': TEXT,
  },
  protocol: PROTOCOL,
};

/**
 * Check an event.
 *
 * @param event as Lambda hands it over; unknown members are ignored, `region` defaults to that of the Lambda.
 * @throws HandlerError InvalidRequest naming the member that is wrong, never its value.
 */
export function parseEvent(event: unknown): ResourceEvent {
  if (!isObject(event)) throw malformed('it must be a JSON object', PROTOCOL);
  const parsed = withoutNulls({ region: process.env.AWS_REGION, ...withoutNulls(event) });
  if (isObject(parsed.requestData)) parsed.requestData = withoutNulls(parsed.requestData);
  checkMembers(parsed, MEMBERS);
  return parsed as unknown as ResourceEvent;
}

/**
 * The event of the test entrypoint (`sam local invoke TestEntrypoint`) in the form of the resource protocol.
 *
 * @throws HandlerError InvalidRequest when it has no `request`.
 */
export function fromTestEvent(event: unknown): Record<string, unknown> {
  if (!isObject(event) || !isObject(event.request)) {
    throw malformed('a test event has the members credentials, action and request', PROTOCOL);
  }
  const { request } = event;
  return {
    action: event.action,
    awsAccountId: request.awsAccountId ?? '123456789012',
    bearerToken: request.clientRequestToken,
    region: event.region ?? request.region,
    nextToken: request.nextToken,
    callbackContext: event.callbackContext,
    requestData: {
      resourceProperties: request.desiredResourceState,
      previousResourceProperties: request.previousResourceState,
      logicalResourceId: request.logicalResourceIdentifier,
      stackTags: request.desiredResourceTags,
      previousStackTags: request.previousResourceTags,
      systemTags: request.systemTags,
      typeConfiguration: event.typeConfiguration,
      callerCredentials: event.credentials,
    },
  };
}
