/** Which services are on which load balancer, read through the list calls of Elastic Load Balancing. */
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';

/** One rule of a listener for HTTPS. */
export interface PlacedRule {
  readonly arn: string;
  readonly priority: string;
  readonly hostNames: readonly string[];
  /** Whether a request must have more than the host to meet it, as that for one version. */
  readonly asksForMore: boolean;
  /** Weights by the ARNs of target groups. */
  readonly weights: Readonly<Record<string, number>>;
}

/** A load balancer and what is on it. */
export interface PlacedLoadBalancer {
  readonly name: string;
  readonly dnsName: string;
  /** Without default rules. */
  readonly rules: readonly PlacedRule[];
}

const HTTPS_PORT = 443;

/**
 * Application Load Balancers of the account. One that goes away while it is looked at has no rules.
 *
 * @param isForeign whether one of this ARN is somebody else's.
 */
export async function placement(
  client: ElasticLoadBalancingV2Client,
  isForeign: (arn: string) => boolean,
): Promise<PlacedLoadBalancer[]> {
  const placed: PlacedLoadBalancer[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {})) {
    for (const { LoadBalancerArn, LoadBalancerName, DNSName, Type } of LoadBalancers) {
      if (Type !== 'application' || isForeign(LoadBalancerArn!)) continue;
      const rules = await rulesOf(client, LoadBalancerArn!);
      placed.push({ name: LoadBalancerName!, dnsName: DNSName!.toLowerCase(), rules });
    }
  }
  return placed;
}

async function rulesOf(
  client: ElasticLoadBalancingV2Client,
  LoadBalancerArn: string,
): Promise<readonly PlacedRule[]> {
  const rules: Rule[] = [];
  try {
    const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
    const ListenerArn = Listeners.find(({ Port }) => Port === HTTPS_PORT)?.ListenerArn;
    if (!ListenerArn) return [];
    for await (const { Rules = [] } of paginateDescribeRules({ client }, { ListenerArn }))
      rules.push(...Rules);
  } catch (error) {
    if (/^(LoadBalancer|Listener)NotFound/.test((error as Error).name)) return [];
    throw error;
  }
  return rules.filter(({ IsDefault }) => !IsDefault).map(placedRule);
}

function placedRule({ RuleArn, Priority, Conditions = [], Actions = [] }: Rule): PlacedRule {
  return {
    arn: RuleArn!,
    priority: Priority!,
    hostNames: Conditions.flatMap(({ HostHeaderConfig, Values, Field }) =>
      Field === 'host-header' ? (HostHeaderConfig?.Values ?? Values ?? []) : [],
    ),
    asksForMore: Conditions.some(({ Field }) => Field !== 'host-header'),
    weights: Object.fromEntries(
      Actions.flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? []).map(
        ({ TargetGroupArn, Weight = 1 }) => [TargetGroupArn!, Weight],
      ),
    ),
  };
}

/** A rule as it is now; undefined when it is gone. */
export async function ruleAt(
  client: ElasticLoadBalancingV2Client,
  arn: string,
): Promise<PlacedRule | undefined> {
  try {
    const { Rules } = await client.send(new DescribeRulesCommand({ RuleArns: [arn] }));
    return Rules?.[0] && placedRule(Rules[0]);
  } catch (error) {
    if ((error as Error).name.startsWith('RuleNotFound')) return undefined;
    throw error;
  }
}

/** How many targets of a target group are healthy; 0 of one that is gone. */
export async function healthyTargets(
  client: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
): Promise<number> {
  try {
    const { TargetHealthDescriptions = [] } = await client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
  } catch (error) {
    if ((error as Error).name.startsWith('TargetGroupNotFound')) return 0;
    throw error;
  }
}
