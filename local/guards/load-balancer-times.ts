/** What time does to load balancers: when they become active, and how long they hold their security groups. */
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { Moments } from '../moments';
import type { GuardContext } from './guard';
import type { Limits } from './limits';

export class LoadBalancerTimes {
  private readonly activeAt = new Map<string, number>();
  private readonly releasedAt = new Map<string, number>();
  private readonly answers: Answers;
  private readonly clock: Clock;
  private readonly limits: Limits;
  private readonly moments: Moments;

  constructor({ answers, clock, limits, moments }: GuardContext) {
    this.answers = answers;
    this.clock = clock;
    this.limits = limits;
    this.moments = moments;
  }

  /** A load balancer has been created. */
  created(arn: string): void {
    if (!this.answers.holds('elasticloadbalancing.provisioning-takes-minutes')) return;
    const active = this.clock.now() + this.limits.loadBalancerProvisioning;
    this.activeAt.set(arn, active);
    this.moments.add('load balancer', arn, active);
  }

  /** A load balancer with these security groups has been deleted. */
  deleted(arn: string, securityGroups: readonly string[]): void {
    this.activeAt.delete(arn);
    if (!this.answers.holds('ec2.deleted-load-balancer-holds-groups')) return;
    const released = this.clock.now() + this.limits.networkInterfaceRelease;
    for (const group of securityGroups) {
      this.releasedAt.set(group, released);
      this.moments.add('network interfaces', group, released);
    }
  }

  isProvisioning(arn: string): boolean {
    return this.isAhead(this.activeAt, arn);
  }

  /** Whether any load balancer is still provisioning. */
  anyProvisioning(): boolean {
    return [...this.activeAt.keys()].some((arn) => this.isProvisioning(arn));
  }

  /** Whether network interfaces of a load balancer that is gone still hold a security group. */
  isHeld(securityGroup: string): boolean {
    return this.isAhead(this.releasedAt, securityGroup);
  }

  reset(): void {
    this.activeAt.clear();
    this.releasedAt.clear();
  }

  private isAhead(times: Map<string, number>, key: string): boolean {
    const time = times.get(key);
    if (time === undefined) return false;
    if (time > this.clock.now()) return true;
    times.delete(key);
    return false;
  }
}
