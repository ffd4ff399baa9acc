import { BlockList, isIP } from 'node:net';
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Answers } from '../claims/answers';
import { unmarkedCondition } from '../guards/elasticloadbalancing/regular-expressions';
import type { ClientRequest } from './client-request';

/** Whether a request meets a condition or a whole rule. */
export type RequestTest = (request: ClientRequest) => boolean;

/** What each condition type compares, as described under "Condition types for listener rules" in the ELB guide. */
const TESTS: Record<string, (condition: RuleCondition, answers: Answers) => RequestTest> = {
  'host-header': (condition, answers) => {
    const { Values = condition.Values, RegexValues } = condition.HostHeaderConfig ?? {};
    const matches = anyOf(Values, RegexValues, answers, 'i');
    return (request) => matches(request.host);
  },
  'path-pattern': (condition, answers) => {
    const { Values = condition.Values, RegexValues } = condition.PathPatternConfig ?? {};
    const matches = anyOf(Values, RegexValues, answers, '');
    return (request) => matches(request.path);
  },
  'http-header': (condition, answers) => {
    const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? '';
    const { Values, RegexValues } = condition.HttpHeaderConfig ?? {};
    const matches = anyOf(Values, RegexValues, answers, 'i');
    return (request) => request.headers[name] !== undefined && matches(request.headers[name]);
  },
  'query-string': (condition) => {
    const wanted = (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => ({
      key: anyPattern([Key ?? '*'], 'i'),
      value: anyPattern([Value ?? '*'], 'i'),
    }));
    return (request) =>
      parameters(request.query).some(([key, value]) =>
        wanted.some((pattern) => pattern.key(key) && pattern.value(value)),
      );
  },
  'http-request-method': (condition) => {
    const methods = new Set(condition.HttpRequestMethodConfig?.Values);
    return (request) => methods.has(request.method);
  },
  'source-ip': (condition) => {
    const ranges = new BlockList();
    for (const range of condition.SourceIpConfig?.Values ?? []) {
      const [address, prefix] = range.split('/');
      ranges.addSubnet(address!, Number(prefix), isIP(address!) === 6 ? 'ipv6' : 'ipv4');
    }
    return ({ sourceIp }) =>
      isIP(sourceIp) !== 0 && ranges.check(sourceIp, isIP(sourceIp) === 6 ? 'ipv6' : 'ipv4');
  },
};

/** Whether a text matches any of the patterns, or of the regular expressions. */
function anyOf(
  patterns: readonly string[] | undefined,
  expressions: readonly string[] = [],
  answers: Answers,
  flags: 'i' | '',
): (text: string) => boolean {
  const matches = anyPattern(patterns, flags);
  const regular = expressions.map((expression) => ({
    anywhere: new RegExp(expression, flags),
    whole: new RegExp(`^(?:${expression})$`, flags),
  }));
  return (text) => {
    if (matches(text)) return true;
    const extent = answers.holds('elasticloadbalancing.regular-expressions-match-anywhere')
      ? 'anywhere'
      : 'whole';
    return regular.some((expression) => expression[extent].test(text));
  };
}

/**
 * The test for one condition of a rule: any of its values suffices. A condition of a type that is not known here is
 * never met.
 */
export function conditionTest(kept: RuleCondition, answers: Answers): RequestTest {
  const condition = unmarkedCondition(kept);
  return TESTS[condition.Field ?? '']?.(condition, answers) ?? (() => false);
}

/** The test for all conditions of a rule together: every one must be met; the default rule has none and always is. */
export function conditionsTest(
  conditions: readonly RuleCondition[],
  answers: Answers = new Answers(),
): RequestTest {
  const tests = conditions.map((condition) => conditionTest(condition, answers));
  return (request) => tests.every((test) => test(request));
}

/**
 * ELB's wildcard patterns: `*` is any run of characters, `?` exactly one, and a backslash takes away the meaning of the
 * character after it.
 */
function anyPattern(patterns: readonly string[] = [], flags: 'i' | ''): (text: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const source = pattern.replace(/\\(.)|([\s\S])/g, (_, escaped?: string, plain?: string) => {
      if (plain === '*') return '.*';
      if (plain === '?') return '.';
      return (escaped ?? plain ?? '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    });
    return new RegExp(`^${source}$`, `s${flags}`);
  });
  return (text) => expressions.some((expression) => expression.test(text));
}

/** Keys and values of a query string as sent; a parameter without `=` has an empty value. */
function parameters(query: string): [string, string][] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    });
}
