import {
  type Action,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  type Rule,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ClientRequest } from './client-request';
import { type RequestTest, conditionTest, conditionsTest } from './conditions';
import { SharedRead } from './shared-read';

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
  /**
   * The rule's actions as they are now.
   * @throws RoutingChanged when the rule has gone or its conditions are no longer those of this table.
   */
  readonly actions: () => Promise<readonly Action[]>;
}

export interface RoutingListener {
  readonly port: number;
  /** `HTTP` or `HTTPS`. */
  readonly protocol: string;
  /** In order of evaluation; the default rule comes last. */
  readonly rules: readonly RoutingRule[];
}

export interface RoutingLoadBalancer {
  readonly dnsName: string;
  readonly attributes: Attributes;
  readonly listeners: readonly RoutingListener[];
}

/** ELB attributes by key, e.g. `idle_timeout.timeout_seconds`. */
export type Attributes = Readonly<Record<string, string>>;

export interface RoutingTargetGroup {
  readonly arn: string;
  readonly attributes: Attributes;
  /** The targets registered now. */
  readonly targets: readonly Target[];
}

/** The routing table is out of date: take a new one and evaluate the request again. */
export class RoutingChanged extends Error {}

/** Errors of ELB that mean: deleted since the table was read. */
const GONE = new Set([
  'LoadBalancerNotFoundException',
  'ListenerNotFoundException',
  'RuleNotFoundException',
  'TargetGroupNotFoundException',
]);

/** How long (real milliseconds) a table is used when nobody reports a change. */
const MAXIMUM_AGE = 1000;

/**
 * Load balancers, listeners and rules as ELB stores them. What decides where a request goes at this moment (a rule's
 * actions with their weights, registered targets) is read for every request; the rest is kept until
 * {@link RoutingTable.invalidate} or for a second, whichever is first.
 */
export class RoutingTable {
  private kept:
    { readonly loadBalancers: readonly RoutingLoadBalancer[]; readonly until: number } | undefined;
  private version = 0;
  private readonly load = new SharedRead(() => this.readLoadBalancers());
  private readonly targets = new Map<string, SharedRead<readonly Target[]>>();
  private readonly attributes = new Map<string, Promise<Attributes>>();

  constructor(private readonly elb: ElasticLoadBalancingV2Client) {}

  /** Forget what is kept: load balancers, listeners or rules have changed. */
  invalidate(): void {
    this.version++;
    this.kept = undefined;
    this.attributes.clear();
    this.targets.clear();
  }

  /** All application load balancers. */
  async loadBalancers(): Promise<readonly RoutingLoadBalancer[]> {
    if (this.kept && performance.now() < this.kept.until) return this.kept.loadBalancers;
    return this.load.get();
  }

  /**
   * A target group with the targets registered now.
   * @throws RoutingChanged when it has gone.
   */
  async targetGroup(arn: string): Promise<RoutingTargetGroup> {
    let targets = this.targets.get(arn);
    if (!targets) this.targets.set(arn, (targets = new SharedRead(() => this.readTargets(arn))));
    let attributes = this.attributes.get(arn);
    if (!attributes) this.attributes.set(arn, (attributes = this.readAttributes(arn)));
    const [current, kept] = await Promise.all([targets.get(), attributes]);
    return { arn, attributes: kept, targets: current };
  }

  private async readLoadBalancers(): Promise<readonly RoutingLoadBalancer[]> {
    const version = this.version;
    const found: LoadBalancer[] = [];
    for await (const page of paginateDescribeLoadBalancers({ client: this.elb }, {}))
      found.push(...(page.LoadBalancers ?? []));
    const routed = await Promise.all(
      found
        .filter((loadBalancer) => loadBalancer.Type === 'application')
        .map((loadBalancer) => unlessGone(this.readLoadBalancer(loadBalancer))),
    );
    const loadBalancers = routed.filter((loadBalancer) => loadBalancer !== undefined);
    this.attributes.clear();
    if (version === this.version) this.kept = { loadBalancers, until: performance.now() + MAXIMUM_AGE };
    return loadBalancers;
  }

  private async readLoadBalancer(loadBalancer: LoadBalancer): Promise<RoutingLoadBalancer> {
    const LoadBalancerArn = loadBalancer.LoadBalancerArn;
    const [{ Attributes: attributes }, { Listeners: listeners }] = await Promise.all([
      this.elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })),
      this.elb.send(new DescribeListenersCommand({ LoadBalancerArn })),
    ]);
    const routed = (listeners ?? []).map((listener) => unlessGone(this.readListener(listener)));
    return {
      dnsName: loadBalancer.DNSName ?? '',
      attributes: asRecord(attributes),
      listeners: (await Promise.all(routed)).filter((listener) => listener !== undefined),
    };
  }

  private async readListener(listener: Listener): Promise<RoutingListener> {
    const rules: Rule[] = [];
    const pages = paginateDescribeRules({ client: this.elb }, { ListenerArn: listener.ListenerArn });
    for await (const page of pages) rules.push(...(page.Rules ?? []));
    return {
      port: listener.Port ?? 0,
      protocol: listener.Protocol ?? '',
      rules: rules.sort((a, b) => precedence(a) - precedence(b)).map((rule) => this.routingRule(rule)),
    };
  }

  private routingRule(rule: Rule): RoutingRule {
    const conditions = rule.Conditions ?? [];
    const hostTests = conditions.filter(({ Field }) => Field === 'host-header').map(conditionTest);
    const current = new SharedRead(() => this.readRule(rule));
    return {
      arn: rule.RuleArn ?? '',
      matches: conditionsTest(conditions),
      namesHost: (request: ClientRequest) => hostTests.some((test) => test(request)),
      actions: () => current.get(),
    };
  }

  private async readRule(known: Rule): Promise<readonly Action[]> {
    const answer = await unlessGone(
      this.elb.send(new DescribeRulesCommand({ RuleArns: [known.RuleArn ?? ''] })),
    );
    const rule = answer?.Rules?.[0];
    if (!rule || rule.Priority !== known.Priority || !sameConditions(rule, known)) throw new RoutingChanged();
    return [...(rule.Actions ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
  }

  private async readTargets(TargetGroupArn: string): Promise<readonly Target[]> {
    const answer = await unlessGone(this.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })));
    if (!answer) throw new RoutingChanged();
    const targets = answer.TargetHealthDescriptions ?? [];
    return targets.map(({ Target }) => ({ ip: Target?.Id ?? '', port: Target?.Port ?? 0 }));
  }

  private async readAttributes(TargetGroupArn: string): Promise<Attributes> {
    const answer = await unlessGone(
      this.elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })),
    );
    if (!answer) throw new RoutingChanged();
    return asRecord(answer.Attributes);
  }
}

/** The default rule has the priority `default` and comes after all others. */
function precedence(rule: Rule): number {
  return rule.IsDefault ? Infinity : Number(rule.Priority);
}

function sameConditions(one: Rule, other: Rule): boolean {
  return JSON.stringify(one.Conditions ?? []) === JSON.stringify(other.Conditions ?? []);
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
