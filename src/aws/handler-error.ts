/** The one table that turns whatever else than a HandlerError may be thrown (SDK, network, defects) into one. */
import { isNativeError } from 'node:util/types';
import { HandlerError, type HandlerErrorCode, type HandlerErrorDetails } from '../core/failure';
import { failedOperation } from './failed-operation';
import { quotaOf } from './quotas';

/**
 * Error names of AWS services and of the SDK, without their suffix (`Exception`, `Error`, `Fault`), in order: the
 * first that matches wins, so throttling and quotas stand before the general forms.
 *
 * Nothing here becomes NotFound or AlreadyExists: an SDK error speaks of a part (a subnet, a target group), and
 * CloudFormation would take either for the resource itself, skip its deletion and leak the rest. Only the provider,
 * which knows what it asked for, may say that.
 */
const CODE_BY_ERROR_NAME: ReadonlyArray<readonly [RegExp, HandlerErrorCode]> = [
  [
    /Throttl|^TooManyRequests$|^RequestLimitExceeded$|^SlowDown$|^PriorRequestNotComplete$|^BandwidthLimitExceeded$|^TransactionInProgress$/,
    'Throttling',
  ],
  [
    /^AccessDenied|^Unauthorized(Operation|Access)$|^Authorization$|^NotAuthorized$|^Forbidden$|^OptInRequired$|^Blocked$/,
    'AccessDenied',
  ],
  [
    /^(Expired|Invalid|Missing)\w*Token|^InvalidClientTokenId$|^UnrecognizedClient$|^InvalidAccessKeyId$|Signature|^AuthFailure$|^RequestExpired$|^CredentialsProvider/,
    'InvalidCredentials',
  ],
  [/^TooMany|Limits?Exceeded|QuotaExceeded|AssociationLimit$/, 'ServiceLimitExceeded'],
  [/^Timeout$|^RequestTimeout$/, 'NetworkFailure'],
  [
    /^InternalFail|^Internal(Server|Service)?$|^Server$|Unavailable$|^InsufficientCapacity/,
    'ServiceInternalError',
  ],
  [
    /AlreadyExists|Duplicate|InUse$|^Conflict|Conflict$|^DependencyViolation$|^OptimisticLock$|^OperationNotPermitted$|^(Concurrent|Update)\w*InProgress$|AssociatedItem$|^IncorrectState$|^ServiceNotActive$|^(Invalid|Incorrect)\w*State$/,
    'ResourceConflict',
  ],
  [
    /NotFound|^NoSuch|Nonexistent|^Invalid|Validation|^Malformed|^Missing|^Unsupported|^Incompatible|^PlatformUnknown$|^Client$/,
    'InvalidRequest',
  ],
];

/** HTTP status of an answer whose error name says nothing. Other 4xx: GeneralServiceException, 5xx: ServiceInternalError. */
const CODE_BY_STATUS: Readonly<Record<number, HandlerErrorCode>> = {
  401: 'InvalidCredentials',
  403: 'AccessDenied',
  404: 'InvalidRequest',
  408: 'NetworkFailure',
  409: 'ResourceConflict',
  429: 'Throttling',
};

/** Node's system error codes when no answer arrived. */
const NETWORK_ERROR_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'ETIMEDOUT',
]);

/** What to do about a failed AWS call, by code; `{action}` is the IAM action and `{quota}` the quota where it is known. */
const REMEDIES: Partial<Record<HandlerErrorCode, string>> = {
  AccessDenied: 'Allow {action} in the role that CloudFormation uses for this resource',
  InvalidCredentials: 'Try again, and check the execution role that the type is activated with',
  Throttling: 'Try again later',
  ServiceInternalError: 'Try again later',
  NetworkFailure: 'Try again, and check the network path to the AWS endpoint',
  ServiceLimitExceeded: 'Raise {quota} with Service Quotas, or delete what is not used',
};

/**
 * Finds the property of the template that a refusal speaks of; undefined where it speaks of none.
 *
 * @param refusal name of the error, what AWS says, and the IAM action of the refused call, e.g. `ecs:CreateService`.
 */
