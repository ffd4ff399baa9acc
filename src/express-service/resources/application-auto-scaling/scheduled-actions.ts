import {
  DeleteScheduledActionCommand,
  paginateDescribeScheduledActions,
  PutScheduledActionCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { isDeepStrictEqual } from 'node:util';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { DESCRIBED_SERVICE_ACTIONS } from '../../deployments/described-service';
import { allItems } from '../../../aws/pages';
import { SCALING_DEFAULTS, scheduleTime, type ScheduledAction } from '../../properties/scaling';
import { unless } from '../../../aws/sdk-errors';
import { threeWay } from '../../../core/three-way';
import { defined } from '../../../core/unset';
import {
  mayScale,
  scalableDimension,
  unlessOverlapping,
  type ObservedScalableTarget,
} from './scalable-target';

/** Changes of the numbers of tasks at set times: those of the template, and others that were added by hand. */
export interface ObservedScheduledActions {
  readonly actions: readonly ScheduledAction[];
}

interface Needs {
  ScalableTarget: ObservedScalableTarget;
}

/** They bear no owner's mark: who owns the service owns its scaling. The template's are told by their names. */
export const scheduledActions: Component<ObservedScheduledActions, Needs> = {
  kind: 'ScheduledActions',
  needs: ['ScalableTarget'],
  permissions: {
    observe: [...DESCRIBED_SERVICE_ACTIONS, 'application-autoscaling:DescribeScheduledActions'],
    apply: ['application-autoscaling:DeleteScheduledAction', 'application-autoscaling:PutScheduledAction'],
    remove: ['application-autoscaling:DeleteScheduledAction'],
  },

  async observe(scope) {
    if (!(await mayScale(scope))) return undefined;
    const found = await allItems(
      paginateDescribeScheduledActions(
        { client: scope.clients.applicationAutoScaling },
        scalableDimension(scope.identity),
      ),
      ({ ScheduledActions }) => ScheduledActions,
    );
    const actions = found.map(({ StartTime, EndTime, ScalableTargetAction, ...action }) =>
      defined({
        name: action.ScheduledActionName!,
        schedule: action.Schedule!,
        timezone: action.Timezone ?? SCALING_DEFAULTS.Timezone,
        startTime: StartTime && scheduleTime(StartTime),
        endTime: EndTime && scheduleTime(EndTime),
        minTaskCount: ScalableTargetAction?.MinCapacity,
        maxTaskCount: ScalableTargetAction?.MaxCapacity,
      }),
    );
    return actions.length > 0 ? { actions } : undefined;
  },

  apply(scope, _needs, current) {
    const live = current?.actions ?? [];
    const wanted = wantedActions(scope, live);
    return unlessOverlapping(async () => {
      for (const action of wanted) {
        const same = live.some((existing) => isDeepStrictEqual(defined(existing), defined(action)));
        if (!same) await put(scope, action);
      }
      for (const { name } of live) {
        if (!wanted.some((action) => action.name === name)) await remove(scope, name);
      }
      return { actions: wanted };
    });
  },

  remove(scope, _found, { actions }) {
    return unlessOverlapping(async () => {
      for (const { name } of actions) await remove(scope, name);
    });
  },
};

/** {@link threeWay} of each action; one that was deleted by hand is made again, and one that was added stays. */
function wantedActions(
  { spec, previousSpec }: ApplyScope,
  live: readonly ScheduledAction[],
): readonly ScheduledAction[] {
  const desired = spec.scaling.scheduledActions ?? [];
  const previous = previousSpec?.scaling.scheduledActions ?? [];
  const named = (actions: readonly ScheduledAction[], wanted: string) =>
    actions.find(({ name }) => name === wanted);
  return [
    ...desired.map((action) =>
      threeWay({
        desired: action,
        previous: named(previous, action.name),
        live: named(live, action.name),
      }),
    ),
    ...live.filter(({ name }) => !named(desired, name) && !named(previous, name)),
  ];
}

/** To leave a time out takes it away. */
async function put({ clients, identity }: Scope, action: ScheduledAction): Promise<void> {
  const { name, schedule, timezone, startTime, endTime, minTaskCount, maxTaskCount } = action;
  await clients.applicationAutoScaling.send(
    new PutScheduledActionCommand({
      ...scalableDimension(identity),
      ScheduledActionName: name,
      Schedule: schedule,
      Timezone: timezone,
      StartTime: startTime === undefined ? undefined : new Date(startTime),
      EndTime: endTime === undefined ? undefined : new Date(endTime),
      ScalableTargetAction: { MinCapacity: minTaskCount, MaxCapacity: maxTaskCount },
    }),
  );
}

async function remove({ clients, identity }: Scope, name: string): Promise<void> {
  await unless(
    clients.applicationAutoScaling.send(
      new DeleteScheduledActionCommand({ ...scalableDimension(identity), ScheduledActionName: name }),
    ),
    'ObjectNotFoundException',
  );
}
