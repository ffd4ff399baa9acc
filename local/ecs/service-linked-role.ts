/** The service-linked role of ECS, which an account gets when it uses ECS for the first time. */
import { CreateServiceLinkedRoleCommand } from '@aws-sdk/client-iam';
import { AwsError } from '../service';
import type { EcsContext } from './context';
import { TIMINGS } from './timings';

const SERVICE = 'ecs.amazonaws.com';

/**
 * @param isNewAccount whether the account has never used ECS.
 * @returns a check for calls that need the role. It throws AwsError InvalidParameterException as long as IAM does not have
 *   it; the first call has it made. And what forgets that the account was used.
 */
export function serviceLinkedRole(
  { aws, clock }: Pick<EcsContext, 'aws' | 'clock'>,
  isNewAccount: boolean,
): { check(): Promise<void>; reset(): void } {
  /** Virtual milliseconds at which IAM has it. */
  let availableAt: number | undefined = isNewAccount ? undefined : -Infinity;

  /** @returns when IAM has it: at once where somebody has made it beforehand. */
  async function make(): Promise<number> {
    const { iam } = aws('us-east-1');
    const made = await iam
      .send(new CreateServiceLinkedRoleCommand({ AWSServiceName: SERVICE }))
      // It is there already.
      .catch(() => undefined);
    return clock.now() + (made ? TIMINGS.serviceLinkedRole : 0);
  }

  return {
    async check() {
      availableAt ??= await make();
      if (clock.now() >= availableAt) return;
      throw new AwsError(
        'InvalidParameterException',
        'Unable to assume the service linked role. Please verify that the ECS service linked role exists.',
      );
    },
    reset() {
      availableAt = isNewAccount ? undefined : -Infinity;
    },
  };
}
