import { statSync, watch as watchFile } from 'node:fs';
import { UsageError } from './usage-error';

/** Changes within this time, in milliseconds, are one: editors write a file in several steps. */
const SETTLE_MILLISECONDS = 150;

/**
 * Do something now and whenever something below the paths changes, until the process is interrupted.
 *
 * @throws UsageError for standard input, which does not change.
 */
export async function watch(
  paths: readonly string[],
  act: () => Promise<unknown>,
  { error }: { error(text: string): void },
): Promise<void> {
  if (paths.includes('-')) throw new UsageError('Standard input cannot be watched. Name files or folders.');
  await act();
  await new Promise<void>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const changed = (): void => {
      clearTimeout(timer);
      // A file that is half written is no reason to end.
      timer = setTimeout(
        () => void act().catch((problem: Error) => error(`${problem.message}\n`)),
        SETTLE_MILLISECONDS,
      );
    };
    const watchers = paths.map((path) =>
      watchFile(path, { recursive: statSync(path).isDirectory() }, changed),
    );
    process.once('SIGINT', () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      resolve();
    });
    error('Watching for changes; Ctrl+C ends.\n');
  });
}
