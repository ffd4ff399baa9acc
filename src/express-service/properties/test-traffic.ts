/** How test requests are told from others, as conditions of their listener rule. Pure: no call to AWS. */
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import { defined, unlessBare, unlessEmpty } from '../../core/unset';
import type { ResourceModel, TestCookie, TestHttpHeader, TestQueryString, TestTraffic } from '../model';
import {
  conditionsOf,
  valueCount,
  VALUES_PER_RULE,
  wildcardCount,
  WILDCARDS_PER_RULE,
} from './rule-conditions';
import type { RequestsSpec } from './rule-conditions';
import { strategyOfModel } from './strategies';
import { table, type InputRows } from './table';

const PATH = 'TestTraffic';
const COOKIE = 'cookie';

/** Headers that have properties of their own. ELB takes no header condition on Host (API reference of HttpHeaderConditionConfig). */
const PROPERTY_OF_HEADER: Readonly<Record<string, string>> = {
  host: 'DomainName',
  [COOKIE]: `${PATH}/Cookie`,
};

/** Test requests. They go to a listener rule, by code. */
export const TEST_TRAFFIC_ROWS = {
  TestTraffic: {
    // Conditions of one rule.
    whole: true,
    refused: { words: /http-?header|query-?string/i, remedy: 'Check TestTraffic' },
    members: table<TestTraffic>('TestTraffic', {
      HttpHeader: {
        members: table<TestHttpHeader>('TestHttpHeader', { Name: { check: checkHeader }, Values: {} }),
      },
      QueryStrings: { items: table<TestQueryString>('TestQueryString', { Key: {}, Value: {} }) },
      Cookie: { members: table<TestCookie>('TestCookie', { Name: {}, Value: {} }) },
    }),
  },
} as const satisfies InputRows<object>;

function checkHeader(name: string, path: string): void {
  const property = PROPERTY_OF_HEADER[name.toLowerCase()];
  if (!property) return;
  throw invalid(path, `is ${name}, for which there is ${property}`, `Give ${property} instead`);
}

/**
 * Conditions that test requests meet beside those of all requests; undefined when there are none to be tested.
 *
 * @param requests that the service answers.
 * @throws HandlerError InvalidRequest.
 */
export function testConditions(
  model: Pick<ResourceModel, 'TestTraffic' | 'DeploymentConfiguration' | 'LoadBalancerConfiguration'>,
  requests: RequestsSpec,
): readonly RuleCondition[] | undefined {
  const { TestTraffic: given } = model;
  if (!given) return undefined;
  const strategy = strategyOfModel(model);
  if (!strategy.shiftsTraffic) {
    throw invalid(
      PATH,
      `is of strategies that move requests to the new tasks; the strategy is ${strategy.name}, which tests none`,
      'Remove it, or make Strategy BLUE_GREEN, LINEAR or CANARY',
    );
  }
  checkOtherHeader(given, requests);
  const conditions = conditionsOfInput(given);
  if (conditions.length === 0) {
    throw invalid(PATH, 'says nothing of the requests', 'Give HttpHeader, QueryStrings or Cookie');
  }
  checkRoom(conditions, conditionsOf(requests), whatElse(requests));
  return conditions;
}

function whatElse({ requiredHeader }: RequestsSpec): string {
  return requiredHeader ? 'host names, paths and RequiredHttpHeader' : 'host names and paths';
}

/** @throws HandlerError InvalidRequest when test requests are told by the header that all requests have. */
function checkOtherHeader({ HttpHeader }: Properties<TestTraffic>, { requiredHeader }: RequestsSpec): void {
  const name = HttpHeader?.Name;
  if (name === undefined || name.toLowerCase() !== requiredHeader?.name.toLowerCase()) return;
  throw invalid(
    `${PATH}/HttpHeader/Name`,
    `is ${name}, the header that RequiredHttpHeader wants of all requests`,
    'Name another header',
  );
}

