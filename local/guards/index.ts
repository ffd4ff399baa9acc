/** All guards, and the way from a request to its guard. */
import type { AwsRequest, Structure } from '../service';
import type { GuardContext, ServiceGuard } from './guard';

export type { GuardContext } from './guard';
export { LIMITS, type Limits } from './limits';

/** One line for each guarded service. */
const GUARDS: readonly ((context: GuardContext) => ServiceGuard)[] = [];

export interface Guards {
  /** The output of a call that a guard answers itself; undefined when moto is to answer. @throws AwsError to refuse. */
  answer(request: AwsRequest): Promise<Structure | undefined>;
  /** Forget everything remembered. */
  reset(): void;
}

export function createGuards(context: GuardContext): Guards {
  const guards = new Map(GUARDS.map((create) => create(context)).map((guard) => [guard.service, guard]));
  const prepared = new Map<string, Promise<void> | undefined>();
  return {
    async answer(request) {
      const guard = guards.get(request.service);
      if (!guard) return undefined;
      if (!prepared.has(guard.service)) prepared.set(guard.service, guard.prepare?.());
      await prepared.get(guard.service);
      return guard.operations[request.operation]?.(request);
    },
    reset() {
      prepared.clear();
      for (const guard of guards.values()) guard.reset?.();
    },
  };
}
