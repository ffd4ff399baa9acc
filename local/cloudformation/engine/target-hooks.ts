/** Hooks that look at a whole stack or change set: what they are told, and whether they let the operation go on. */
import { randomUUID } from 'node:crypto';
import type { HookRequest, HookVerdict } from '../../extension/hook-handler';
import type { HookAction } from '../../registry/hook';
import type { Structure } from '../../service';
import type { EventRecorder } from '../events';
import type { ChangeSet, Stack, StackTarget } from '../stack';
import type { Environment } from './environment';

/** Ask the hooks for stacks. Answers why the operation must not go on; undefined when it may. */
export async function stackHookRefusal(
  environment: Environment,
  stack: Stack,
  action: HookAction,
  templates: { readonly next?: StackTarget; readonly previous?: StackTarget },
  events: EventRecorder,
  except?: ReadonlySet<string>,
): Promise<string | undefined> {
  const request: HookRequest = { ...targetRequest(stack, action, 'STACK'), logicalId: stack.name };
  const hooks = environment.hooks.applying(request, except);
  if (hooks.length === 0) return undefined;
  const payload = await environment.publish(
    randomUUID(),
    JSON.stringify({ template: templates.next?.body, previousTemplate: templates.previous?.body }),
  );
  const verdict = await environment.hooks.run(
    { ...request, payload },
    {
      hooks,
      onStart: (hook) => events.hookStarted(undefined, hook),
      onEnd: (result) => events.hookEnded(undefined, result),
    },
  );
  return refusal(verdict);
}

/** The hooks that a new change set has to pass, and how to ask them; undefined when there are none. */
export function changeSetHooks(
  environment: Environment,
  stack: Stack,
  changeSet: ChangeSet,
): (() => Promise<HookVerdict>) | undefined {
  const action = stack.target ? 'UPDATE' : 'CREATE';
  const request: HookRequest = {
    ...targetRequest(stack, action, 'CHANGE_SET'),
    logicalId: changeSet.name,
    changeSetId: changeSet.id,
  };
  const hooks = environment.hooks.applying(request);
  if (hooks.length === 0) return undefined;
  return async () => {
    const document = JSON.stringify({
      template: changeSet.target.body,
      previousTemplate: stack.target?.body,
      changedResources: changeSet.changes.map(changedResource),
    });
    const payload = await environment.publish(randomUUID(), document);
    return environment.hooks.run({ ...request, payload }, { hooks });
  };
}

/** The sentence with which CloudFormation says which hooks refused; undefined when none did. */
export function refusal({ refusedBy }: HookVerdict): string | undefined {
  return refusedBy.length > 0 ? `The following hook(s) failed: [${refusedBy.join(', ')}]` : undefined;
}

function targetRequest(
  stack: Stack,
  action: HookAction,
  target: 'STACK' | 'CHANGE_SET',
): Omit<HookRequest, 'logicalId'> {
  return {
    operation: target,
    action,
    targetName: target,
    stack: { id: stack.id, name: stack.name, roleArn: stack.roleArn },
    region: stack.region,
    accountId: stack.accountId,
  };
}

const ACTIONS: Record<string, string> = {
  Add: 'CREATE',
  Import: 'CREATE',
  Modify: 'UPDATE',
  Remove: 'DELETE',
};

function changedResource({ ResourceChange: change }: Structure): Structure {
  return {
    logicalResourceId: change.LogicalResourceId,
    resourceType: change.ResourceType,
    action: ACTIONS[change.Action],
    beforeContext: change.BeforeContext,
    afterContext: change.AfterContext,
  };
}
