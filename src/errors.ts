/**
 * Failures in the vocabulary of CloudFormation: the error a handler throws, and the one table that turns whatever
 * else may be thrown (SDK, network, defects) into it.
 */
import { isNativeError } from 'node:util/types';
import { HandlerErrorCode } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { quotaOf } from './quotas';
import { refusedProperty } from './refused-properties';
import { failedOperation } from './runtime/failed-operation';

export { HandlerErrorCode };

/** Where a failure is and what the reader can do about it. */
export interface HandlerErrorDetails {
  /** Property that is wrong, as a path in the template: `PrimaryContainer/Environment/0/Name`. */
  readonly propertyPath?: string;
  /** One sentence: what to do. */
  readonly remedy?: string;
  /** The error this one explains; logged, never shown. */
  readonly cause?: unknown;
}

/** Characters that CloudFormation takes of a message. */
export const LONGEST_MESSAGE = 1_024;
/** Those of them that a remedy may have. */
const LONGEST_REMEDY = 500;

/** A failure that CloudFormation shows to the user: what is wrong, where, and what to do. */
export class HandlerError extends Error {
  readonly propertyPath?: string;
  readonly remedy?: string;

  /**
   * @param code the handler error code that CloudFormation acts upon. `NotFound` and `AlreadyExists` speak of the
   *   resource itself: CloudFormation then takes a deletion for done, or leaves what it created alone.
   * @param problem what is wrong, a sentence without the path and the remedy.
   */
  constructor(
    readonly code: HandlerErrorCode | `${HandlerErrorCode}`,
    problem: string,
    { propertyPath, remedy, cause }: HandlerErrorDetails = {},
  ) {
    const where = propertyPath ? `${propertyPath}: ` : '';
    const help = remedy ? ` ${shortened(sentence(remedy), LONGEST_REMEDY)}` : '';
    const room = LONGEST_MESSAGE - where.length - help.length;
    super(
      `${where}${shortened(sentence(problem), room)}${help}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'HandlerError';
    this.propertyPath = propertyPath;
    this.remedy = remedy;
  }
}

/**
 * The refusal of a property that is wrong by itself, whatever AWS holds.
 *
 * @param propertyPath as in {@link HandlerErrorDetails}.
 * @param problem what is wrong, a sentence without the path.
 * @param remedy one sentence: what to do.
 */
export function invalid(propertyPath: string, problem: string, remedy: string): HandlerError {
  return new HandlerError('InvalidRequest', problem, { propertyPath, remedy });
}

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
    HandlerErrorCode.Throttling,
  ],
  [
    /^AccessDenied|^Unauthorized(Operation|Access)$|^Authorization$|^NotAuthorized$|^Forbidden$|^OptInRequired$|^Blocked$/,
    HandlerErrorCode.AccessDenied,
  ],
  [
    /^(Expired|Invalid|Missing)\w*Token|^InvalidClientTokenId$|^UnrecognizedClient$|^InvalidAccessKeyId$|Signature|^AuthFailure$|^RequestExpired$|^CredentialsProvider/,
    HandlerErrorCode.InvalidCredentials,
  ],
  [/^TooMany|Limits?Exceeded|QuotaExceeded|AssociationLimit$/, HandlerErrorCode.ServiceLimitExceeded],
  [/^Timeout$|^RequestTimeout$/, HandlerErrorCode.NetworkFailure],
  [
    /^InternalFail|^Internal(Server|Service)?$|^Server$|Unavailable$|^InsufficientCapacity/,
    HandlerErrorCode.ServiceInternalError,
  ],
  [
    /AlreadyExists|Duplicate|InUse$|^Conflict|Conflict$|^DependencyViolation$|^OptimisticLock$|^OperationNotPermitted$|^(Concurrent|Update)\w*InProgress$|AssociatedItem$|^IncorrectState$|^ServiceNotActive$|^(Invalid|Incorrect)\w*State$/,
    HandlerErrorCode.ResourceConflict,
  ],
  [
    /NotFound|^NoSuch|Nonexistent|^Invalid|Validation|^Malformed|^Missing|^Unsupported|^Incompatible|^PlatformUnknown$|^Client$/,
    HandlerErrorCode.InvalidRequest,
  ],
];

/** HTTP status of an answer whose error name says nothing. Other 4xx: GeneralServiceException, 5xx: ServiceInternalError. */
const CODE_BY_STATUS: Readonly<Record<number, HandlerErrorCode>> = {
  401: HandlerErrorCode.InvalidCredentials,
  403: HandlerErrorCode.AccessDenied,
  404: HandlerErrorCode.InvalidRequest,
  408: HandlerErrorCode.NetworkFailure,
  409: HandlerErrorCode.ResourceConflict,
  429: HandlerErrorCode.Throttling,
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
  [HandlerErrorCode.AccessDenied]: 'Allow {action} in the role that CloudFormation uses for this resource',
  [HandlerErrorCode.InvalidCredentials]:
    'Try again, and check the execution role that the type is activated with',
  [HandlerErrorCode.Throttling]: 'Try again later',
  [HandlerErrorCode.ServiceInternalError]: 'Try again later',
  [HandlerErrorCode.NetworkFailure]: 'Try again, and check the network path to the AWS endpoint',
  [HandlerErrorCode.ServiceLimitExceeded]: 'Raise {quota} with Service Quotas, or delete what is not used',
};

/** Errors that speak of one property of the template, which only AWS can judge. */
const PROPERTY_BY_ERROR_NAME: Readonly<Record<string, HandlerErrorDetails>> = {
  PlatformUnknownException: {
    propertyPath: 'PlatformVersion',
    remedy: 'Give a platform version that Fargate offers, or LATEST',
  },
};

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
 */
export function toHandlerError(error: unknown): HandlerError {
  if (error instanceof HandlerError) return error;
  const sdkError = isNativeError(error) ? (error as SdkError) : undefined;
  const code = sdkError && codeOfSdkError(sdkError);
  if (!sdkError || !code) {
    const kind = isNativeError(error) ? error.name : typeof error;
    return new HandlerError(HandlerErrorCode.InternalFailure, `The handler failed unexpectedly (${kind})`, {
      remedy: 'Report it with the request id of this event',
      cause: error,
    });
  }
  const action = /perform: ([\w-]+:\w+)/.exec(sdkError.message)?.[1] ?? failedOperation(sdkError);
  const quota = quotaOf(baseName(sdkError), action);
  const speaksOfProperty = code === HandlerErrorCode.InvalidRequest;
  return new HandlerError(code, describe(sdkError, action), {
    remedy: REMEDIES[code]
      ?.replace('{action}', action ?? 'the action')
      .replace('{quota}', quota ? `the quota "${quota}"` : 'the quota'),
    ...(speaksOfProperty && refusedProperty(action, sdkError.message)),
    ...PROPERTY_BY_ERROR_NAME[sdkError.name],
    cause: error,
  });
}

/** Handler error code of an SDK or network error; undefined when the error is neither. */
function codeOfSdkError(error: SdkError): HandlerErrorCode | undefined {
  if (isNetworkError(error)) return HandlerErrorCode.NetworkFailure;
  const status = error.$metadata?.httpStatusCode;
  const fromService = status !== undefined || error.$service !== undefined;
  const named = CODE_BY_ERROR_NAME.find(([name]) => name.test(baseName(error)))?.[1];
  // A name alone is no proof: ValidationError may be anybody's. Credentials and time-outs fail before any answer.
  if (named && (fromService || error.name === 'TimeoutError' || error.name === 'CredentialsProviderError')) {
    return named;
  }
  if (!fromService) return undefined;
  if (status !== undefined && status >= 500) return HandlerErrorCode.ServiceInternalError;
  return (status !== undefined && CODE_BY_STATUS[status]) || HandlerErrorCode.GeneralServiceException;
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

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What a template says may be of any length; a message that repeats it may not. */
function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}
