/**
 * Wait for all to end, also when some fail: no call that changes something may still be under way when an operation has
 * failed and the next one begins.
 *
 * @returns their values, in order.
 * @throws the first failure, in order.
 */
export async function allOf<Values extends readonly unknown[]>(
  promises: readonly [...{ [Index in keyof Values]: Promise<Values[Index]> }],
): Promise<Values> {
  const values: unknown[] = [];
  for (const result of await Promise.allSettled<unknown>(promises as readonly Promise<unknown>[])) {
    if (result.status === 'rejected') throw result.reason;
    values.push(result.value);
  }
  return values as unknown as Values;
}
