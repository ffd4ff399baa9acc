/**
 * Application Auto Scaling: its targets are services of the local ECS, which moto does not know; they have tags, and
 * policies and scheduled actions go with them.
 */
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  paginateDescribeScalableTargets,
  RegisterScalableTargetCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { CreateClusterCommand, CreateServiceCommand, ECSClient } from '@aws-sdk/client-ecs';
import { IAMClient } from '@aws-sdk/client-iam';
import { ServiceLinkedRole } from '../service-linked-role';
import { AwsError, type AwsRequest, type Structure } from '../service';
import { regional, type GuardContext, type ServiceGuard } from './guard';

/** The role with which Application Auto Scaling scales services of ECS. */
const ROLE_PRINCIPAL = 'ecs.application-autoscaling.amazonaws.com';

export function applicationAutoScaling({
  answers,
  clock,
  isNewAccount,
  limits,
  motoOptions,
  services,
}: GuardContext): ServiceGuard {
  const role = new ServiceLinkedRole({
    iam: () => new IAMClient({ ...motoOptions, region: 'us-east-1' }),
    clock,
    principal: ROLE_PRINCIPAL,
    isNewAccount,
    delay: limits.scalingServiceLinkedRole,
  });
  const ecs = regional(ECSClient, motoOptions);
  const autoScaling = regional(ApplicationAutoScalingClient, motoOptions);
  /** Tags of the targets, by ARN. */
  const tags = new Map<string, Record<string, string>>();

  /** Put the service into moto's own ECS, where moto looks for it. */
  async function mirror(region: string, cluster: string, serviceName: string): Promise<void> {
    await ecs(region).send(new CreateClusterCommand({ clusterName: cluster }));
    await ecs(region).send(new CreateServiceCommand({ cluster, serviceName, desiredCount: 0 }));
  }

  function callEcs(request: AwsRequest, operation: string, input: Structure): Promise<Structure> {
    return services.get('ecs')!.handle({ ...request, service: 'ecs', operation, input });
  }

  /** The service, if it is active. */
  async function serviceOf(
    request: AwsRequest,
    cluster: string,
    name: string,
  ): Promise<Structure | undefined> {
    const answer = await callEcs(request, 'DescribeServices', { cluster, services: [name] }).catch(
      (error: AwsError): Structure => {
        if (error.code === 'ClusterNotFoundException') return {};
        throw error;
      },
    );
    return (answer.services ?? []).find((service: Structure) => service.status === 'ACTIVE');
  }

  /** Move the count of a service into the bounds that a target is registered with. */
  async function keepWithin(request: AwsRequest, cluster: string, name: string): Promise<void> {
    if (!answers.holds('application-autoscaling.bounds-move-count')) return;
    const { MinCapacity = 0, MaxCapacity = Infinity } = request.input;
    const { desiredCount } = (await serviceOf(request, cluster, name))!;
    const within = Math.min(MaxCapacity, Math.max(MinCapacity, desiredCount));
    if (within === desiredCount) return;
    await callEcs(request, 'UpdateService', { cluster, service: name, desiredCount: within });
  }

  async function checkRole({ accountId }: AwsRequest): Promise<void> {
    const isThere = await role.use();
    if (isThere || !answers.holds('application-autoscaling.service-linked-role-of-a-new-account')) return;
    throw new AwsError(
      'ValidationException',
      `Unable to assume IAM role: arn:aws:iam::${accountId}:role/aws-service-role/${ROLE_PRINCIPAL}/AWSServiceRoleForApplicationAutoScaling_ECSService`,
    );
  }

  async function targetOf({ region, input }: AwsRequest): Promise<ScalableTarget | undefined> {
    const { ServiceNamespace, ResourceId, ScalableDimension } = input;
    const { ScalableTargets } = await autoScaling(region).send(
      new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId], ScalableDimension }),
    );
    return ScalableTargets?.[0];
  }

  async function tagsOf({ region, input: { ResourceARN } }: AwsRequest): Promise<Record<string, string>> {
    const pages = paginateDescribeScalableTargets(
      { client: autoScaling(region) },
      { ServiceNamespace: 'ecs' },
    );
    for await (const { ScalableTargets = [] } of pages) {
      if (ScalableTargets.some(({ ScalableTargetARN }) => ScalableTargetARN === ResourceARN)) {
        return tags.get(ResourceARN) ?? {};
      }
    }
    throw new AwsError('ResourceNotFoundException', `No scalable target found for ARN: ${ResourceARN}`);
  }

  return {
    service: 'application-autoscaling',
    reset() {
      tags.clear();
      role.reset();
    },
    operations: {
      async RegisterScalableTarget(request) {
        const { ServiceNamespace, ResourceId } = request.input;
        if (ServiceNamespace !== 'ecs') return undefined;
        const [kind, cluster, name, ...more] = String(ResourceId).split('/');
        if (kind !== 'service' || !cluster || !name || more.length > 0) {
          throw new AwsError(
            'ValidationException',
            `ResourceId: ${ResourceId} must be service/<cluster>/<service>.`,
          );
        }
        if (!(await serviceOf(request, cluster, name))) {
          throw new AwsError('ValidationException', `ECS service doesn't exist: ${ResourceId}`);
        }
        await checkRole(request);
        await mirror(request.region, cluster, name);
        await keepWithin(request, cluster, name);
        const { Tags } = request.input;
        if (!Tags) return undefined;
        if (await targetOf(request)) {
          throw new AwsError('ValidationException', 'Tags can only be given when a target is registered.');
        }
        await autoScaling(request.region).send(new RegisterScalableTargetCommand(request.input as never));
        const { ScalableTargetARN } = (await targetOf(request))!;
        tags.set(ScalableTargetARN!, Tags);
        return { ScalableTargetARN };
      },

      async DeregisterScalableTarget(request) {
        const target = await targetOf(request);
        if (!target) {
          throw new AwsError('ObjectNotFoundException', `No scalable target: ${request.input.ResourceId}`);
        }
        const client = autoScaling(request.region);
        const { ServiceNamespace, ResourceId, ScalableDimension } = target;
        const of = { ServiceNamespace, ResourceId, ScalableDimension };
        const [{ ScalingPolicies = [] }, { ScheduledActions = [] }] = await Promise.all([
          client.send(new DescribeScalingPoliciesCommand(of)),
          client.send(new DescribeScheduledActionsCommand(of)),
        ]);
        for (const { PolicyName } of ScalingPolicies) {
          await client.send(new DeleteScalingPolicyCommand({ ...of, PolicyName }));
        }
        for (const { ScheduledActionName } of ScheduledActions) {
          await client.send(new DeleteScheduledActionCommand({ ...of, ScheduledActionName }));
        }
        tags.delete(target.ScalableTargetARN!);
        return undefined;
      },

      async PutScheduledAction(request) {
        if (await targetOf(request)) return undefined;
        throw new AwsError('ObjectNotFoundException', `No scalable target: ${request.input.ResourceId}`);
      },

      async DeleteScheduledAction(request) {
        const { ServiceNamespace, ResourceId, ScalableDimension, ScheduledActionName } = request.input;
        const { ScheduledActions = [] } = await autoScaling(request.region).send(
          new DescribeScheduledActionsCommand({
            ServiceNamespace,
            ResourceId,
            ScalableDimension,
            ScheduledActionNames: [ScheduledActionName],
          }),
        );
        if (ScheduledActions.length > 0) return undefined;
        throw new AwsError('ObjectNotFoundException', `No scheduled action: ${ScheduledActionName}`);
      },

      async ListTagsForResource(request) {
        return { Tags: await tagsOf(request) };
      },

      async TagResource(request) {
        tags.set(request.input.ResourceARN, { ...(await tagsOf(request)), ...request.input.Tags });
        return {};
      },

      async UntagResource(request) {
        const { ResourceARN, TagKeys } = request.input;
        const left = Object.entries(await tagsOf(request)).filter(([key]) => !TagKeys.includes(key));
        tags.set(ResourceARN, Object.fromEntries(left));
        return {};
      },
    },
  };
}
