import type { HookSchema } from './hook-type';
import { HANDLER_NAMES, type InvocationPoint } from './invocation-point';

/**
 * Whether the schema names the target for this invocation point. In the schema's names `*` stands for any characters and
 * `?` for one.
 */
export function supports(schema: HookSchema, point: InvocationPoint, targetName: string): boolean {
  const { targetNames = [] } = schema.handlers[HANDLER_NAMES[point]] ?? {};
  return targetNames.some((name) => {
    const expression = name.replaceAll('*', '.*').replaceAll('?', '.');
    return new RegExp(`^${expression}$`).test(targetName);
  });
}
