/** Change sets: what an operation would change, and its execution. */
import { randomUUID } from 'node:crypto';
import type { HookVerdict } from '../../extension/hook-handler';
import { AwsError, type Structure } from '../../service';
import { changesOf } from '../engine/changes';
import type { Environment } from '../engine/environment';
import { existingImports, importProblem, requestedImports } from '../engine/imports';
import { provisioningProblem } from '../engine/provisionable';
import { ResourceOperations } from '../engine/resource-operations';
import { changeSetHooks, refusal } from '../engine/target-hooks';
import {
  createStack,
  importResources,
  updateStack,
  type OnFailure,
  type OperationOptions,
} from '../engine/stack-operations';
import { EventRecorder } from '../events';
import { newStack, type ChangeSet, type Imports, type Stack } from '../stack';
import { describeParameters } from '../template/parameters';
import { validationError } from '../template/parse';
import { page, type Context, type Operations } from './context';
import { differs, refuseUpdate } from './stacks';
import { targetOf } from './target';

type ExecutionOptions = OperationOptions & { readonly imports: Imports };

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export function changeSetOperations(context: Context): Operations {
  const { stacks, environment, start, clock } = context;

  function found(input: Structure, region: string): { stack: Stack; changeSet: ChangeSet } | undefined {
    const id: string = input.ChangeSetName;
    const candidates = input.StackName ? [stacks.find(input.StackName, region)] : stacks.list(region);
    for (const stack of candidates) {
      const changeSet = [...(stack?.changeSets.values() ?? [])].find(
        (entry) => entry.id === id || entry.name === id,
      );
      if (stack && changeSet) return { stack, changeSet };
    }
    return undefined;
  }

  function find(input: Structure, region: string): { stack: Stack; changeSet: ChangeSet } {
    const entry = found(input, region);
    if (entry) return entry;
    throw new AwsError(
      'ChangeSetNotFoundException',
      `ChangeSet [${input.ChangeSetName}] does not exist`,
      404,
    );
  }

  return {
    async CreateChangeSet(request) {
      const { input, region } = request;
      const type: ChangeSet['type'] = input.ChangeSetType ?? 'UPDATE';
      const existing = stacks.find(input.StackName, region);
      if (type === 'UPDATE' && !existing) throw validationError(`Stack [${input.StackName}] does not exist`);
      if (type === 'UPDATE' && existing) refuseUpdate(existing);
      if (type === 'IMPORT' && existing?.target) refuseUpdate(existing);
      if (type === 'CREATE' && existing && existing.status !== 'REVIEW_IN_PROGRESS') {
        throw validationError(
          `Stack [${input.StackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
        );
      }
      if (existing?.changeSets.has(input.ChangeSetName)) {
        throw new AwsError(
          'AlreadyExistsException',
          `ChangeSet ${input.ChangeSetName} cannot be created due to a mismatch with existing attribute Template`,
        );
      }
      const target = await targetOf(context, request, existing);
      const requested =
        type === 'IMPORT'
          ? requestedImports(environment, region, existing, target, input.ResourcesToImport ?? [])
          : undefined;
      const stack = existing ?? newStack(input, request, new Date(clock.now()));
      if (!existing) {
        stacks.add(stack);
        new EventRecorder(stack, environment.now).stackStatus('REVIEW_IN_PROGRESS', 'User Initiated');
      }
      const events = new EventRecorder(stack, environment.now);
      const wanted = await new ResourceOperations(environment, stack, target, { events }).wanted();
      const unprovisionable =
        requested || differs(stack, target)
          ? provisioningProblem(environment, target.template, wanted)
          : NO_CHANGES;
      const imports =
        requested ??
        (input.ImportExistingResources && !unprovisionable
          ? await existingImports(environment, stack, target)
          : new Map());
      const changes = unprovisionable ? [] : await changesOf(environment, stack, target, imports);
      const problem = unprovisionable ?? (requested && importProblem(stack, target, changes));
      const changeSet: ChangeSet = {
        id: `arn:aws:cloudformation:${region}:${request.accountId}:changeSet/${input.ChangeSetName}/${randomUUID()}`,
        name: input.ChangeSetName,
        type,
        description: input.Description,
        createdAt: new Date(clock.now()),
        target,
        imports,
        importsExisting: input.ImportExistingResources ?? false,
        capabilities: input.Capabilities ?? [],
        roleArn: input.RoleARN,
        onStackFailure: input.OnStackFailure,
        status: problem ? 'FAILED' : 'CREATE_COMPLETE',
        statusReason: problem,
        executionStatus: problem ? 'UNAVAILABLE' : 'AVAILABLE',
        changes: problem ? [] : changes,
        skippedHooks: new Set(),
      };
      stack.changeSets.set(changeSet.name, changeSet);
      const ask = problem ? undefined : changeSetHooks(environment, stack, changeSet);
      if (ask) {
        Object.assign(changeSet, { status: 'CREATE_IN_PROGRESS', executionStatus: 'UNAVAILABLE' });
        void ask().then(
          (verdict) => decide(changeSet, verdict),
          (error) => fail(changeSet, error.message),
        );
      }
      return { Id: changeSet.id, StackId: stack.id };
    },

    async DescribeChangeSet({ input, region }) {
      const { stack, changeSet } = find(input, region);
      const { items, NextToken } = page(changeSet.changes, input.NextToken);
      const withValues = input.IncludePropertyValues === true;
      return {
        ...summary(stack, changeSet),
        Parameters: describeParameters(changeSet.target.template, changeSet.target.parameters),
        NotificationARNs: stack.notificationArns,
        RollbackConfiguration: {},
        Capabilities: changeSet.capabilities,
        Tags: Object.entries(changeSet.target.tags).map(([Key, Value]) => ({ Key, Value })),
        Changes: withValues ? items : items.map(withoutValues),
        NextToken,
      };
    },

    async ExecuteChangeSet({ input, region }) {
      const { stack, changeSet } = find(input, region);
      if (changeSet.executionStatus !== 'AVAILABLE') {
        throw new AwsError(
          'InvalidChangeSetStatusException',
          `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
        );
      }
      if (stack.target) refuseUpdate(stack);
      changeSet.executionStatus = 'EXECUTE_COMPLETE';
      for (const other of stack.changeSets.values())
        if (other !== changeSet) other.executionStatus = 'OBSOLETE';
      stack.capabilities = changeSet.capabilities;
      stack.roleArn = changeSet.roleArn ?? stack.roleArn;
      stack.disableRollback = input.DisableRollback ?? false;
      start(stack, () =>
        EXECUTIONS[changeSet.type](environment, stack, changeSet, {
          token: input.ClientRequestToken,
          skippedHooks: changeSet.skippedHooks,
          imports: changeSet.imports,
        }),
      );
      return {};
    },

    async DeleteChangeSet({ input, region }) {
      if (!input.StackName && !input.ChangeSetName.startsWith('arn:')) {
        throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
      }
      // A change set that a stack does not have counts as deleted.
      if (input.StackName && !found(input, region)) {
        if (stacks.find(input.StackName, region)) return {};
        throw validationError(`Stack [${input.StackName}] does not exist`);
      }
      const { stack, changeSet } = find(input, region);
      stack.changeSets.delete(changeSet.name);
      return {};
    },

    async ListChangeSets({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      const { items, NextToken } = page([...stack.changeSets.values()], input.NextToken);
      return { Summaries: items.map((changeSet) => summary(stack, changeSet)), NextToken };
    },
  };
}

/** How a change set is carried out, by its type. */
const EXECUTIONS: Record<
  ChangeSet['type'],
  (environment: Environment, stack: Stack, changeSet: ChangeSet, options: ExecutionOptions) => Promise<void>
> = {
  CREATE: (environment, stack, changeSet, options) =>
    createStack(environment, stack, changeSet.target, {
      ...options,
      onFailure: onFailure(changeSet, stack),
    }),
  UPDATE: (environment, stack, changeSet, options) =>
    updateStack(environment, stack, changeSet.target, {
      ...options,
      disableRollback: stack.disableRollback,
    }),
  IMPORT: (environment, stack, changeSet, options) =>
    importResources(environment, stack, changeSet.target, options),
};

/** Hooks have looked at a change set. */
function decide(changeSet: ChangeSet, verdict: HookVerdict): void {
  const refused = refusal(verdict);
  if (refused) return fail(changeSet, refused);
  const skipped = verdict.results
    .filter(({ skipsStackHook }) => skipsStackHook)
    .map(({ hook }) => hook.typeName);
  Object.assign(changeSet, {
    status: 'CREATE_COMPLETE',
    executionStatus: 'AVAILABLE',
    skippedHooks: new Set(skipped),
  });
}

function fail(changeSet: ChangeSet, statusReason: string): void {
  Object.assign(changeSet, { status: 'FAILED', executionStatus: 'UNAVAILABLE', statusReason });
}

function onFailure(changeSet: ChangeSet, stack: Stack): OnFailure {
  return (
    (changeSet.onStackFailure as OnFailure | undefined) ?? (stack.disableRollback ? 'DO_NOTHING' : 'ROLLBACK')
  );
}

function summary(stack: Stack, changeSet: ChangeSet): Structure {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: changeSet.description,
    CreationTime: changeSet.createdAt,
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    IncludeNestedStacks: false,
    ImportExistingResources: changeSet.importsExisting,
  };
}

function withoutValues(change: Structure): Structure {
  const { BeforeContext: _, AfterContext: __, ...rest } = change.ResourceChange;
  return { ...change, ResourceChange: rest };
}
