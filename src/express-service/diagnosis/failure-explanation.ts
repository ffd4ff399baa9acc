/** Puts what is known about a failed deployment into one message, the deepest cause first. Pure. */
import type { ServiceDeployment, ServiceEvent, Task } from '@aws-sdk/client-ecs';
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { HandlerError } from '../../core/failure';
import { DEPTHS, FAILURE_PATTERNS, type Depth, type FailurePattern } from './failure-patterns';
import type { ManagedTaskInput } from '../properties/task';
import { taskFailure } from './task-failure';

/** What is known about a failed deployment; whatever could not be found out is empty. */
export interface Evidence {
  readonly deployment: ServiceDeployment;
  /** Image of the container that receives the traffic, or the task definition. */
  readonly deployed: string;
  /** Tasks of the deployment that have stopped. */
  readonly stoppedTasks: readonly Task[];
  readonly targets: readonly TargetHealthDescription[];
  /** Events of the service, newest first. */
  readonly events: readonly ServiceEvent[];
  /** Why the deployment was ended here, when it was; ECS only knows that somebody did. */
  readonly ending?: string;
  /** What the container of {@link failedContainer} wrote last. */
  readonly output?: readonly string[];
  /** Whether the task definition is the author's. */
  readonly externalTaskDefinition?: boolean;
  /** Names of the sidecars, in the order of the template. */
  readonly sidecars?: readonly string[];
}

/** A container whose output tells why its task has failed. */
export interface FailedContainer {
  readonly task: Task;
  /** Undefined where no container is to blame; the one that receives the traffic is then meant. */
  readonly container?: string;
}

/** One thing that is known. */
interface Finding {
  readonly text: string;
  readonly pattern?: FailurePattern;
  /** How deep it is where no pattern says so. */
  readonly depth: Depth;
  /** Of a task; the last one where several have failed in the same way. */
  readonly failed?: FailedContainer;
}

/** Events that are quoted when nothing more specific is known. */
const QUOTED_EVENTS = 3;

/** What to do when the cause is of no known kind. */
const GENERAL_REMEDY = "Read the events of the ECS service and the container's output";

/** What ECS says of the first deployment of a service, beside or instead of why it failed. */
const NOTHING_TO_GO_BACK_TO = /No rollback candidate was found/i;

const OUTCOMES: Readonly<Record<string, string>> = {
  ROLLBACK_SUCCESSFUL: 'failed and was rolled back',
  ROLLBACK_FAILED: 'failed and could not be rolled back',
  STOPPED: 'was stopped',
};

/** Properties of the task definition that is made here. */
const TASK_PROPERTIES: ReadonlySet<string> = new Set<keyof ManagedTaskInput>([
  'CpuArchitecture',
  'EphemeralStorage',
  'ExecutionRoleArn',
  'Memory',
  'PrimaryContainer',
  'Volumes',
]);

/** Put the evidence into one message. What has to be changed comes first, that the deployment therefore failed last. */
export function explain(evidence: Evidence): HandlerError {
  const { deployment, deployed, events } = evidence;
  const findings = findingsOf(evidence);
  const texts =
    findings.length > 0
      ? findings.map(({ text }) => text)
      : events.slice(0, QUOTED_EVENTS).map(({ message }) => message!);
  const known = findings.find(hasPattern);
  const { cause, remedy = GENERAL_REMEDY, propertyPath } = known?.pattern ?? {};
  const problem = `The deployment of ${deployed} ${outcomeOf(deployment)}: ${texts.join('; ')}`;
  return new HandlerError('NotStabilized', problem, {
    propertyPath: propertyPath && placeOf(propertyPath, evidence, known?.failed?.container),
    remedy: cause ? `${cause}. ${remedy}` : remedy,
  });
}

/** What has to be changed, when it is of a known kind. */
export function causeOf(evidence: Evidence): FailurePattern | undefined {
  return findingsOf(evidence).find(hasPattern)?.pattern;
}

function hasPattern({ pattern }: Finding): boolean {
  return pattern !== undefined;
}

function outcomeOf(deployment: ServiceDeployment): string {
  return reasonsOf(deployment).some((reason) => NOTHING_TO_GO_BACK_TO.test(reason))
    ? 'failed, and there is no earlier one to go back to'
    : (OUTCOMES[deployment.status ?? ''] ?? 'failed');
}

/** Why the deployment ended, as ECS says it of the deployment itself. */
function reasonsOf({ rollback, statusReason }: ServiceDeployment): readonly string[] {
  return [...new Set([rollback?.reason, statusReason])].filter((reason) => reason !== undefined);
}

/** The container whose output is worth reading: that of the task failure which matters most, if one of its tasks ran. */
export function failedContainer(evidence: Evidence): FailedContainer | undefined {
  return findingsOf(evidence).find(({ failed }) => failed && hasRun(failed.task))?.failed;
}

function hasRun({ startedAt, containers = [] }: Task): boolean {
  return startedAt !== undefined || containers.some(({ exitCode }) => exitCode !== undefined);
}

