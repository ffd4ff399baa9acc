import { isObject, type Node } from './scope';

/** The intrinsic function that a node is a call of, e.g. Fn::Join; undefined for data. */
export function intrinsicName(node: Node): string | undefined {
  if (!isObject(node)) return undefined;
  let only: string | undefined;
  for (const key in node) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only !== undefined && (only === 'Ref' || only.startsWith('Fn::')) ? only : undefined;
}
