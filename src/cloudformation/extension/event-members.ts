/** Checks of the members of an event, before anything reads them. */
import { HandlerError } from '../../core/failure';

/** What a member must be, in words and as a test. */
export type Check = readonly [what: string, holds: (value: unknown) => boolean];

export const TEXT: Check = ['a text', (value) => typeof value === 'string' && value !== ''];
export const OBJECT: Check = ['an object', isObject];
/** Deeper than any model: what reads a model further on is recursive. */
const MAXIMUM_DEPTH = 50;
export const PROPERTIES: Check = [
  `an object, nested ${MAXIMUM_DEPTH} levels at most`,
  (value) => isObject(value) && isShallow(value),
];
export const TAGS: Check = [
  'an object of texts',
  (value) => isObject(value) && Object.values(value).every((tag) => typeof tag === 'string'),
];
export const CREDENTIALS: Check = [
  'an object with accessKeyId and secretAccessKey',
  (value) => isObject(value) && TEXT[1](value.accessKeyId) && TEXT[1](value.secretAccessKey),
];

/** A check that allows these words only. */
export function oneOf(words: readonly string[]): Check {
  return [`one of ${words.join(', ')}`, (value) => words.includes(value as string)];
}

/** The members that an event must have and those that it may have, by path: `requestData/logicalResourceId`. */
export interface EventMembers {
  readonly required: Readonly<Record<string, Check>>;
  readonly optional: Readonly<Record<string, Check>>;
  /** Of which protocol the event is, for the message. */
  readonly protocol: string;
}

/**
 * Check the members of an event; others are ignored.
 *
 * @throws HandlerError InvalidRequest naming the member that is wrong, never its value.
 */
export function checkMembers(
  event: Readonly<Record<string, unknown>>,
  { required, optional, protocol }: EventMembers,
): void {
  for (const [path, [what, holds]] of Object.entries({ ...required, ...optional })) {
    const value = path.split('/').reduce<any>((parent, name) => parent?.[name] ?? undefined, event);
    if ((value !== undefined || path in required) && !holds(value)) {
      throw malformed(`${path} must be ${what}`, protocol);
    }
  }
}

/** The failure that answers an event which does not follow its protocol. */
export function malformed(problem: string, protocol: string): HandlerError {
  return new HandlerError('InvalidRequest', `The event is malformed: ${problem}`, {
    remedy: `Send an event of the ${protocol}`,
  });
}

/** Whether a value is an object in the sense of JSON. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isShallow(value: object): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAXIMUM_DEPTH) return false;
    level = level.flatMap((member) =>
      typeof member === 'object' && member !== null ? Object.values(member) : [],
    );
  }
  return true;
}

/** The object without the members that are null on the wire. */
export function withoutNulls(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value != null));
}
