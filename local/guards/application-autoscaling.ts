/** Application Auto Scaling: its targets are services of the local ECS, which moto does not know. */
import { CreateClusterCommand, CreateServiceCommand, ECSClient } from '@aws-sdk/client-ecs';
import { AwsError, type AwsRequest, type Structure } from '../service';
import { regional, type GuardContext, type ServiceGuard } from './guard';

export function applicationAutoScaling({ motoOptions, services }: GuardContext): ServiceGuard {
  const ecs = regional(ECSClient, motoOptions);

  /** Put the service into moto's own ECS, where moto looks for it. */
  async function mirror(region: string, cluster: string, serviceName: string): Promise<void> {
    await ecs(region).send(new CreateClusterCommand({ clusterName: cluster }));
    await ecs(region).send(new CreateServiceCommand({ cluster, serviceName, desiredCount: 0 }));
  }

  async function exists(request: AwsRequest, cluster: string, name: string): Promise<boolean> {
    const answer = await services
      .get('ecs')!
      .handle({
        ...request,
        service: 'ecs',
        operation: 'DescribeServices',
        input: { cluster, services: [name] },
      })
      .catch((error: AwsError): Structure => {
        if (error.code === 'ClusterNotFoundException') return {};
        throw error;
      });
    return (answer.services ?? []).some((service: { status: string }) => service.status === 'ACTIVE');
  }

  return {
    service: 'application-autoscaling',
    operations: {
      async RegisterScalableTarget(request) {
        const { ServiceNamespace, ResourceId } = request.input;
        if (ServiceNamespace !== 'ecs') return undefined;
        const [kind, cluster, name, ...more] = String(ResourceId).split('/');
        if (kind !== 'service' || !cluster || !name || more.length > 0) {
          throw new AwsError(
            'ValidationException',
            `ResourceId: ${ResourceId} must be service/<cluster>/<service>.`,
          );
        }
        if (!(await exists(request, cluster, name))) {
          throw new AwsError('ValidationException', `ECS service doesn't exist: ${ResourceId}`);
        }
        await mirror(request.region, cluster, name);
        return undefined;
      },
    },
  };
}
