import { type ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import {
  type Action,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  type Rule,
  paginateDescribeListenerCertificates,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { WAFV2Client } from '@aws-sdk/client-wafv2';
import type { Answers } from '../claims/answers';
import { readSecurityGroups, type Peer, type SecurityGroups, type Transport } from '../security-groups';
import type { ProtocolVersion } from '../service';
import type { ClientRequest } from './client-request';
import { type RequestTest, conditionTest, conditionsTest } from './conditions';
import { SharedRead } from './shared-read';
import { readWebAcl, type RoutingWebAcl } from './web-acl';

/** One registered target. */
export interface Target {
  readonly ip: string;
  readonly port: number;
}

export interface RoutingRule {
  readonly arn: string;
  readonly matches: RequestTest;
  /** Whether a host-header condition of the rule names the request's host. */
  readonly namesHost: RequestTest;
  /** In order. */
  readonly actions: readonly Action[];
}

export interface RoutingListener {
  readonly port: number;
  readonly arn: string;
  /** `HTTP` or `HTTPS`; of a Network Load Balancer `TCP`, `TLS`, `UDP` or `TCP_UDP`. */
  readonly protocol: string;
  /** Host names that its certificates are for, `*.example.com` among them; undefined when it needs no certificate. */
  readonly certifiedNames: readonly string[] | undefined;
  /** In order of evaluation; the default rule comes last. */
  readonly rules: readonly RoutingRule[];
}

export interface RoutingLoadBalancer {
  readonly type: 'application' | 'network';
  readonly dnsName: string;
  /** Whether its security groups let a client of this address connect to this port. */
  readonly admits: (sourceIp: string, port: number, transport?: Transport) => boolean;
  /** Whether its security groups and those of a target let it connect to the target. */
  readonly reaches: (target: Target, securityGroups: readonly string[], transport?: Transport) => boolean;
  /** Whether its security groups let it out to this port of an address that is not in the VPC. */
  readonly goesOut: (address: string, port: number) => boolean;
  /** Undefined when nothing filters its requests. */
  readonly webAcl?: RoutingWebAcl;
  readonly attributes: Attributes;
  readonly listeners: readonly RoutingListener[];
}

/** ELB attributes by key, e.g. `idle_timeout.timeout_seconds`. */
export type Attributes = Readonly<Record<string, string>>;

export interface RoutingTargetGroup {
  readonly arn: string;
  readonly protocolVersion: ProtocolVersion;
  readonly attributes: Attributes;
  readonly targets: readonly Target[];
}

/** The routing table is out of date: take a new one and evaluate the request again. */
export class RoutingChanged extends Error {}

/** Errors that mean: deleted since the table was read. */
const GONE = new Set([
  'ResourceNotFoundException',
  'LoadBalancerNotFoundException',
  'ListenerNotFoundException',
  'RuleNotFoundException',
  'TargetGroupNotFoundException',
]);

/** How long (real milliseconds) a table is used when nobody reports a change. */
const MAXIMUM_AGE = 1000;

/**
 * Load balancers, listeners, rules and targets as ELB stores them; kept until {@link RoutingTable.invalidate}, or for a
 * second, whichever is first.
 */
export class RoutingTable {
  private kept:
    { readonly loadBalancers: readonly RoutingLoadBalancer[]; readonly until: number } | undefined;
  private version = 0;
  private readonly load = new SharedRead(() => this.readLoadBalancers());
  private readonly targetGroups = new Map<string, Promise<RoutingTargetGroup>>();
  /** Names of certificates, which never change, by ARN. */
  private readonly certificates = new Map<string, readonly string[]>();

  constructor(
    private readonly elb: ElasticLoadBalancingV2Client,
    private readonly ec2: EC2Client,
    private readonly acm: ACMClient,
    private readonly waf: WAFV2Client,
    private readonly answers: Answers,
  ) {}

  /** Forget what is kept: load balancers, listeners, rules or targets have changed. */
  invalidate(): void {
    this.version++;
    this.kept = undefined;
    this.targetGroups.clear();
  }

  /** All Application and Network Load Balancers. */
  async loadBalancers(): Promise<readonly RoutingLoadBalancer[]> {
    if (this.kept && performance.now() < this.kept.until) return this.kept.loadBalancers;
    return this.load.get();
  }

  /**
   * A target group with its targets.
   * @throws RoutingChanged when it has gone.
   */
  targetGroup(arn: string): Promise<RoutingTargetGroup> {
    let group = this.targetGroups.get(arn);
    if (!group) {
      group = this.readTargetGroup(arn);
      this.targetGroups.set(arn, group);
      // What could not be read is read again by the next request.
      group.catch(() => this.targetGroups.delete(arn));
    }
    return group;
  }

  private async readLoadBalancers(): Promise<readonly RoutingLoadBalancer[]> {
    const version = this.version;
    const found: LoadBalancer[] = [];
    for await (const page of paginateDescribeLoadBalancers({ client: this.elb }, {}))
      found.push(...(page.LoadBalancers ?? []));
    const groups = await readSecurityGroups(this.ec2);
    const routed = await Promise.all(
      found
        .filter(({ Type }) => Type === 'application' || Type === 'network')
        .map((loadBalancer) => unlessGone(this.readLoadBalancer(loadBalancer, groups))),
    );
    const loadBalancers = routed.filter((loadBalancer) => loadBalancer !== undefined);
    this.targetGroups.clear();
    if (version === this.version) this.kept = { loadBalancers, until: performance.now() + MAXIMUM_AGE };
    return loadBalancers;
  }

  private async readLoadBalancer(
    loadBalancer: LoadBalancer,
    groups: SecurityGroups,
  ): Promise<RoutingLoadBalancer> {
    const LoadBalancerArn = loadBalancer.LoadBalancerArn;
    const isFiltered = loadBalancer.Type === 'application';
    const [{ Attributes: attributes }, { Listeners: listeners }, webAcl] = await Promise.all([
      this.elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
      this.elb.send(new DescribeListenersCommand({ LoadBalancerArn })),
      isFiltered ? readWebAcl(this.waf, LoadBalancerArn!) : undefined,
    ]);
    const own: Peer = { securityGroups: loadBalancer.SecurityGroups ?? [] };
    const isOpen = own.securityGroups.length === 0;
    const routed = (listeners ?? []).map((listener) => unlessGone(this.readListener(listener)));
    return {
      type: loadBalancer.Type as RoutingLoadBalancer['type'],
      dnsName: loadBalancer.DNSName ?? '',
      admits: (address, port, transport) =>
        isOpen || groups.letIn({ address, securityGroups: [] }, own, port, transport),
      reaches: ({ ip, port }, securityGroups, transport) =>
        isOpen || groups.connect(own, { address: ip, securityGroups }, port, transport),
      goesOut: (address, port) => isOpen || groups.letOut(own, { address, securityGroups: [] }, port),
      webAcl,
      attributes: asRecord(attributes),
      listeners: (await Promise.all(routed)).filter((listener) => listener !== undefined),
    };
  }

  private async readListener(listener: Listener): Promise<RoutingListener> {
    const rules: Rule[] = [];
    const pages = paginateDescribeRules({ client: this.elb }, { ListenerArn: listener.ListenerArn });
    for await (const page of pages) rules.push(...(page.Rules ?? []));
    const isSecure = listener.Protocol === 'HTTPS' || listener.Protocol === 'TLS';
    return {
      port: listener.Port ?? 0,
      arn: listener.ListenerArn ?? '',
      protocol: listener.Protocol ?? '',
      certifiedNames: isSecure ? await this.readCertifiedNames(listener) : undefined,
      rules: rules
        .sort((a, b) => precedence(a) - precedence(b))
        .map((rule) => routingRule(rule, this.answers)),
    };
  }

  private async readCertifiedNames({ ListenerArn }: Listener): Promise<readonly string[]> {
    const arns: string[] = [];
    const pages = paginateDescribeListenerCertificates({ client: this.elb }, { ListenerArn });
    for await (const { Certificates = [] } of pages) {
      arns.push(...Certificates.map(({ CertificateArn }) => CertificateArn!));
    }
    return (await Promise.all(arns.map((arn) => this.namesOf(arn)))).flat();
  }

  /** None for a certificate that is not ACM's. */
  private async namesOf(CertificateArn: string): Promise<readonly string[]> {
    const known = this.certificates.get(CertificateArn);
    if (known) return known;
    const described = await unlessGone(this.acm.send(new DescribeCertificateCommand({ CertificateArn })));
    const { DomainName = '', SubjectAlternativeNames = [] } = described?.Certificate ?? {};
    const names = [...new Set([DomainName, ...SubjectAlternativeNames])];
    if (described) this.certificates.set(CertificateArn, names);
    return names;
  }

  private async readTargetGroup(arn: string): Promise<RoutingTargetGroup> {
    const [described, health, attributes] = await Promise.all([
      unlessGone(this.elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))),
      unlessGone(this.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }))),
      unlessGone(this.elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }))),
    ]);
    if (!described || !health || !attributes) throw new RoutingChanged();
    const targets = health.TargetHealthDescriptions ?? [];
    return {
      arn,
      protocolVersion: (described.TargetGroups?.[0]?.ProtocolVersion ?? 'HTTP1') as ProtocolVersion,
      attributes: asRecord(attributes.Attributes),
      targets: targets.map(({ Target }) => ({ ip: Target?.Id ?? '', port: Target?.Port ?? 0 })),
    };
  }
}

function routingRule(rule: Rule, answers: Answers): RoutingRule {
  const conditions = rule.Conditions ?? [];
  const hostTests = conditions
    .filter(({ Field }) => Field === 'host-header')
    .map((condition) => conditionTest(condition, answers));
  return {
    arn: rule.RuleArn ?? '',
    matches: conditionsTest(conditions, answers),
    namesHost: (request: ClientRequest) => hostTests.some((test) => test(request)),
    actions: [...(rule.Actions ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0)),
  };
}

/** The default rule has the priority `default` and comes after all others. */
function precedence(rule: Rule): number {
  return rule.IsDefault ? Infinity : Number(rule.Priority);
}

function asRecord(attributes: readonly { Key?: string; Value?: string }[] = []): Attributes {
  return Object.fromEntries(attributes.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** The result of a read, or undefined when what it reads has been deleted meanwhile. */
async function unlessGone<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (GONE.has((error as Error).name)) return undefined;
    throw error;
  }
}
