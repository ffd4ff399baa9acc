/**
 * How many tasks versions have, where those that stand by have fewer than those that answer: scaling alone would wait for the
 * load, or for the lack of it.
 */
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { allOf } from '../../core/all-of';
import type { ApplyScope } from '../composition/component';
import { ofVersion } from '../composition/version';
import type { RecordedVersion } from '../memory/service-versions';
import { isToAnswer } from '../properties/versions';
import { DESCRIBED_SERVICE_ACTIONS, managedDescribedService } from './described-service';

/** IAM actions of the functions in this file. */
export const VERSION_TASK_ACTIONS = [...DESCRIBED_SERVICE_ACTIONS, 'ecs:UpdateService'] as const;

/** Give versions that are to answer the tasks that they did without while they stood by. */
export function startTasks(scope: ApplyScope): Promise<void> {
  const { scaling, versions: spec } = scope.spec;
  return setTasks(scope, (version, desiredCount) =>
    isToAnswer(spec!, version) ? Math.max(desiredCount, scaling.minTaskCount) : desiredCount,
  );
}

/** Take tasks from versions that do not answer any more. */
export function stopTasks(scope: ApplyScope): Promise<void> {
  const { versions: spec } = scope.spec;
  const { taskCount = Infinity } = spec!.standby;
  return setTasks(scope, (version, desiredCount) =>
    isToAnswer(spec!, version) ? desiredCount : Math.min(desiredCount, taskCount),
  );
}

/** @param countOf how many tasks a version is to have, of those that it has. */
async function setTasks(
  scope: ApplyScope,
  countOf: (version: RecordedVersion, desiredCount: number) => number,
): Promise<void> {
  if (scope.spec.versions!.standby.taskCount === undefined) return;
  await allOf(
    scope.versions!.map(async (version) => {
      const { ecsService } = ofVersion(scope, version.id);
      const service = await managedDescribedService({ ...scope, ecsService });
      const desiredCount = service && countOf(version, service.desiredCount!);
      if (desiredCount === service?.desiredCount) return;
      await scope.clients.ecs.send(
        new UpdateServiceCommand({ cluster: ecsService.clusterName, service: ecsService.name, desiredCount }),
      );
    }),
  );
}