/**
 * Refuse conditions that one rule has no room for.
 *
 * @param others that the rule has, too.
 * @param what those are.
 * @throws HandlerError InvalidRequest.
 */
export function checkRoom(
  conditions: readonly RuleCondition[],
  others: readonly RuleCondition[],
  what: string,
): void {
  const limits = [
    { unit: 'values', most: VALUES_PER_RULE, count: valueCount },
    { unit: 'wildcards', most: WILDCARDS_PER_RULE, count: wildcardCount },
  ];
  for (const { unit, most, count } of limits) {
    const [own, beside] = [count(conditions), count(others)];
    if (own + beside <= most) continue;
    throw invalid(
      PATH,
      `has ${own} ${unit}, which with the ${beside} of ${what} are ${own + beside}, but a listener rule has room for ${most}`,
      'Give fewer; a cookie takes four values, a header or a parameter may do with one',
    );
  }
}

function conditionsOfInput({
  HttpHeader,
  QueryStrings = [],
  Cookie,
}: Properties<TestTraffic>): RuleCondition[] {
  return [
    ...(HttpHeader ? [headerCondition(HttpHeader.Name!, HttpHeader.Values!)] : []),
    ...(Cookie ? [headerCondition('Cookie', cookiePatterns(Cookie))] : []),
    ...(QueryStrings.length > 0 ? [queryCondition(QueryStrings)] : []),
  ];
}

function headerCondition(HttpHeaderName: string, values: readonly string[]): RuleCondition {
  return { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName, Values: [...values] } };
}

function queryCondition(parameters: readonly Properties<TestQueryString>[]): RuleCondition {
  const Values = parameters.map(({ Key, Value }) => defined({ Key, Value }));
  return { Field: 'query-string', QueryStringConfig: { Values } };
}

/**
 * One cookie among others: alone, first, last, between two. Cookies are divided by a semicolon and a space (RFC 6265, 4.2.1),
 * so that neither a longer name nor a longer value is taken for it.
 */
function cookiePatterns({ Name, Value }: Properties<TestCookie>): string[] {
  const cookie = `${Name}=${Value}`;
  return [cookie, `${cookie}; *`, `*; ${cookie}`, `*; ${cookie}; *`];
}

/** What a template says of test requests, from the conditions that tell them. */
export function testTrafficInput(conditions: readonly RuleCondition[]): Properties<TestTraffic> | undefined {
  const headers = conditions.flatMap(({ HttpHeaderConfig }) => HttpHeaderConfig ?? []);
  const isCookie = (name: string | undefined) => name?.toLowerCase() === COOKIE;
  const header = headers.find(({ HttpHeaderName }) => !isCookie(HttpHeaderName));
  const cookies = headers.filter(({ HttpHeaderName }) => isCookie(HttpHeaderName));
  const parameters = conditions.flatMap(({ QueryStringConfig }) => QueryStringConfig?.Values ?? []);
  return unlessBare(
    defined({
      HttpHeader: header && { Name: header.HttpHeaderName, Values: [...(header.Values ?? [])] },
      QueryStrings: unlessEmpty(parameters.map(({ Key, Value }) => defined({ Key, Value }))),
      Cookie: cookies.flatMap(({ Values }) => cookieIn(Values ?? []) ?? [])[0],
    }),
  ) as Properties<TestTraffic> | undefined;
}

/** The cookie that patterns are of; undefined when somebody else has written them. */
function cookieIn(patterns: readonly string[]): Properties<TestCookie> | undefined {
  for (const pattern of patterns) {
    const [, Name, Value] = /^([^=;*]+)=([^;*]+)$/.exec(pattern) ?? [];
    if (Name === undefined || Value === undefined) continue;
    const cookie = { Name, Value };
    if (cookiePatterns(cookie).every((each) => patterns.includes(each))) return cookie;
  }
  return undefined;
}
