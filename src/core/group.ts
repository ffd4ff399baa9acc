/** Members by name. */
export type Group = Readonly<Record<string, unknown>>;

/** Whether a value has members that are looked at one by one, as lists and times have not. */
export function isGroup(value: unknown): value is Group {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The value at a path; undefined when there is none. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<any>((parent, name) => parent?.[name], value);
}
