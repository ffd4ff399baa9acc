/** What moto holds for one load balancer: its listeners, rules and target groups. */
import {
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  type Action,
  type Listener,
  type LoadBalancer,
  type Rule,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { regional, type GuardContext } from '../guard';
import { allItems } from '../../pages';

/** The load balancer of a listener or rule: their ARNs contain its path. */
export function loadBalancerArnOf(arn: string): string {
  const [, head, path] = /^(.*):listener(?:-rule)?\/((?:app|net|gwy)\/[^/]+\/[^/]+)\//.exec(arn) ?? [];
  return `${head}:loadbalancer/${path}`;
}

/** The listener of a rule. */
export function listenerArnOf(ruleArn: string): string {
  return ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '');
}

/** The target groups that actions forward to. */
export function targetGroupsOf(actions: readonly Action[] = []): string[] {
  return actions.flatMap(({ TargetGroupArn, ForwardConfig }) => [
    ...(TargetGroupArn ? [TargetGroupArn] : []),
    ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn!),
  ]);
}

export class Inventory {
  readonly client: (region: string) => ElasticLoadBalancingV2Client;

  constructor({ motoOptions }: GuardContext) {
    this.client = regional(ElasticLoadBalancingV2Client, motoOptions);
  }

  async loadBalancers(region: string): Promise<LoadBalancer[]> {
    return allItems(
      paginateDescribeLoadBalancers({ client: this.client(region) }, {}),
      ({ LoadBalancers }) => LoadBalancers,
    );
  }

  /** @throws LoadBalancerNotFoundException of the SDK. */
  async loadBalancer(region: string, arn: string): Promise<LoadBalancer> {
    const { LoadBalancers } = await this.client(region).send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }),
    );
    return LoadBalancers![0]!;
  }

  async listeners(region: string, loadBalancerArn: string): Promise<Listener[]> {
    return allItems(
      paginateDescribeListeners({ client: this.client(region) }, { LoadBalancerArn: loadBalancerArn }),
      ({ Listeners }) => Listeners,
    );
  }

  /** All rules of all listeners, default rules too. */
  async rules(region: string, loadBalancerArn: string): Promise<Rule[]> {
    const listeners = await this.listeners(region, loadBalancerArn);
    const rules = listeners.map(({ ListenerArn }) =>
      allItems(paginateDescribeRules({ client: this.client(region) }, { ListenerArn }), ({ Rules }) => Rules),
    );
    return (await Promise.all(rules)).flat();
  }

  /** One rule, or undefined when it does not exist. */
  async rule(region: string, arn: string): Promise<Rule | undefined> {
    const { Rules = [] } = await this.client(region)
      .send(new DescribeRulesCommand({ RuleArns: [arn] }))
      .catch(() => ({ Rules: [] }));
    return Rules[0];
  }

  /** The target groups with these ARNs; none when one of them does not exist. */
  async targetGroups(region: string, arns: readonly string[]): Promise<TargetGroup[]> {
    if (arns.length === 0) return [];
    const { TargetGroups = [] } = await this.client(region)
      .send(new DescribeTargetGroupsCommand({ TargetGroupArns: [...new Set(arns)] }))
      .catch(() => ({ TargetGroups: [] }));
    return TargetGroups;
  }

  /** A target group by name, or undefined. */
  async targetGroupNamed(region: string, name: string): Promise<TargetGroup | undefined> {
    const { TargetGroups = [] } = await this.client(region)
      .send(new DescribeTargetGroupsCommand({ Names: [name] }))
      .catch(() => ({ TargetGroups: [] }));
    return TargetGroups[0];
  }
}
