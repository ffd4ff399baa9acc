/** What listeners and rules may forward to. */
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../service';
import type { GuardContext } from '../guard';
import { targetGroupsOf, type Inventory } from './inventory';
import { isNetwork } from './network-load-balancers';
import type { Stickiness } from './stickiness';

/** Largest weight of a target group (TargetGroupTuple, API reference). */
const LARGEST_WEIGHT = 999;

/**
 * By protocol of a listener, those of the target groups that it can forward to (user guides of Application and Network Load
 * Balancers, "Listeners").
 */
const FORWARDS_TO: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTP', 'HTTPS'],
  HTTPS: ['HTTP', 'HTTPS'],
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
};

export class TargetGroupChecks {
  constructor(
    private readonly context: GuardContext,
    private readonly inventory: Inventory,
    private readonly stickiness: Stickiness,
  ) {}

  /**
   * Check the target groups of actions that are to be put on a load balancer.
   *
   * @param protocol of the listener; that of a rule, which Application Load Balancers alone have, does not matter.
   * @throws AwsError TargetGroupNotFound, TargetGroupAssociationLimit, TooManyTargetGroups, IncompatibleProtocols,
   *   TooManyUniqueTargetGroupsPerLoadBalancer, InvalidLoadBalancerAction or ValidationError.
   */
  async check(
    region: string,
    loadBalancerArn: string,
    actions: readonly Action[],
    protocol = 'HTTP',
  ): Promise<void> {
    const arns = [...new Set(targetGroupsOf(actions))];
    if (arns.length === 0) return;
    this.checkForward(actions);
    if (!isNetwork(loadBalancerArn)) this.stickiness.checkActions(actions);
    const groups = await this.inventory.targetGroups(region, arns);
    if (groups.length < arns.length) {
      throw new AwsError('TargetGroupNotFound', `One or more target groups not found: ${arns.join(', ')}`);
    }
    const incompatible = groups.find(
      ({ Protocol = '' }) => FORWARDS_TO[protocol]?.includes(Protocol) === false,
    );
    if (incompatible) {
      throw new AwsError(
        'IncompatibleProtocols',
        `The listener and its associated target group '${incompatible.TargetGroupArn}' have incompatible protocols: ` +
          `'${protocol}' and '${incompatible.Protocol}'`,
      );
    }
    const elsewhere = groups.filter(({ LoadBalancerArns = [] }) =>
      LoadBalancerArns.some((arn) => arn !== loadBalancerArn),
    );
    if (elsewhere.length > 0) {
      throw new AwsError(
        'TargetGroupAssociationLimit',
        'The following target groups cannot be associated with more than one load balancer: ' +
          elsewhere.map(({ TargetGroupArn }) => TargetGroupArn).join(', '),
      );
    }
    const fresh = groups.filter(({ LoadBalancerArns = [] }) => LoadBalancerArns.length === 0);
    if (fresh.length > 0) await this.checkQuota(region, loadBalancerArn, fresh.length);
  }

  private checkForward(actions: readonly Action[]): void {
    const { targetGroupsPerAction } = this.context.limits;
    for (const { ForwardConfig } of actions) {
      const tuples = ForwardConfig?.TargetGroups ?? [];
      if (tuples.length > targetGroupsPerAction) {
        throw new AwsError(
          'TooManyTargetGroups',
          `The maximum number of target groups of an action is ${targetGroupsPerAction}`,
        );
      }
      const wrong = tuples.find(({ Weight = 0 }) => Weight < 0 || Weight > LARGEST_WEIGHT);
      if (wrong) {
        throw new AwsError(
          'ValidationError',
          `The weight ${wrong.Weight} of a target group must be from 0 to ${LARGEST_WEIGHT}`,
        );
      }
    }
  }

  private async checkQuota(region: string, loadBalancerArn: string, more: number): Promise<void> {
    const { targetGroupsPerLoadBalancer } = this.context.limits;
    const rules = await this.inventory.rules(region, loadBalancerArn);
    const present = new Set(rules.flatMap(({ Actions }) => targetGroupsOf(Actions)));
    if (present.size + more > targetGroupsPerLoadBalancer) {
      throw new AwsError(
        'TooManyUniqueTargetGroupsPerLoadBalancer',
        `The maximum number of unique target groups of a load balancer is ${targetGroupsPerLoadBalancer}`,
      );
    }
  }
}
