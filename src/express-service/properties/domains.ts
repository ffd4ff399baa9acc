/** The host names that a service answers at, as a template describes them. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import { table, type InputRows } from './table';
import type { Identity } from '../identity/identity';
import type { AdditionalDomain, ResourceModel, TypeConfigurationModel } from '../model';

/** Host names and paths. They go to a listener rule, to DNS records and to certificates, by code. */
export const DOMAIN_ROWS = {
  PathPatterns: {
    whole: true,
    refused: {
      words: /path[- ]?pattern/i,
      remedy: 'Begin each with / or *, and use at most 128 characters',
    },
  },
  DomainName: {
    refused: {
      words: /host[- ]?header|host ?name/i,
      remedy: 'Give host names of at most 128 characters',
    },
  },
  HostedZoneId: {},
  CertificateArn: {},
  AdditionalDomains: {
    key: 'DomainName',
    refused: { words: /condition values/i, remedy: 'Give fewer AdditionalDomains or PathPatterns' },
    // Each is looked at beside that of the endpoint.
    repeats: true,
    items: table<AdditionalDomain>('AdditionalDomain', {
      DomainName: {},
      HostedZoneId: {},
      CertificateArn: {},
    }),
  },
} as const satisfies InputRows<object>;

/** A host name, with what the service needs to answer there. */
export interface Domain {
  readonly hostName: string;
  /** Route 53 hosted zone for its records; undefined means that the author looks after records and certificate. */
  readonly hostedZoneId?: string;
  /** An issued certificate that covers the host name; undefined means that one is requested, if there is a zone. */
  readonly certificateArn?: string;
  /** What the template itself says of it; the rest comes from the configuration of the type. Default: nothing. */
  readonly written?: readonly WrittenMember[];
  /** Whether it leads to one Region alone, beside the name that Regions share; no template names it. Default: it does not. */
  readonly isRegional?: true;
}

/** What a template may say of a domain beside its name. */
export type WrittenMember = 'HostedZoneId' | 'CertificateArn';

/** All domains of a service. */
export interface Domains {
  /** The one of the endpoint; undefined when the service has none. */
  readonly domain?: Domain;
  readonly additionalDomains: readonly Domain[];
  /** The Regional name beside that of the endpoint; undefined where Regions do not share that. */
  readonly regionalDomain?: Domain;
}

/** What domains are made from. */
export interface DomainsRequest {
  readonly model: Pick<
    ResourceModel,
    'DomainName' | 'HostedZoneId' | 'CertificateArn' | 'ServiceName' | 'AdditionalDomains'
  >;
  readonly configuration: TypeConfigurationModel;
  readonly identity: Identity;
  /** Whether requests come through a listener that the author looks after. */
  readonly isExternalListener: boolean;
  /**
   * What is on record of a service that exists: what the configuration of the type has given it, and gives no more. Default:
   * nothing.
   */
  readonly recorded?: readonly Domain[];
}

/** What domains come from beside the template. */
type Context = Pick<DomainsRequest, 'configuration' | 'isExternalListener'> &
  Required<Pick<DomainsRequest, 'recorded'>>;

const WRITTEN_MEMBERS: readonly WrittenMember[] = ['HostedZoneId', 'CertificateArn'];

/** ELB compares no longer host names (API reference of HostHeaderConditionConfig). */
const LONGEST_HOST_NAME = 128;
/** RFC 1123. */
const LONGEST_LABEL = 63;

/**
 * The domains that a template asks for.
 *
 * @throws HandlerError InvalidRequest.
 */
export function domainsOfModel({
  model,
  configuration,
  identity,
  isExternalListener,
  recorded = [],
}: DomainsRequest): Domains & { readonly domain: Domain } {
  const context = { configuration, isExternalListener, recorded };
  const hostName = model.DomainName ?? defaultHostName(identity, model.ServiceName, context);
  const domain = domainOf(hostName, '', model, context);
  const additionalDomains = (model.AdditionalDomains ?? []).map((given, index) =>
    additionalDomain(given, `AdditionalDomains/${index}`, context),
  );
  const hostNames = [domain, ...additionalDomains].map((each) => each.hostName);
  const repeated = hostNames.findIndex((name, index) => hostNames.indexOf(name) !== index);
  if (repeated > 0) {
    throw invalid(
      `AdditionalDomains/${repeated - 1}/DomainName`,
      `the service answers at ${hostNames[repeated]} already`,
      'Give each host name once',
    );
  }
  return { domain, additionalDomains };
}

/** All domains, that of the endpoint first. */
export function domainsOf({ domain, additionalDomains, regionalDomain }: Domains): readonly Domain[] {
  return [...(domain ? [domain] : []), ...additionalDomains, ...(regionalDomain ? [regionalDomain] : [])];
}

/** The name that always leads to one Region, beside a name that Regions share. */
export function regionalHostName(hostName: string, region: string): string {
  return `${region}.${hostName}`;
}

/**
 * Path of a property of a domain.
 *
 * @param index in `all`; one that is not there is that of the endpoint.
 * @param all {@link domainsOf}.
 */
export function domainPath(
  index: number,
  all: readonly Domain[],
  property: keyof AdditionalDomain & string,
): string {
  return index <= 0 || all[index]?.isRegional ? property : `AdditionalDomains/${index - 1}/${property}`;
}

/**
 * With the Regional name beside that of the endpoint. Who gives the certificate of the one gives that of the other; else one
 * is requested, for a wildcard covers one label only.
 *
 * @throws HandlerError InvalidRequest.
 */
