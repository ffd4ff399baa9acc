/** Takes secrets out of everything that leaves an invocation: log lines and messages. */
import { isDate, isMap, isNativeError, isSet } from 'node:util/types';

const MASK = '<REDACTED>';

/** Names of members that hold a secret wherever they appear, in lower case. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  'accesskeyid',
  'authorization',
  'bearertoken',
  'callercredentials',
  'clientrequesttoken',
  'clienttoken',
  'credentials',
  'password',
  'providercredentials',
  'secretaccesskey',
  'sessiontoken',
]);

/**
 * Shorter values are masked as members but not inside texts: `true`, `80` or `prod` in every line would make a log
 * unreadable and protects nothing.
 */
const MINIMUM_SECRET_LENGTH = 6;

const MAXIMUM_DEPTH = 12;

/** Knows the secrets of one invocation, by their values and by where they stand. */
export class Redaction {
  private readonly sensitivePaths: readonly (readonly string[])[];
  private readonly secrets = new Set<string>();
  private longestFirst: readonly string[] | undefined;

  /**
   * @param sensitivePaths ends of property paths whose values are secret, at any depth and in any case of letters, `*`
   *   for a list index.
   */
  constructor(sensitivePaths: readonly string[]) {
    this.sensitivePaths = sensitivePaths.map((path) => path.toLowerCase().split('/'));
  }

  /** From now on mask these values (credentials, tokens) wherever they appear; unset ones are ignored. */
  addSecrets(values: Iterable<unknown>): void {
    for (const value of values) {
      if (typeof value !== 'string' || value.length < MINIMUM_SECRET_LENGTH) continue;
      this.secrets.add(value);
      // The same secret inside a JSON text, and inside a URL.
      this.secrets.add(JSON.stringify(value).slice(1, -1));
      this.secrets.add(encodeURIComponent(Buffer.from(value).toString()));
    }
    this.longestFirst = undefined;
  }

  /**
   * From now on mask the values that stand at sensitive paths of this model. What the model also says in the open, such
   * as a name that an environment variable repeats, is no secret.
   */
  addSecretsOf(model: unknown): void {
    const secret = new Set<string>();
    const open = new Set<string>();
    const walk = (value: unknown, path: readonly string[]): void => {
      if (typeof value === 'string') (this.isSensitive(path) ? secret : open).add(value);
      else if (value !== null && typeof value === 'object') {
        for (const [name, member] of Object.entries(value)) walk(member, [...path, name]);
      }
    };
    walk(model, []);
    this.addSecrets([...secret].filter((value) => !open.has(value)));
  }

  /** The text without secrets. */
  text(text: string): string {
    // One regular expression of them all would be faster, but V8 refuses large ones, and quotes them in its error.
    this.longestFirst ??= [...this.secrets].sort((a, b) => b.length - a.length);
    return this.longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  }

  /** The value as one line of JSON without secrets, stacks and request bodies. Never throws. */
  json(value: unknown): string {
    return JSON.stringify(this.plain(value, [], new Set()));
  }

  private plain(value: unknown, path: readonly string[], ancestors: ReadonlySet<object>): unknown {
    if (this.isSensitive(path)) return MASK;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (value === null || typeof value !== 'object') return value;
    if (ancestors.has(value) || path.length > MAXIMUM_DEPTH) return '<omitted>';
    if (isDate(value)) return Number.isNaN(value.valueOf()) ? null : value.toISOString();
    if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
    const within = new Set(ancestors).add(value);
    if (isNativeError(value)) return this.plain(essence(value), path, within);
    if (isSet(value)) return this.plain([...value], path, within);
    if (isMap(value)) return this.plain(Object.fromEntries(value), path, within);
    if (Array.isArray(value)) {
      return value.map((item, index) => this.plain(item, [...path, String(index)], within));
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        this.text(name),
        this.plain(member, [...path, name], within),
      ]),
    );
  }

  private isSensitive(path: readonly string[]): boolean {
    const last = path.at(-1)?.toLowerCase();
    if (last === undefined) return false;
    if (SECRET_MEMBERS.has(last)) return true;
    return this.sensitivePaths.some((segments) => {
      const end = path.slice(-segments.length);
      return (
        end.length === segments.length &&
        segments.every((segment, index) => segment === '*' || segment === end[index]!.toLowerCase())
      );
    });
  }
}

/** What an error says, with its causes, and without stack, request and response. */
function essence(error: Error): Record<string, unknown> {
  const { code, errors, $metadata } = error as {
    code?: unknown;
    errors?: unknown;
    $metadata?: { requestId?: unknown };
  };
  return {
    name: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
    ...(error.cause !== undefined && { cause: error.cause }),
    ...(errors !== undefined && { errors }),
  };
}
