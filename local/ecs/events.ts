/** Service events, worded as ECS words them. */
import { now, type EcsContext } from './context';
import type { Service, Task } from './state';
import { TIMINGS } from './timings';

/** ECS keeps the newest hundred (API reference of Service). */
const KEPT = 100;

/** Events that say that something is wrong, and the one that says that all is well again. */
const COMPLAINT = /^(is|was) unable to |^failed to /;
const STEADY = 'has reached a steady state.';

/** Service action events by the words of service events (ECS developer guide, "Amazon ECS service action events"). */
interface Action {
  /** The first group is the reason. */
  readonly words: RegExp;
  readonly eventType: 'INFO' | 'WARN' | 'ERROR';
  readonly eventName: string;
}

const ACTIONS: readonly Action[] = [
  { words: /^has reached a steady state\.$/, eventType: 'INFO', eventName: 'SERVICE_STEADY_STATE' },
  { words: /^has stopped \d/, eventType: 'INFO', eventName: 'TASKS_STOPPED' },
  {
    words: /^is unable to consistently start tasks/,
    eventType: 'WARN',
    eventName: 'SERVICE_TASK_START_IMPAIRED',
  },
  {
    words: /^was unable to place a task\. Reason: (.*)\.$/,
    eventType: 'ERROR',
    eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
  },
  {
    words: /^failed to launch a task with \(error (.*)\)\.$/,
    eventType: 'ERROR',
    eventName: 'SERVICE_TASK_CONFIGURATION_FAILURE',
  },
];

/**
 * Record `(service <name>) <text>` as the newest event of a service. A complaint that was made already is left out until
 * its cause is resolved, or six hours have passed.
 */
export function recordEvent(context: EcsContext, service: Service, text: string): void {
  const { complaints } = service;
  const time = context.clock.now();
  if (text === STEADY) complaints.clear();
  if (COMPLAINT.test(text)) {
    if ((complaints.get(text) ?? -Infinity) > time - TIMINGS.repeatedEventSilence) return;
    complaints.set(text, time);
  }
  const event = {
    id: context.identifiers.uuid(),
    createdAt: now(context),
    message: `(service ${service.name}) ${text}`,
  };
  service.events = [event, ...service.events].slice(0, KEPT);
  announceAction(context, service, text);
}

/** Tell EventBridge what a service event says, where that has a name there. */
function announceAction(context: EcsContext, { arn, cluster }: Service, text: string): void {
  for (const { words, eventType, eventName } of ACTIONS) {
    const match = words.exec(text);
    if (!match) continue;
    context.eventBus.put({
      region: cluster.scope.region,
      detailType: 'ECS Service Action',
      resource: arn,
      detail: {
        eventType,
        eventName,
        clusterArn: cluster.arn,
        createdAt: now(context).toISOString(),
        ...(match[1] && { reason: match[1] }),
      },
    });
  }
}

/** `(task a) (task b)`, as events name tasks. */
export function nameTasks(tasks: readonly Task[]): string {
  return tasks.map((task) => `(task ${task.id})`).join(' ');
}
