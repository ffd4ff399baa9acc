/** What the containers of one task may say of each other and of its volumes. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import {
  PortMapping,
  PrimaryContainer,
  ResourceModel,
  SidecarContainer,
  type Inputs,
  type MountPoint,
  type Tmpfs,
  type Volume,
} from '../model';
import type { Properties } from '../../cloudformation/extension';
import { MAIN_CONTAINER } from './containers';
import { hasTaskRole } from './task-role';

/** Name of the port that the traffic comes in at, as Service Connect and external task definitions need one. */
export const MAIN_PORT_NAME = 'main';

/** Conditions that only a container that ends can come to. */
const ENDED: readonly unknown[] = ['COMPLETE', 'SUCCESS'];

/** What the checks need of any container. */
type Container = Pick<
  Properties<SidecarContainer>,
  | 'Cpu'
  | 'DependsOn'
  | 'Essential'
  | 'HealthCheck'
  | 'LinuxParameters'
  | 'Memory'
  | 'MemoryReservation'
  | 'MountPoints'
  | 'PortMappings'
>;

/** The containers of a task by their names. */
type Containers = ReadonlyMap<string, Container>;

/**
 * Check what the containers of one task say of each other and of its volumes.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkTask({
  PrimaryContainer: main = {},
  SidecarContainers: sidecars = [],
  Volumes: volumes = [],
  Cpu: cpu = ResourceModel.DEFAULTS.Cpu,
  Memory: memory = ResourceModel.DEFAULTS.Memory,
  ...roles
}: Pick<
  Inputs,
  | 'PrimaryContainer'
  | 'SidecarContainers'
  | 'Volumes'
  | 'Cpu'
  | 'Memory'
  | 'TaskRoleArn'
  | 'TaskPolicy'
  | 'TaskPolicyArns'
>): void {
  const containers: Containers = new Map([
    [MAIN_CONTAINER, main],
    ...sidecars.map((sidecar) => [sidecar.Name!, sidecar] as const),
  ]);
  for (const [path, name, { MountPoints = [], DependsOn = [], LinuxParameters }] of withPaths(containers)) {
    checkMountPoints(
      MountPoints,
      `${path}/MountPoints`,
      volumes.map(({ Name }) => Name),
    );
    checkTmpfs(LinuxParameters?.Tmpfs ?? [], `${path}/LinuxParameters/Tmpfs`, MountPoints);
    for (const [position, { ContainerName, Condition }] of DependsOn.entries()) {
      const dependency = `${path}/DependsOn/${position}`;
      const awaited = containers.get(ContainerName!);
      if (!awaited) {
        throw invalid(
          `${dependency}/ContainerName`,
          `the task has no container "${ContainerName}"`,
          `Name one of ${[...containers.keys()].join(', ')}`,
        );
      }
      if (Condition === 'HEALTHY' && !awaited.HealthCheck) {
        throw invalid(
          `${dependency}/Condition`,
          `is HEALTHY, but container ${ContainerName} has no HealthCheck`,
          'Give it one, or wait for START',
        );
      }
      if (ENDED.includes(Condition) && (awaited.Essential ?? SidecarContainer.DEFAULTS.Essential)) {
        throw invalid(
          `${dependency}/Condition`,
          `is ${Condition}, but container ${ContainerName} is essential: when it ends the task does`,
          'Wait for START or HEALTHY, or set its Essential to false',
        );
      }
    }
    if (dependsOnItself(name, containers)) {
      throw invalid(`${path}/DependsOn`, `makes container ${name} wait for itself`, 'Break the circle');
    }
  }
  checkVolumeRole(volumes, hasTaskRole(roles));
  checkPorts(main.ContainerPort ?? PrimaryContainer.DEFAULTS.ContainerPort, containers);
  checkCpu(Number(cpu), containers);
  checkMemory(Number(memory), containers);
}

function withPaths(containers: Containers): (readonly [path: string, name: string, container: Container])[] {
  return [...containers].map(([name, container], index) => [
    index === 0 ? 'PrimaryContainer' : `SidecarContainers/${index - 1}`,
    name,
    container,
  ]);
}

/** Source: API reference of ECS, S3FilesVolumeConfiguration. */
function checkVolumeRole(volumes: readonly Properties<Volume>[], hasRole: boolean): void {
  const index = volumes.findIndex(({ S3FilesVolumeConfiguration: files }) => files);
  if (index < 0 || hasRole) return;
  throw invalid(
    `Volumes/${index}/S3FilesVolumeConfiguration`,
    'needs a task role, with which the file system is mounted',
    'Give TaskPolicy, TaskPolicyArns or TaskRoleArn',
  );
}

