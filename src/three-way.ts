/** The four states that a setting can be taken from. */
export interface States {
  /** What the author asks for now. */
  readonly desired?: object;
  /** What the author asked for before. */
  readonly previous?: object;
  /** What is there. */
  readonly live?: object;
  /** What is there when nobody has ever asked for anything. */
  readonly initial: object;
}

type Group = Readonly<Record<string, unknown>>;

/**
 * Three-way merge: what the author asks for; the initial value of what was asked for before and is not now; of all
 * else what is there, so that changes made by hand stay. Lists count as one value.
 */
export function threeWay<Value extends object>(states: States): Value {
  const { desired = {}, previous = {}, live = {}, initial } = states as Record<keyof States, Group>;
  const names = new Set([...Object.keys(desired), ...Object.keys(previous)]);
  const merged = [...names].map((name) => {
    if (isGroup(desired[name]) || isGroup(previous[name])) {
      const group = (of: Group) => of[name] as Group | undefined;
      const groups = { desired: group(desired), previous: group(previous), live: group(live) };
      return [name, threeWay({ ...groups, initial: group(initial) ?? {} })];
    }
    return [name, desired[name] ?? (previous[name] === undefined ? live[name] : initial[name])];
  });
  return { ...live, ...Object.fromEntries(merged) };
}

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
