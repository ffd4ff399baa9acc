/** What the containers of one task may say of each other and of its volumes. Pure: no call to AWS. */
import type { MountPoint, Volume } from '@aws-sdk/client-ecs';
import { MAIN_CONTAINER, type ContainerSpec, type SidecarSpec } from './containers';
import { invalid } from '../../core/failure';

/** Conditions that only a container that ends can come to. */
const ENDED: readonly unknown[] = ['COMPLETE', 'SUCCESS'];

/**
 * Check what the containers of one task say of each other and of its volumes.
 *
 * @param main the container that receives the traffic, with its TCP port.
 * @throws HandlerError InvalidRequest.
 */
export function checkTask(
  main: ContainerSpec & { readonly containerPort: number },
  sidecars: readonly SidecarSpec[] = [],
  taskVolumes: readonly Volume[] = [],
): void {
  const containers = new Map<string, { readonly path: string; readonly essential: boolean } & ContainerSpec>([
    [MAIN_CONTAINER, { path: 'PrimaryContainer', ...main, essential: true }],
    ...sidecars.map(
      (sidecar, index) => [sidecar.name, { path: `SidecarContainers/${index}`, ...sidecar }] as const,
    ),
  ]);
  for (const [name, { path, mountPoints = [], dependsOn = [] }] of containers) {
    checkMountPoints(mountPoints, `${path}/MountPoints`, taskVolumes);
    for (const [index, { containerName, condition }] of dependsOn.entries()) {
      const dependency = `${path}/DependsOn/${index}`;
      const awaited = containers.get(containerName!);
      if (!awaited) {
        throw invalid(
          `${dependency}/ContainerName`,
          `the task has no container "${containerName}"`,
          `Name one of ${[...containers.keys()].join(', ')}`,
        );
      }
      if (condition === 'HEALTHY' && !awaited.healthCheck) {
        throw invalid(
          `${dependency}/Condition`,
          `is HEALTHY, but container ${containerName} has no HealthCheck`,
          'Give it one, or wait for START',
        );
      }
      if (ENDED.includes(condition) && awaited.essential) {
        throw invalid(
          `${dependency}/Condition`,
          `is ${condition}, but container ${containerName} is essential: when it ends the task does`,
          'Wait for START or HEALTHY, or set its Essential to false',
        );
      }
    }
    if (dependsOnItself(name, containers)) {
      throw invalid(`${path}/DependsOn`, `makes container ${name} wait for itself`, 'Break the circle');
    }
  }
  checkPorts(main.containerPort, sidecars);
}

/** The containers of a task share its network interface, so that each port is there once. */
function checkPorts(mainPort: number, sidecars: readonly SidecarSpec[]): void {
  const users = new Map([[`${mainPort}/tcp`, MAIN_CONTAINER]]);
  for (const [index, { name, portMappings = [] }] of sidecars.entries()) {
    for (const [mapping, { containerPort, protocol }] of portMappings.entries()) {
      const port = `${containerPort}/${protocol}`;
      const user = users.get(port);
      if (user !== undefined) {
        throw invalid(
          `SidecarContainers/${index}/PortMappings/${mapping}/ContainerPort`,
          `${port} is a port of container ${user} already`,
          'Give the containers of one task different ports',
        );
      }
      users.set(port, name);
    }
  }
}

function checkMountPoints(
  mountPoints: readonly MountPoint[],
  path: string,
  taskVolumes: readonly Volume[],
): void {
  const paths = new Set<string | undefined>();
  for (const [index, { sourceVolume, containerPath }] of mountPoints.entries()) {
    if (!taskVolumes.some(({ name }) => name === sourceVolume)) {
      throw invalid(
        `${path}/${index}/SourceVolume`,
        `there is no volume "${sourceVolume}"`,
        'Add it to Volumes',
      );
    }
    if (paths.has(containerPath)) {
      throw invalid(
        `${path}/${index}/ContainerPath`,
        `"${containerPath}" appears twice`,
        'Mount each volume at a path of its own',
      );
    }
    paths.add(containerPath);
  }
}

function dependsOnItself(name: string, containers: ReadonlyMap<string, ContainerSpec>): boolean {
  const awaited = new Set([name]);
  for (const container of awaited) {
    for (const { containerName } of containers.get(container)?.dependsOn ?? []) {
      if (containerName === name) return true;
      awaited.add(containerName!);
    }
  }
  return false;
}
