/** What is meant where one version of a service is, of several. */
import type { EcsService } from '../identity/identity';
import { ecsServiceOfVersion, type RecordedVersion } from '../memory/service-versions';
import type { Scope } from './component';

/** The ECS service of a version. @param version its id. @throws Error when there is no such version. */
export function ofVersion(
  { identity, versions = [] }: Pick<Scope, 'identity' | 'versions'>,
  version: string,
): { readonly ecsService: EcsService } {
  const found = versions.find(({ id }) => id === version);
  if (!found) throw new Error(`there is no version ${version}`);
  return { ecsService: ecsServiceOfVersion(identity, found) };
}

/** The version that an ECS service is; undefined of a service without versions. */
export function versionOf({
  identity,
  ecsService,
  versions = [],
}: Pick<Scope, 'identity' | 'ecsService' | 'versions'>): RecordedVersion | undefined {
  return versions.find((version) => ecsServiceOfVersion(identity, version).name === ecsService.name);
}
