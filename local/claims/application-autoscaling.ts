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
  {
    id: 'application-autoscaling.bounds-move-count',
    statement:
      'RegisterScalableTarget with a minimum above the desired count of the service raises the count, and with a maximum below it lowers the count.',
    source:
      'Application Auto Scaling user guide, on scheduled scaling: a capacity outside new limits is moved to the nearer one. That a registration does the same is concluded.',
    state: 'inferred',
    otherwise: 'The count stays until a policy or a scheduled action moves it.',
    risk: 'After MinTaskCount was raised, fewer tasks run until the load asks for more.',
    test: 'test/local/guards/services.test.ts',
  },
  {
    id: 'application-autoscaling.deregister-takes-policies',
    statement: 'DeregisterScalableTarget deletes the policies and scheduled actions of the target.',
    source: 'Application Auto Scaling API reference, DeregisterScalableTarget.',
    state: 'confirmed',
    test: 'test/provider/managed-resources.test.ts',
  },
  {
    id: 'application-autoscaling.service-linked-role-of-a-new-account',
    statement:
      'In an account that has never scaled a service of ECS, RegisterScalableTarget is ValidationException "Unable to assume IAM role: …" until IAM has the service-linked role, which the first call has made.',
    source:
      'Application Auto Scaling user guide, "Service-linked roles for Application Auto Scaling": the call makes the role; the error was seen on AWS (github.com/aws-samples/amazon-bedrock-samples, issue 253). That it passes by itself is concluded.',
    state: 'inferred',
    otherwise: 'The first call makes the role and succeeds.',
    risk: 'None but time: the first operation of an account waits for the role, for five minutes at most.',
    test: 'test/local/guards/new-account.test.ts',
  },
] as const satisfies readonly Claim[];
