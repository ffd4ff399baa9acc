/** The event that CloudFormation sends to a resource handler, checked before anything reads it. */
import { Action } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { HandlerError } from '../errors';
import type { Credentials } from './client-configuration';

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

type Check = readonly [what: string, holds: (value: unknown) => boolean];

const TEXT: Check = ['a text', (value) => typeof value === 'string' && value !== ''];
const ACTION: Check = [
  `one of ${Object.values(Action).join(', ')}`,
  (value) => Object.values(Action).includes(value as Action),
];
const OBJECT: Check = ['an object', isObject];
const TAGS: Check = [
  'an object of texts',
  (value) => isObject(value) && Object.values(value).every((tag) => typeof tag === 'string'),
];
const CREDENTIALS: Check = [
  'an object with accessKeyId and secretAccessKey',
  (value) => isObject(value) && TEXT[1](value.accessKeyId) && TEXT[1](value.secretAccessKey),
];

const REQUIRED: Readonly<Record<string, Check>> = {
  action: ACTION,
  awsAccountId: TEXT,
  bearerToken: TEXT,
  region: TEXT,
  requestData: OBJECT,
};

const OPTIONAL: Readonly<Record<string, Check>> = {
  resourceType: TEXT,
  stackId: TEXT,
  nextToken: TEXT,
  callbackContext: OBJECT,
  'requestData/resourceProperties': OBJECT,
  'requestData/previousResourceProperties': OBJECT,
  'requestData/logicalResourceId': TEXT,
  'requestData/stackTags': TAGS,
  'requestData/previousStackTags': TAGS,
  'requestData/systemTags': TAGS,
  'requestData/typeConfiguration': OBJECT,
  'requestData/callerCredentials': CREDENTIALS,
  'requestData/providerCredentials': CREDENTIALS,
  'requestData/providerLogGroupName': TEXT,
};

/**
 * Check an event.
 *
 * @param event as Lambda hands it over; unknown members are ignored, `region` defaults to that of the Lambda.
 * @throws HandlerError InvalidRequest naming the member that is wrong, never its value.
 */
export function parseEvent(event: unknown): ResourceEvent {
  if (!isObject(event)) throw malformed('it must be a JSON object');
  const parsed = withoutNulls({ region: process.env.AWS_REGION, ...withoutNulls(event) });
  if (isObject(parsed.requestData)) parsed.requestData = withoutNulls(parsed.requestData);
  for (const [path, [what, holds]] of Object.entries(REQUIRED)) {
    if (!holds(parsed[path])) throw malformed(`${path} must be ${what}`);
  }
  for (const [path, [what, holds]] of Object.entries(OPTIONAL)) {
    const value = path.split('/').reduce<any>((parent, name) => parent?.[name], parsed);
    if (value !== undefined && !holds(value)) throw malformed(`${path} must be ${what}`);
  }
  return parsed as unknown as ResourceEvent;
}

/**
 * The event of the test entrypoint (`sam local invoke TestEntrypoint`) in the form of the resource protocol.
 *
 * @throws HandlerError InvalidRequest when it has no `request`.
 */
export function fromTestEvent(event: unknown): Record<string, unknown> {
  if (!isObject(event) || !isObject(event.request)) {
    throw malformed('a test event has the members credentials, action and request');
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

function malformed(problem: string): HandlerError {
  return new HandlerError('InvalidRequest', `The event is malformed: ${problem}`, {
    remedy: 'Send an event of the CloudFormation resource protocol',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function withoutNulls(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value != null));
}
