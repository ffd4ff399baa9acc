/** Service events, worded as ECS words them. */
import { now, type EcsContext } from './context';
import type { Service, Task } from './state';

/** ECS keeps the newest hundred (API reference of Service). */
const KEPT = 100;

/** Record `(service <name>) <text>` as the newest event of a service. */
export function recordEvent(context: EcsContext, service: Service, text: string): void {
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
