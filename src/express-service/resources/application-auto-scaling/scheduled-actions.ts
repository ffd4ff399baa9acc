import {
  DeleteScheduledActionCommand,
  paginateDescribeScheduledActions,
  PutScheduledActionCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { isDeepStrictEqual } from 'node:util';
import type { Component, PlanScope, Scope } from '../../composition/component';
import { DESCRIBED_SERVICE_ACTIONS } from '../../deployments/described-service';
import { allItems } from '../../../aws/pages';
import { scheduledActionOf, type ScheduledAction } from '../../properties/scaling';
import { unless } from '../../../aws/sdk-errors';
import { threeWay } from '../../../core/three-way';
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

type Needs = {
  ScalableTarget: ObservedScalableTarget;
};

interface ScheduledActionProperties {
  readonly ScheduledActions: readonly ScheduledAction[];
}

/** They bear no owner's mark: who owns the service owns its scaling. The template's are told by their names. */
export const scheduledActions: Component<ObservedScheduledActions, Needs, ScheduledActionProperties> = {
  kind: 'ScheduledActions',
  perVersion: 'as specified',
  goesWith: 'ScalableTarget',
  needs: ['ScalableTarget'],
  partOf: 'ScalableTarget',
  permissions: {
    observe: [...DESCRIBED_SERVICE_ACTIONS, 'application-autoscaling:DescribeScheduledActions'],
    apply: ['application-autoscaling:DeleteScheduledAction', 'application-autoscaling:PutScheduledAction'],
    remove: [],
  },

  desired({ spec, previousSpec }, _found, current) {
    const ScheduledActions = wantedActions({ spec, previousSpec }, current?.actions ?? []);
    if (ScheduledActions.length === 0) return [];
    return [{ type: 'AWS::ApplicationAutoScaling::ScalableTarget', properties: { ScheduledActions } }];
  },

  parts: (_scope, observed) =>
    (observed?.actions ?? []).map(() => ({ type: 'AWS::ApplicationAutoScaling::ScheduledAction' })),

  async observe(scope) {
    if (!(await mayScale(scope))) return undefined;
    const found = await allItems(
      paginateDescribeScheduledActions(
        { client: scope.clients.applicationAutoScaling },
        scalableDimension(scope.ecsService),
      ),
      ({ ScheduledActions }) => ScheduledActions,
    );
    const actions = found.map(scheduledActionOf);
    return actions.length > 0 ? { actions } : undefined;
  },

  apply(scope, _needs, current) {
    const live = current?.actions ?? [];
    const wanted = scope.desired['']?.ScheduledActions ?? [];
    return unlessOverlapping(async () => {
      for (const action of wanted) {
        const same = live.some((existing) => isDeepStrictEqual(existing, action));
        if (!same) await put(scope, action);
      }
      for (const { ScheduledActionName: name } of live) {
        if (!named(wanted, name)) await remove(scope, name);
      }
      return { actions: wanted };
    });
  },
};

/** {@link threeWay} of each action; one that was deleted by hand is made again, and one that was added stays. */
function wantedActions(
  { spec, previousSpec }: Pick<PlanScope, 'spec' | 'previousSpec'>,
  live: readonly ScheduledAction[],
): readonly ScheduledAction[] {
  const desired = spec.scaling.scheduledActions ?? [];
  const previous = previousSpec?.scaling.scheduledActions ?? [];
  return [
    ...desired.map((action) =>
      threeWay({
        desired: action,
        previous: named(previous, action.ScheduledActionName),
        live: named(live, action.ScheduledActionName),
      }),
    ),
    ...live.filter(({ ScheduledActionName: name }) => !named(desired, name) && !named(previous, name)),
  ];
}

function named(actions: readonly ScheduledAction[], name: string | undefined): ScheduledAction | undefined {
  return actions.find(({ ScheduledActionName }) => ScheduledActionName === name);
}

/** To leave a time out takes it away. */
async function put(
  { clients, ecsService }: Scope,
  { ScheduledActionName, StartTime, EndTime, ...action }: ScheduledAction,
): Promise<void> {
  await clients.applicationAutoScaling.send(
    new PutScheduledActionCommand({
      ...scalableDimension(ecsService),
      ...action,
      ScheduledActionName,
      StartTime: StartTime === undefined ? undefined : new Date(StartTime),
      EndTime: EndTime === undefined ? undefined : new Date(EndTime),
    }),
  );
}

async function remove({ clients, ecsService }: Scope, name: string | undefined): Promise<void> {
  await unless(
    clients.applicationAutoScaling.send(
      new DeleteScheduledActionCommand({ ...scalableDimension(ecsService), ScheduledActionName: name }),
    ),
    'ObjectNotFoundException',
  );
}
