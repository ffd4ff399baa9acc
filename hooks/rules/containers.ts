import type { Outcome } from '../engine/outcome';
import type { Resource } from '../engine/resource';
import { all, any, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

export const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';
export const EXPRESS_SERVICE = 'AWS::ECS::ExpressGatewayService';
export const ORGANISATION_SERVICE = 'Org::ECS::ExpressService';

/** Judge every container of a task definition. */
export function eachContainer(taskDefinition: Resource, judge: (container: Value) => Outcome): Outcome {
  return taskDefinition.at('ContainerDefinitions').each(judge, 'each container is judged by itself');
}

/** Judge every container of a task definition, or the one of an Express service. */
export function eachDeclaredContainer(resource: Resource, judge: (container: Value) => Outcome): Outcome {
  if (resource.type === TASK_DEFINITION) return eachContainer(resource, judge);
  const container = resource.at('PrimaryContainer');
  return container.isSet().truth === false ? [] : judge(container);
}

/** Whether a task definition is for Windows. */
export function isWindows(taskDefinition: Resource): Test {
  return taskDefinition.at('RuntimePlatform.OperatingSystemFamily').matches('WINDOWS*');
}

/** Whether a task definition is for ECS Anywhere only, which has no awsvpc mode. */
export function isExternalOnly(taskDefinition: Resource): Test {
  const compatibilities = taskDefinition.at('RequiresCompatibilities');
  return all(
    compatibilities.isSet(),
    compatibilities.every((each) => each.equals('EXTERNAL')),
  );
}

/** Whether a container's processes run as the administrator: no user, root, user id 0, or Windows' ContainerAdministrator. */
export function runsAsAdministrator(container: Value): Test {
  return container.at('User').satisfies((user) => isAdministrator(String(user ?? '')));
}

/** Whether a user as Docker takes it, `user[:group]`, is an administrator. */
export function isAdministrator(user: string): boolean {
  const name = user.split(':')[0]!.trim().toLowerCase();
  return name === '' || name === 'root' || /^\+?0+$/.test(name) || /(^|\\)containeradministrator$/.test(name);
}

/** Whether a container has all rights on its host. */
export function isPrivileged(container: Value): Test {
  return container.at('Privileged').equals(true);
}

/** Whether any test holds for the two spellings that services and task sets have for their network configuration. */
export function someNetworkConfiguration(resource: Resource, test: (configuration: Value) => Test): Test {
  return any(...networkConfigurations(resource).map(test));
}

/** Where a resource may say in which subnets its tasks run. */
export function networkConfigurations(resource: Resource): readonly Value[] {
  return (NETWORK_PATHS[resource.type] ?? ['NetworkConfiguration']).map((path) => resource.at(path));
}

const NETWORK_PATHS: Readonly<Record<string, readonly string[]>> = {
  'AWS::ECS::Service': ['NetworkConfiguration.AwsvpcConfiguration'],
  'AWS::ECS::TaskSet': [
    'NetworkConfiguration.AwsVpcConfiguration',
    'NetworkConfiguration.AwsvpcConfiguration',
  ],
  'AWS::ECS::CapacityProvider': ['ManagedInstancesProvider.NetworkConfiguration'],
};
