/** Why a task has stopped. Pure. */
import type { Attachment, Container, Task } from '@aws-sdk/client-ecs';

/** Why a task has stopped that should have gone on. */
export interface TaskFailure {
  /** What ECS says of it, in one line. */
  readonly words: string;
  /** Name of the container to blame, where it is known. */
  readonly container?: string;
}

/** Exit codes of containers that were stopped from outside: 128 + SIGKILL, 128 + SIGTERM. */
const STOPPED_FROM_OUTSIDE: ReadonlySet<number> = new Set([137, 143]);

/** Says nothing beside the exit codes. */
const ESSENTIAL_EXIT = /^Essential container in task exited$/;

/**
 * Why a task has stopped, unless that is nobody's fault: tasks are also stopped when a deployment ends, and their containers
 * then exit with any code.
 */
export function taskFailure({
  stopCode,
  stoppedReason = '',
  containers = [],
  attachments = [],
}: Task): TaskFailure | undefined {
  if (stopCode === 'ServiceSchedulerInitiated') {
    const unhealthy = containers.find(({ healthStatus }) => healthStatus === 'UNHEALTHY');
    return /health check/i.test(stoppedReason)
      ? { words: stoppedReason, container: unhealthy?.name }
      : undefined;
  }
  const hasExited = stopCode === 'EssentialContainerExited';
  if (!hasExited && stopCode !== 'TaskFailedToStart') return undefined;
  const blamed = toBlame(containers, hasExited);
  const told = blamed.map(exitOf);
  const isKnown = told.some((words) => words.includes(stoppedReason)) || ESSENTIAL_EXIT.test(stoppedReason);
  const words = told.length > 0 && isKnown ? told : [...told, stoppedReason];
  words.push(...attachments.flatMap(flawsOf).filter((flaw) => !words.includes(flaw)));
  return { words: words.filter(Boolean).join(', '), container: blamed[0]?.name };
}

/** Why what a task is attached to, such as a volume, could not be had (API reference of Attachment). */
function flawsOf({ details = [] }: Attachment): string[] {
  return details.flatMap(({ name, value }) => (name === 'statusReason' && value ? [value] : []));
}

/**
 * The containers that ended by themselves. The others were stopped because of them; where none is told from the others, all
 * that have exited.
 */
function toBlame(containers: readonly Container[], hasExited: boolean): readonly Container[] {
  const failed = containers.filter(
    ({ reason, exitCode }) => reason || (exitCode && !STOPPED_FROM_OUTSIDE.has(exitCode)),
  );
  if (failed.length > 0 || !hasExited) return failed;
  return containers.filter(({ exitCode }) => exitCode !== undefined);
}

function exitOf({ name, exitCode, reason }: Container): string {
  const exit = exitCode === undefined ? '' : ` exited with code ${exitCode}`;
  return `container ${name}${exit}${reason ? `: ${reason}` : ''}`;
}
