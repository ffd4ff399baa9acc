import {
  ConcurrentUpdateException,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
  ValidationException,
} from '@aws-sdk/client-application-auto-scaling';
import type { ApplyScope, Component, PlanScope, Scope } from '../../composition/component';
import { onePart } from '../../composition/part';
import {
  DESCRIBED_SERVICE_ACTIONS,
  describedService,
  managedDescribedService,
} from '../../deployments/described-service';
import type { EcsService } from '../../identity/identity';
import { done, wait, type Outcome } from '../../../core/outcome';
import type { Scaling } from '../../properties/scaling';
import { leastTasks } from '../../properties/versions';
import { versionOf } from '../../composition/version';
import type { ServiceSpec } from '../../specification';
import { unless } from '../../../aws/sdk-errors';
import { newServiceLinkedRole } from '../../../aws/service-linked-role';
import { tagChanges, tagList, type ResourceTag, type Tags } from '../../identity/tags';
import { managedTags } from '../../memory/ownership';
import { threeWay } from '../../../core/three-way';
import type { ObservedService } from '../ecs/service';

/** Between how many tasks the service scales. */
type TaskCounts = Pick<Scaling, 'minTaskCount' | 'maxTaskCount'>;

/** The registration of the service with Application Auto Scaling. */
export interface ObservedScalableTarget extends TaskCounts {
  readonly arn?: string;
}

interface ScalableTargetProperties {
  readonly ServiceNamespace: 'ecs';
  readonly ResourceId: string;
  readonly ScalableDimension: 'ecs:service:DesiredCount';
  readonly MinCapacity: number;
  readonly MaxCapacity: number;
  readonly Tags: readonly ResourceTag[];
}

/** What names the number of tasks of an ECS service in Application Auto Scaling. */
export function scalableDimension({ clusterName, name }: EcsService) {
  return {
    ServiceNamespace: 'ecs',
    ResourceId: `service/${clusterName}/${name}`,
    ScalableDimension: 'ecs:service:DesiredCount',
  } as const;
}

/**
 * Whether it is worth a look: while a service is created there cannot be anything, but a deletion may find what an
 * earlier attempt has left behind. The scaling of somebody else's service is not looked at.
 */
export async function mayScale(scope: Scope): Promise<boolean> {
  const isThere = (await describedService(scope)) !== undefined;
  if (scope.spec) return isThere;
  return !isThere || (await managedDescribedService(scope)) !== undefined;
}

/** Carry out a change, or wait: Application Auto Scaling refuses changes of one target that overlap. */
export async function unlessOverlapping<T>(change: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return done(await change());
  } catch (error) {
    if (error instanceof ConcurrentUpdateException) return wait('another change to the scaling', 2);
    throw error;
  }
}

/** It carries no owner's mark that would have to be checked: who owns the service owns its scaling. */
export const scalableTarget: Component<
  ObservedScalableTarget,
  { Service: ObservedService },
  ScalableTargetProperties
> = {
  kind: 'ScalableTarget',
  perVersion: 'as specified',
  ofVersionsAfter: 'Traffic',
  needs: ['Service'],
  permissions: {
    observe: [...DESCRIBED_SERVICE_ACTIONS, 'application-autoscaling:DescribeScalableTargets'],
    // The first target of an account makes the service-linked role, with the caller's permissions.
    apply: [
      'application-autoscaling:RegisterScalableTarget',
      'application-autoscaling:TagResource',
      'application-autoscaling:UntagResource',
      'iam:CreateServiceLinkedRole',
    ],
    remove: ['application-autoscaling:DeregisterScalableTarget'],
  },

  desired(plan, _found, current) {
    const { minTaskCount, maxTaskCount } = taskCounts(plan, current);
    const properties = {
      ...scalableDimension(plan.ecsService),
      MinCapacity: minTaskCount,
      MaxCapacity: maxTaskCount,
      Tags: tagList(managedTags(plan)),
    };
    return [{ type: 'AWS::ApplicationAutoScaling::ScalableTarget', properties }];
  },

  parts: (_scope, observed) =>
    onePart('AWS::ApplicationAutoScaling::ScalableTarget', observed, ({ arn }) => arn),

  async observe(scope) {
    if (!(await mayScale(scope))) return undefined;
    const { ServiceNamespace, ResourceId, ScalableDimension } = scalableDimension(scope.ecsService);
    const { ScalableTargets } = await scope.clients.applicationAutoScaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId], ScalableDimension }),
    );
    const found = ScalableTargets?.[0];
    return (
      found && {
        arn: found.ScalableTargetARN,
        minTaskCount: found.MinCapacity!,
        maxTaskCount: found.MaxCapacity!,
      }
    );
  },

  async apply(scope, _needs, current) {
    const { MinCapacity: minTaskCount, MaxCapacity: maxTaskCount } = scope.desired['']!;
    if (current) await changeTags(scope, current);
    if (current?.minTaskCount === minTaskCount && current.maxTaskCount === maxTaskCount) return done(current);
    try {
      return await unlessOverlapping(async () => {
        const counts = { minTaskCount, maxTaskCount };
        const arn = current ? await register(scope, counts) : await registerFirst(scope, counts);
        return { arn: arn ?? current?.arn, ...counts };
      });
    } catch (error) {
      if (lacksServiceLinkedRole(error)) return SERVICE_LINKED_ROLE;
      throw error;
    }
  },

  remove({ clients, ecsService }) {
    return unlessOverlapping(async () => {
      await unless(
        clients.applicationAutoScaling.send(
          new DeregisterScalableTargetCommand(scalableDimension(ecsService)),
        ),
        'ObjectNotFoundException',
      );
    });
  },
};

