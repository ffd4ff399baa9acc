/** Values that mean the same as none. */

/** An empty list and none mean the same; a template says nothing. */
export function unlessEmpty<Item>(items: Item[] | undefined): Item[] | undefined {
  return items?.length ? items : undefined;
}

/** A group without members and none mean the same. */
export function unlessBare<Value extends object>(group: Value): Value | undefined {
  return Object.keys(group).length > 0 ? group : undefined;
}

/** The object without members that are undefined. */
export function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}