/** The containers of a task share its network interface, so that each port is there once, and each name of one. */
function checkPorts(mainPort: number, containers: Containers): void {
  const users = new Map([[`${mainPort}/tcp`, MAIN_CONTAINER]]);
  const names = new Set([MAIN_PORT_NAME]);
  for (const [path, name, { PortMappings = [] }] of withPaths(containers)) {
    for (const [index, { ContainerPort, Protocol, Name }] of PortMappings.entries()) {
      const port = `${ContainerPort}/${Protocol ?? PortMapping.DEFAULTS.Protocol}`;
      const user = users.get(port);
      if (user !== undefined) {
        throw invalid(
          `${path}/PortMappings/${index}/ContainerPort`,
          `${port} is a port of container ${user} already`,
          'Give the containers of one task different ports',
        );
      }
      users.set(port, name);
      if (Name === undefined) continue;
      if (names.has(Name)) {
        throw invalid(
          `${path}/PortMappings/${index}/Name`,
          `${Name} is the name of another port of the task`,
          'Give the ports of one task different names',
        );
      }
      names.add(Name);
    }
  }
}

/** Source of the limits: API reference of ContainerDefinition. */
function checkCpu(limit: number, containers: Containers): void {
  let sum = 0;
  for (const [path, , { Cpu = 0 }] of withPaths(containers)) {
    sum += Cpu;
    if (sum <= limit) continue;
    throw invalid(
      `${path}/Cpu`,
      `is ${Cpu}, with which the containers have ${sum} CPU units, but the task has ${limit}`,
      'Make it smaller, or Cpu of the task greater',
    );
  }
}

function checkMemory(limit: number, containers: Containers): void {
  let sum = 0;
  for (const [path, , { Memory, MemoryReservation }] of withPaths(containers)) {
    if (Memory !== undefined && Memory > limit) {
      throw invalid(`${path}/Memory`, `is ${Memory}, but the task has ${limit} MiB`, 'Make it smaller');
    }
    sum += MemoryReservation ?? Memory ?? 0;
    if (sum <= limit) continue;
    throw invalid(
      `${path}/${MemoryReservation === undefined ? 'Memory' : 'MemoryReservation'}`,
      `is ${MemoryReservation ?? Memory}, with which the containers keep ${sum} MiB, but the task has ${limit}`,
      'Make it smaller, or Memory of the task greater',
    );
  }
}

/** One path of a container has one file system. */
function checkTmpfs(
  tmpfs: readonly Properties<Tmpfs>[],
  path: string,
  mountPoints: readonly Properties<MountPoint>[],
): void {
  const paths = mountPoints.map(({ ContainerPath }) => ContainerPath);
  const repeated = tmpfs.findIndex(({ ContainerPath }) => paths.includes(ContainerPath));
  if (repeated < 0) return;
  throw invalid(
    `${path}/${repeated}/ContainerPath`,
    `"${tmpfs[repeated]!.ContainerPath}" is a path of MountPoints too`,
    'Give another path',
  );
}

function checkMountPoints(
  mountPoints: readonly Properties<MountPoint>[],
  path: string,
  volumes: readonly (string | undefined)[],
): void {
  const unknown = mountPoints.findIndex(({ SourceVolume }) => !volumes.includes(SourceVolume));
  if (unknown < 0) return;
  throw invalid(
    `${path}/${unknown}/SourceVolume`,
    `there is no volume "${mountPoints[unknown]!.SourceVolume}"`,
    'Add it to Volumes',
  );
}

function dependsOnItself(name: string, containers: Containers): boolean {
  const awaited = new Set([name]);
  for (const container of awaited) {
    for (const { ContainerName } of containers.get(container)?.DependsOn ?? []) {
      if (ContainerName === name) return true;
      awaited.add(ContainerName!);
    }
  }
  return false;
}
