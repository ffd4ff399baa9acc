/** What the operations of the API share. */
import type { Clock } from '../../clock';
import type { Environment } from '../engine/environment';
import type { AwsRequest, Structure } from '../../service';
import type { Stack, Stacks } from '../stack';

/** Operations of the API by name. */
export type Operations = Readonly<Record<string, (request: AwsRequest) => Promise<Structure>>>;

export interface Context {
  readonly clock: Clock;
  readonly stacks: Stacks;
  readonly environment: Environment;
  /** Read a template by its URL. */
  readonly fetchTemplate: (url: string) => Promise<string>;
  /** Read parameters of Parameter Store: values by name; names that it does not have are left out. */
  readonly readParameters: (region: string, names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Hold a waiter until the running operation of a stack has ended, as long as it stands that. */
  readonly awaitEnd: (stack: Stack) => Promise<void>;
  /** Let an operation on a stack run on after the API call has been answered. */
  readonly start: (stack: Stack, operation: () => Promise<void>) => void;
}

/** One page of a list, with the token of the next one. */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
  size = 100,
): { items: T[]; NextToken?: string } {
  const start = Number(token ?? 0);
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length && { NextToken: String(end) }) };
}
