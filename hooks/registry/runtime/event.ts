/** The event that CloudFormation sends to a private hook, checked before anything reads it. */
import type { Credentials } from '../../../src/aws/client-configuration';
import {
  checkMembers,
  CREDENTIALS,
  type EventMembers,
  isObject,
  malformed,
  OBJECT,
  oneOf,
  TEXT,
  withoutNulls,
} from '../../../src/cloudformation/extension/event-members';
import { HANDLER_NAMES, type InvocationPoint } from './invocation-point';

/** An event of the hook protocol; members that are null or empty on the wire are absent here. */
export interface HookInvocationEvent {
  readonly clientRequestToken?: string;
  readonly awsAccountId: string;
  readonly region: string;
  readonly stackId?: string;
  readonly changeSetId?: string;
  readonly hookTypeName?: string;
  readonly hookTypeVersion?: string;
  readonly hookModel?: Readonly<Record<string, unknown>>;
  readonly actionInvocationPoint: InvocationPoint;
  readonly requestData: {
    /** A type name, `STACK` or `CHANGE_SET`. */
    readonly targetName: string;
    readonly targetType?: string;
    readonly targetLogicalId?: string;
    readonly targetModel?: {
      readonly resourceProperties?: Readonly<Record<string, unknown>>;
      readonly previousResourceProperties?: Readonly<Record<string, unknown>>;
    };
    /** With STACK and CHANGE_SET: a presigned URL, to be treated as a credential. */
    readonly payload?: string;
    readonly providerLogGroupName?: string;
  };
  readonly requestContext?: {
    readonly invocation?: number;
    readonly callbackContext?: Readonly<Record<string, unknown>>;
  };
}

/** A checked event, and the credentials that came with it. */
export interface ParsedEvent {
  readonly event: HookInvocationEvent;
  /** Of the hook's execution role. */
  readonly callerCredentials?: Credentials;
  /** For logs and metrics. */
  readonly providerCredentials?: Credentials;
}

const PROTOCOL = 'CloudFormation hook protocol';

const MEMBERS: EventMembers = {
  required: {
    actionInvocationPoint: oneOf(Object.keys(HANDLER_NAMES)),
    awsAccountId: TEXT,
    region: TEXT,
    requestData: OBJECT,
    'requestData/targetName': TEXT,
  },
  optional: {
    clientRequestToken: TEXT,
    stackId: TEXT,
    changeSetId: TEXT,
    hookTypeName: TEXT,
    hookTypeVersion: TEXT,
    hookModel: OBJECT,
    requestContext: OBJECT,
    'requestContext/callbackContext': OBJECT,
    'requestData/targetType': TEXT,
    'requestData/targetLogicalId': TEXT,
    'requestData/targetModel': OBJECT,
    'requestData/targetModel/resourceProperties': OBJECT,
    'requestData/targetModel/previousResourceProperties': OBJECT,
    'requestData/payload': TEXT,
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
export function parseHookEvent(event: unknown): ParsedEvent {
  if (!isObject(event)) throw malformed('it must be a JSON object', PROTOCOL);
  const parsed = present({ region: process.env.AWS_REGION, ...present(event) });
  for (const name of ['requestData', 'requestContext']) {
    if (isObject(parsed[name])) parsed[name] = present(parsed[name]);
  }
  if (!isObject(parsed.requestData)) throw malformed('requestData must be an object', PROTOCOL);
  const { callerCredentials, providerCredentials, targetModel, ...requestData } = parsed.requestData;
  const credentials = {
    callerCredentials: readCredentials(callerCredentials),
    providerCredentials: readCredentials(providerCredentials),
  };
  parsed.requestData = {
    ...requestData,
    targetModel: isObject(targetModel) ? present(targetModel) : targetModel,
  };
  checkMembers({ ...parsed, requestData: { ...(parsed.requestData as object), ...credentials } }, MEMBERS);
  return { event: parsed as unknown as HookInvocationEvent, ...(credentials as object) };
}

/**
 * The event of the test entrypoint (`sam local invoke TestEntrypoint`) in the form of the hook protocol.
 *
 * @throws HandlerError InvalidRequest when it has no `request`.
 */
export function fromTestEvent(event: unknown): Record<string, unknown> {
  if (!isObject(event) || !isObject(event.request)) {
    throw malformed('a test event has the members credentials, actionInvocationPoint and request', PROTOCOL);
  }
  const { hookContext, ...request } = event.request;
  const context = { ...request, ...(isObject(hookContext) && hookContext) } as Record<string, unknown>;
  return {
    clientRequestToken: context.clientRequestToken,
    awsAccountId: context.awsAccountId ?? '123456789012',
    region: event.region,
    stackId: context.stackId,
    changeSetId: context.changeSetId,
    hookTypeName: context.hookTypeName,
    hookTypeVersion: context.hookTypeVersion,
    hookModel: event.typeConfiguration,
    actionInvocationPoint: event.actionInvocationPoint,
    requestData: {
      targetName: context.targetName,
      targetType: context.targetType,
      targetLogicalId: context.targetLogicalId,
      targetModel: context.targetModel,
      payload: context.payload,
      callerCredentials: event.credentials,
    },
    requestContext: { callbackContext: event.callbackContext },
  };
}

/**
 * Credentials arrive as a JSON text here, and as an object in the test event. What is no such text is left for the check
 * to refuse; blank ones, which the protocol's own examples have, are none.
 */
function readCredentials(value: unknown): unknown {
  const credentials = typeof value === 'string' ? parseJson(value) : value;
  return isObject(credentials) && Object.values(credentials).every((each) => !each) ? undefined : credentials;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Without what is null, and without the empty texts that Cloud Control sends in place of a stack and a change set. */
function present(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(withoutNulls(object)).filter(([, value]) => value !== ''));
}
