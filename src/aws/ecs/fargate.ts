/**
 * CPU and memory that Fargate offers together. Source: Amazon ECS Developer Guide, "Task CPU and memory" for tasks on
 * Fargate, platform version 1.4.0 or later.
 */
import { invalid } from '../../core/failure';

/** Memory in MiB that goes with a number of CPU units: from `least` to `most` in steps of `step`. */
interface MemoryRange {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

const GIB = 1024;

/** 256 units are the one size whose memory does not grow in even steps: 512 MiB, 1 GiB, 2 GiB. */
const SMALLEST: readonly number[] = [512, 1 * GIB, 2 * GIB];

const RANGES: Readonly<Record<string, MemoryRange>> = {
  '512': { least: 1 * GIB, most: 4 * GIB, step: GIB },
  '1024': { least: 2 * GIB, most: 8 * GIB, step: GIB },
  '2048': { least: 4 * GIB, most: 16 * GIB, step: GIB },
  '4096': { least: 8 * GIB, most: 30 * GIB, step: GIB },
  '8192': { least: 16 * GIB, most: 60 * GIB, step: 4 * GIB },
  '16384': { least: 32 * GIB, most: 120 * GIB, step: 8 * GIB },
};

/**
 * Memory sizes in MiB that Fargate offers with a number of CPU units; none for a number it does not offer.
 *
 * @param cpu CPU units, 1,024 to a vCPU.
 */
export function fargateMemory(cpu: string): readonly number[] {
  if (cpu === '256') return SMALLEST;
  const range = RANGES[cpu];
  if (!range) return [];
  return Array.from(
    { length: (range.most - range.least) / range.step + 1 },
    (_, n) => range.least + n * range.step,
  );
}

/** Numbers of CPU units that Fargate offers. */
export const FARGATE_CPU: readonly string[] = ['256', ...Object.keys(RANGES)];

/**
 * Check that Fargate offers a task size.
 *
 * @param cpu CPU units.
 * @param memory MiB.
 * @throws HandlerError InvalidRequest.
 */
export function checkSize(cpu: string, memory: string): void {
  const sizes = fargateMemory(cpu);
  if (sizes.length === 0) {
    throw invalid(
      'Cpu',
      `Fargate does not offer ${cpu} CPU units`,
      `Choose one of ${FARGATE_CPU.join(', ')}`,
    );
  }
  if (!sizes.includes(Number(memory))) {
    throw invalid(
      'Memory',
      `Fargate does not offer ${memory} MiB with ${cpu} CPU units`,
      `Choose ${sizes.length > 4 ? `${sizes[0]} to ${sizes.at(-1)} in steps of ${sizes[1]! - sizes[0]!}` : `one of ${sizes.join(', ')}`}`,
    );
  }
}
