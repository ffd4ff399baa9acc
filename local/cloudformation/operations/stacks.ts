/** Operations on whole stacks. */
import { isDeepStrictEqual } from 'node:util';
import { AwsError, type Structure } from '../../service';
import {
  continueRollback,
  createStack,
  deleteStack,
  updateStack,
  type OnFailure,
} from '../engine/stack-operations';
import { newStack, refuseWhileBusy, type Stack, type StackTarget } from '../stack';
import { describeParameters } from '../template/parameters';
import { validationError } from '../template/parse';
import { page, type Context, type Operations } from './context';
import { targetOf } from './target';

/** States in which a stack takes an update. */
const UPDATABLE = new Set([
  ...[
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'CREATE_FAILED',
    'UPDATE_FAILED',
    'IMPORT_COMPLETE',
    'IMPORT_ROLLBACK_COMPLETE',
  ],
]);

/** @throws AwsError ValidationError when a stack cannot be updated in its state. */
export function refuseUpdate(stack: Stack): void {
  refuseWhileBusy(stack, 'updated');
  if (!UPDATABLE.has(stack.status) || !stack.target) {
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
  }
}

/** Whether a target differs from what a stack is. */
export function differs(stack: Stack, target: StackTarget): boolean {
  const { target: current } = stack;
  return (
    !current ||
    !stack.status.endsWith('_COMPLETE') ||
    !isDeepStrictEqual(current.template, target.template) ||
    !isDeepStrictEqual(current.parameters, target.parameters) ||
    !isDeepStrictEqual(current.tags, target.tags)
  );
}

export function stackOperations(context: Context): Operations {
  const { stacks, environment, start } = context;
  return {
    async CreateStack(request) {
      const { input, region } = request;
      if (stacks.find(input.StackName, region)) {
        throw new AwsError('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
      }
      const target = await targetOf(context, request);
      const stack = newStack(input, request, new Date(context.clock.now()));
      stack.disableRollback = input.DisableRollback ?? false;
      stacks.add(stack);
      const onFailure: OnFailure = input.OnFailure ?? (stack.disableRollback ? 'DO_NOTHING' : 'ROLLBACK');
      start(stack, () =>
        createStack(environment, stack, target, { onFailure, token: input.ClientRequestToken }),
      );
      return { StackId: stack.id };
    },

    async UpdateStack(request) {
      const { input, region } = request;
      const stack = stacks.find(input.StackName, region);
      if (!stack) throw validationError(`Stack [${input.StackName}] does not exist`);
      refuseUpdate(stack);
      const target = await targetOf(context, request, stack);
      if (!differs(stack, target)) throw validationError('No updates are to be performed.');
      if (input.Capabilities) stack.capabilities = input.Capabilities;
      if (input.RoleARN) stack.roleArn = input.RoleARN;
      if (input.NotificationARNs) stack.notificationArns = input.NotificationARNs;
      const options = { disableRollback: input.DisableRollback, token: input.ClientRequestToken };
      start(stack, () => updateStack(environment, stack, target, options));
      return { StackId: stack.id };
    },

    async CancelUpdateStack({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      if (stack.status !== 'UPDATE_IN_PROGRESS') {
        throw validationError(
          `CancelUpdateStack cannot be called from current stack status: ${stack.status}`,
        );
      }
      stack.cancel!.abort();
      return {};
    },

    async ContinueUpdateRollback({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      if (!stack.rollback || !['UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED'].includes(stack.status)) {
        throw validationError(
          `Stack:${stack.id} is in ${stack.status} state and can not continue a rollback.`,
        );
      }
      const skip = new Set<string>(input.ResourcesToSkip ?? []);
      start(stack, () => continueRollback(environment, stack, skip, input.ClientRequestToken));
      return {};
    },

    async DeleteStack({ input, region }) {
      const stack = stacks.find(input.StackName, region);
      if (!stack || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return {};
      if (stack.terminationProtection) {
        throw validationError(
          `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
        );
      }
      const retain = new Set<string>(input.RetainResources ?? []);
      if (retain.size > 0 && stack.status !== 'DELETE_FAILED') {
        throw validationError(
          'Invalid operation on stack. RetainResources is only supported for stacks in DELETE_FAILED state.',
        );
      }
      // A deletion takes over from whatever else runs.
      stack.cancel?.abort();
      const earlier = stack.running;
      start(stack, async () => {
        await earlier;
        await deleteStack(environment, stack, retain, input.ClientRequestToken);
      });
      return {};
    },

    async UpdateTerminationProtection({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      stack.terminationProtection = input.EnableTerminationProtection;
      return { StackId: stack.id };
    },

    async DescribeStacks({ input, region, fromWaiter }) {
      if (input.StackName) {
        if (fromWaiter) await context.awaitEnd(stacks.get(input.StackName, region));
        return { Stacks: [describe(stacks.get(input.StackName, region))] };
      }
      const existing = stacks.list(region).filter(({ status }) => status !== 'DELETE_COMPLETE');
      const { items, NextToken } = page(existing, input.NextToken);
      return { Stacks: items.map(describe), NextToken };
    },

    async ListStacks({ input, region }) {
      const wanted: string[] = input.StackStatusFilter ?? [];
      const found = stacks
        .list(region)
        .filter(({ status }) => wanted.length === 0 || wanted.includes(status));
      const { items, NextToken } = page(found, input.NextToken);
      return { StackSummaries: items.map(summary), NextToken };
    },

    async ListExports({ input, region }) {
      const exports = stacks.list(region).flatMap(({ id, outputs }) =>
        outputs
          .filter(({ ExportName }) => ExportName !== undefined)
          .map(({ ExportName, OutputValue }) => ({
            ExportingStackId: id,
            Name: ExportName,
            Value: OutputValue,
          })),
      );
      const { items, NextToken } = page(exports, input.NextToken);
      return { Exports: items, NextToken };
    },

    async ListImports({ input, region }) {
      const names = stacks.importers(input.ExportName, region).map(({ name }) => name);
      if (names.length === 0)
        throw validationError(`Export '${input.ExportName}' is not imported by any stack.`);
      return { Imports: names };
    },
  };
}

function summary(stack: Stack): Structure {
  return {
    StackId: stack.id,
    StackName: stack.name,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    TemplateDescription: stack.target?.template.Description,
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function describe(stack: Stack): Structure {
  const { target } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    Description: target?.template.Description,
    Parameters: target ? describeParameters(target.template, target.parameters) : [],
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: stack.notificationArns,
    Capabilities: stack.capabilities,
    Outputs: stack.outputs,
    RoleARN: stack.roleArn,
    Tags: Object.entries(target?.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}
