/** The services of a soak: how they differ, and what is changed about them. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Structure } from '../../local/service';
import { BASE_DOMAIN, REGION, type Account } from './account';
import { container, newImage, type Change } from './changes';
import { ROUTING_CHANGES } from './routing';
import { labelOf, Versions, VERSION_CHANGES, type Share } from './versions';

/** Services of one kind share load balancers with one another, and with no others unless {@link Kind.sharesWith} says so. */
export interface Kind {
  readonly name: string;
  /** How many of a hundred services are of this kind. */
  readonly share: number;
  /** Name of the kind on whose load balancers its services are; default: their own. */
  readonly sharesWith?: string;
  /** Whether its versions stand side by side. */
  readonly isVersioned?: true;
  /** Whether its host names have one of several records. */
  readonly isRouted?: true;
  /** How many random operations it does where others do one; default 1. */
  readonly pace?: number;
  /** Properties that tell it from the other kinds. */
  readonly properties: (account: Account) => Structure;
  /** Whether no requests lead to it by rules of a shared load balancer. */
  readonly hasNoRules?: true;
  /** Whether it has no load balancer at all. */
  readonly isWorker?: true;
  /** Name of its additional load balancer; default: it has none. */
  readonly additional?: string;
}

/**
 * Deployments without pauses and alarms: nothing happens in them that services could disturb, and ECS looks at alarms so often
 * that the local AWS would be busy with little else.
 */
const DEPLOYMENT = {
  BakeTimeInMinutes: 0,
  CanaryConfiguration: { CanaryBakeTimeInMinutes: 0 },
  Alarms: { Enable: false },
};

/** Alarms of versions are looked at only while requests move to them. */
const VERSIONED = {
  Strategy: 'VERSIONED',
  BakeTimeInMinutes: 0,
  CanaryConfiguration: { CanaryPercent: 20, CanaryBakeTimeInMinutes: 0 },
};

export const KINDS: readonly Kind[] = [
  { name: 'public', share: 30, properties: () => ({}) },
  {
    name: 'versions',
    share: 10,
    sharesWith: 'public',
    isVersioned: true,
    pace: 3,
    properties: () => ({ DeploymentConfiguration: VERSIONED }),
  },
  {
    name: 'versions with an address each',
    share: 5,
    sharesWith: 'public',
    isVersioned: true,
    pace: 3,
    properties: () => ({
      DeploymentConfiguration: VERSIONED,
      VersionTraffic: { HttpHeaderName: VERSION_HEADER },
    }),
  },
  {
    name: 'routing policy',
    share: 10,
    sharesWith: 'public',
    isRouted: true,
    pace: 2,
    properties: () => ({}),
  },
  { name: 'web ACL', share: 12, properties: ({ webAclArn }) => ({ WebAclArn: webAclArn }) },
  {
    name: 'private',
    share: 12,
    properties: ({ privateSubnetIds }) => ({ NetworkConfiguration: { Subnets: privateSubnetIds } }),
  },
  {
    name: 'worker',
    share: 8,
    properties: () => ({ LoadBalancerConfiguration: { Type: 'none' } }),
    hasNoRules: true,
    isWorker: true,
  },
  {
    name: 'two load balancers',
    share: 8,
    properties: ({ privateSubnetIds: Subnets }) => ({
      LoadBalancerConfiguration: { HttpRedirect: false },
      AdditionalLoadBalancers: [
        { Name: 'internal', LoadBalancerConfiguration: { Scheme: 'internal', Subnets, HttpRedirect: false } },
      ],
    }),
    additional: 'internal',
  },
  {
    name: 'Network Load Balancer',
    share: 5,
    properties: () => ({ LoadBalancerConfiguration: { Type: 'network', Listener: { Protocol: 'TCP' } } }),
    hasNoRules: true,
  },
];

/** Every so manieth service has a host of its own, with a certificate that is requested for it. */
const OWN_DOMAIN_EVERY = 8;