/** The first target of an account has the role made, and may be refused until IAM has it. */
const SERVICE_LINKED_ROLE = newServiceLinkedRole({
  service: 'Application Auto Scaling',
  roleName: 'AWSServiceRoleForApplicationAutoScaling_ECSService',
  principal: 'ecs.application-autoscaling.amazonaws.com',
});

function lacksServiceLinkedRole(error: unknown): boolean {
  return error instanceof ValidationException && /unable to assume (IAM )?role/i.test(error.message);
}

async function register(
  { clients, ecsService }: Scope,
  { minTaskCount, maxTaskCount }: TaskCounts,
  tags?: Tags,
): Promise<string | undefined> {
  const { ScalableTargetARN } = await clients.applicationAutoScaling.send(
    new RegisterScalableTargetCommand({
      ...scalableDimension(ecsService),
      MinCapacity: minTaskCount,
      MaxCapacity: maxTaskCount,
      Tags: tags && { ...tags },
    }),
  );
  return ScalableTargetARN;
}

/** Tags may only come with the first registration, and an attempt whose answer was lost may have been that. */
async function registerFirst(scope: ApplyScope, counts: TaskCounts): Promise<string | undefined> {
  const tags = managedTags(scope);
  try {
    return await register(scope, counts, tags);
  } catch (error) {
    if (!(error instanceof ValidationException) || lacksServiceLinkedRole(error)) throw error;
    const arn = await register(scope, counts);
    await scope.clients.applicationAutoScaling.send(
      new TagResourceCommand({ ResourceARN: arn, Tags: { ...tags } }),
    );
    return arn;
  }
}

/** {@link threeWay} of the numbers, which people and scheduled actions change too. */
function taskCounts(plan: PlanScope, current: ObservedScalableTarget | undefined): TaskCounts {
  const { spec, previousSpec } = plan;
  const version = versionOf(plan);
  const countsIn = ({ scaling, versions }: ServiceSpec) =>
    countsOf({ ...scaling, minTaskCount: leastTasks(versions, version, scaling.minTaskCount) });
  const desired = countsIn(spec);
  const counts = threeWay<TaskCounts>({
    desired,
    previous: previousSpec && countsIn(previousSpec),
    live: current && countsOf(current),
  });
  // One number of the template's and one set by hand need not go together.
  return counts.minTaskCount <= counts.maxTaskCount ? counts : desired;
}

function countsOf({ minTaskCount, maxTaskCount }: TaskCounts): TaskCounts {
  return { minTaskCount, maxTaskCount };
}

/** Follows the template without a look at what is there: to set a tag again does no harm. */
async function changeTags(scope: ApplyScope, { arn }: ObservedScalableTarget): Promise<void> {
  const { clients, previousSpec, removedTagKeys } = scope;
  const before = previousSpec && managedTags({ ...scope, spec: previousSpec });
  const { set } = tagChanges(before ?? {}, managedTags(scope), []);
  const { applicationAutoScaling } = clients;
  if (!arn) return;
  if (Object.keys(set).length > 0) {
    await applicationAutoScaling.send(new TagResourceCommand({ ResourceARN: arn, Tags: { ...set } }));
  }
  if (removedTagKeys.length > 0) {
    await applicationAutoScaling.send(
      new UntagResourceCommand({ ResourceARN: arn, TagKeys: [...removedTagKeys] }),
    );
  }
}
