/** What a container has written last. */
import { GetLogEventsCommand, type OutputLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type { Scope } from '../composition/component';
import { MAIN_CONTAINER } from '../properties/containers';
import type { FailedContainer } from './failure-explanation';
import { Redaction } from '../../cloudformation/extension/redaction';

/** IAM actions of {@link lastOutputOf}. */
export const CONTAINER_OUTPUT_ACTIONS = ['ecs:DescribeTaskDefinition', 'logs:GetLogEvents'] as const;

/** How many lines are told, and the characters of each: a message of CloudFormation has room for no more. */
const LINES = 3;
const LONGEST_LINE = 140;

/** Lines among which those are looked for. */
const READ_LINES = 50;

/** Pages that are looked at: any of them may be empty although there is more (API reference, GetLogEvents). */
const MOST_PAGES = 10;

/** Lines below an error that say where in the program it was, as Node.js, Java and .NET write them. */
const STACK_FRAME = /^(at .+(\)|:\d+)|\.{3} \d+ (more|common frames omitted))$/;

/** Colours and the like, which terminals take: ECMA-48 control sequences, then every other control character. */
const CONTROL = /\u001b\[[0-?]*[ -/]*[@-~]|\p{Cc}/gu;

/**
 * The last lines that a container has written, the newest last, repeated ones once and without stack frames; none when it writes elsewhere than to a log group of
 * this Region. Values of environment variables are masked, as everywhere, before a long line is cut. The name of the log stream: Amazon ECS developer guide, "Send Amazon ECS logs to CloudWatch".
 */
export async function lastOutputOf(
  { clients, identity }: Scope,
  { task, container: name = MAIN_CONTAINER }: FailedContainer,
): Promise<readonly string[]> {
  const { taskDefinition } = await clients.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: task.taskDefinitionArn }),
  );
  const container = taskDefinition?.containerDefinitions?.find((definition) => definition.name === name);
  const { logDriver, options = {} } = container?.logConfiguration ?? {};
  const {
    'awslogs-group': logGroupName,
    'awslogs-region': region,
    'awslogs-stream-prefix': prefix,
  } = options;
  if (logDriver !== 'awslogs' || !prefix || region !== identity.region) return [];
  const events = await lastEvents(clients, {
    logGroupName: logGroupName!,
    logStreamName: `${prefix}/${name}/${task.taskArn!.split('/').at(-1)}`,
  });
  const redaction = new Redaction([]);
  redaction.addSecrets((container?.environment ?? []).map(({ value }) => value));
  return events
    .map(({ message = '' }) => lineOf(redaction.text(message)))
    .filter((line, index, lines) => line && line !== lines[index - 1] && !STACK_FRAME.test(line))
    .slice(-LINES);
}

/** The last events of a log stream, the newest last: {@link READ_LINES} or more, if there are as many. */
async function lastEvents(
  { cloudWatchLogs }: Scope['clients'],
  stream: { readonly logGroupName: string; readonly logStreamName: string },
): Promise<OutputLogEvent[]> {
  let found: OutputLogEvent[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < MOST_PAGES && found.length < READ_LINES; pages += 1) {
    const page = await cloudWatchLogs.send(
      new GetLogEventsCommand({ ...stream, limit: READ_LINES, startFromHead: false, nextToken }),
    );
    found = [...(page.events ?? []), ...found];
    // The beginning of the stream is told by the same token once more.
    if (!page.nextBackwardToken || page.nextBackwardToken === nextToken) break;
    nextToken = page.nextBackwardToken;
  }
  return found;
}

function lineOf(message: string): string {
  const line = message.replace(CONTROL, ' ').replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}