/** Header by which a request asks for a version. */
export const VERSION_HEADER = 'x-version';

/** The kind of services whose load balancers those of a kind are on. */
export function placeOf({ name, sharesWith = name }: Kind): string {
  return sharesWith;
}

/** A service, as its author sees it. */
export class Service {
  readonly name: string;
  /** Host at which it answers. */
  readonly hostName: string;
  /** Desired properties; undefined when the service is not to exist. */
  model: Structure | undefined;
  /** Its kind, or that before the update that is under way. */
  kind: Kind;
  /** What an update that is under way makes it. */
  becomes: Kind | undefined;
  /** Whether it is to answer requests: from the end of its creation to the beginning of its deletion. */
  answers = false;
  /** How often its deletion has begun. */
  deletions = 0;
  /** The versions that are to stand; none of a service without. */
  readonly versions = new Versions();
  /** Weight that somebody has given its record by hand. */
  weightByHand: number | undefined;

  constructor(
    readonly index: number,
    kind: Kind,
  ) {
    this.kind = kind;
    this.name = `service-${index}`;
    this.hostName = this.hasOwnDomain ? `${this.name}.own.${BASE_DOMAIN}` : `${this.name}.${BASE_DOMAIN}`;
  }

  /** The properties it is made with. */
  initialModel(account: Account): Structure {
    return this.modelOf(this.kind, account, { PrimaryContainer: { Image: `soak/${this.name}:1` } });
  }

  /**
   * The properties of a service of a kind.
   *
   * @param model the properties that it has now.
   */
  modelOf(kind: Kind, account: Account, model: Structure): Structure {
    const { PrimaryContainer, ScalingTarget, Tags, HealthCheckPath } = model;
    return {
      ServiceName: this.name,
      ExecutionRoleArn: account.roles.execution,
      PrimaryContainer,
      ...(ScalingTarget && { ScalingTarget }),
      ...(Tags && { Tags }),
      ...(!kind.isWorker && {
        InfrastructureRoleArn: account.roles.infrastructure,
        DeploymentConfiguration: DEPLOYMENT,
        ...(HealthCheckPath && { HealthCheckPath }),
        ...(this.hasOwnDomain && { DomainName: this.hostName }),
      }),
      ...(kind.isVersioned && versioned(model)),
      ...(kind.isRouted && { DnsConfiguration: model.DnsConfiguration ?? { RoutingPolicy: 'LATENCY' } }),
      ...kind.properties(account),
    };
  }

  /** Hosts that it answers at, as a service of its kind, by rules of load balancers. */
  get hostNames(): readonly string[] {
    return this.kind.hasNoRules ? [] : this.names;
  }

  /** Hosts that it has records for. */
  get names(): readonly string[] {
    const { isWorker, additional } = this.kind;
    if (isWorker) return [];
    return [
      this.hostName,
      ...(additional ? [`${this.name}-${additional}.${BASE_DOMAIN}`] : []),
      ...(this.isRouted ? [`${REGION}.${this.hostName}`] : []),
    ];
  }

  /** Whether its record is one of several of its name. */
  get isRouted(): boolean {
    return (this.model?.DnsConfiguration?.RoutingPolicy ?? 'SIMPLE') !== 'SIMPLE';
  }

  /** How Route 53 is to choose the record of one of {@link names}. */
  choiceOf(name: string): Pick<ResourceRecordSet, 'SetIdentifier' | 'Region' | 'Failover' | 'Weight'> {
    if (!this.isRouted || name !== this.hostName) return {};
    const { RoutingPolicy, SetIdentifier, Failover, Weight } = this.model!.DnsConfiguration;
    return {
      SetIdentifier: SetIdentifier ?? `${this.name}-${REGION}`,
      Region: RoutingPolicy === 'LATENCY' ? REGION : undefined,
      Failover,
      Weight: this.weightByHand ?? Weight,
    };
  }

