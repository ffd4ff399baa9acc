/** Operations that show the resources and events of stacks. */
import type { Structure } from '../../service';
import { resourceOf, type Stack, type StackResource, type Stacks } from '../stack';
import { validationError } from '../template/parse';
import { page, type Context, type Operations } from './context';

export function resourceOperations({ stacks }: Context): Operations {
  return {
    async DescribeStackEvents({ input, region }) {
      if (!input.StackName)
        throw validationError('StackName is required: say which stack the events are of.');
      const events = [...stacks.get(input.StackName, region).events].reverse();
      const { items, NextToken } = page(events, input.NextToken);
      return { StackEvents: items, NextToken };
    },

    async DescribeStackResource({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      const resource = resourceOf(stack, input.LogicalResourceId);
      return {
        StackResourceDetail: {
          ...describe(stack, resource),
          LastUpdatedTimestamp: resource.updatedAt,
          ...(resource.metadata && { Metadata: JSON.stringify(resource.metadata) }),
        },
      };
    },

    async DescribeStackResources({ input, region }) {
      const stack = stackOf(stacks, input, region);
      const chosen = [...stack.resources.values()].filter(
        ({ logicalId }) => !input.LogicalResourceId || logicalId === input.LogicalResourceId,
      );
      return {
        StackResources: chosen.map((resource) => ({
          ...describe(stack, resource),
          Timestamp: resource.updatedAt,
        })),
      };
    },

    async ListStackResources({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      const { items, NextToken } = page([...stack.resources.values()], input.NextToken);
      const summaries = items.map((resource) => {
        const { StackId: _, StackName: __, ...summary } = describe(stack, resource);
        return { ...summary, LastUpdatedTimestamp: resource.updatedAt };
      });
      return { StackResourceSummaries: summaries, NextToken };
    },
  };
}

function stackOf(stacks: Stacks, input: Structure, region: string): Stack {
  if (input.StackName) return stacks.get(input.StackName, region);
  const owner = stacks
    .list(region)
    .find(({ resources }) =>
      [...resources.values()].some(({ physicalId }) => physicalId === input.PhysicalResourceId),
    );
  if (!owner) throw validationError(`Stack for ${input.PhysicalResourceId} does not exist`);
  return owner;
}

function describe(stack: Stack, resource: StackResource): Structure {
  return {
    StackId: stack.id,
    StackName: stack.name,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId ?? '',
    ResourceType: resource.typeName,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.statusReason,
    DriftInformation: { StackResourceDriftStatus: resource.drift?.StackResourceDriftStatus ?? 'NOT_CHECKED' },
  };
}
