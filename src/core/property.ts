/**
 * The properties of a resource type, one row each. A row says what the schema does not say: where a property goes in the
 * shape of an AWS API, what tells the items of a list apart, whether its value is secret. Default, order and uniqueness
 * come from the schema. All that happens to a property follows from its row: see property-values.ts, three-way.ts,
 * spelled-out.ts and conflicts.ts.
 */

/** A property in the schema of a resource type, as far as rows follow from it. */
export interface PropertySchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly items?: PropertySchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly patternProperties?: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
  readonly insertionOrder?: boolean;
  readonly uniqueItems?: boolean;
}

/** The schema of a resource type. */
export interface TypeSchema extends PropertySchema {
  readonly definitions?: Readonly<Record<string, PropertySchema>>;
}

/** Stands for the default of a property. */
export const DEFAULT = Symbol('default');

/** What any row may say. `Group` is the object that the property is a member of. */
interface AnyRow<Value, Group> {
  /**
   * The value where the template says nothing, when the schema names none or it depends on the other members of the group, or on
   * the whole model. A group that has one is there although the template leaves it out.
   */
  readonly default?: Value | ((group: Group, model: any) => Value | undefined);
  /** What AWS means where it holds nothing. Default: nothing is read back. */
  readonly absent?: Value | typeof DEFAULT;
  /** Merged as one value, also a list whose items have a key. Default: member by member, item by item. */
  readonly whole?: true;
  /** READ answers it only where the template gives it: else it follows something else. */
  readonly readWhenGiven?: true;
  /** The same in the items of lists, where its default is not known: it depends on more than the group. */
  readonly readInItemsWhenGiven?: true;
  /** False: what somebody changes by hand is set back without a word. */
  readonly conflict?: false;
  /**
   * Refuse a value that the schema allows.
   *
   * @param path of the property in the template.
   * @param model the whole.
   */
  readonly check?: (value: Value, path: string, group: Group, model: any) => void;
}

/** Members of an API shape that take such a value. */
type Taking<Api, Value> = {
  [Name in keyof Api]-?: [Value] extends [NonNullable<Api[Name]>] ? Name : never;
}[keyof Api];

/** Where a value goes that is the same in the template and in the API. Without it, code carries the property. */
type Plain<Api, Value> = { readonly to?: Taking<Api, Value>; readonly write?: never; readonly read?: never };

/** Where a value goes that is written otherwise in the API. */
interface Converted<Api, Value, Group> {
  readonly to?: never;
  readonly write: (value: Value, group: Group) => Partial<Api>;
  readonly read: (api: Api) => Value | undefined;
}

/** Of a scalar, or of a list of scalars. */
type ScalarRow<Value, Api, Group> = AnyRow<Value, Group> &
  (Plain<Api, Value> | Converted<Api, Value, Group>) & {
    /** Nobody may read the value in a log or a message. */
    readonly secret?: true;
  };

/** A group that has an API shape of its own, or whose members stand in that of the group around it (`inline`). */
type GroupRow<Value, Api, Group> = AnyRow<Value, Group> &
  (
    | {
        [Name in keyof Api]-?: {
          readonly to: Name;
          readonly members: Table<Value, NonNullable<Api[Name]>>;
          readonly inline?: never;
        };
      }[keyof Api]
    | { readonly to?: never; readonly members: Table<Value, Api>; readonly inline: true }
    | { readonly to?: never; readonly members: Table<Value, any>; readonly inline?: never }
  );

type ListRow<Item, Api, Group> = AnyRow<Item[], Group> & {
  /** The member that tells the items apart: each of its values is there once. Without it the list is one value. */
  readonly key?: keyof Item;
  /** Items may have the same key, and are told apart by more than it. */
  readonly repeats?: true;
  /** Each item is a whole of its own: defaults and checks of what is in it look at the item, rather than at the whole model. */
  readonly itemIsModel?: true;
} & (
    | {
        [Name in keyof Api]-?: {
          readonly to: Name;
          readonly items: Table<
            Item,
            NonNullable<Api[Name]> extends readonly (infer ApiItem)[] ? ApiItem : never
          >;
        };
      }[keyof Api]
    | { readonly to?: never; readonly items: Table<Item, any> }
  );

/** The row of a property, by the kind of its value. */
export type Row<Value, Api, Group> = [Value] extends [readonly (infer Item)[]]
  ? [Item] extends [object]
    ? ListRow<Item, Api, Group>
    : ScalarRow<Value, Api, Group>
  : [Value] extends [object]
    ? string extends keyof Value
      ? AnyRow<Value, Group> & Plain<Api, Value>
      : GroupRow<Value, Api, Group>
    : ScalarRow<Value, Api, Group>;

/**
 * A row for every member of a group: one that is missing does not compile.
 *
 * @template Api shape of the AWS API that the members go to.
 * @template More what rows say beside that.
 */
export type Rows<Group, Api, More = object> = {
  readonly [Name in keyof Group]-?: Row<NonNullable<Group[Name]>, Api, Group> & More;
};