export function withRegionalDomain(domains: Domains, region: string): Domains {
  const { domain } = domains;
  if (!domain) return domains;
  const hostName = regionalHostName(domain.hostName, region);
  if (hostName.length > LONGEST_HOST_NAME) {
    throw invalid(
      'DomainName',
      `the Regional name ${hostName} has ${hostName.length} characters, but load balancers compare host names of ${LONGEST_HOST_NAME} at most`,
      'Choose a shorter one',
    );
  }
  const additional = domains.additionalDomains.findIndex((each) => each.hostName === hostName);
  if (additional >= 0) {
    throw invalid(
      `AdditionalDomains/${additional}/DomainName`,
      `the service answers at ${hostName} already: it is its Regional name`,
      'Remove the item',
    );
  }
  const certificateArn = domain.written?.includes('CertificateArn') ? domain.certificateArn : undefined;
  return {
    ...domains,
    regionalDomain: { ...domain, hostName, certificateArn, written: [], isRegional: true },
  };
}

function additionalDomain(given: AdditionalDomain, path: string, context: Context): Domain {
  if (!given.DomainName) throw invalid(`${path}/DomainName`, 'is missing', 'Give the host name');
  return domainOf(given.DomainName, `${path}/`, given, context);
}

/** @param prefix what the paths of its properties begin with. */
function domainOf(
  hostName: string,
  prefix: string,
  given: Pick<AdditionalDomain, 'DomainName' | 'HostedZoneId' | 'CertificateArn'>,
  { configuration, isExternalListener, recorded }: Context,
): Domain {
  const { BaseDomain, HostedZoneId, CertificateArn } = configuration;
  // On a listener of the author's the zone of the configuration of the type does not count, because the host may be that of
  // another service, which this one shares by its paths.
  const isAuthors = isExternalListener && Boolean(given.DomainName);
  if (hostName.length > LONGEST_HOST_NAME) {
    throw invalid(
      `${prefix}DomainName`,
      `has ${hostName.length} characters, but load balancers compare host names of ${LONGEST_HOST_NAME} at most`,
      'Choose a shorter one',
    );
  }
  const inBaseDomain = BaseDomain !== undefined && hostName.endsWith(`.${BaseDomain}`);
  const hostedZoneId = given.HostedZoneId ?? (inBaseDomain && !isAuthors ? HostedZoneId : undefined);
  const before = hostedZoneId ? undefined : configuredBefore(hostName, recorded);
  // With an issued certificate nothing is needed of the zone: its records may be anywhere.
  if (!hostedZoneId && !before && !isAuthors && !(given.DomainName && given.CertificateArn)) {
    throw invalid(
      `${prefix}HostedZoneId`,
      `is missing: nothing says which hosted zone holds ${hostName}`,
      given.DomainName
        ? 'Give the id of the Route 53 hosted zone of DomainName; or, where the DNS is elsewhere, give CertificateArn an issued certificate, and make a record that leads to the attribute LoadBalancerDnsName'
        : 'Set HostedZoneId in the configuration of the type Org::ECS::ExpressService, beside BaseDomain',
    );
  }
  const wildcard = hostedZoneId && isOneLabelBelow(hostName, BaseDomain) ? CertificateArn : undefined;
  return {
    hostName,
    hostedZoneId: hostedZoneId ?? before?.hostedZoneId,
    certificateArn: given.CertificateArn ?? wildcard ?? before?.certificateArn,
    written: WRITTEN_MEMBERS.filter((name) => given[name] !== undefined),
  };
}

/** What is on record of a host that the configuration of the type has given its zone. */
function configuredBefore(hostName: string, recorded: readonly Domain[]): Domain | undefined {
  return recorded.find(
    (domain) =>
      domain.hostName === hostName &&
      domain.hostedZoneId !== undefined &&
      !domain.written?.includes('HostedZoneId'),
  );
}

/** `<service>.<base domain>`; the service's name as a DNS label: letters, digits, inner hyphens. */
function defaultHostName(
  identity: Identity,
  givenName: string | undefined,
  { configuration: { BaseDomain: baseDomain }, recorded: [before] }: Context,
): string {
  const label = identity.serviceName.toLowerCase().replace(/[_/]/g, '-');
  if (!baseDomain && before?.hostName.startsWith(`${label}.`)) return before.hostName;
  if (!baseDomain) {
    throw invalid(
      'DomainName',
      'is missing, and the type Org::ECS::ExpressService has no base domain in this account and Region',
      'Give DomainName and HostedZoneId, or set BaseDomain and HostedZoneId in the configuration of the type (aws cloudformation set-type-configuration)',
    );
  }
  const hostName = `${label}.${baseDomain}`;
  const isLabel = label.length <= LONGEST_LABEL && !label.startsWith('-') && !label.endsWith('-');
  if (!isLabel || hostName.length > LONGEST_HOST_NAME) {
    throw invalid(
      givenName ? 'ServiceName' : 'DomainName',
      `the service's name "${identity.serviceName}" makes no host name in ${baseDomain}`,
      'Give a ServiceName of at most 63 letters, digits and inner hyphens, or give DomainName',
    );
  }
  return hostName;
}

/** Whether a wildcard certificate for `*.base` covers the host name: it does for one label only (RFC 6125). */
function isOneLabelBelow(hostName: string, base: string | undefined): boolean {
  return base !== undefined && hostName.slice(hostName.indexOf('.') + 1) === base;
}
