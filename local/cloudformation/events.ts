/** Stack events: what happened to a stack and its resources, in the order in which it happened. */
import { randomUUID } from 'node:crypto';
import type { HookResult } from '../extension/hook-handler';
import type { Hook } from '../registry/hook';
import type { Structure } from '../service';
import type { Stack, StackResource } from './stack';

const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** Records what happens to one stack during one operation. */
export class EventRecorder {
  /**
   * @param now virtual time.
   * @param token the caller's ClientRequestToken, which every event of the operation carries.
   */
  constructor(
    private readonly stack: Stack,
    private readonly now: () => number,
    private readonly token?: string,
  ) {}

  /** The stack has a new status. */
  stackStatus(status: string, reason?: string): void {
    this.stack.status = status;
    this.stack.statusReason = reason;
    this.add({ ...this.describe(), ResourceStatusReason: reason });
  }

  /** A resource has a new status. */
  resourceStatus(resource: StackResource, status: string, reason?: string): void {
    resource.status = status;
    resource.statusReason = reason;
    resource.updatedAt = new Date(this.now());
    this.add({ ...this.describe(resource), ResourceStatusReason: reason });
  }

  /** A hook is about to be asked about a resource, or about the stack. */
  hookStarted(resource: StackResource | undefined, hook: Hook): void {
    this.add({ ...this.describe(resource), ...hookMembers(hook), HookStatus: 'HOOK_IN_PROGRESS' });
  }

  /** A hook has decided about a resource, or about the stack. */
  hookEnded(resource: StackResource | undefined, result: HookResult): void {
    this.add({
      ...this.describe(resource),
      ...hookMembers(result.hook),
      HookStatus: result.status,
      HookStatusReason: result.reason,
      HookInvocationId: result.id,
    });
  }

  private describe(resource?: StackResource): Structure {
    const { name, id, status } = this.stack;
    if (!resource) {
      return {
        LogicalResourceId: name,
        PhysicalResourceId: id,
        ResourceType: STACK_TYPE,
        ResourceStatus: status,
      };
    }
    return {
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId ?? '',
      ResourceType: resource.typeName,
      ResourceStatus: resource.status,
      ResourceProperties: JSON.stringify(resource.shownProperties),
    };
  }

  /** No two events of a stack have the same time: clients (the SAM CLI) tell new events from seen ones by it alone. */
  private nextTime(): Date {
    const last: Date | undefined = this.stack.events.at(-1)?.Timestamp;
    return new Date(Math.max(this.now(), last ? last.getTime() + 1 : 0));
  }

  private add(event: Structure): void {
    this.stack.events.push({
      StackId: this.stack.id,
      StackName: this.stack.name,
      EventId:
        event.ResourceType === STACK_TYPE
          ? randomUUID()
          : `${event.LogicalResourceId}-${event.ResourceStatus}-${randomUUID()}`,
      Timestamp: this.nextTime(),
      ...(this.token && { ClientRequestToken: this.token }),
      ...Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)),
    });
  }
}

function hookMembers(hook: Hook): Structure {
  return { HookType: hook.typeName, HookInvocationPoint: 'PRE_PROVISION', HookFailureMode: hook.failureMode };
}
