/**
 * `AWS::S3::BucketPolicy`. The policy is accepted for a bucket that exists, and goes no further: moto would apply its
 * statements without their conditions.
 */
import type { Clock } from '../../clock';
import { ProvisionFailure, type ProvisionRequest, type ResourceProvider } from './provider';

export function bucketPolicyProvider({
  clock,
  motoUrl,
}: {
  readonly clock: Clock;
  readonly motoUrl: string;
}): ResourceProvider {
  async function provision({ properties: { Bucket } }: ProvisionRequest) {
    const { status } = await clock.work(() => fetch(`${motoUrl}/${Bucket}`, { method: 'HEAD' }));
    if (status === 404) throw new ProvisionFailure(`There is no bucket ${Bucket}.`, { code: 'NotFound' });
    return { physicalId: Bucket as string, attributes: {} };
  }

  return {
    handles: ({ typeName }) => typeName === 'AWS::S3::BucketPolicy',
    create: provision,
    update: provision,
    delete: async () => undefined,
    read: async () => ({}),
  };
}
