/** Task sizes that Fargate offers, and how requests may spell them. */
import { AwsError } from '../service';

const GIB = 1024;

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

/** Memory in MiB that goes with each number of CPU units (ECS developer guide, "Task CPU and memory"). */
const MEMORY_BY_CPU: Readonly<Record<number, readonly number[]>> = {
  256: [512, GIB, 2 * GIB],
  512: range(GIB, 4 * GIB, GIB),
  1024: range(2 * GIB, 8 * GIB, GIB),
  2048: range(4 * GIB, 16 * GIB, GIB),
  4096: range(8 * GIB, 30 * GIB, GIB),
  8192: range(16 * GIB, 60 * GIB, 4 * GIB),
  16384: range(32 * GIB, 120 * GIB, 8 * GIB),
};

/** CPU units of `256`, `.25 vCPU` or `0.25vcpu`. @throws AwsError ClientException for anything else. */
export function parseCpu(text: string): number {
  return parse(text, /^\s*([\d.]+)\s*(vcpu)?\s*$/i, 'cpu');
}

/** MiB of `512`, `0.5GB` or `1 GB`. @throws AwsError ClientException for anything else. */
export function parseMemory(text: string): number {
  return parse(text, /^\s*([\d.]+)\s*(gb)?\s*$/i, 'memory');
}

function parse(text: string, pattern: RegExp, setting: string): number {
  const [, digits, unit] = pattern.exec(text) ?? [];
  const value = Number(digits) * (unit ? GIB : 1);
  if (!Number.isInteger(value) || value <= 0) {
    throw new AwsError('ClientException', `Invalid '${setting}' setting for task.`);
  }
  return value;
}

/** @throws AwsError ClientException when Fargate has no such size. */
export function checkFargateSize(cpu: number, memory: number): void {
  if (!MEMORY_BY_CPU[cpu]?.includes(memory)) {
    throw new AwsError(
      'ClientException',
      `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. See the Amazon ECS documentation for the valid values.`,
    );
  }
}
