/** Drift detection. */
import { randomUUID } from 'node:crypto';
import type { Structure } from '../../service';
import { driftOf } from '../engine/drift';
import { ResourceOperations } from '../engine/resource-operations';
import { EventRecorder } from '../events';
import { resourceOf, type Stack, type StackResource } from '../stack';
import { validationError } from '../template/parse';
import { page, type Context, type Operations } from './context';

interface Detection {
  readonly stack: Stack;
  readonly startedAt: Date;
  status: 'DETECTION_IN_PROGRESS' | 'DETECTION_COMPLETE';
}

/** States in which a resource exists. */
const EXISTS = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;

export function driftOperations(context: Context): Operations {
  const { stacks, environment, clock } = context;
  const detections = new Map<string, Detection>();

  async function detect(stack: Stack, resource: StackResource): Promise<Structure> {
    const type = environment.registry.resourceType(resource.typeName)!;
    const reader = new ResourceOperations(environment, stack, stack.target!, {
      events: new EventRecorder(stack, environment.now),
    });
    const unknown = (StackResourceDriftStatus: string) => ({
      StackResourceDriftStatus,
      PropertyDifferences: [],
    });
    const drift: Structure = !type.functionName
      ? unknown('NOT_CHECKED')
      : await reader.read(resource).then(
          (live) => driftOf(type, resource, live),
          (error: Error) => ({ ...unknown('UNKNOWN'), DriftStatusReason: error.message }),
        );
    resource.drift = {
      StackId: stack.id,
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId,
      ResourceType: resource.typeName,
      Timestamp: new Date(clock.now()),
      ...drift,
    };
    return resource.drift;
  }

  return {
    async DetectStackDrift({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      if (!stack.target)
        throw validationError(
          `Drift detection cannot be performed on stack ${stack.name}, which has no resources.`,
        );
      const id = randomUUID();
      const detection: Detection = {
        stack,
        startedAt: new Date(clock.now()),
        status: 'DETECTION_IN_PROGRESS',
      };
      detections.set(id, detection);
      const chosen = [...stack.resources.values()].filter(
        ({ status, logicalId }) =>
          EXISTS.test(status) && (!input.LogicalResourceIds || input.LogicalResourceIds.includes(logicalId)),
      );
      void Promise.all(chosen.map((resource) => detect(stack, resource))).finally(
        () => (detection.status = 'DETECTION_COMPLETE'),
      );
      return { StackDriftDetectionId: id };
    },

    async DetectStackResourceDrift({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      return { StackResourceDrift: await detect(stack, resourceOf(stack, input.LogicalResourceId)) };
    },

    async DescribeStackDriftDetectionStatus({ input }) {
      const detection = detections.get(input.StackDriftDetectionId);
      if (!detection)
        throw validationError(`Stack drift detection ${input.StackDriftDetectionId} does not exist`);
      const drifted = [...detection.stack.resources.values()].filter(({ drift }) => isDrift(drift));
      return {
        StackId: detection.stack.id,
        StackDriftDetectionId: input.StackDriftDetectionId,
        DetectionStatus: detection.status,
        Timestamp: detection.startedAt,
        ...(detection.status === 'DETECTION_COMPLETE' && {
          StackDriftStatus: drifted.length > 0 ? 'DRIFTED' : 'IN_SYNC',
          DriftedStackResourceCount: drifted.length,
        }),
      };
    },

    async DescribeStackResourceDrifts({ input, region }) {
      const wanted: string[] | undefined = input.StackResourceDriftStatusFilters;
      const drifts = [...stacks.get(input.StackName, region).resources.values()]
        .flatMap(({ drift }) => drift ?? [])
        .filter(({ StackResourceDriftStatus }) => !wanted || wanted.includes(StackResourceDriftStatus));
      const { items, NextToken } = page(drifts, input.NextToken);
      return { StackResourceDrifts: items, NextToken };
    },
  };
}

function isDrift(drift: Structure | undefined): boolean {
  return drift?.StackResourceDriftStatus === 'MODIFIED' || drift?.StackResourceDriftStatus === 'DELETED';
}
