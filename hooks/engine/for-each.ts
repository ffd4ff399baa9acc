import { isObject, type Node } from './scope';

const PREFIX = 'Fn::ForEach::';

/** The result of writing out loops: the document without them, and the loops whose collection is not known. */
export interface Expansion {
  readonly node: Node;
  readonly unexpanded: readonly string[];
  /** For each key of the section that a loop makes, the path of what it is made from, within the section. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
}

/**
 * Write out every Fn::ForEach of a template section, nested ones included, as the transform AWS::LanguageExtensions does.
 *
 * @param collectionOf evaluates a collection; undefined when it is not known.
 */
export function expandLoops(
  section: Node,
  collectionOf: (node: Node) => readonly string[] | undefined,
): Expansion {
  const unexpanded: string[] = [];
  const origins = new Map<string, readonly string[]>();
  // `path` is that of the node in the section while only loops lie above it, so that it makes keys of the section.
  const expand = (node: Node, path?: readonly string[]): Node => {
    if (Array.isArray(node)) return node.map((item) => expand(item));
    if (!isObject(node)) return node;
    const entries: [string, Node][] = [];
    for (const [key, value] of Object.entries(node)) {
      if (!key.startsWith(PREFIX)) {
        entries.push([key, expand(value)]);
        if (path !== undefined && path.length > 0) origins.set(key, [...path, key]);
        continue;
      }
      const [identifier, collection, body] = Array.isArray(value) ? value : [];
      const items = collectionOf(collection);
      if (items === undefined || typeof identifier !== 'string' || !isObject(body)) {
        unexpanded.push(key.slice(PREFIX.length));
        entries.push([key, value]);
        continue;
      }
      for (const item of items) {
        const made = expand(substitute(body, identifier, item), path && [...path, key, BODY]);
        entries.push(...Object.entries(made as object));
        if (path === undefined) continue;
        // The text has the body's keys as they are before the item takes its place in them.
        for (const written of Object.keys(body)) {
          const name = substitute(written, identifier, item) as string;
          if (!written.startsWith(PREFIX)) origins.set(name, [...path, key, BODY, written]);
        }
      }
    }
    return Object.fromEntries(entries);
  };
  return { node: expand(section, []), unexpanded, origins };
}

/** Index of the body among the arguments of a loop. */
const BODY = '2';

/** Put a loop's current item wherever the body names its identifier, in keys as well as in values. */
function substitute(node: Node, identifier: string, item: string): Node {
  if (typeof node === 'string') {
    return node
      .replaceAll(`\${${identifier}}`, item)
      .replaceAll(`&{${identifier}}`, item.replaceAll(/[^A-Za-z0-9]/g, ''));
  }
  if (Array.isArray(node)) return node.map((element) => substitute(element, identifier, item));
  if (!isObject(node)) return node;
  if (node['Ref'] === identifier && Object.keys(node).length === 1) return item;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      substitute(key, identifier, item) as string,
      substitute(value, identifier, item),
    ]),
  );
}
