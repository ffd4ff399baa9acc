/** A service-linked role, which an account gets when it uses a service for the first time. */
import { CreateServiceLinkedRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { Clock } from './clock';

export interface ServiceLinkedRoleOptions {
  /** For IAM itself, without faults and log. */
  readonly iam: () => Pick<IAMClient, 'send'>;
  readonly clock: Clock;
  /** Principal of the service, such as `ecs.amazonaws.com`. */
  readonly principal: string;
  /** Whether the account has never used the service. */
  readonly isNewAccount: boolean;
  /** Virtual milliseconds from the first use until IAM has the role; default: none. */
  readonly delay?: number;
}

export class ServiceLinkedRole {
  /** Virtual milliseconds at which IAM has it. */
  private availableAt: number | undefined;

  constructor(private readonly options: ServiceLinkedRoleOptions) {
    this.reset();
  }

  /** Use the service: has the role made by the first call. @returns whether IAM has it. */
  async use(): Promise<boolean> {
    this.availableAt ??= await this.make();
    return this.options.clock.now() >= this.availableAt;
  }

  /** Forget that the account was used. */
  reset(): void {
    this.availableAt = this.options.isNewAccount ? undefined : -Infinity;
  }

  /** @returns when IAM has it: at once where somebody has made it beforehand. */
  private async make(): Promise<number> {
    const { iam, clock, principal, delay = 0 } = this.options;
    const made = await iam()
      .send(new CreateServiceLinkedRoleCommand({ AWSServiceName: principal }))
      // It is there already.
      .catch(() => undefined);
    return clock.now() + (made ? delay : 0);
  }
}
