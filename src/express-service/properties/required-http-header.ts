/** The header without which requests do not reach the service, as a condition of its listener rules. Pure: no call to AWS. */
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import type { RequiredHttpHeader } from '../model';
import { conditionsOf, valueCount, VALUES_PER_RULE, type RequestsSpec } from './rule-conditions';
import { checkResolved } from './secret-reference';
import { table, type InputRows } from './table';

const PATH = 'RequiredHttpHeader';

/** Who can guess a value gets past what stands in front. ELB compares without regard to case, and takes no more than the longest. */
const LENGTHS = { shortest: 16, longest: 128 };

/** Printable ASCII characters without a space and those that mean something to ELB, or to JSON: wildcards, backslash, quotation mark. */
const VALUE = /^[!#-)+->@-[\]-~]*$/;

/** It goes to listener rules, by code. */
export const REQUIRED_HTTP_HEADER_ROWS = {
  RequiredHttpHeader: {
    members: table<RequiredHttpHeader>('RequiredHttpHeader', {
      Name: { check: checkName },
      Values: { secret: true, conflict: false, check: checkSecrets },
    }),
  },
} as const satisfies InputRows<object>;

/** ELB takes no header condition on Host (API reference of HttpHeaderConditionConfig). */
function checkName(name: string, path: string): void {
  if (name.toLowerCase() === 'host') throw invalid(path, 'is Host', 'Give DomainName instead');
}

function checkSecrets(values: readonly string[], path: string): void {
  for (const [index, value] of values.entries()) checkSecret(value, `${path}/${index}`);
}

/** What it says is not told in the error. */
function checkSecret(value: string, path: string): void {
  checkResolved(value, path);
  const { shortest, longest } = LENGTHS;
  if (value.length < shortest || value.length > longest) {
    throw invalid(
      path,
      `has ${value.length} characters`,
      `Give ${shortest} to ${longest}, such as a secret that AWS Secrets Manager generates`,
    );
  }
  if (VALUE.test(value)) return;
  throw invalid(
    path,
    'has a character that a listener rule would take for something else',
    'Use letters, digits and punctuation other than * ? \\ and ", without spaces; in AWS Secrets Manager, ExcludePunctuation sees to that',
  );
}

/**
 * The header that requests must have; undefined where the template asks for none.
 *
 * @param requests that the service answers.
 * @throws HandlerError InvalidRequest when its values do not fit into one rule with hosts and paths.
 */
export function requiredHeader(
  given: Properties<RequiredHttpHeader> | undefined,
  requests: RequestsSpec,
): RequestsSpec['requiredHeader'] {
  if (!given) return undefined;
  const header = { name: given.Name!, values: [...given.Values!].sort() };
  const [own, beside] = [header.values.length, valueCount(conditionsOf(requests))];
  if (own + beside <= VALUES_PER_RULE) return header;
  throw invalid(
    `${PATH}/Values`,
    `are ${own}, which with the ${beside} host names and paths are ${own + beside} values, but a listener rule has room for ${VALUES_PER_RULE}`,
    'Give fewer values, AdditionalDomains or PathPatterns; one value does, and two while a secret changes',
  );
}
