import { Computed, isObject, type Node } from '../engine/scope';
import type { Template } from '../engine/template';
import { Unknown } from '../engine/unknown';

/**
 * A template as a document for other engines: resources of loops written out, and values that CloudFormation computed in
 * place of their expressions.
 */
export function plainDocument({ document, resources }: Template): Node {
  const declared = isObject(document['Resources']) ? document['Resources'] : {};
  const entries = [...resources.values()].map(({ logicalId, type, properties }) => [
    logicalId,
    { ...((declared[logicalId] as object | undefined) ?? {}), Type: type, Properties: properties },
  ]);
  return plain({ ...document, Resources: Object.fromEntries(entries) });
}

function plain(node: Node): Node {
  if (node instanceof Unknown) return undefined;
  if (node instanceof Computed) return plain(typed(node.value));
  if (Array.isArray(node)) return node.map((item) => plain(item));
  if (!isObject(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, plain(value)]));
}

/** Change sets write all computed values as texts. */
function typed(value: Node): Node {
  return value === 'true' ? true : value === 'false' ? false : value;
}
