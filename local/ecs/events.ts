/** Service events, worded as ECS words them. */
import { now, type EcsContext } from './context';
import type { Service, Task } from './state';
import { TIMINGS } from './timings';

/** ECS keeps the newest hundred (API reference of Service). */
const KEPT = 100;

/** Events that say that something is wrong, and the one that says that all is well again. */
const COMPLAINT = /^(is|was) unable to |^failed to /;
const STEADY = 'has reached a steady state.';

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
}

/** `(task a) (task b)`, as events name tasks. */
export function nameTasks(tasks: readonly Task[]): string {
  return tasks.map((task) => `(task ${task.id})`).join(' ');
}
