/**
 * Stack sets with self-managed permissions, in one account: one template as a stack in each of several Regions. Regions come one
 * after the other, in the order in which they are asked for, and the first that fails ends the operation.
 */
import { randomUUID } from 'node:crypto';
import { AwsError, type AwsRequest, type Structure } from '../../service';
import type { Stack } from '../stack';
import { page, type Context, type Operations } from './context';

interface Instance {
  readonly region: string;
  readonly overrides: readonly Structure[];
  stackId?: string;
  status: 'CURRENT' | 'OUTDATED';
  reason?: string;
}

interface StackSet {
  readonly id: string;
  readonly name: string;
  /** As CreateStack takes them. */
  input: Structure;
  readonly instances: Map<string, Instance>;
  readonly operations: Map<string, Structure>;
}

/** What the operations need beside the context. */
export interface StackSetOptions {
  /** Call an operation on stacks in a Region. */
  readonly call: (
    operation: string,
    input: Structure,
    request: AwsRequest,
    region: string,
  ) => Promise<Structure>;
  /** Resolves when nothing runs for a stack any more. */
  readonly settled: (stackId: string, region: string) => Promise<void>;
}

/** @returns the operations, and what forgets all stack sets. */
export function stackSetOperations(
  { clock, stacks }: Context,
  { call, settled }: StackSetOptions,
): { readonly operations: Operations; readonly reset: () => void } {
  const sets = new Map<string, StackSet>();

  function get(name: string): StackSet {
    const set = sets.get(name);
    if (set) return set;
    throw new AwsError('StackSetNotFoundException', `StackSet ${name} not found`, 404);
  }

  /** Do something about Regions, one after the other, and remember what it came to. */
  function begin(
    set: StackSet,
    Action: 'CREATE' | 'UPDATE' | 'DELETE',
    regions: readonly string[],
    step: (region: string) => Promise<void>,
  ): Structure {
    if ([...set.operations.values()].some(({ Status }) => Status === 'RUNNING')) {
      throw new AwsError(
        'OperationInProgressException',
        `Another operation on StackSet ${set.name} is in progress`,
        409,
      );
    }
    const operation: Structure = {
      OperationId: randomUUID(),
      StackSetId: set.id,
      Action,
      Status: 'RUNNING',
      CreationTimestamp: new Date(clock.now()),
    };
    set.operations.set(operation.OperationId, operation);
    const run = async () => {
      try {
        for (const region of regions) await step(region);
        operation.Status = 'SUCCEEDED';
      } catch (error) {
        operation.Status = 'FAILED';
        operation.StatusReason = (error as Error).message;
      }
      operation.EndTimestamp = new Date(clock.now());
    };
    void run();
    return { OperationId: operation.OperationId };
  }

  /** Wait for the end of an operation on the stack of an instance. @throws Error when it failed. */
  async function end({ region, stackId }: Instance, expected: string): Promise<Stack> {
    await settled(stackId!, region);
    const stack = stacks.byId(stackId!)!;
    if (stack.status === expected) return stack;
    throw new Error(`${region}: ${stack.statusReason ?? stack.status}`);
  }

  function inputOf(set: StackSet, { overrides }: Instance): Structure {
    const overridden = overrides.map(({ ParameterKey }) => ParameterKey);
    const Parameters = (set.input.Parameters ?? []).filter(
      ({ ParameterKey }: Structure) => !overridden.includes(ParameterKey),
    );
    return { ...set.input, Parameters: [...Parameters, ...overrides] };
  }

  async function bring(set: StackSet, instance: Instance, request: AwsRequest): Promise<void> {
    const { region } = instance;
    instance.status = 'OUTDATED';
    try {
      if (instance.stackId === undefined) {
        const StackName = `StackSet-${set.name}-${randomUUID()}`;
        const { StackId } = await call(
          'CreateStack',
          { ...inputOf(set, instance), StackName },
          request,
          region,
        );
        instance.stackId = StackId;
        await end(instance, 'CREATE_COMPLETE');
      } else {
        const StackName = instance.stackId;
        await call('UpdateStack', { ...inputOf(set, instance), StackName }, request, region);
        await end(instance, 'UPDATE_COMPLETE');
      }
      instance.status = 'CURRENT';
      instance.reason = undefined;
    } catch (error) {
      instance.reason = (error as Error).message;
      throw error;
    }
  }

  const operations: Operations = {
    async CreateStackSet({ input }) {
      const { StackSetName: name, TemplateBody, TemplateURL, Parameters, Capabilities, Tags } = input;
      if (sets.has(name))
        throw new AwsError('NameAlreadyExistsException', `StackSet ${name} already exists`, 409);
      const id = `${name}:${randomUUID()}`;
      const given = { TemplateBody, TemplateURL, Parameters, Capabilities, Tags };
      sets.set(name, { id, name, input: given, instances: new Map(), operations: new Map() });
      return { StackSetId: id };
    },

    async UpdateStackSet(request) {
      const { TemplateBody, TemplateURL, Parameters, Capabilities, Tags, UsePreviousTemplate } =
        request.input;
      const set = get(request.input.StackSetName);
      const template = UsePreviousTemplate ? {} : { TemplateBody, TemplateURL };
      const given = Object.entries({ ...template, Parameters, Capabilities, Tags });
      set.input = { ...set.input, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
      return begin(set, 'UPDATE', [...set.instances.keys()], (region) =>
        bring(set, set.instances.get(region)!, request),
      );
    },

    async CreateStackInstances(request) {
      const { StackSetName, Regions, ParameterOverrides: overrides = [] } = request.input;
      const set = get(StackSetName);
      const missing = (Regions as string[]).filter((region) => !set.instances.has(region));
      for (const region of missing) set.instances.set(region, { region, overrides, status: 'OUTDATED' });
      return begin(set, 'CREATE', missing, (region) => bring(set, set.instances.get(region)!, request));
    },

    async DeleteStackInstances(request) {
      const { StackSetName, Regions, RetainStacks } = request.input;
      const set = get(StackSetName);
      return begin(set, 'DELETE', Regions, async (region) => {
        const instance = set.instances.get(region);
        if (instance?.stackId !== undefined && !RetainStacks) {
          await call('DeleteStack', { StackName: instance.stackId }, request, region);
          await end(instance, 'DELETE_COMPLETE');
        }
        set.instances.delete(region);
      });
    },

    async DeleteStackSet({ input }) {
      const set = sets.get(input.StackSetName);
      if (set && set.instances.size > 0) {
        throw new AwsError('StackSetNotEmptyException', `StackSet ${set.name} is not empty`, 409);
      }
      sets.delete(input.StackSetName);
      return {};
    },

    async DescribeStackSetOperation({ input }) {
      const operation = get(input.StackSetName).operations.get(input.OperationId);
      if (operation) return { StackSetOperation: operation };
      throw new AwsError('OperationNotFoundException', `Operation ${input.OperationId} not found`, 404);
    },

    async ListStackInstances({ input, accountId }) {
      const set = get(input.StackSetName);
      const summaries = [...set.instances.values()].map(({ region, stackId, status, reason }) => ({
        StackSetId: set.id,
        Region: region,
        Account: accountId,
        StackId: stackId,
        Status: status,
        StatusReason: reason,
      }));
      const { items, NextToken } = page(summaries, input.NextToken);
      return { Summaries: items, NextToken };
    },
  };
  return { operations, reset: () => sets.clear() };
}
