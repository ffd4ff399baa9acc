import type { Json } from './resolver';

/** Functions that YAML has a short form for, with what their argument may be. */
const SHORT: Readonly<Record<string, string>> = {
  Ref: '!Ref',
  'Fn::If': '!If',
  'Fn::Sub': '!Sub',
  'Fn::Join': '!Join',
  'Fn::Select': '!Select',
  'Fn::GetAtt': '!GetAtt',
};

/**
 * Write a document as YAML: some functions in their short form, and some mappings in pieces that merge keys bring
 * together, one piece shadowed by another or shared by an alias.
 *
 * @param seed decides which; the same one writes the same.
 */
export function yamlOf(document: unknown, seed: number): string {
  let state = seed >>> 0;
  const chance = (count: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % count;
  };
  let anchors = 0;
  const pairs = (entries: readonly (readonly [string, Json])[]): string[] =>
    entries.map(([key, value]) => `${JSON.stringify(key)}: ${write(value)}`);
  const mapping = (entries: readonly (readonly [string, Json])[]): string =>
    `{ ${pairs(entries).join(', ')} }`;
  const write = (node: Json): string => {
    if (Array.isArray(node)) return `[ ${node.map(write).join(', ')} ]`;
    if (typeof node !== 'object' || node === null) return JSON.stringify(node);
    const entries = Object.entries(node);
    const [[name, argument] = ['', null]] = entries;
    if (entries.length === 1 && SHORT[name] !== undefined && typeof argument !== 'number' && chance(2) === 0)
      return `${SHORT[name]} ${write(argument)}`;
    if (entries.length < 2 || chance(3) > 0) return mapping(entries);
    const cut = 1 + chance(entries.length - 1);
    const [merged, own] = [entries.slice(0, cut), entries.slice(cut)];
    // What the mapping says itself, and what is merged first, wins.
    const shadowed: [string, Json] = [[...own, ...merged][chance(entries.length)]![0], 'shadowed'];
    const anchor = `&a${anchors++}`;
    const piece =
      chance(2) === 0
        ? `${anchor} ${mapping(merged)}`
        : `[ ${anchor} ${mapping(merged)}, ${mapping([shadowed])} ]`;
    const alias = chance(2) === 0 ? `, <<: *${anchor.slice(1)}` : '';
    return `{ <<: ${piece}, ${pairs(own).join(', ')}${alias} }`;
  };
  return `# ${seed}\n${write(JSON.parse(JSON.stringify(document)) as Json)}\n`;
}
