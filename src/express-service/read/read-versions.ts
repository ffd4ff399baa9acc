/** What READ tells of the versions of a service. */
import type { Service } from '@aws-sdk/client-ecs';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Properties } from '../../cloudformation/extension';
import { defined, unlessEmpty } from '../../core/unset';
import { unless } from '../../aws/sdk-errors';
import type { Observations, Scope } from '../composition/component';
import { observationsOfVersion } from '../composition/node';
import { ofVersion } from '../composition/version';
import { recordedSettings, type RecordedSettings, type RecordedVersion } from '../memory/service-versions';
import type { Tags } from '../identity/tags';
import type { Inputs, ServiceVersion } from '../model';
import { reachIn, reachTexts, type VersionReach } from '../properties/version-reach';
import { reachInput } from '../properties/versions';
import type { ObservedKinds } from '../resources';

/** IAM actions of {@link healthyTargets}. */
export const VERSION_READ_ACTIONS = ['elasticloadbalancing:DescribeTargetHealth'] as const;

/** Healthy targets of versions, by their ids. */
export type HealthyTargets = Readonly<Record<string, number>>;

/** How many targets of each version are healthy. */
export async function healthyTargets(
  { clients, versions = [] }: Scope,
  observations: Observations,
): Promise<HealthyTargets> {
  const counts = versions.map(async ({ id }) => {
    const { TargetGroups } = observationsOfVersion({ versions }, observations as ObservedKinds, id);
    const health = (TargetGroups?.arns ?? []).map((TargetGroupArn) =>
      unless(
        clients.elasticLoadBalancing.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
        'TargetGroupNotFoundException',
      ),
    );
    const targets = (await Promise.all(health)).flatMap((answer) => answer?.TargetHealthDescriptions ?? []);
    return [id, targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** Every version, the newest first; undefined of a service without versions. */
export function versionsOf(
  scope: Pick<Scope, 'identity' | 'versions'>,
  observations: Observations,
  healthy: HealthyTargets,
): Properties<ServiceVersion>[] | undefined {
  const { versions = [] } = scope;
  const { Traffic } = observations as ObservedKinds;
  const reach = reachOf(versions, observations);
  const of = (id: string) => observationsOfVersion(scope, observations as ObservedKinds, id);
  const there = versions.filter(({ id }) => of(id).Service);
  return unlessEmpty(
    there.map(({ id, label, state }) => {
      const { Service, TargetGroups } = of(id);
      const { createdAt, runningCount, taskDefinition } = Service!.service;
      const weight = Traffic?.weights[id] ?? 0;
      return defined({
        Version: label,
        State: state === 'new' ? 'CREATING' : weight > 0 ? 'SERVING' : 'STANDBY',
        Weight: weight,
        HealthyTargetCount: healthy[id],
        RunningTaskCount: runningCount,
        ServiceArn: ofVersion(scope, id).ecsService.arn,
        TargetGroupArn: TargetGroups?.arns[0],
        TaskDefinitionArn: taskDefinition,
        CreatedAt: createdAt?.toISOString(),
        ReachedBy: unlessEmpty(reachTexts(reach, label)),
      } as const);
    }),
  );
}

/** What a template would say of versions; nothing of a service without. */
export function versionInputs(
  { versions = [] }: Pick<Scope, 'versions'>,
  observations: Observations,
  tags: Tags,
  configuration: Inputs['DeploymentConfiguration'],
): Partial<Inputs> {
  const settings = recordedSettings(tags);
  const [newest] = versions;
  if (!newest || !settings) return {};
  const { standby } = settings;
  const { CanaryConfiguration: _canary, LinearConfiguration: _linear, ...others } = configuration ?? {};
  return defined({
    InfrastructureRoleArn: settings.infrastructureRoleArn,
    // The label of a version without one follows what it runs, which a template may change.
    Version: newest.label === newest.id ? undefined : newest.label,
    Traffic: trafficInput(versions, observations, settings),
    VersionTraffic: reachInput(reachOf(versions, observations)),
    Standby: defined({
      Count: standby.count,
      TaskCount: standby.taskCount,
      RetentionInDays: standby.retentionInDays,
    }),
    DeploymentConfiguration: { ...others, Strategy: 'VERSIONED', ...stepsInput(settings) },
  }) as Partial<Inputs>;
}

/** The weights where the template names versions, or where others answer than a template without names would have. */
function trafficInput(
  versions: readonly RecordedVersion[],
  observations: Observations,
  { hasTraffic }: RecordedSettings,
): Inputs['Traffic'] {
  const { Traffic } = observations as ObservedKinds;
  const shares = versions.flatMap(({ id, label }) => {
    const Weight = Traffic?.weights[id] ?? 0;
    return Weight > 0 ? [{ Version: label, Weight }] : [];
  });
  const isDefault = shares.length === 1 && shares[0]!.Version === versions[0]!.label;
  return hasTraffic || !isDefault ? (unlessEmpty(shares) as Inputs['Traffic']) : undefined;
}

function stepsInput({ steps }: RecordedSettings): object {
  const { parts, minutes, bakeMinutes, kind } = steps;
  const percent = Math.round(parts[0]! * 1000) / 10;
  const BakeTimeInMinutes = bakeMinutes;
  if (kind === 'canary') {
    return {
      BakeTimeInMinutes,
      CanaryConfiguration: { CanaryPercent: percent, CanaryBakeTimeInMinutes: minutes },
    };
  }
  if (kind !== 'linear') return { BakeTimeInMinutes };
  return { BakeTimeInMinutes, LinearConfiguration: { StepPercent: percent, StepBakeTimeInMinutes: minutes } };
}

/** The ways in which the rules of the newest version with rules let requests ask for it. */
function reachOf(versions: readonly RecordedVersion[], observations: Observations): VersionReach {
  const { VersionRules } = observations as ObservedKinds;
  const rules = Object.values(VersionRules?.rules ?? {});
  return reachIn(
    rules.flatMap(({ conditions }) => conditions),
    versions[0]?.label ?? '',
  );
}

/** The ECS service of the resource that was made first. @param service the one that the template describes. */
export function oldestOf(
  { versions = [] }: Pick<Scope, 'versions'>,
  observations: Observations,
  service: Service,
): Service {
  const all = versions.flatMap(
    ({ id }) => observationsOfVersion({ versions }, observations as ObservedKinds, id).Service?.service ?? [],
  );
  return all.reduce((one, other) => (Number(other.createdAt) < Number(one.createdAt) ? other : one), service);
}
