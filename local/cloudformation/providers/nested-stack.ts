/** `AWS::CloudFormation::Stack`: a stack of its own, made from a template in a bucket. */
import { randomBytes } from 'node:crypto';
import { AwsError, type Structure } from '../../service';
import type { Stack } from '../stack';
import {
  ProvisionFailure,
  type ExistingRequest,
  type Provisioned,
  type ProvisionRequest,
  type ResourceProvider,
} from './provider';

export interface NestedStackOptions {
  /** Call an operation of CloudFormation itself. */
  readonly call: (
    operation: string,
    input: Structure,
    place: { readonly region: string; readonly accountId: string },
  ) => Promise<Structure>;
  readonly find: (id: string) => Stack | undefined;
  /** Resolves when nothing runs for a stack any more. */
  readonly settled: (stackId: string, region: string) => Promise<void>;
}

export function nestedStackProvider({ call, find, settled }: NestedStackOptions): ResourceProvider {
  async function ask(request: ProvisionRequest, operation: string, input: Structure): Promise<Structure> {
    try {
      return await call(operation, input, request.stack);
    } catch (error) {
      if (error instanceof AwsError) throw new ProvisionFailure(error.message);
      throw error;
    }
  }

  /** Wait for the end of the nested operation; when the outer one is given up before, `giveUp` is called. */
  async function end(request: ProvisionRequest, id: string, giveUp: () => void): Promise<Stack> {
    const { signal } = request;
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    await settled(id, request.stack.region);
    signal?.removeEventListener('abort', giveUp);
    return find(id)!;
  }

  return {
    handles: ({ typeName }) => typeName === 'AWS::CloudFormation::Stack',
    // What lies at TemplateURL may have changed although the URL is the same.
    alwaysUpdates: true,
    async create(request) {
      const parent = find(request.stack.id)!;
      const name = `${parent.name}-${request.logicalId}-${randomBytes(6).toString('hex').toUpperCase()}`;
      const { StackId } = await ask(request, 'CreateStack', {
        ...input(request, parent),
        StackName: name,
        ParentId: parent.id,
        RootId: parent.rootId ?? parent.id,
        OnFailure: parent.disableRollback ? 'DO_NOTHING' : 'ROLLBACK',
      });
      request.onPhysicalId(StackId);
      // The rollback of the outer stack deletes what has been made so far.
      const stack = await Promise.race([
        end(request, StackId, () => undefined),
        aborted(request.signal).then(() => undefined),
      ]);
      if (!stack) throw new ProvisionFailure('Resource creation cancelled', { physicalId: StackId });
      if (stack.status !== 'CREATE_COMPLETE')
        throw new ProvisionFailure(
          `Embedded stack ${StackId} was not successfully created: ${reasonOf(stack)}`,
          { physicalId: StackId },
        );
      return provisioned(stack);
    },
    async update(request) {
      const { physicalId } = request.current;
      const parent = find(request.stack.id)!;
      try {
        await call('UpdateStack', { ...input(request, parent), StackName: physicalId }, request.stack);
      } catch (error) {
        const { message } = error as Error;
        if (!(error instanceof AwsError)) throw error;
        if (message === 'No updates are to be performed.') return provisioned(find(physicalId)!);
        throw new ProvisionFailure(message);
      }
      const cancel = () =>
        void call('CancelUpdateStack', { StackName: physicalId }, request.stack).catch(() => {});
      const stack = await end(request, physicalId, cancel);
      if (stack.status !== 'UPDATE_COMPLETE')
        throw new ProvisionFailure(
          `Embedded stack ${physicalId} was not successfully updated. Currently in ${stack.status} with reason: ${reasonOf(stack)}`,
        );
      return provisioned(stack);
    },
    async delete(request) {
      const { physicalId } = request.current;
      await ask(request, 'DeleteStack', { StackName: physicalId });
      await settled(physicalId, request.stack.region);
      const stack = find(physicalId);
      if (stack && stack.status !== 'DELETE_COMPLETE')
        throw new ProvisionFailure(
          `Embedded stack ${physicalId} was not successfully deleted: ${reasonOf(stack)}`,
        );
    },
    async read(request: ExistingRequest) {
      const stack = find(request.current.physicalId);
      return stack && provisioned(stack).attributes;
    },
  };
}

function input({ properties, stackTags, restores }: ProvisionRequest, parent: Stack): Structure {
  const { TemplateURL, Parameters = {}, NotificationARNs, Tags = [] } = properties;
  const own = Object.fromEntries((Tags as Structure[]).map(({ Key, Value }) => [Key, Value]));
  return {
    ...(restores === undefined ? { TemplateURL } : { TemplateBody: restores }),
    NotificationARNs,
    Capabilities: parent.capabilities,
    RoleARN: parent.roleArn,
    Parameters: Object.entries(Parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: Array.isArray(value) ? value.join(',') : String(value),
    })),
    Tags: Object.entries({ ...stackTags, ...own }).map(([Key, Value]) => ({ Key, Value })),
  };
}

function provisioned(stack: Stack): Provisioned {
  const Outputs = Object.fromEntries(
    stack.outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  // What lies at TemplateURL may be another template when an update is rolled back.
  return { physicalId: stack.id, attributes: { Outputs }, handle: stack.target!.body };
}

/** Why the last operation on a stack failed, without what was done about it. */
function reasonOf(stack: Stack): string {
  const own = stack.events.filter(
    ({ PhysicalResourceId, ResourceStatusReason }) =>
      PhysicalResourceId === stack.id && ResourceStatusReason && ResourceStatusReason !== 'User Initiated',
  );
  return String(own.at(-1)?.ResourceStatusReason ?? stack.status).replace(
    / (Rollback|Delete) requested by user\.$/,
    '',
  );
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
