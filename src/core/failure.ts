/** Failures in the vocabulary of CloudFormation. */

/**
 * The codes that CloudFormation acts upon (CloudFormation CLI user guide, "Handler error codes").
 */
export const HANDLER_ERROR_CODES = [
  'NotUpdatable',
  'InvalidRequest',
  'AccessDenied',
  'InvalidCredentials',
  'AlreadyExists',
  'NotFound',
  'ResourceConflict',
  'Throttling',
  'ServiceLimitExceeded',
  'NotStabilized',
  'GeneralServiceException',
  'ServiceInternalError',
  'NetworkFailure',
  'InternalFailure',
  'InvalidTypeConfiguration',
] as const;

/** One of {@link HANDLER_ERROR_CODES}. */
export type HandlerErrorCode = (typeof HANDLER_ERROR_CODES)[number];

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
  private readonly problem: string;

  /**
   * @param code the handler error code that CloudFormation acts upon. `NotFound` and `AlreadyExists` speak of the
   *   resource itself: CloudFormation then takes a deletion for done, or leaves what it created alone.
   * @param problem what is wrong, a sentence without the path and the remedy.
   */
  constructor(
    readonly code: HandlerErrorCode,
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
    this.problem = problem;
  }

  /** The same error, of a property in a group or of the group itself. @param path of the group. */
  within(path: string): HandlerError {
    const { code, problem, remedy, cause } = this;
    const propertyPath = [path, ...(this.propertyPath === undefined ? [] : [this.propertyPath])].join('/');
    return new HandlerError(code, problem, { propertyPath, remedy, cause });
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

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What a template says may be of any length; a message that repeats it may not. */
function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}
