import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node as YamlNode,
  parseAllDocuments,
  type Scalar,
  type Tags,
} from 'yaml';
import { splitAttribute } from './functions';
import { Lines, type Position, type Remark, type TemplateDocument } from './source';
import { TemplateError } from './template-error';

/**
 * CloudFormation reads YAML 1.1, but knows no dates, sexagesimal numbers or language-specific types. Merge keys are
 * read here, as `aws cloudformation package` writes them out.
 */
const UNSUPPORTED_TAGS = /:(timestamp|binary|omap|pairs|set|merge)$/;

/** Most elements that a template may have once its aliases are written out; more is an attack, not a template. */
const MAXIMUM_ELEMENTS = 1_000_000;

/** Functions whose long form has no `Fn::` before the name. */
const WITHOUT_PREFIX = new Set(['Ref', 'Condition']);

/**
 * Read a template from YAML.
 *
 * @throws TemplateError with line and column for text that is no YAML, or that holds several documents.
 */
export function parseYaml(text: string): TemplateDocument {
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: (tags): Tags =>
      tags.filter(
        (tag) =>
          typeof tag === 'string' ||
          !(UNSUPPORTED_TAGS.test(tag.tag) || ('format' in tag && tag.format === 'TIME')),
      ),
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
    keepSourceTokens: false,
  });
  const [document, ...others] = Array.isArray(documents) ? documents : [];
  if (document === undefined) throw new TemplateError('The template is empty.');
  if (others.length > 0)
    throw new TemplateError('The file holds several YAML documents. Give each template its own file.');
  const [error] = document.errors;
  if (error !== undefined) {
    throw new TemplateError(error.message.split('\n')[0]!, new Lines(text).positionOf(error.pos[0]));
  }
  const reader = new YamlReader((alias) => (isAlias(alias) ? alias.resolve(document) : undefined));
  const content = reader.read(document.contents);
  const lines = new Lines(text);
  return {
    content,
    locate: yamlLocator(lines, document.contents),
    remarks: reader.duplicates.map(({ key, offset }): Remark => ({
      ...lines.positionOf(offset),
      because: `${key} is written twice; the last one counts`,
    })),
  };
}

const MERGE_KEY = '<<';

class YamlReader {
  private elements = 0;

  /** Keys that a mapping has twice, with the offset of the last. */
  readonly duplicates: { readonly key: string; readonly offset: number }[] = [];

  constructor(private readonly target: (alias: YamlNode) => YamlNode | undefined) {}

  /** The plain value of a YAML node, with short function tags in their long form. */
  read(node: unknown): unknown {
    if (++this.elements > MAXIMUM_ELEMENTS)
      throw new TemplateError('The template is too large once its YAML aliases are followed.');
    if (isAlias(node)) return this.read(this.target(node));
    const value = this.untagged(node);
    const tag = (node as { tag?: string } | null)?.tag;
    if (tag === undefined || !tag.startsWith('!') || tag.startsWith('!!')) return value;
    const name = tag.slice(1);
    if (WITHOUT_PREFIX.has(name)) return { [name]: value };
    const isAttribute = name === 'GetAtt' && typeof value === 'string';
    return { [`Fn::${name}`]: isAttribute ? attributeOf(value) : value };
  }

  private untagged(node: unknown): unknown {
    if (isScalar(node)) return scalarOf(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    if (!isMap(node)) return undefined;
    const own: Record<string, unknown> = {};
    let merged: Record<string, unknown> | undefined;
    for (const pair of node.items) {
      if (!isPair(pair)) continue;
      const key = isScalar(pair.key) ? keyOf(pair.key) : JSON.stringify(this.read(pair.key));
      const value = this.read(pair.value);
      if (key === MERGE_KEY) {
        // What is merged first wins over what is merged later, and own keys win over both.
        for (const source of [value].flat()) merged = { ...(source as object), ...merged };
        continue;
      }
      if (Object.hasOwn(own, key)) this.duplicates.push({ key, offset: rangeStart(pair.key) });
      // A plain assignment of this key would set the prototype.
      if (key === '__proto__') Object.defineProperty(own, key, { value, enumerable: true });
      else own[key] = value;
    }
    return merged === undefined ? own : { ...merged, ...own };
  }
}

/** A key as it is written: account ids and words such as `No` are no numbers or booleans there. */
function keyOf(key: Scalar): string {
  return key.source ?? String(key.value);
}

/** YAML 1.1 reads `y` and `n` as booleans, but the parser of CloudFormation does not. */
function scalarOf({ value, source }: Scalar): unknown {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'boolean' && source !== undefined && /^[yn]$/i.test(source) ? source : value;
}

/** Without an attribute only the resource is there, and whoever reads that says what is missing. */
function attributeOf(text: string): string[] {
  return splitAttribute(text).filter((part) => part !== '');
}

function yamlLocator(lines: Lines, root: unknown): (path: readonly string[]) => Position {
  const known = new Map<unknown, ReadonlyMap<string, { readonly at: unknown; readonly value: unknown }>>();
  return (path) => {
    let current = root;
    let offset = rangeStart(root);
    for (const key of path) {
      let children = known.get(current);
      if (children === undefined) known.set(current, (children = childrenOf(current)));
      // What a merge key brings is found where it is merged.
      const child = children.get(key) ?? children.get(MERGE_KEY);
      if (child === undefined) break;
      offset = rangeStart(child.at);
      current = child.value;
    }
    return lines.positionOf(offset);
  };
}

/** What lies directly in a YAML node, with the node at whose position it begins: a mapping's key, a list's item. */
function childrenOf(node: unknown): ReadonlyMap<string, { readonly at: unknown; readonly value: unknown }> {
  if (isSeq(node))
    return new Map(node.items.map((item, index) => [String(index), { at: item, value: item }]));
  if (!isMap(node)) return new Map();
  return new Map(node.items.map(({ key, value }) => [isScalar(key) ? keyOf(key) : '', { at: key, value }]));
}

function rangeStart(node: unknown): number {
  return (node as { range?: readonly number[] } | null)?.range?.[0] ?? 0;
}
