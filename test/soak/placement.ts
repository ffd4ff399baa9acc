/** Which services are on which load balancer, read through the list calls of Elastic Load Balancing. */
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LocalAws } from '../../local';

/** One rule of a listener for HTTPS. */
export interface PlacedRule {
  readonly priority: string;
  readonly hostNames: readonly string[];
}

/** A load balancer and what is on it. */
export interface PlacedLoadBalancer {
  readonly name: string;
  /** Without default rules. */
  readonly rules: readonly PlacedRule[];
}

const HTTPS_PORT = 443;

/** All Application Load Balancers of the account. One that goes away while it is looked at has no rules. */
export async function placement(aws: LocalAws): Promise<PlacedLoadBalancer[]> {
  const client = new ElasticLoadBalancingV2Client(aws.clientOptions());
  const placed: PlacedLoadBalancer[] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {})) {
    for (const { LoadBalancerArn, LoadBalancerName, Type } of LoadBalancers) {
      if (Type !== 'application') continue;
      placed.push({ name: LoadBalancerName!, rules: await rulesOf(client, LoadBalancerArn!) });
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
  return rules
    .filter(({ IsDefault }) => !IsDefault)
    .map(({ Priority, Conditions = [] }) => ({
      priority: Priority!,
      hostNames: Conditions.flatMap(
        ({ HostHeaderConfig, Values }) => HostHeaderConfig?.Values ?? Values ?? [],
      ),
    }));
}
