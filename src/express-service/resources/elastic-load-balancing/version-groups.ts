/** The target groups of all versions of a service, as a component knows them that needs those of every version. */
import type { Scope } from '../../composition/component';
import type { VersionTargetGroups } from '../../deployments/version-weights';
import type { ObservedTargetGroups } from './target-groups';

/** What is needed of the versions. */
export type NeedsOfVersions = {
  readonly TargetGroups?: ObservedTargetGroups;
  /** By their ids, without the one that the template describes. */
  readonly Versions?: Readonly<Record<string, { readonly TargetGroups?: ObservedTargetGroups }>>;
};

/** Target groups of the versions, in the order of the versions; empty of a service without versions. */
export function groupsOfVersions(
  { versions = [] }: Pick<Scope, 'versions'>,
  { TargetGroups, Versions = {} }: NeedsOfVersions,
): VersionTargetGroups[] {
  return versions.map(({ id }, index) => {
    const groups = index === 0 ? TargetGroups : Versions[id]?.TargetGroups;
    return { id, targetGroupArns: groups?.arns ?? [] };
  });
}

/** All target groups that the rule of the service may forward to; undefined when there are none yet. */
export function allTargetGroups({
  TargetGroups,
  Versions = {},
}: NeedsOfVersions): ObservedTargetGroups | undefined {
  const all = [TargetGroups, ...Object.values(Versions).map((each) => each.TargetGroups)].flatMap(
    (groups) => groups ?? [],
  );
  if (all.length < 2) return all[0];
  return {
    arns: all.flatMap(({ arns }) => arns),
    fullNames: all.flatMap(({ fullNames }) => fullNames),
    members: all.flatMap(({ members }) => members),
  };
}
