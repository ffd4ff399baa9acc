import type { Outcome } from '../engine/outcome';
import type { Resource } from '../engine/resource';
import { all, any, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

export const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';
export const DAEMON_TASK_DEFINITION = 'AWS::ECS::DaemonTaskDefinition';
export const EXPRESS_SERVICE = 'AWS::ECS::ExpressGatewayService';
export const ORGANISATION_SERVICE = 'Org::ECS::ExpressService';
export const SERVICE = 'AWS::ECS::Service';
export const DAEMON = 'AWS::ECS::Daemon';

/** Task definitions, also those of daemons and of AWS Batch, which have the same properties for a container. */
export const TASK_DEFINITIONS = [
  TASK_DEFINITION,
  DAEMON_TASK_DEFINITION,
  'AWS::Batch::JobDefinition',
] as const;

/** Everything that declares containers. */
export const CONTAINER_DECLARATIONS = [...TASK_DEFINITIONS, EXPRESS_SERVICE, ORGANISATION_SERVICE] as const;

/** Where types declare containers: paths of single ones and of lists, and of lists in the items of lists. */
const CONTAINERS: Readonly<Record<string, readonly (string | readonly [list: string, within: string])[]>> = {
  [EXPRESS_SERVICE]: ['PrimaryContainer'],
  [ORGANISATION_SERVICE]: ['PrimaryContainer', 'SidecarContainers'],
  'AWS::Batch::JobDefinition': [
    'ContainerProperties',
    ['EcsProperties.TaskProperties', 'Containers'],
    ['NodeProperties.NodeRangeProperties', 'Container'],
  ],
};

/** Judge every container that a resource declares. */
export function eachContainer(resource: Resource, judge: (container: Value) => Outcome): Outcome {
  const because = 'each container is judged by itself';
  const present = (container: Value): Outcome =>
    container.isSet().truth === false ? [] : container.each(judge, because);
  return (CONTAINERS[resource.type] ?? ['ContainerDefinitions']).flatMap((path) =>
    typeof path === 'string'
      ? present(resource.at(path))
      : resource.at(path[0]).each((item) => present(item.at(path[1])), because),
  );
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
