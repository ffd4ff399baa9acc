/** What the containers of one task may say of each other and of its volumes. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import { PrimaryContainer, PortMapping, SidecarContainer, type Inputs, type MountPoint } from '../model';
import type { Properties } from '../../cloudformation/extension';
import { MAIN_CONTAINER } from './containers';

/** Conditions that only a container that ends can come to. */
const ENDED: readonly unknown[] = ['COMPLETE', 'SUCCESS'];

/** What the checks need of any container. */
type Container = Pick<
  Properties<SidecarContainer>,
  'DependsOn' | 'Essential' | 'HealthCheck' | 'MountPoints'
>;

/**
 * Check what the containers of one task say of each other and of its volumes.
 *
 * @throws HandlerError InvalidRequest.
 */
export function checkTask({
  PrimaryContainer: main = {},
  SidecarContainers: sidecars = [],
  Volumes: volumes = [],
}: Pick<Inputs, 'PrimaryContainer' | 'SidecarContainers' | 'Volumes'>): void {
  const containers = new Map<string, Container>([
    [MAIN_CONTAINER, main],
    ...sidecars.map((sidecar) => [sidecar.Name!, sidecar] as const),
  ]);
  for (const [index, [name, { MountPoints = [], DependsOn = [] }]] of [...containers].entries()) {
    const path = index === 0 ? 'PrimaryContainer' : `SidecarContainers/${index - 1}`;
    checkMountPoints(
      MountPoints,
      `${path}/MountPoints`,
      volumes.map(({ Name }) => Name),
    );
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
  checkPorts(main.ContainerPort ?? PrimaryContainer.DEFAULTS.ContainerPort, sidecars);
}

/** The containers of a task share its network interface, so that each port is there once. */
function checkPorts(mainPort: number, sidecars: readonly Properties<SidecarContainer>[]): void {
  const users = new Map([[`${mainPort}/tcp`, MAIN_CONTAINER]]);
  for (const [index, { Name, PortMappings = [] }] of sidecars.entries()) {
    for (const [mapping, { ContainerPort, Protocol }] of PortMappings.entries()) {
      const port = `${ContainerPort}/${Protocol ?? PortMapping.DEFAULTS.Protocol}`;
      const user = users.get(port);
      if (user !== undefined) {
        throw invalid(
          `SidecarContainers/${index}/PortMappings/${mapping}/ContainerPort`,
          `${port} is a port of container ${user} already`,
          'Give the containers of one task different ports',
        );
      }
      users.set(port, Name!);
    }
  }
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

function dependsOnItself(name: string, containers: ReadonlyMap<string, Container>): boolean {
  const awaited = new Set([name]);
  for (const container of awaited) {
    for (const { ContainerName } of containers.get(container)?.DependsOn ?? []) {
      if (ContainerName === name) return true;
      awaited.add(ContainerName!);
    }
  }
  return false;
}