/** Everything that is known, the deepest cause first. */
function findingsOf(evidence: Evidence): readonly Finding[] {
  const { deployment, targets, events, ending, output } = evidence;
  const tasks = ranked(taskFindings(evidence));
  const found = [...withOutput(tasks, output), ...targetFindings(targets)];
  const alarms = deployment.alarms?.triggeredAlarmNames ?? [];
  const reasons = (ending === undefined ? reasonsOf(deployment) : [ending]).filter(
    (reason) => !NOTHING_TO_GO_BACK_TO.test(reason),
  );
  return ranked([
    ...found,
    ...eventFindings(events, found, reasons),
    ...alarms.map((name) => finding(`alarm ${name} went off`, 'symptom')),
    ...reasons.map((reason) => finding(reason, 'wrapper')),
  ]);
}

/** The deepest first; as they were where they are equal. */
function ranked(findings: readonly Finding[]): readonly Finding[] {
  const depthOf = ({ pattern, depth }: Finding) => DEPTHS.indexOf(pattern?.depth ?? depth);
  const placeIn = ({ pattern }: Finding) =>
    pattern ? FAILURE_PATTERNS.indexOf(pattern) : FAILURE_PATTERNS.length;
  return findings.toSorted((one, other) => depthOf(one) - depthOf(other) || placeIn(one) - placeIn(other));
}

function finding(text: string, depth: Depth, words = text): Finding {
  return {
    text: onOneLine(text),
    depth,
    pattern: FAILURE_PATTERNS.find((pattern) => pattern.words.test(words)),
  };
}

function taskFindings({ stoppedTasks }: Evidence): Finding[] {
  const failures = stoppedTasks.flatMap((task) => {
    const failure = taskFailure(task);
    return failure ? { task, ...failure } : [];
  });
  return counted(failures, ({ words }) => words).map(([{ words, task, container }, count]) => ({
    ...finding(`${count} task${plural(count)}: ${words}`, 'cause', words),
    failed: { task, container },
  }));
}

/** The output belongs to the first of these findings whose task has run. */
function withOutput(findings: readonly Finding[], output: readonly string[] = []): readonly Finding[] {
  const first = findings.find(({ failed }) => failed && hasRun(failed.task));
  if (!first || output.length === 0) return findings;
  const told = FAILURE_PATTERNS.find(({ inOutput, words }) => inOutput && words.test(output.join('\n')));
  const quoted = output.map((line) => `"${line}"`).join(' ');
  const text = `${first.text}, its output ends with ${quoted}`;
  return findings.map((each) => (each === first ? { ...first, text, pattern: told ?? first.pattern } : each));
}

function targetFindings(targets: readonly TargetHealthDescription[]): Finding[] {
  const unhealthy = targets.flatMap(({ TargetHealth }) =>
    TargetHealth?.State === 'unhealthy' ? TargetHealth : [],
  );
  return counted(unhealthy, ({ Reason, Description }) => Description ?? Reason ?? '').map(
    ([{ Reason, Description }, count]) =>
      finding(
        `${count} target${plural(count)}: unhealthy: ${Description ?? Reason}`,
        'symptom',
        `${Reason} ${Description}`,
      ),
  );
}

/** Events that tell a kind of cause which tasks, targets and the reasons of the end have not told; the newest of each kind. */
function eventFindings(
  events: readonly ServiceEvent[],
  found: readonly Finding[],
  reasons: readonly string[],
): Finding[] {
  const kinds = new Set(found.map(({ pattern }) => pattern));
  return events.flatMap(({ message = '' }) => {
    if (reasons.some((reason) => message.includes(reason))) return [];
    const event = finding(message, 'symptom');
    if (!event.pattern || event.pattern.depth === 'wrapper' || kinds.has(event.pattern)) return [];
    kinds.add(event.pattern);
    return event;
  });
}

/** Items that are the same by their key, once, with their number: the most frequent first, the last item of each. */
function counted<Item>(items: readonly Item[], keyOf: (item: Item) => string): [Item, number][] {
  const counts = new Map<string, [Item, number]>();
  for (const item of items) counts.set(keyOf(item), [item, (counts.get(keyOf(item))?.[1] ?? 0) + 1]);
  return [...counts.values()].sort(([, one], [, other]) => other - one);
}

/** Where in the template a property of a pattern is. */
function placeOf(
  propertyPath: string,
  { externalTaskDefinition, sidecars = [] }: Evidence,
  container = '',
): string {
  if (externalTaskDefinition && TASK_PROPERTIES.has(propertyPath.split('/')[0]!)) return 'TaskDefinitionArn';
  const sidecar = sidecars.indexOf(container);
  return sidecar < 0
    ? propertyPath
    : propertyPath.replace(/^PrimaryContainer/, `SidecarContainers/${sidecar}`);
}

function plural(count: number): string {
  return count === 1 ? '' : 's';
}

/** One line, without the full stop that the message adds. */
function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}
