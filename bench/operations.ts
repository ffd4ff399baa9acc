import {
  CloudControlClient,
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceCommand,
  GetResourceRequestStatusCommand,
  ListResourcesCommand,
  UpdateResourceCommand,
  type ProgressEvent,
} from '@aws-sdk/client-cloudcontrol';
import type { LocalAws } from '../local';
import type { Call } from '../local/endpoint/call-log';
import { arnOf } from './added-seconds';
import { PresentServices } from './present-services';

export const TYPE_NAME = 'Org::ECS::ExpressService';

/** Services that are there when an operation begins, for the measurements of how its cost grows with them. */
export const PRESENT: readonly number[] = [1, 25, 250, 1_000];

/** What one operation on the resource type costs. */
export interface OperationCost {
  /** e.g. `create`. */
  readonly operation: string;
  /** Services that were there when it began, without the one that it is about. */
  readonly present: number;
  /** AWS calls that the operation needs, apart from polls. */
  readonly calls: number;
  /** AWS calls of invocations that did nothing but look whether AWS was ready. */
  readonly polls: number;
  /** Longest chain of calls that had to wait for one another, apart from polls. */
  readonly chain: number;
  /** Invocations of the handler, those that polled included. */
  readonly invocations: number;
}

/**
 * Milliseconds that every call is held up. Calls that do not wait for one another then overlap for sure, also where they
 * begin a little apart.
 */
const LATENCY = 150;

/** Names of AWS operations that change nothing. */
export const READING = /^(Describe|Get|List)/;

type Action = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST';

/** Hold every call of the handlers up by {@link LATENCY}. */
export function holdUp({ faults }: LocalAws): void {
  faults.add({
    kind: 'latency',
    extensionsOnly: true,
    milliseconds: LATENCY,
    times: Number.MAX_SAFE_INTEGER,
  });
}

/**
 * Measure operations on one service, one after the other, through Cloud Control: while it is the only one, and beside as
 * many others as {@link PRESENT} says.
 *
 * @param properties desired state of a service; `ServiceName` is added.
 * @param hostedZoneId of the base domain.
 */
export async function measureOperations(
  aws: LocalAws,
  properties: Record<string, unknown>,
  hostedZoneId: string,
  onProgress: (operation: string) => void = () => undefined,
): Promise<OperationCost[]> {
  const client = new CloudControlClient(aws.clientOptions());
  holdUp(aws);
  const costs: OperationCost[] = [];

  async function measure(operation: string, action: Action, present: number, run: () => Promise<unknown>) {
    onProgress(`${operation}, beside ${present}`);
    const after = aws.calls.list().at(-1)?.sequence ?? 0;
    await run();
    const calls = aws.calls.list({ typeName: TYPE_NAME, callerOperation: action, after });
    costs.push({ operation, present, ...costOf(calls) });
  }
  const settle = async (begun: Promise<{ ProgressEvent?: ProgressEvent }>) => {
    const ended = await settled(client, (await begun).ProgressEvent!.RequestToken!);
    if (ended.OperationStatus !== 'SUCCESS')
      throw new Error(`${ended.Operation} failed: ${ended.StatusMessage}`);
  };
  const create = (name: string) =>
    settle(
      client.send(
        new CreateResourceCommand({
          TypeName: TYPE_NAME,
          DesiredState: JSON.stringify({ ...properties, ServiceName: name }),
        }),
      ),
    );
  const remove = (name: string) =>
    settle(client.send(new DeleteResourceCommand({ TypeName: TYPE_NAME, Identifier: arnOf(aws, name) })));
  const patch = (name: string, path: string, value: unknown) =>
    settle(
      client.send(
        new UpdateResourceCommand({
          TypeName: TYPE_NAME,
          Identifier: arnOf(aws, name),
          PatchDocument: JSON.stringify([{ op: 'replace', path, value }]),
        }),
      ),
    );

  await measure('create, first', 'CREATE', 0, () => create('bench-first'));
  await measure('delete, last', 'DELETE', 0, () => remove('bench-first'));
  await create('bench-present');
  const others = await PresentServices.beside(aws, 'bench-present', hostedZoneId);
  for (const present of PRESENT) {
    onProgress(`making ${present} services`);
    await others.growTo(present);
    await measure('create', 'CREATE', present, () => create('bench-one'));
    await measure('update, new image', 'UPDATE', present, () =>
      patch('bench-one', '/PrimaryContainer/Image', 'bench:2'),
    );
    await measure('read', 'READ', present, () =>
      client.send(new GetResourceCommand({ TypeName: TYPE_NAME, Identifier: arnOf(aws, 'bench-one') })),
    );
    await measure('list, first page', 'LIST', present, () =>
      client.send(new ListResourcesCommand({ TypeName: TYPE_NAME })),
    );
    await measure('delete', 'DELETE', present, () => remove('bench-one'));
  }
  return costs;
}

async function settled(client: CloudControlClient, RequestToken: string): Promise<ProgressEvent> {
  for (;;) {
    const { ProgressEvent: event } = await client.send(new GetResourceRequestStatusCommand({ RequestToken }));
    if (event!.OperationStatus !== 'PENDING' && event!.OperationStatus !== 'IN_PROGRESS') return event!;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the calls of one operation cost. */
export function costOf(calls: readonly Call[]): Omit<OperationCost, 'operation' | 'present'> {
  const invocations = new Map<string, Call[]>();
  for (const call of calls) {
    const { invocationId } = call.caller!;
    invocations.set(invocationId, [...(invocations.get(invocationId) ?? []), call]);
  }
  const own = [...invocations.values()];
  const polling = own.filter((group, index) => isPoll(group) && index > 0 && index < own.length - 1);
  const working = own.filter((group) => !polling.includes(group));
  return {
    calls: count(working),
    polls: count(polling),
    chain: working.reduce((sum, group) => sum + chainOf(group), 0),
    invocations: own.length,
  };
}

/** An invocation that changed nothing, neither the first nor the last of its operation, only looked. */
function isPoll(calls: readonly Call[]): boolean {
  return calls.every(({ operation }) => READING.test(operation));
}

function count(groups: readonly (readonly Call[])[]): number {
  return groups.reduce((sum, group) => sum + group.length, 0);
}

/** Longest chain of calls of which each began after the one before it had ended. */
function chainOf(calls: readonly Call[]): number {
  const end = ({ realTime, durationMs }: Call) => realTime + durationMs;
  const inOrder = [...calls].sort((a, b) => a.realTime - b.realTime);
  const depths = new Map<Call, number>();
  for (const call of inOrder) {
    const before = inOrder.filter((other) => depths.has(other) && end(other) <= call.realTime);
    depths.set(call, 1 + Math.max(0, ...before.map((other) => depths.get(other)!)));
  }
  return Math.max(0, ...depths.values());
}
