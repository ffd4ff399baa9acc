import {
  CloudControlClient,
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceRequestStatusCommand,
  UpdateResourceCommand,
  type ProgressEvent,
} from '@aws-sdk/client-cloudcontrol';
import type { LocalAws } from '../local';
import type { Call } from '../local/endpoint/call-log';

const TYPE_NAME = 'Org::ECS::ExpressService';

/** What one operation on the resource type costs. */
export interface OperationCost {
  /** e.g. `create the first service`. */
  readonly operation: string;
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

const READING = /^(Describe|Get|List)/;

/**
 * Measure creates, an update and deletes of services, one after the other, through Cloud Control.
 *
 * @param properties desired state of a service; `ServiceName` is added.
 */
export async function measureOperations(
  aws: LocalAws,
  properties: Record<string, unknown>,
  onProgress: (operation: string) => void = () => undefined,
): Promise<OperationCost[]> {
  const client = new CloudControlClient(aws.clientOptions());
  aws.faults.add({
    kind: 'latency',
    extensionsOnly: true,
    milliseconds: LATENCY,
    times: Number.MAX_SAFE_INTEGER,
  });

  async function run(
    operation: string,
    begin: () => Promise<{ ProgressEvent?: ProgressEvent }>,
  ): Promise<OperationCost> {
    onProgress(operation);
    const after = aws.calls.list().at(-1)?.sequence ?? 0;
    const { ProgressEvent: begun } = await begin();
    const ended = await settled(client, begun!.RequestToken!);
    if (ended.OperationStatus !== 'SUCCESS') throw new Error(`${operation} failed: ${ended.StatusMessage}`);
    return cost(operation, aws.calls.list({ typeName: TYPE_NAME, after }));
  }
  const create = (name: string) =>
    client.send(
      new CreateResourceCommand({
        TypeName: TYPE_NAME,
        DesiredState: JSON.stringify({ ...properties, ServiceName: name }),
      }),
    );
  const remove = (name: string) =>
    client.send(new DeleteResourceCommand({ TypeName: TYPE_NAME, Identifier: arnOf(aws, name) }));
  const patch = (name: string, path: string, value: unknown) =>
    client.send(
      new UpdateResourceCommand({
        TypeName: TYPE_NAME,
        Identifier: arnOf(aws, name),
        PatchDocument: JSON.stringify([{ op: 'replace', path, value }]),
      }),
    );

  return [
    await run('create, first service', () => create('bench-one')),
    await run('create, second service', () => create('bench-two')),
    await run('update, new image', () => patch('bench-two', '/PrimaryContainer/Image', 'bench:2')),
    await run('delete, not the last service', () => remove('bench-two')),
    await run('delete, last service', () => remove('bench-one')),
  ];
}

function arnOf(aws: LocalAws, name: string): string {
  return `arn:aws:ecs:${aws.clientOptions().region}:123456789012:service/default/${name}`;
}

async function settled(client: CloudControlClient, RequestToken: string): Promise<ProgressEvent> {
  for (;;) {
    const { ProgressEvent: event } = await client.send(new GetResourceRequestStatusCommand({ RequestToken }));
    if (event!.OperationStatus !== 'PENDING' && event!.OperationStatus !== 'IN_PROGRESS') return event!;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function cost(operation: string, calls: readonly Call[]): OperationCost {
  const invocations = new Map<string, Call[]>();
  for (const call of calls) {
    // The READ that Cloud Control makes before an update is not the operation's own.
    if (call.caller!.operation === 'READ') continue;
    const { invocationId } = call.caller!;
    invocations.set(invocationId, [...(invocations.get(invocationId) ?? []), call]);
  }
  const own = [...invocations.values()];
  const polling = own.filter((group, index) => isPoll(group) && index > 0 && index < own.length - 1);
  const working = own.filter((group) => !polling.includes(group));
  return {
    operation,
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
