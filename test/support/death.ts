/** The process of an operation dies at one of its AWS calls. */
import type { FaultRule } from '../../local/faults';
import type { Driver, Watch } from './driver';

/**
 * A watch that ends the process once, at the end of the invocation that has met a fault.
 *
 * @param met whether the fault has come.
 * @param death whether CloudFormation still gets the answer of that invocation.
 */
export function deathAfter(met: () => boolean, death: 'before the answer' | 'after the answer'): Watch {
  let dead = false;
  return {
    ended() {
      if (dead || !met()) return 'goes on';
      dead = true;
      return death === 'before the answer' ? 'dies without answer' : 'dies with its answer';
    },
  };
}

/**
 * Carry out an operation whose process dies once a call has taken effect. CloudFormation gets no answer, and invokes the
 * handler again with the event that it has on record.
 *
 * @param call the first one that matches.
 * @throws Error when no call matches.
 */
export async function dyingAt<Result>(
  driver: Driver,
  call: Pick<FaultRule, 'service' | 'operation' | 'when'>,
  operation: () => Promise<Result>,
): Promise<Result> {
  const { faults } = driver.aws;
  const id = faults.add({ ...call, kind: 'processKill', effect: 'after' });
  const met = () => faults.list().some((fault) => fault.id === id && fault.applied > 0);
  driver.watch = deathAfter(met, 'before the answer');
  try {
    const result = await operation();
    if (!met()) throw new Error(`No call of ${call.operation} came at which the process was to die.`);
    return result;
  } finally {
    driver.watch = undefined;
    faults.clear(id);
  }
}