/** The properties of a group, in the order of their rows. */
export interface Table<Group = any, Api = any, More = any> {
  /** Of the group. */
  readonly schema: PropertySchema;
  readonly properties: readonly Property<More>[];
  /** Types only. */
  readonly group?: Group;
  readonly api?: Api;
}

/** A property: what its row says, and what follows from the schema. */
export interface Property<More = any> {
  readonly name: string;
  readonly row: More;
  readonly to?: string;
  readonly write?: (value: unknown, group: unknown) => object;
  readonly read?: (api: object) => unknown;
  /** @param model the whole that the group is part of. */
  readonly defaultIn: (group: object, model: object) => unknown;
  readonly absent?: unknown;
  readonly isSecret: boolean;
  readonly isWhole: boolean;
  readonly isReadWhenGiven: boolean;
  readonly isReadInItemsWhenGiven: boolean;
  readonly tellsConflicts: boolean;
  readonly check?: (value: unknown, path: string, group: object, model: object) => void;
  /** Of a group, or of the items of a list. */
  readonly members?: Table;
  readonly isInline: boolean;
  /** In the schema. */
  readonly type: string;
  readonly isList: boolean;
  readonly isOrdered: boolean;
  /** Whether it is a list of values of which each is there once, in any order. */
  readonly isSet: boolean;
  /** Whether it is a group whose names are the author's. */
  readonly isMap: boolean;
  /** Whether a group means something only with a member that must be given. */
  readonly hasRequired: boolean;
  readonly key?: string;
  readonly repeats: boolean;
  readonly itemIsModel: boolean;
}

/** A row when its types no longer matter. */
interface UntypedRow extends AnyRow<any, any> {
  readonly to?: string;
  readonly write?: Property['write'];
  readonly read?: Property['read'];
  readonly secret?: true;
  readonly members?: Table;
  readonly items?: Table;
  readonly inline?: true;
  readonly key?: string;
  readonly repeats?: true;
  readonly itemIsModel?: true;
}

/**
 * The table of rows.
 *
 * @param group schema of the object that the rows are of.
 * @throws Error when a row and the schema do not go together.
 */
export function tableOf<Group, Api, More = object>(
  schema: TypeSchema,
  group: PropertySchema,
  rows: Partial<Rows<Group, Api, More>>,
): Table<Group, Api, More> {
  const properties = Object.entries(rows as Readonly<Record<string, UntypedRow>>).map(([name, row]) => {
    const property = group.properties?.[name];
    if (!property) throw new Error(`${name}: there is a row, but no property in the schema`);
    return propertyOf(name, row, definitionOf(property, schema), schema);
  });
  return { schema: group, properties: properties as Property<any>[] };
}

function propertyOf(name: string, row: UntypedRow, own: PropertySchema, schema: TypeSchema): Property {
  const items = own.items && definitionOf(own.items, schema);
  const { default: given = own.default, members = row.items } = row;
  if (members && members.schema !== (items ?? own)) {
    throw new Error(`${name}: the rows of its members are those of another definition`);
  }
  return {
    name,
    row,
    to: row.to,
    write: row.write,
    read: row.read,
    defaultIn: typeof given === 'function' ? given : () => given,
    absent: row.absent === DEFAULT ? given : row.absent,
    isSecret: row.secret === true,
    isWhole: row.whole === true,
    isReadWhenGiven: row.readWhenGiven === true,
    isReadInItemsWhenGiven: row.readInItemsWhenGiven === true,
    tellsConflicts: row.conflict !== false,
    check: row.check,
    members,
    isInline: row.inline === true,
    type: own.type ?? 'object',
    isList: own.type === 'array',
    isOrdered: own.insertionOrder !== false,
    isSet: own.uniqueItems === true && own.insertionOrder === false && items?.properties === undefined,
    isMap: own.patternProperties !== undefined,
    hasRequired: (own.required ?? []).length > 0,
    key: row.key,
    repeats: row.repeats === true,
    itemIsModel: row.itemIsModel === true,
  };
}

/** The definition that a schema refers to, or the schema itself. */
export function definitionOf(property: PropertySchema, { definitions = {} }: TypeSchema): PropertySchema {
  const name = property.$ref?.replace('#/definitions/', '');
  return name === undefined ? property : definitions[name]!;
}

/** The property at a path in which `*` stands for any item of a list; undefined when there is none. */
export function propertyAt(table: Table, path: string): Property | undefined {
  const [first, ...rest] = path.split('/').filter((name) => name !== '*');
  const property = table.properties.find(({ name }) => name === first);
  return rest.length === 0 ? property : property?.members && propertyAt(property.members, rest.join('/'));
}

/** All properties with their paths, `*` for any item of a list. */
export function allProperties(table: Table, prefix = ''): (readonly [path: string, property: Property])[] {
  return table.properties.flatMap((property) => {
    const path = `${prefix}${property.name}`;
    const below = property.members
      ? allProperties(property.members, property.isList ? `${path}/*/` : `${path}/`)
      : [];
    return [[path, property] as const, ...below];
  });
}

/** The member of the API shape that a member of a group goes to. */
export function apiName(table: Table | undefined, name: string | undefined): string | undefined {
  return name === undefined ? undefined : table?.properties.find((property) => property.name === name)?.to;
}
