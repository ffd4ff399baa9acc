/**
 * Whether an error is one that an AWS service names so, e.g. `InvalidGroup.Duplicate` or `PriorityInUseException`.
 * Amazon EC2 has no exception classes in the SDK, so the name is the one thing all services have in common.
 */
export function isSdkError(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/**
 * Run a call whose effect may be there already.
 *
 * @param names errors that say so.
 * @returns the answer, or undefined when the call failed with one of these errors.
 */
export async function unless<Answer>(
  call: Promise<Answer>,
  ...names: readonly string[]
): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isSdkError(error, ...names)) return undefined;
    throw error;
  }
}
