/**
 * Settings that both somebody by hand and a new template have changed: the template's value applies, and whoever reads the
 * events of the update is told. Pure: no call to AWS.
 */
import { isDeepStrictEqual } from 'node:util';
import schema from '../../../schema/org-ecs-expressservice.json';
import type { ResourceModel } from '../model';
import { SENSITIVE_PATHS } from '../properties/sensitive-paths';
import { DEFAULTS } from '../specification';

/** The states of a service's properties. */
export interface ModelStates {
  /** The template before. */
  readonly previous: ResourceModel;
  /** What READ answers before anything is changed. */
  readonly live: ResourceModel;
  /** The template now. */
  readonly desired: ResourceModel;
}

type Group = Readonly<Record<string, unknown>>;

/** Inputs that can change. */
const PROPERTIES = Object.keys(schema.properties).filter(
  (name) => !isListed(name, schema.readOnlyProperties) && !isListed(name, schema.createOnlyProperties),
);

/** Members in which something sensitive may stand; nothing of them is shown. */
const CONFIDENTIAL: readonly string[] = SENSITIVE_PATHS.map((path) => path.split('/')[0]!);

/** Members by which the items of a list are told apart, by the name of the list; other lists are one value. */
const ITEM_KEYS: Readonly<Record<string, string>> = {
  Environment: 'Name',
  Secrets: 'Name',
  SidecarContainers: 'Name',
  Volumes: 'Name',
  MountPoints: 'ContainerPath',
  ScheduledActions: 'Name',
};

/**
 * What to tell, one sentence for each setting, e.g. `PrimaryContainer/Image was changed by hand from a:1 to a:debug; the
 * template's value a:2 applies`. Values of environment variables, secrets and lists are left out.
 */
export function conflicts(states: ModelStates): string[] {
  const [previous, live, desired] = [states.previous, states.live, states.desired].map(plain) as [
    Group,
    Group,
    Group,
  ];
  return PROPERTIES.filter((name) => name !== 'Tags').flatMap((name) =>
    found([name], previous[name], live[name], desired[name], false),
  );
}

function found(
  path: readonly string[],
  before: unknown,
  live: unknown,
  desired: unknown,
  isItem: boolean,
): string[] {
  const name = path.at(-1)!;
  const key = ITEM_KEYS[name];
  if (key !== undefined && !isItem) {
    const [one, other, third] = [before, live, desired].map((items) => byKey(items, key)) as [
      Group,
      Group,
      Group,
    ];
    return Object.keys({ ...one, ...third }).flatMap((item) =>
      found([...path, item], one[item], other[item], third[item], true),
    );
  }
  // An item that is new to the template has no members to compare one by one.
  const isNewItem = isItem && before === undefined;
  if (!isNewItem && isGroup(before ?? desired) && isGroup(live) && isGroup(desired ?? before)) {
    const [one, other, third] = [before, live, desired].map((group) => group ?? {}) as [Group, Group, Group];
    return Object.keys({ ...one, ...third }).flatMap((member) =>
      found([...path, member], one[member], other[member], third[member], false),
    );
  }
  const previous = before ?? DEFAULTS[name as keyof typeof DEFAULTS];
  // Where the template said nothing and no default is known, what is there may be AWS's own choice; an item is not.
  const isKnown = previous !== undefined || (isNewItem && live !== undefined);
  const isConflict = isKnown && !isSame(before, desired) && !isSame(previous, live) && !isSame(live, desired);
  return isConflict ? [sentence(path, previous, live, desired)] : [];
}

function sentence(path: readonly string[], previous: unknown, live: unknown, desired: unknown): string {
  const isShown = !path.some((name) => CONFIDENTIAL.includes(name));
  const shown = (value: unknown) =>
    isShown && ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
  const change =
    live === undefined
      ? 'was taken away by hand'
      : previous === undefined
        ? 'was added by hand'
        : `was changed by hand${shown(live) ? ` from ${shown(previous)} to ${shown(live)}` : ''}`;
  const outcome =
    desired === undefined
      ? 'the template, which no longer sets it, applies'
      : `the template's value${shown(desired) ? ` ${shown(desired)}` : ''} applies`;
  return `${path.join('/')} ${change}; ${outcome}`;
}

/** Order has no meaning in most lists of texts, and a difference in order alone is not worth a word. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(sorted(one), sorted(other));
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value;
}

function byKey(items: unknown, key: string): Group {
  const list = (Array.isArray(items) ? items : []) as readonly Group[];
  return Object.fromEntries(list.map((item) => [String(item[key]), item]));
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plain(model: ResourceModel): Group {
  return JSON.parse(JSON.stringify(model)) as Group;
}

function isListed(name: string, paths: readonly string[]): boolean {
  return paths.includes(`/properties/${name}`);
}
