/** What simulated containers write: that they start and listen, each health check of a load balancer, and how they end. */
import type { Structure } from '../service';
import { behaviourOf } from './containers';
import type { Task } from './state';
import { SECOND_MILLISECONDS } from './timings';

/** One line of output. */
export interface OutputLine {
  /** Virtual milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Most requests of one kind that are kept of a span of time; the newest are. */
const KEPT_REQUESTS = 100;

/**
 * What a container of a task has written.
 *
 * @param after virtual milliseconds; what was written until then is left out.
 * @param until virtual milliseconds; now.
 * @returns the lines in the order of their times.
 */
export function outputOf(task: Task, container: Structure, after: number, until: number): OutputLine[] {
  return [...started(task, container), ...requested(task, container, after, until), ...ended(task, container)]
    .filter(({ timestamp }) => timestamp > after && timestamp <= until)
    .sort((one, other) => one.timestamp - other.timestamp);
}

function started({ pullStoppedAt, startedAt }: Task, { image, portMappings }: Structure): OutputLine[] {
  if (!pullStoppedAt) return [];
  const lines = [{ timestamp: pullStoppedAt.getTime(), message: `Starting ${image}` }];
  if (!startedAt) return lines;
  const timestamp = startedAt.getTime() + behaviourOf(image).listensAfter * SECOND_MILLISECONDS;
  const ports = (portMappings as Structure[]).map(({ containerPort }) => containerPort);
  return [...lines, ...ports.map((port) => ({ timestamp, message: `Listening on port ${port}` }))];
}

function requested(task: Task, { name }: Structure, after: number, now: number): OutputLine[] {
  const until = Math.min(now, task.stoppingAt?.getTime() ?? Infinity);
  const requests = task.healthChecks.flatMap(({ target }) => target?.requests ?? []);
  return requests
    .filter(({ container }) => container === name)
    .flatMap(({ first, interval, message }) => {
      const last = Math.floor((until - first) / interval);
      const next = Math.max(0, Math.floor((after - first) / interval) + 1, last - KEPT_REQUESTS + 1);
      return Array.from({ length: Math.max(0, last - next + 1) }, (_, index) => ({
        timestamp: first + (next + index) * interval,
        message,
      }));
    });
}

function ended(task: Task, { name, image }: Structure): OutputLine[] {
  const { pullStoppedAt, stoppingAt, executionStoppedAt, stoppedReason } = task;
  const code = task.exits.get(name)?.exitCode;
  if (!pullStoppedAt || code === undefined) return [];
  const message =
    code === behaviourOf(image).exitCode
      ? `Exiting with code ${code}, as the tag of the image asks for`
      : `Received SIGTERM (${stoppedReason}), exiting with code ${code}`;
  const time = code === behaviourOf(image).exitCode ? stoppingAt : executionStoppedAt;
  return time ? [{ timestamp: time.getTime(), message }] : [];
}