  /** Whether an update has given its record another policy or weight, after the template before. */
  routesOtherwise({ DnsConfiguration }: Structure): boolean {
    const policyAndWeight = (dns: Structure = {}) => [dns.RoutingPolicy, dns.Weight].join();
    return policyAndWeight(DnsConfiguration) !== policyAndWeight(this.model?.DnsConfiguration);
  }

  /** Whether it is on the load balancers of a kind, or about to be. */
  isAt(place: string): boolean {
    return [this.kind, ...(this.becomes ? [this.becomes] : [])].some((kind) => placeOf(kind) === place);
  }

  /** Whether an update may make it a service of another kind: one with versions does not move. */
  canBecome(kind: Kind): boolean {
    const isTaken = this.kind.isVersioned && !kind.isVersioned && this.sharesRequests;
    const isMoved = placeOf(kind) !== placeOf(this.kind);
    return !isTaken && !(isMoved && (kind.isVersioned || this.kind.isVersioned));
  }

  /** Whether its template has versions answer that it does not describe. */
  private get sharesRequests(): boolean {
    const { Version, Traffic = [] } = this.model ?? {};
    return (Traffic as Share[]).some((share) => share.Version !== Version && share.Weight > 0);
  }

  /** What may be changed about it, when an update makes it a service of this kind. */
  changesTo(kind: Kind): readonly Change[] {
    if (this.kind.isVersioned && kind.isVersioned) return VERSION_CHANGES;
    return kind.isRouted ? [...CHANGES, ...ROUTING_CHANGES] : CHANGES;
  }

  private get hasOwnDomain(): boolean {
    return this.index % OWN_DOMAIN_EVERY === OWN_DOMAIN_EVERY - 1;
  }
}

/** What only services with versions say. */
function versioned({ Traffic, Standby, ...content }: Structure): Structure {
  return {
    Version: labelOf(content),
    ...(Traffic && { Traffic }),
    ...(Standby && { Standby }),
  };
}

/** As many services as wanted, the kinds in the proportion of their shares. */
export function servicesOf(count: number, kinds: readonly Kind[] = KINDS): Service[] {
  const whole = kinds.reduce((sum, { share }) => sum + share, 0);
  return Array.from({ length: count }, (_, index) => {
    // Spread evenly: a golden-ratio sequence visits every part of the whole in its proportion.
    let point = ((index * 0.618033988749895) % 1) * whole;
    const kind = kinds.find(({ share }) => (point -= share) < 0) ?? kinds[0]!;
    return new Service(index, kind);
  });
}

/**
 * The desired properties of two services that have everything in common that services can have in common: the host with the
 * domain of its certificate, and a load balancer that nobody else is on.
 */
export function pair(index: number, { roles }: Account): readonly Structure[] {
  return ['a', 'b'].map((which) => ({
    ServiceName: `pair-${index}-${which}`,
    InfrastructureRoleArn: roles.infrastructure,
    ExecutionRoleArn: roles.execution,
    PrimaryContainer: { Image: `soak/pair-${index}-${which}:1` },
    DeploymentConfiguration: DEPLOYMENT,
    DomainName: `pair-${index}.own.${BASE_DOMAIN}`,
    LoadBalancerConfiguration: { IdleTimeoutSeconds: 100 + index },
  }));
}

/** What an update of any service may change. */
const CHANGES: readonly Change[] = [
  (model, random) => container(model, newImage(model, random)),
  (model, random) =>
    container(model, { ...newImage(model, random), ContainerPort: random.pick([80, 8080, 9090]) }),
  (model, random) => ({ ...model, HealthCheckPath: `/health-${random.pick([1, 2, 3])}` }),
  (model, random) => ({ ...model, Tags: [{ Key: 'round', Value: String(random.next()) }] }),
  (model, random) => ({
    ...model,
    ScalingTarget: { MinTaskCount: 1, MaxTaskCount: random.pick([2, 5, 10]) },
  }),
];
