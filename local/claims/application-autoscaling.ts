/** What the local AWS claims about Application Auto Scaling. */
import type { Claim } from './claim';

export const APPLICATION_AUTO_SCALING = [
  {
    id: 'application-autoscaling.scalable-target-exists',
    statement:
      'RegisterScalableTarget of a service that does not exist is ValidationException "ECS service doesn\'t exist".',
    source: 'Application Auto Scaling API reference, RegisterScalableTarget.',
    state: 'confirmed',
    test: 'test/local/guards/services.test.ts',
  },
] as const satisfies readonly Claim[];
