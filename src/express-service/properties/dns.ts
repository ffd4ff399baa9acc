/** How Route 53 answers for host names that services of several Regions share. Pure: no call to AWS. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import { defined } from '../../core/unset';
import { fittingName, type Identity } from '../identity/identity';
import { DnsConfiguration, DnsHealthCheck } from '../model';
import type { Domains } from './domains';
import { table, type InputRows } from './table';

/** A routing policy with which a name has several records. */
export type RoutingPolicy = Exclude<NonNullable<DnsConfiguration['RoutingPolicy']>, 'SIMPLE'>;

/** Which of the records of a name is the service's, and when Route 53 answers with it. */
export interface Routing {
  readonly RoutingPolicy: RoutingPolicy;
  readonly SetIdentifier: string;
  readonly Failover?: 'PRIMARY' | 'SECONDARY';
  readonly Weight?: number;
}

/** Settings of the health check, as CloudWatch and Route 53 name them. */
export interface HealthCheckSettings {
  readonly EvaluationPeriods: number;
  readonly Disabled: boolean;
  readonly Inverted: boolean;
}

/** What a template asks for. */
export interface DnsSpec {
  /** Undefined with the policy SIMPLE: a name then has one record. */
  readonly routing?: Routing;
  readonly healthCheck: HealthCheckSettings;
}

/** Members of a record set that make it one of several, by the routing policy. */
export type RoutingMembers = Pick<ResourceRecordSet, 'SetIdentifier' | 'Region' | 'Failover' | 'Weight'>;

const PATH = 'DnsConfiguration';
/** Route 53 takes no longer one (API reference, ResourceRecordSet). */
const LONGEST_SET_IDENTIFIER = 128;

export const DNS_HEALTH_CHECK = table<DnsHealthCheck, HealthCheckSettings>('DnsHealthCheck', {
  EvaluationPeriods: { to: 'EvaluationPeriods' },
  Disabled: { to: 'Disabled' },
  Inverted: { to: 'Inverted' },
});

/** Records and health checks of Route 53. They are carried by code. */
export const DNS_ROWS = {
  DnsConfiguration: {
    refused: {
      words: /RRSet with DNS name .* cannot be created/i,
      remedy:
        'Route 53 takes the record only once those with another routing policy are gone: take the host away from the service by another DomainName, then give it back with the new RoutingPolicy',
    },
    members: table<DnsConfiguration>('DnsConfiguration', {
      RoutingPolicy: {},
      SetIdentifier: { readWhenGiven: true, check: checkIsRouted },
      Failover: { check: checkIsOf('FAILOVER') },
      Weight: { check: checkIsOf('WEIGHTED') },
      HealthCheck: { default: {}, members: DNS_HEALTH_CHECK, check: checkIsRouted },
    }),
    check(given, path) {
      for (const [policy, name] of NEEDED) {
        if (given.RoutingPolicy !== policy || given[name] != null) continue;
        throw invalid(`${path}/${name}`, `is missing, and RoutingPolicy is ${policy}`, `Give ${name}`);
      }
    },
  },
} as const satisfies InputRows<object>;

/** What routing policies cannot do without. */
const NEEDED = [
  ['FAILOVER', 'Failover'],
  ['WEIGHTED', 'Weight'],
] as const;

type Given = Properties<DnsConfiguration>;

function checkIsOf(policy: RoutingPolicy) {
  return (_value: unknown, path: string, { RoutingPolicy = 'SIMPLE' }: Given): void => {
    if (RoutingPolicy === policy) return;
    throw invalid(
      path,
      `is of the RoutingPolicy ${policy}, and that is ${RoutingPolicy}`,
      `Remove it, or make RoutingPolicy ${policy}`,
    );
  };
}

function checkIsRouted(_value: unknown, path: string, { RoutingPolicy = 'SIMPLE' }: Given): void {
  if (RoutingPolicy !== 'SIMPLE') return;
  throw invalid(
    path,
    'is of records that share a name with others, and RoutingPolicy is SIMPLE',
    'Remove it, or make RoutingPolicy LATENCY, FAILOVER or WEIGHTED',
  );
}

/**
 * How Route 53 is to answer.
 *
 * @throws HandlerError InvalidRequest when there is no record that Route 53 could choose.
 */
export function dnsSpec(given: Given = {}, domains: Domains, identity: Identity): DnsSpec {
  const { RoutingPolicy = DnsConfiguration.DEFAULTS.RoutingPolicy, HealthCheck, ...others } = given;
  const healthCheck = { ...DnsHealthCheck.DEFAULTS, ...HealthCheck } as HealthCheckSettings;
  if (RoutingPolicy === 'SIMPLE') return { healthCheck };
  if (!domains.domain?.hostedZoneId) {
    throw invalid(
      `${PATH}/RoutingPolicy`,
      `is ${RoutingPolicy}, and no record is made for the service: ${domains.domain ? 'HostedZoneId is missing' : 'it has no host name'}`,
      'Give DomainName and HostedZoneId, or remove DnsConfiguration',
    );
  }
  const SetIdentifier = others.SetIdentifier ?? defaultSetIdentifier(identity);
  const { Failover, Weight } = others;
  return {
    routing: {
      RoutingPolicy,
      SetIdentifier,
      ...(Failover && { Failover }),
      ...(Weight != null && { Weight }),
    },
    healthCheck,
  };
}

/** `<service>-<Region>`. */
export function defaultSetIdentifier({ serviceName, region }: Identity): string {
  return fittingName(`${serviceName}-${region}`, LONGEST_SET_IDENTIFIER);
}

/** A record set as one of several of its name. */
export function routingMembers(
  { RoutingPolicy, SetIdentifier, Failover, Weight }: Routing,
  region: string,
): RoutingMembers {
  const chosenBy = { LATENCY: { Region: region }, FAILOVER: { Failover }, WEIGHTED: { Weight } };
  return { SetIdentifier, ...(chosenBy[RoutingPolicy] as RoutingMembers) };
}

/** How Route 53 chooses a record set; undefined when it is the only one of its name. */
export function routingOf(record: ResourceRecordSet | undefined): Routing | undefined {
  const { SetIdentifier, Region, Failover, Weight } = record ?? {};
  if (SetIdentifier === undefined) return undefined;
  if (Region !== undefined) return { RoutingPolicy: 'LATENCY', SetIdentifier };
  if (Failover !== undefined) return { RoutingPolicy: 'FAILOVER', SetIdentifier, Failover };
  return Weight === undefined ? undefined : { RoutingPolicy: 'WEIGHTED', SetIdentifier, Weight };
}

/** What a template says of records and health check. @param settings undefined when there is no health check. */
export function dnsInput(
  routing: Routing | undefined,
  settings: Partial<HealthCheckSettings> | undefined,
): Given {
  return routing
    ? defined({ ...routing, HealthCheck: settings && defined(settings) })
    : { RoutingPolicy: DnsConfiguration.DEFAULTS.RoutingPolicy };
}
