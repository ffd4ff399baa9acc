/**
 * Services of Amazon ECS Express Mode, as others meet them: the ECS service, which says that Amazon ECS manages it. What Express Mode
 * makes beside it (load balancer, certificate, scaling, alarm) is not simulated, so that nobody reaches its tasks.
 */
import { AwsError, type Structure } from '../service';
import type { EcsContext, Operations } from './context';
import type { Service } from './state';

/** Defaults of CreateExpressGatewayService (API reference). */
const DEFAULTS = { cpu: '256', memory: '512', containerPort: 80 };

/** @param operations that others of ECS are made with. */
export function expressGatewayOperations({ state }: EcsContext, operations: Operations): Operations {
  function find(scope: { region: string; accountId: string }, serviceArn: string): Service {
    // arn:…:service/<cluster>/<name>
    const clusterName = serviceArn.split('/')[1];
    const service = state.findService(state.cluster(scope, clusterName), serviceArn);
    if (!service?.isExpress) throw new AwsError('ServiceNotFoundException', 'Service not found.');
    return service;
  }

  return {
    async CreateExpressGatewayService(request) {
      const { input, region, accountId } = request;
      const { serviceName, cluster = 'default', primaryContainer = {}, cpu, memory } = input;
      const { image, containerPort = DEFAULTS.containerPort } = primaryContainer;
      const { subnets, securityGroups } = input.networkConfiguration ?? {};
      const made = (await operations.RegisterTaskDefinition!({
        ...request,
        input: {
          family: `${cluster}-${serviceName}`,
          networkMode: 'awsvpc',
          requiresCompatibilities: ['FARGATE'],
          cpu: cpu ?? DEFAULTS.cpu,
          memory: memory ?? DEFAULTS.memory,
          executionRoleArn: input.executionRoleArn,
          containerDefinitions: [{ name: 'Main', image, portMappings: [{ containerPort }] }],
        },
      })) as Structure;
      await operations.CreateService!({
        ...request,
        input: {
          cluster,
          serviceName,
          taskDefinition: made.taskDefinition.taskDefinitionArn,
          desiredCount: 1,
          launchType: 'FARGATE',
          networkConfiguration: {
            awsvpcConfiguration: { subnets, securityGroups, assignPublicIp: 'ENABLED' },
          },
          tags: input.tags,
        },
      });
      const service = state.service(state.cluster({ region, accountId }, cluster), serviceName);
      service.isExpress = true;
      return { service: described(service, input) };
    },
    DescribeExpressGatewayService({ input, ...scope }) {
      return { service: described(find(scope, input.serviceArn), {}) };
    },
    async DeleteExpressGatewayService(request) {
      const service = find(request, request.input.serviceArn);
      await operations.DeleteService!({
        ...request,
        input: { cluster: service.cluster.name, service: service.name, force: true },
      });
      return { service: described(service, {}) };
    },
  };
}

function described(service: Service, { infrastructureRoleArn }: Structure): Structure {
  return {
    cluster: service.cluster.name,
    serviceName: service.name,
    serviceArn: service.arn,
    infrastructureRoleArn,
    status: { statusCode: service.status },
    tags: service.tags,
    createdAt: service.createdAt,
  };
}
