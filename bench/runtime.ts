/** What the extension runtime costs: time per invocation beside the official library's, start time beside bare Node's. */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../scripts/build';
import type { InvocationFigures } from './invocations';

/** Medians, in milliseconds. */
export interface RuntimeFigures {
  /** One READ whose handler does nothing, without log delivery, through the official library. */
  readonly stockInvocation: number;
  /** The same through this repository's runtime. */
  readonly runtimeInvocation: number;
  /** A process that loads the built bundle and ends. */
  readonly bundleStart: number;
  /** A process that does nothing. */
  readonly nodeStart: number;
}

const ROOT = join(__dirname, '..');
const STARTS = 11;

/**
 * Measure on this machine, everything in one run; takes about ten seconds.
 *
 * @param bundle the built provider.
 * @throws Error when the bundle does not exist, or when either runtime fails.
 */
export async function measureRuntime(
  bundle = join(ROOT, 'build', 'TypeFunction', 'handlers.js'),
): Promise<RuntimeFigures> {
  if (!existsSync(bundle)) throw new Error(`${bundle} does not exist. Run "npm run build" first.`);
  const invocations = await measureInvocations();
  const bundleStarts: number[] = [];
  const nodeStarts: number[] = [];
  for (let n = 0; n < STARTS; n++) {
    bundleStarts.push(startMilliseconds(`require(${JSON.stringify(bundle)})`));
    nodeStarts.push(startMilliseconds('0'));
  }
  return {
    stockInvocation: median(invocations.stock),
    runtimeInvocation: median(invocations.runtime),
    bundleStart: median(bundleStarts),
    nodeStart: median(nodeStarts),
  };
}

/** Run bench/invocations.ts as Lambda would run it: bundled and minified, in a process of its own. */
async function measureInvocations(): Promise<InvocationFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'runtime-bench-'));
  try {
    const bundle = join(folder, 'invocations.js');
    await bundleFunction(join(__dirname, 'invocations.ts'), bundle);
    const child = fork(bundle, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the measurement ended with code ${code} and without figures`);
    });
    ended.catch(() => undefined);
    const [figures] = await Promise.race([once(child, 'message'), ended]);
    child.kill();
    return figures as InvocationFigures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds from the start of a Node process that runs the code to its end. */
function startMilliseconds(code: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node -e ${code} ended with code ${status}: ${stderr}`);
  return performance.now() - start;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;
}