export type FindRefusedProperty = (refusal: {
  readonly name: string;
  readonly message: string;
  readonly action: string | undefined;
}) => Pick<HandlerErrorDetails, 'propertyPath' | 'remedy'> | undefined;

/** An error as SDK v3 throws it; every member may be absent, because network errors pass through unchanged. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $service?: string;
}

/**
 * Turn anything thrown into the error that CloudFormation shows. Never throws.
 *
 * @param error a HandlerError (returned as it is), an SDK v3 error, a network error, or a defect, which becomes
 *   InternalFailure without its message: that is for the log, not for users.
 * @param findProperty names the property where the type has one for a refusal.
 */
export function toHandlerError(error: unknown, findProperty?: FindRefusedProperty): HandlerError {
  if (error instanceof HandlerError) return error;
  const sdkError = isNativeError(error) ? (error as SdkError) : undefined;
  const code = sdkError && codeOfSdkError(sdkError);
  if (!sdkError || !code) {
    const kind = isNativeError(error) ? error.name : typeof error;
    return new HandlerError('InternalFailure', `The handler failed unexpectedly (${kind})`, {
      remedy: 'Report it with the request id of this event',
      cause: error,
    });
  }
  const action = /perform: ([\w-]+:\w+)/.exec(sdkError.message)?.[1] ?? failedOperation(sdkError);
  const quota = quotaOf(baseName(sdkError), action);
  return new HandlerError(code, describe(sdkError, action), {
    remedy: REMEDIES[code]
      ?.replace('{action}', action ?? 'the action')
      .replace('{quota}', quota ? `the quota "${quota}"` : 'the quota'),
    ...(code === 'InvalidRequest' &&
      findProperty?.({ name: sdkError.name, message: sdkError.message, action })),
    cause: error,
  });
}

/** Handler error code of an SDK or network error; undefined when the error is neither. */
function codeOfSdkError(error: SdkError): HandlerErrorCode | undefined {
  if (isNetworkError(error)) return 'NetworkFailure';
  const status = error.$metadata?.httpStatusCode;
  const fromService = status !== undefined || error.$service !== undefined;
  const named = CODE_BY_ERROR_NAME.find(([name]) => name.test(baseName(error)))?.[1];
  // A name alone is no proof: ValidationError may be anybody's. Credentials and time-outs fail before any answer.
  if (named && (fromService || error.name === 'TimeoutError' || error.name === 'CredentialsProviderError')) {
    return named;
  }
  if (!fromService) return undefined;
  if (status !== undefined && status >= 500) return 'ServiceInternalError';
  return (status !== undefined && CODE_BY_STATUS[status]) || 'GeneralServiceException';
}

function isNetworkError(error: SdkError): boolean {
  // Node tries several addresses of a host, and then throws an AggregateError.
  const { errors = [] } = error as { errors?: readonly SdkError[] };
  return [error, ...errors].some(({ code }) => typeof code === 'string' && NETWORK_ERROR_CODES.has(code));
}

/** `TooManyRulesException` → `TooManyRules`; EC2's `InvalidSubnetID.NotFound` stays. */
function baseName(error: Error): string {
  return error.name.replace(/(Exception|Error|Fault)$/, '');
}

/** Of what a service says: the remedy has to fit into CloudFormation's 1,024 characters as well. */
const MAXIMUM_TEXT_LENGTH = 700;

/** `elasticloadbalancing:CreateRule: TooManyRulesException: … (request id …)`, on one line. */
function describe(error: SdkError, action: string | undefined): string {
  const name = NETWORK_ERROR_CODES.has(error.code as string) ? error.code : error.name;
  const text = error.message
    .replace(/\s*Encoded authorization failure message:.*$/s, '')
    .replace(/\s+/g, ' ')
    .slice(0, MAXIMUM_TEXT_LENGTH)
    .trim();
  const requestId = error.$metadata?.requestId;
  return [action, name, text].filter(Boolean).join(': ') + (requestId ? ` (request id ${requestId})` : '');
}
