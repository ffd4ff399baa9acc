/** How requests ask for a version by its label, as conditions of listener rules. Pure: no call to AWS. */
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { invalid } from '../../core/failure';
import { conditionsOf, valueCount, VALUES_PER_RULE, type RequestsSpec } from './rule-conditions';

/** How requests ask for a version by its label: names of a header, a parameter and a cookie whose value is the label. */
export interface VersionReach {
  readonly httpHeaderName?: string;
  readonly queryStringKey?: string;
  readonly cookieName?: string;
}

/** What of a request asks for a version. */
export type VersionWay = (typeof VERSION_WAYS)[number];
export const VERSION_WAYS = ['header', 'query-string', 'cookie'] as const;

/** Whether requests can ask for a version. */
export function hasReach(reach: VersionReach): boolean {
  return Object.keys(reach).length > 0;
}

/**
 * The condition of each way that there is, beside those of all requests. Cookies are divided by a semicolon and a space (RFC 6265,
 * 4.2.1), so that neither a longer name nor a longer label is taken for it.
 */
export function reachConditions(
  { httpHeaderName, queryStringKey, cookieName }: VersionReach,
  label: string,
): Partial<Record<VersionWay, RuleCondition>> {
  const pattern = label.replace(/[.]/g, '\\.');
  return {
    ...(httpHeaderName && {
      header: {
        Field: 'http-header',
        HttpHeaderConfig: { HttpHeaderName: httpHeaderName, Values: [label] },
      },
    }),
    ...(queryStringKey && {
      'query-string': {
        Field: 'query-string',
        QueryStringConfig: { Values: [{ Key: queryStringKey, Value: label }] },
      },
    }),
    ...(cookieName && {
      cookie: {
        Field: 'http-header',
        HttpHeaderConfig: {
          HttpHeaderName: 'Cookie',
          // Whether an expression has to match the whole value is documented nowhere; this one does either way.
          RegexValues: [`^(.*; )?${cookieName}=${pattern}(;.*)?$`],
        },
      },
    }),
  };
}

/** What a request has that asks for a version, in words. */
export function reachTexts(
  { httpHeaderName, queryStringKey, cookieName }: VersionReach,
  label: string,
): string[] {
  return [
    ...(httpHeaderName ? [`header ${httpHeaderName}: ${label}`] : []),
    ...(queryStringKey ? [`query string ${queryStringKey}=${label}`] : []),
    ...(cookieName ? [`cookie ${cookieName}=${label}`] : []),
  ];
}

/** The ways that conditions of rules speak of. @param label of the version that the rules are of. */
export function reachIn(conditions: readonly RuleCondition[], label: string): VersionReach {
  const headers = conditions.flatMap(({ HttpHeaderConfig }) => HttpHeaderConfig ?? []);
  const parameters = conditions.flatMap(({ QueryStringConfig }) => QueryStringConfig?.Values ?? []);
  const header = headers.find(({ Values = [] }) => Values.includes(label));
  const cookie = headers.flatMap(({ RegexValues = [] }) => RegexValues)[0];
  const [, cookieName] = /^\^\(\.\*; \)\?([^=]+)=/.exec(cookie ?? '') ?? [];
  const key = parameters.find(({ Value }) => Value === label)?.Key;
  return {
    ...(header && { httpHeaderName: header.HttpHeaderName! }),
    ...(key !== undefined && { queryStringKey: key }),
    ...(cookieName !== undefined && { cookieName }),
  };
}

/**
 * Refuse ways that a rule has no room for beside what all requests meet.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkReachRoom(reach: VersionReach, requests: RequestsSpec): void {
  const { httpHeaderName } = reach;
  if (httpHeaderName && httpHeaderName.toLowerCase() === requests.requiredHeader?.name.toLowerCase()) {
    throw invalid(
      'VersionTraffic/HttpHeaderName',
      `is ${httpHeaderName}, as RequiredHttpHeader/Name, whose values all requests must have`,
      'Choose another header',
    );
  }
  const beside = valueCount(conditionsOf(requests));
  if (!hasReach(reach) || beside < VALUES_PER_RULE) return;
  throw invalid(
    'VersionTraffic',
    `needs one value in a listener rule, which has room for ${VALUES_PER_RULE}, and what all requests must meet is ${beside}`,
    'Give fewer AdditionalDomains, PathPatterns or RequiredHttpHeader/Values',
  );
}
