/** Stickiness to targets, which behind a rule with several target groups needs stickiness to target groups too. */
import type { Action, TargetGroupAttribute } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Answers } from '../../claims/answers';
import { AwsError } from '../../service';
import { targetGroupsOf, type Inventory } from './inventory';

export class Stickiness {
  /** ARNs of the target groups whose targets are sticky; kept here, since every rule is checked. */
  private readonly sticky = new Set<string>();

  constructor(
    private readonly inventory: Inventory,
    private readonly answers: Answers,
  ) {}

  /** Check actions that are to be put on a rule. @throws AwsError InvalidLoadBalancerAction. */
  checkActions(actions: readonly Action[]): void {
    if (!this.isChecked()) return;
    const forbidden = actions.filter(needsGroupStickiness);
    if (targetGroupsOf(forbidden).every((arn) => !this.sticky.has(arn))) return;
    throw new AwsError(
      'InvalidLoadBalancerAction',
      'You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups',
    );
  }

  /** Check and note attributes that a target group is to have. @throws AwsError InvalidConfigurationRequest. */
  async change(region: string, arn: string, attributes: readonly TargetGroupAttribute[]): Promise<void> {
    const enabled = attributes.find(({ Key }) => Key === 'stickiness.enabled')?.Value;
    if (enabled === undefined) return;
    if (enabled !== 'true') {
      this.sticky.delete(arn);
      return;
    }
    if (!this.isChecked()) {
      this.sticky.add(arn);
      return;
    }
    const [group] = await this.inventory.targetGroups(region, [arn]);
    const [loadBalancer] = group?.LoadBalancerArns ?? [];
    const rules = loadBalancer ? await this.inventory.rules(region, loadBalancer) : [];
    const rule = rules.find(({ Actions = [] }) =>
      targetGroupsOf(Actions.filter(needsGroupStickiness)).includes(arn),
    );
    if (rule) {
      throw new AwsError(
        'InvalidConfigurationRequest',
        `This target group appears behind a rule with group stickiness disabled (${rule.RuleArn}). ` +
          'You must enable group stickiness before enabling target stickiness',
      );
    }
    this.sticky.add(arn);
  }

  private isChecked(): boolean {
    return this.answers.holds('elasticloadbalancing.sticky-targets-need-sticky-rule');
  }

  reset(): void {
    this.sticky.clear();
  }
}

/** Whether an action forwards to several target groups without binding clients to one of them. */
function needsGroupStickiness({ ForwardConfig }: Action): boolean {
  return (
    (ForwardConfig?.TargetGroups?.length ?? 0) > 1 &&
    ForwardConfig?.TargetGroupStickinessConfig?.Enabled !== true
  );
}
