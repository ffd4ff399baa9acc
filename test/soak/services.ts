/** The services of a soak: how they differ, and what is changed about them. */
import type { Structure } from '../../local/service';
import { BASE_DOMAIN, type Account } from './account';
import type { Random } from './random';

/** Services of one kind share load balancers with one another, and with no others. */
export interface Kind {
  readonly name: string;
  /** How many of a hundred services are of this kind. */
  readonly share: number;
  /** Properties that tell it from the other kinds. */
  readonly properties: (account: Account) => Structure;
  /** Whether no requests lead to it by rules of a shared load balancer. */
  readonly hasNoRules?: true;
  /** Whether it has no load balancer at all. */
  readonly isWorker?: true;
  /** Name of its additional load balancer; default: it has none. */
  readonly additional?: string;
}

export const KINDS: readonly Kind[] = [
  { name: 'public', share: 45, properties: () => ({}) },
  { name: 'web ACL', share: 15, properties: ({ webAclArn }) => ({ WebAclArn: webAclArn }) },
  {
    name: 'private',
    share: 15,
    properties: ({ privateSubnetIds }) => ({ NetworkConfiguration: { Subnets: privateSubnetIds } }),
  },
  {
    name: 'worker',
    share: 10,
    properties: () => ({ LoadBalancerConfiguration: { Type: 'none' } }),
    hasNoRules: true,
    isWorker: true,
  },
  {
    name: 'two load balancers',
    share: 10,
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

/**
 * Deployments without pauses and alarms: nothing happens in them that services could disturb, and ECS looks at alarms so often
 * that the local AWS would be busy with little else.
 */
const DEPLOYMENT = {
  BakeTimeInMinutes: 0,
  CanaryConfiguration: { CanaryBakeTimeInMinutes: 0 },
  Alarms: { Enable: false },
};

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
      ...kind.properties(account),
    };
  }

  /** Hosts that it answers at, as a service of its kind, by rules of load balancers. */
  get hostNames(): readonly string[] {
    const { hasNoRules, additional } = this.kind;
    if (hasNoRules) return [];
    return additional ? [this.hostName, `${this.name}-${additional}.${BASE_DOMAIN}`] : [this.hostName];
  }

  /** Whether it is of a kind, or about to be. */
  isOf(kind: string): boolean {
    return [this.kind.name, this.becomes?.name].includes(kind);
  }

  private get hasOwnDomain(): boolean {
    return this.index % OWN_DOMAIN_EVERY === OWN_DOMAIN_EVERY - 1;
  }
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

/** A change of a service. Returns the desired properties after it. */
type Change = (model: Structure, random: Random) => Structure;

const container = (model: Structure, change: Structure): Structure => ({
  ...model,
  PrimaryContainer: { ...model.PrimaryContainer, ...change },
});

const newImage = ({ PrimaryContainer }: Structure, random: Random): Structure => ({
  Image: PrimaryContainer.Image.replace(/:.*/, `:${1 + Math.floor(random.next() * 1_000_000)}`),
});

/** What an update may change. */
export const CHANGES: readonly Change[] = [
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
