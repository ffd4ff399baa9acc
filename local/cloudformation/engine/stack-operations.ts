/** Operations on whole stacks: the order of the work, rollback, clean-up, and the stack's own events. */
import { EventRecorder } from '../events';
import type { Change, Imports, Output, Stack, StackResource, StackTarget } from '../stack';
import { dependencies } from '../template/references';
import type { Environment } from './environment';
import { ResourceOperations } from './resource-operations';
import { provisioningProblem } from './provisionable';
import { stackHookRefusal } from './target-hooks';
import { walk } from './walk';

/** What to do when the creation of a stack fails. */
export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

/** What the caller of an operation on a stack chooses. */
export interface OperationOptions {
  /** ClientRequestToken that the events carry. */
  readonly token?: string;
  /** Type names of stack hooks that are not asked. */
  readonly skippedHooks?: ReadonlySet<string>;
  /** Existing resources that are brought into the stack. */
  readonly imports?: Imports;
}

/** Create everything that the target says. Ends in CREATE_COMPLETE, or as `onFailure` says. */
export async function createStack(
  environment: Environment,
  stack: Stack,
  target: StackTarget,
  options: OperationOptions & { readonly onFailure: OnFailure },
): Promise<void> {
  const { onFailure } = options;
  const events = new EventRecorder(stack, environment.now, options.token);
  stack.target = target;
  const operations = begin(environment, stack, target, { ...options, events }, 'CREATE_IN_PROGRESS');
  const refused = await stackHookRefusal(
    environment,
    stack,
    'CREATE',
    { next: target },
    events,
    options.skippedHooks,
  );
  const problem = refused ? `${refused}.` : await provisionAll(environment, stack, operations);
  if (!problem) return events.stackStatus('CREATE_COMPLETE');
  if (onFailure === 'DO_NOTHING') return events.stackStatus('CREATE_FAILED', problem);
  const deleting = onFailure === 'DELETE';
  const why = deleting ? `${problem} Delete requested by user.` : `${problem} Rollback requested by user.`;
  events.stackStatus(deleting ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS', why);
  const rollback = new ResourceOperations(environment, stack, target, { events });
  for (const [logicalId, { kind }] of operations.changes)
    if (kind === 'imported') rollback.release(logicalId);
  const failed = await removeAll([...stack.resources.values()], (resource) =>
    rollback.remove(resource, {
      policy: resource.deletionPolicy === 'RetainExceptOnCreate' ? 'Delete' : resource.deletionPolicy,
    }),
  );
  stack.outputs = [];
  finishRemoval(environment, stack, events, failed, deleting ? 'DELETE' : 'ROLLBACK');
}

/** Bring a stack to a new target. Ends in UPDATE_COMPLETE or UPDATE_ROLLBACK_COMPLETE. */
export async function updateStack(
  environment: Environment,
  stack: Stack,
  target: StackTarget,
  options: OperationOptions & { readonly disableRollback?: boolean } = {},
): Promise<void> {
  const events = new EventRecorder(stack, environment.now, options.token);
  const previous = stack.target!;
  stack.updatedAt = new Date(environment.now());
  stack.target = target;
  const operations = begin(environment, stack, target, { ...options, events }, 'UPDATE_IN_PROGRESS');
  const refused = await stackHookRefusal(
    environment,
    stack,
    'UPDATE',
    { next: target, previous },
    events,
    options.skippedHooks,
  );
  const problem = refused ? `${refused}.` : await provisionAll(environment, stack, operations);
  if (!problem) {
    const replaced = [...operations.changes.values()]
      .filter(({ kind }) => kind === 'replaced')
      .map(({ before }) => before!);
    const wanted = await operations.wanted();
    const removed = [...stack.resources.values()].filter(({ logicalId }) => !wanted.has(logicalId));
    for (const { logicalId } of removed) stack.resources.delete(logicalId);
    await cleanUp(operations, events, 'UPDATE', removed, replaced);
    return events.stackStatus('UPDATE_COMPLETE');
  }
  if (options.disableRollback) {
    stack.rollback = { changes: operations.changes, target: previous };
    return events.stackStatus('UPDATE_FAILED', problem);
  }
  await rollBackUpdate(
    environment,
    stack,
    { changes: operations.changes, target: previous },
    events,
    problem,
  );
}

/** Bring existing resources into a stack. Ends in IMPORT_COMPLETE or IMPORT_ROLLBACK_COMPLETE. */
export async function importResources(
  environment: Environment,
  stack: Stack,
  target: StackTarget,
  options: OperationOptions & { readonly imports: Imports },
): Promise<void> {
  const events = new EventRecorder(stack, environment.now, options.token);
  const previous = stack.target;
  if (previous) stack.updatedAt = new Date(environment.now());
  stack.target = target;
  const operations = begin(environment, stack, target, { ...options, events }, 'IMPORT_IN_PROGRESS');
  const problem = await provisionAll(environment, stack, operations, options.imports.keys());
  if (!problem) return events.stackStatus('IMPORT_COMPLETE');
  events.stackStatus('IMPORT_ROLLBACK_IN_PROGRESS', problem);
  for (const logicalId of operations.changes.keys()) operations.release(logicalId);
  stack.target = previous;
  stack.importing = new Set();
  events.stackStatus('IMPORT_ROLLBACK_COMPLETE');
}

/** Go on with a rollback that failed, or begin one that was switched off. */
export function continueRollback(
  environment: Environment,
  stack: Stack,
  skip: ReadonlySet<string>,
  token?: string,
): Promise<void> {
  const { changes, target } = stack.rollback!;
  const remaining = new Map([...changes].filter(([logicalId]) => !skip.has(logicalId)));
  return rollBackUpdate(
    environment,
    stack,
    { changes: remaining, target },
    new EventRecorder(stack, environment.now, token),
  );
}

/** Delete a stack. Ends in DELETE_COMPLETE or DELETE_FAILED. */
export async function deleteStack(
  environment: Environment,
  stack: Stack,
  retain: ReadonlySet<string>,
  token?: string,
): Promise<void> {
  const events = new EventRecorder(stack, environment.now, token);
  events.stackStatus('DELETE_IN_PROGRESS', 'User Initiated');
  const inUse = exportInUse(environment, stack, []);
  if (inUse) return events.stackStatus('DELETE_FAILED', inUse);
  const refused = await stackHookRefusal(environment, stack, 'DELETE', { previous: stack.target }, events);
  if (refused) return events.stackStatus('DELETE_FAILED', refused);
  const operations = stack.target && new ResourceOperations(environment, stack, stack.target, { events });
  const failed = await removeAll([...stack.resources.values()], async (resource) => {
    const policy = retain.has(resource.logicalId) ? 'Retain' : retainedOnDelete(resource);
    return operations!.remove(resource, { hooks: true, policy });
  });
  finishRemoval(environment, stack, events, failed, 'DELETE');
}

function begin(
  environment: Environment,
  stack: Stack,
  target: StackTarget,
  { events, imports }: { readonly events: EventRecorder; readonly imports?: Imports },
  status: string,
): ResourceOperations {
  stack.rollback = undefined;
  stack.cancel = new AbortController();
  stack.importing = new Set();
  events.stackStatus(status, 'User Initiated');
  return new ResourceOperations(environment, stack, target, { events, imports, cancel: stack.cancel.signal });
}

/**
 * Provision resources, by default all, and the outputs. Answers what failed, undefined when nothing did.
 *
 * @param chosen logical ids.
 */
async function provisionAll(
  environment: Environment,
  stack: Stack,
  operations: ResourceOperations,
  chosen?: Iterable<string>,
): Promise<string | undefined> {
  const { template } = operations.target;
  const { signal } = stack.cancel!;
  try {
    const wanted = await operations.wanted();
    const unprovisionable = provisioningProblem(environment, template, wanted);
    if (unprovisionable) return `${unprovisionable}.`;
    const failed = await walk(
      chosen ?? wanted,
      (logicalId) => dependencies(template, logicalId),
      async (logicalId) => {
        const succeeded = !signal.aborted && (await operations.provision(logicalId));
        // What is still running for other resources is given up, as it will be rolled back anyway.
        if (!succeeded) stack.cancel!.abort();
        return succeeded;
      },
      true,
    );
    if (failed.length > 0)
      return failures(
        failed.map((logicalId) => stack.resources.get(logicalId)).filter((found) => found !== undefined),
      );
    if (signal.aborted) return 'The operation was cancelled.';
    const outputs = await outputsOf(operations, template.Outputs);
    const taken = outputs.find(({ ExportName }) => ExportName && environment.exporter(stack, ExportName));
    if (taken)
      return `Export with name ${taken.ExportName} is already exported by stack ${environment.exporter(stack, taken.ExportName!)}.`;
    const inUse = exportInUse(environment, stack, outputs);
    if (inUse) return `${inUse}.`;
    stack.outputs = outputs;
    stack.imports = stack.importing;
    return undefined;
  } catch (error) {
    return `${(error as Error).message}.`;
  }
}

async function outputsOf(
  operations: ResourceOperations,
  definitions: StackTarget['template']['Outputs'],
): Promise<Output[]> {
  const outputs = await Promise.all(
    Object.entries(definitions).map(async ([OutputKey, definition]): Promise<Output[]> => {
      if (!(await operations.holds(definition.Condition))) return [];
      const value = await operations.evaluate(definition.Value);
      const ExportName = definition.Export && String(await operations.evaluate(definition.Export.Name));
      const OutputValue = typeof value === 'object' ? JSON.stringify(value) : String(value);
      return [{ OutputKey, OutputValue, Description: definition.Description, ExportName }];
    }),
  );
  return outputs.flat();
}

/** Why the exports of a stack must not become those of `outputs`: other stacks use one that changes. undefined: they may. */
function exportInUse(environment: Environment, stack: Stack, outputs: readonly Output[]): string | undefined {
  for (const { ExportName: name, OutputValue } of stack.outputs) {
    const next = outputs.find(({ ExportName }) => ExportName === name);
    if (!name || next?.OutputValue === OutputValue) continue;
    const importers = environment.importers(stack, name);
    if (importers.length > 0)
      return `Export ${name} cannot be ${next ? 'updated' : 'deleted'} as it is in use by ${importers.join(', ')}`;
  }
  return undefined;
}

async function rollBackUpdate(
  environment: Environment,
  stack: Stack,
  rollback: { readonly changes: Map<string, Change>; readonly target: StackTarget },
  events: EventRecorder,
  problem?: string,
): Promise<void> {
  events.stackStatus('UPDATE_ROLLBACK_IN_PROGRESS', problem);
  stack.target = rollback.target;
  const operations = new ResourceOperations(environment, stack, rollback.target, { events });
  const failed = await walk(
    rollback.changes.keys(),
    (logicalId) => rollback.changes.get(logicalId)?.before?.dependsOn ?? [],
    (logicalId) => operations.restore(logicalId, rollback.changes.get(logicalId)!),
    false,
  );
  if (failed.length > 0) {
    stack.rollback = {
      target: rollback.target,
      changes: new Map(failed.map((logicalId) => [logicalId, rollback.changes.get(logicalId)!])),
    };
    const resources = failed.map((logicalId) => stack.resources.get(logicalId)!);
    return events.stackStatus('UPDATE_ROLLBACK_FAILED', failures(resources));
  }
  stack.rollback = undefined;
  stack.importing = new Set();
  await cleanUp(operations, events, 'UPDATE_ROLLBACK', operations.obsolete, []);
  events.stackStatus('UPDATE_ROLLBACK_COMPLETE');
}

/** Delete what an update has left over. A resource that cannot be deleted stays behind, and its event says so. */
async function cleanUp(
  operations: ResourceOperations,
  events: EventRecorder,
  operation: 'UPDATE' | 'UPDATE_ROLLBACK',
  removed: readonly StackResource[],
  replaced: readonly StackResource[],
): Promise<void> {
  events.stackStatus(`${operation}_COMPLETE_CLEANUP_IN_PROGRESS`);
  const policies = new Map([
    ...removed.map((resource) => [resource, retainedOnDelete(resource)] as const),
    ...replaced.map((resource) => [resource, resource.updateReplacePolicy] as const),
  ]);
  await removeAll([...policies.keys()], (resource) =>
    operations.remove(resource, { policy: policies.get(resource) }),
  );
}

/** Delete resources, dependent ones first. Answers those that could not be deleted. */
function removeAll(
  resources: readonly StackResource[],
  remove: (resource: StackResource) => Promise<boolean>,
): Promise<StackResource[]> {
  const dependents = (resource: StackResource) =>
    resources.filter(({ dependsOn }) => dependsOn.has(resource.logicalId));
  return walk(
    resources.filter(({ status }) => status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED'),
    dependents,
    remove,
    false,
  );
}

function finishRemoval(
  environment: Environment,
  stack: Stack,
  events: EventRecorder,
  failed: readonly StackResource[],
  operation: 'DELETE' | 'ROLLBACK',
): void {
  if (failed.length > 0) {
    const names = failed.map(({ logicalId }) => logicalId).join(', ');
    return events.stackStatus(
      `${operation}_FAILED`,
      `The following resource(s) failed to delete: [${names}]. `,
    );
  }
  if (operation === 'DELETE') {
    stack.deletedAt = new Date(environment.now());
    stack.outputs = [];
    stack.imports = new Set();
  }
  stack.importing = new Set();
  events.stackStatus(`${operation}_COMPLETE`);
}

function retainedOnDelete(resource: StackResource) {
  return resource.deletionPolicy === 'RetainExceptOnCreate' ? 'Retain' : resource.deletionPolicy;
}

/** The sentence with which CloudFormation says which resources failed. */
function failures(resources: readonly StackResource[]): string {
  const sentence = (status: string, verb: string) => {
    const names = resources
      .filter((resource) => resource.status === status)
      .map(({ logicalId }) => logicalId);
    return names.length > 0 ? [`The following resource(s) failed to ${verb}: [${names.join(', ')}].`] : [];
  };
  return [
    ...sentence('CREATE_FAILED', 'create'),
    ...sentence('IMPORT_FAILED', 'import'),
    ...sentence('UPDATE_FAILED', 'update'),
    ...sentence('DELETE_FAILED', 'delete'),
  ].join(' ');
}
