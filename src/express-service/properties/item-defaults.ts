/**
 * Defaults in the items of lists. CloudFormation compares lists as a whole, so that in drift detection a default that is
 * read back differs from one that the template leaves out, and one that is not read back from one that it spells out.
 */
import { HEALTH_CHECK_DEFAULTS } from './containers';
import { SCALING_DEFAULTS } from './scaling';

/** By name: none of these names has two meanings. */
const ITEM_DEFAULTS: Readonly<Record<string, unknown>> = {
  ...HEALTH_CHECK_DEFAULTS,
  StartPeriod: 0,
  Essential: true,
  Protocol: 'tcp',
  ReadOnly: false,
  ReadonlyRootFilesystem: false,
  RootDirectory: '/',
  TransitEncryption: 'ENABLED',
  IAM: 'DISABLED',
  Base: 0,
  Weight: 0,
  Timezone: SCALING_DEFAULTS.Timezone,
};

/** Members by which the items of a list are told apart; the first that an item has. */
const ITEM_KEYS = ['Name', 'ContainerPath', 'ContainerName', 'ContainerPort', 'CapacityProvider'] as const;

/** Paths of the defaults that a model spells out in items of its lists, e.g. `SidecarContainers/proxy/Essential`. */
export function spelledOutDefaults(model: object): string[] {
  const paths: string[] = [];
  withoutItemDefaults(model, (path) => paths.push(path) > 0);
  return paths;
}

/**
 * A model without the defaults in items of its lists.
 *
 * @param isKept whether the default at a path stays.
 */
export function withoutItemDefaults<Value>(model: Value, isKept: (path: string) => boolean): Value {
  return copy(model, '', false, isKept) as Value;
}

function copy(value: unknown, path: string, inItem: boolean, isKept: (path: string) => boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => copy(item, `${path}/${keyOf(item) ?? index}`, true, isKept));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}/${name}`;
    if (inItem && member === ITEM_DEFAULTS[name] && !isKept(at)) return [];
    return [[name, copy(member, at, inItem, isKept)]];
  });
  return Object.fromEntries(members);
}

function keyOf(item: unknown): unknown {
  const members = item as Readonly<Record<string, unknown>>;
  const key = ITEM_KEYS.find((name) => members?.[name] !== undefined);
  return key && members[key];
}
