/** Types of Amazon ECS: the ECS engine of the local AWS keeps their state, not moto. */
import type { Structure } from '../../../service';
import { ProvisionFailure, type Provisioned } from '../provider';
import { generatedName, waitFor, type ApiContext, type ApiType } from './api-type';
import { lowerCamel } from './names';

export const cluster: ApiType = {
  typeName: 'AWS::ECS::Cluster',
  async create(context) {
    const { ClusterName: _, ...rest } = context.request.properties;
    const clusterName = context.request.properties.ClusterName ?? generatedName(context.request);
    const { cluster: made } = await context.clients.ecs.createCluster({
      clusterName,
      ...input(context, rest),
      tags: tags(context),
    });
    return { physicalId: made!.clusterName!, attributes: { Arn: made!.clusterArn } };
  },
  async update(context) {
    const { settings, configuration, serviceConnectDefaults } = input(context, context.request.properties);
    const name = context.request.current.physicalId;
    const { cluster: made } = await context.clients.ecs.updateCluster({
      cluster: name,
      settings,
      configuration,
      serviceConnectDefaults,
    });
    return { physicalId: name, attributes: { Arn: made!.clusterArn } };
  },
  async delete(context) {
    const { physicalId } = context.request.current;
    // Tasks of a deleted service still stop for a while.
    await waitFor(context, physicalId, () =>
      context.clients.ecs.deleteCluster({ cluster: physicalId }).catch((error: Error) => {
        if (error.name === 'ClusterContainsTasksException') return undefined;
        throw error;
      }),
    );
  },
};

export const taskDefinition: ApiType = {
  typeName: 'AWS::ECS::TaskDefinition',
  async create(context) {
    const family = context.request.properties.Family ?? generatedName(context.request);
    const definition = { ...input(context, context.request.properties), family };
    const { taskDefinition: made } = await context.clients.ecs.registerTaskDefinition({
      ...definition,
      tags: tags(context),
    });
    return {
      physicalId: made!.taskDefinitionArn!,
      attributes: { TaskDefinitionArn: made!.taskDefinitionArn },
    };
  },
  delete: ({ clients, request }) =>
    clients.ecs.deregisterTaskDefinition({ taskDefinition: request.current.physicalId }),
};

export const ecsService: ApiType = {
  typeName: 'AWS::ECS::Service',
  async create(context) {
    const { serviceName = generatedName(context.request), ...rest } = input(
      context,
      context.request.properties,
    );
    const { service } = await context.clients.ecs.createService({
      serviceName,
      // A REPLICA service needs a number; CloudFormation's default (property reference of AWS::ECS::Service) is one task.
      ...(rest.schedulingStrategy !== 'DAEMON' && { desiredCount: 1 }),
      ...rest,
      tags: tags(context),
    });
    context.request.onPhysicalId(service!.serviceArn!);
    return stable(context, service!.serviceArn!, service!.clusterArn!);
  },
  async update(context) {
    const {
      cluster: clusterName,
      serviceName,
      schedulingStrategy,
      launchType,
      tags: _,
      ...rest
    } = input(context, context.request.properties);
    const { physicalId } = context.request.current;
    const { service } = await context.clients.ecs.updateService({
      ...rest,
      cluster: clusterName,
      service: physicalId,
    });
    return stable(context, physicalId, service!.clusterArn!);
  },
  async delete(context) {
    const { clients, request } = context;
    const { physicalId } = request.current;
    const clusterName = request.properties.Cluster;
    await clients.ecs.deleteService({ cluster: clusterName, service: physicalId, force: true });
    await waitFor(context, physicalId, async () => {
      const { services } = await clients.ecs.describeServices({
        cluster: clusterName,
        services: [physicalId],
      });
      return !services?.length || services[0]!.status === 'INACTIVE' || undefined;
    });
  },
};

/** Wait until the service runs as it should. */
async function stable(context: ApiContext, physicalId: string, clusterArn: string): Promise<Provisioned> {
  return waitFor(context, physicalId, async () => {
    const { services } = await context.clients.ecs.describeServices({
      cluster: clusterArn,
      services: [physicalId],
    });
    const service = services?.[0];
    const deployment = service?.deployments?.find(({ status }) => status === 'PRIMARY');
    if (deployment?.rolloutState === 'FAILED') {
      const reason = `ECS Deployment Circuit Breaker was triggered: ${deployment.rolloutStateReason}`;
      throw new ProvisionFailure(
        `Resource handler returned message: "${reason}" (HandlerErrorCode: GeneralServiceException)`,
        { physicalId },
      );
    }
    const done = deployment?.rolloutState === 'COMPLETED' && service!.deployments!.length === 1;
    return done
      ? { physicalId, attributes: { Name: service!.serviceName, ServiceArn: service!.serviceArn } }
      : undefined;
  });
}

function input({ request }: ApiContext, properties: Structure): any {
  const { tags: _, ...rest } = lowerCamel(properties, request.type);
  return rest;
}

function tags(context: ApiContext): { key: string; value: string }[] {
  return context.tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}
