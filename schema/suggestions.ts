/** What is meant by a schema, and by a template that does not keep it, in words for its author. Pure. */

/** A schema, as far as names and texts are judged by it. */
export interface NamedSchema {
  readonly $ref?: string;
  /** What the pattern asks for: `a name of letters and digits; e.g. web1`. */
  readonly $comment?: string;
  readonly properties?: Readonly<Record<string, NamedSchema>>;
  readonly items?: NamedSchema | object;
  readonly definitions?: Readonly<Record<string, NamedSchema>>;
}

/** What a text has to be, and perhaps an example. */
export interface Meaning {
  readonly what: string;
  readonly example?: string;
}

/** What the pattern of a property asks for; undefined where its schema does not say. */
export function meaningOf({ $comment }: NamedSchema): Meaning | undefined {
  if (!$comment) return undefined;
  const [what = '', example] = $comment.split('; e.g. ');
  return { what, example };
}

/** Share of the characters of a name that may be wrong. */
const MISTAKES = 0.34;

/**
 * The property that an unknown one may stand for: one beside it that differs in case or by few letters, or one of the same
 * name elsewhere in the schema.
 *
 * @param name of the unknown property.
 * @param siblings names that its place has.
 * @param root the whole schema.
 * @returns its path, e.g. `PrimaryContainer/Image` or `SidecarContainers/0/Image`; undefined when there is none.
 */
export function suggestion(name: string, siblings: readonly string[], root: NamedSchema): string | undefined {
  const sameLetters = siblings.find((sibling) => plain(sibling) === plain(name));
  if (sameLetters) return sameLetters;
  const elsewhere = pathsOf(root).find((path) => plain(path.at(-1)!) === plain(name));
  if (elsewhere) return elsewhere.join('/');
  const [nearest] = siblings
    .map((sibling) => ({ sibling, distance: distance(plain(sibling), plain(name)) }))
    .filter(({ sibling, distance: mistakes }) => mistakes <= Math.max(1, sibling.length * MISTAKES))
    .sort((one, other) => one.distance - other.distance);
  return nearest?.sibling;
}

/** Paths of all properties, those that are less deep first. */
function pathsOf(root: NamedSchema): string[][] {
  const paths: string[][] = [];
  let level: { path: string[]; schema: NamedSchema }[] = [{ path: [], schema: root }];
  while (level.length > 0) {
    level = level.flatMap(({ path, schema }) => membersOf(schema, root, path));
    paths.push(...level.map(({ path }) => path).filter((path) => path.at(-1) !== '0'));
  }
  return paths;
}

function membersOf(given: NamedSchema, root: NamedSchema, path: readonly string[]) {
  const name = given.$ref?.replace('#/definitions/', '');
  const schema = name === undefined ? given : (root.definitions?.[name] ?? {});
  const items = schema.items as NamedSchema | undefined;
  const members = [
    ...Object.entries(schema.properties ?? {}),
    ...(items ? [['0', items] as const] : []),
  ] as const;
  return members.map(([member, memberSchema]) => ({ path: [...path, member], schema: memberSchema }));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** Letters that have to be put in, taken out or replaced to make one text of another (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let index = 1; index <= one.length; index++) {
    const next = [index];
    for (let column = 1; column <= other.length; column++) {
      const replaced = row[column - 1]! + (one[index - 1] === other[column - 1] ? 0 : 1);
      next.push(Math.min(row[column]! + 1, next[column - 1]! + 1, replaced));
    }
    row = next;
  }
  return row.at(-1)!;
}
