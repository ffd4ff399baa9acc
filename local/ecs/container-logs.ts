/**
 * The output of containers in CloudWatch Logs, as the log driver awslogs brings it there. It is brought when somebody is
 * about to look: most tasks of a laptop-sized AWS are never looked at, and cost nothing then.
 */
import {
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../clock';
import type { ContainerOutput, Structure } from '../service';
import { outputOf, type OutputLine } from './container-output';
import type { State, Task } from './state';

/** Where a container writes. */
interface Destination {
  readonly region: string;
  readonly group: string;
  /** `<prefix>/<container>/<task id>` (ECS developer guide, "Send Amazon ECS logs to CloudWatch"). */
  readonly stream: string;
}

/** Output that is on its way to a log stream. */
interface Pending extends Destination {
  readonly lines: OutputLine[];
}

export class ContainerLogs implements ContainerOutput {
  /** Until when, in virtual milliseconds, the output of the containers of a task has been recorded, by container. */
  private recordedUntil = new WeakMap<Task, Map<string, number>>();
  private pending: Pending[] = [];
  private delivery: Promise<void> = Promise.resolve();

  /** @param client gives the client of a Region, straight to moto. */
  constructor(
    private readonly clock: Clock,
    private readonly state: State,
    private readonly client: (region: string) => CloudWatchLogsClient,
  ) {}

  /**
   * Keep what a task has written until now. Call before anything is forgotten from which its output follows.
   *
   * @param isWanted which containers' output is meant.
   */
  record(task: Task, isWanted: (destination: Destination) => boolean = () => true): void {
    const now = this.clock.now();
    const recorded = this.recordedUntil.get(task) ?? new Map<string, number>();
    this.recordedUntil.set(task, recorded);
    for (const container of task.revision.taskDefinition.definition.containerDefinitions as Structure[]) {
      const destination = destinationOf(task, container);
      if (!destination || !isWanted(destination)) continue;
      const lines = outputOf(task, container, recorded.get(container.name) ?? -Infinity, now);
      recorded.set(container.name, now);
      if (lines.length > 0) this.pending.push({ ...destination, lines });
    }
  }

  deliver(region: string, logGroup: string): Promise<void> {
    const due = this.take(region, logGroup);
    this.delivery = this.delivery.then(async () => {
      for (const pending of due) await this.put(pending);
    });
    return this.delivery;
  }

  forget(region: string, logGroup: string): void {
    this.take(region, logGroup);
  }

  reset(): void {
    this.recordedUntil = new WeakMap();
    this.pending = [];
  }

  /** Everything that was written to a log group and not taken yet. */
  private take(region: string, logGroup: string): readonly Pending[] {
    const isWanted = (each: Destination) => each.region === region && each.group === logGroup;
    for (const cluster of this.state.clusters.values()) {
      for (const task of cluster.tasks.values()) this.record(task, isWanted);
    }
    const taken = this.pending.filter(isWanted);
    this.pending = this.pending.filter((pending) => !isWanted(pending));
    return taken;
  }

  private async put({ region, group: logGroupName, stream: logStreamName, lines }: Pending): Promise<void> {
    const client = this.client(region);
    const unless = (name: string) => (error: Error) => {
      if (error.name !== name) throw error;
    };
    await client
      .send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
      .catch(unless('ResourceAlreadyExistsException'))
      .then(() => client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: lines })))
      .catch(unless('ResourceNotFoundException'));
  }
}

/** Where the log driver awslogs brings the output of a container; undefined when it has another driver or none. */
function destinationOf(
  { id, revision }: Task,
  { name, logConfiguration }: Structure,
): Destination | undefined {
  if (logConfiguration?.logDriver !== 'awslogs') return undefined;
  const {
    'awslogs-group': group,
    'awslogs-region': region = revision.service.cluster.scope.region,
    'awslogs-stream-prefix': prefix,
  } = logConfiguration.options as Record<string, string>;
  return { region: region!, group: group!, stream: `${prefix}/${name}/${id}` };
}
