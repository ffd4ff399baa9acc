/**
 * What follows from the rows of properties, shown on a type that does not exist: its lists have members that are named as
 * those of other lists, with other defaults.
 */
import fc from 'fast-check';
import { conflicts } from '../../src/core/conflicts';
import { spelledOut, withSpelledOut } from '../../src/core/spelled-out';
import { allProperties, DEFAULT, tableOf, type Rows, type TypeSchema } from '../../src/core/property';
import { checkValues, completed, specified, templateOf } from '../../src/core/property-values';
import { mergeRules, threeWay } from '../../src/core/three-way';

const SCHEMA: TypeSchema = {
  definitions: {
    Version: {
      properties: { Image: { type: 'string' }, Weight: { type: 'integer', default: 100 } },
      required: ['Image'],
    },
    Listener: {
      properties: {
        Port: { type: 'integer' },
        Protocol: { type: 'string', default: 'HTTPS' },
        Timeout: { type: 'integer', default: 60 },
        Hooks: { type: 'array', insertionOrder: true, items: { $ref: '#/definitions/Hook' } },
      },
      required: ['Port'],
    },
    Hook: {
      properties: {
        Name: { type: 'string' },
        Timeout: { type: 'integer', default: 5 },
        Weight: { type: 'integer' },
        Protocol: { type: 'string', default: 'tcp' },
      },
    },
    Log: { properties: { Weight: { type: 'integer', default: 1 }, Token: { type: 'string' } } },
  },
  properties: {
    Versions: { type: 'array', insertionOrder: false, items: { $ref: '#/definitions/Version' } },
    Listeners: { type: 'array', insertionOrder: false, items: { $ref: '#/definitions/Listener' } },
    Hooks: { type: 'array', insertionOrder: true, items: { $ref: '#/definitions/Hook' } },
    Zones: { type: 'array', insertionOrder: false, uniqueItems: true, items: { type: 'string' } },
    Log: { $ref: '#/definitions/Log' },
    Rebalancing: { type: 'boolean', default: true },
  },
};

interface Hook {
  Name?: string;
  Timeout?: number;
  Weight?: number;
  Protocol?: string;
}
interface Version {
  Image?: string;
  Weight?: number;
}
interface Listener {
  Port?: number;
  Protocol?: string;
  Timeout?: number;
  Hooks?: Hook[];
}
interface Log {
  Weight?: number;
  Token?: string;
}
interface Model {
  Versions?: Version[];
  Listeners?: Listener[];
  Hooks?: Hook[];
  Zones?: string[];
  Log?: Log;
  Rebalancing?: boolean;
}

interface ApiHook {
  hookName?: string;
  seconds?: number;
  weight?: number;
  protocol?: string;
}
interface Api {
  versions?: { image?: string; weight?: number }[];
  listeners?: { port?: number; protocol?: string; idle?: { seconds: number }; hooks?: ApiHook[] }[];
  hooks?: ApiHook[];
  zones?: string[];
  log?: { weight?: number; token?: string };
  rebalancing?: boolean;
}

const { Hook, Version, Listener, Log } = SCHEMA.definitions!;
const HOOK = tableOf<Hook, ApiHook>(SCHEMA, Hook!, {
  Name: { to: 'hookName' },
  Timeout: { to: 'seconds', absent: DEFAULT },
  Weight: { to: 'weight' },
  Protocol: { to: 'protocol', absent: DEFAULT },
});
const TABLE = tableOf<Model, Api>(SCHEMA, SCHEMA, {
  Versions: {
    to: 'versions',
    key: 'Image',
    items: tableOf<Version, NonNullable<Api['versions']>[number]>(SCHEMA, Version!, {
      Image: { to: 'image' },
      Weight: { to: 'weight', absent: 0 },
    }),
  },
  Listeners: {
    to: 'listeners',
    key: 'Port',
    items: tableOf<Listener, NonNullable<Api['listeners']>[number]>(SCHEMA, Listener!, {
      Port: { to: 'port' },
      Protocol: { to: 'protocol', absent: DEFAULT },
      Timeout: { write: (seconds) => ({ idle: { seconds } }), read: ({ idle }) => idle?.seconds },
      Hooks: { to: 'hooks', items: HOOK },
    }),
  },
  Hooks: { to: 'hooks', items: HOOK },
  Zones: { to: 'zones' },
  Log: {
    to: 'log',
    members: tableOf<Log, NonNullable<Api['log']>>(SCHEMA, Log!, {
      Weight: { to: 'weight' },
      Token: { to: 'token', secret: true },
    }),
  },
  Rebalancing: { to: 'rebalancing' },
});

const number = fc.constantFrom(0, 1, 5, 60, 100);
const protocol = fc.constantFrom('tcp', 'HTTPS', 'udp');
const items = <Item extends object>(item: fc.Arbitrary<Item>, key?: keyof Item) =>
  fc.uniqueArray(item, {
    minLength: 1,
    maxLength: 4,
    ...(key && { selector: (each: Item) => each[key] }),
  }) as fc.Arbitrary<Item[]>;
const hook = fc.record(
  { Name: fc.constantFrom('a', 'b'), Timeout: number, Weight: number, Protocol: protocol },
  { requiredKeys: [], noNullPrototype: true },
);
const hooks = items(hook).filter((list) => list.every((each) => Object.keys(each).length > 0));
const MODELS: fc.Arbitrary<Model> = fc.record(
  {
    Versions: items(
      fc.record(
        { Image: fc.constantFrom('a', 'b', 'c'), Weight: number },
        { requiredKeys: ['Image'], noNullPrototype: true },
      ),
      'Image',
    ),
    Listeners: items(
      fc.record(
        { Port: fc.constantFrom(80, 443, 53), Protocol: protocol, Timeout: number, Hooks: hooks },
        { requiredKeys: ['Port'], noNullPrototype: true },
      ),
      'Port',
    ),
    Hooks: hooks,
    Zones: fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 1 }),
    Log: fc.record({ Weight: number, Token: fc.constantFrom('x', 'y') }, { noNullPrototype: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** With the lists that have no order in one. */
function inOneOrder({ Versions, Listeners, Zones, ...model }: Model): Model {
  return {
    ...model,
    ...(Versions && { Versions: [...Versions].sort((a, b) => (a.Image! < b.Image! ? -1 : 1)) }),
    ...(Listeners && { Listeners: [...Listeners].sort((a, b) => a.Port! - b.Port!) }),
    ...(Zones && { Zones: [...Zones].sort() }),
  };
}

test('every model reads as it was written', () => {
  fc.assert(
    fc.property(MODELS, (model) => {
      const paths = spelledOut(TABLE, model);
      const { Rebalancing, ...read } = withSpelledOut(
        TABLE,
        templateOf(TABLE, specified(TABLE, model) as Api),
        // By key a default is told; in a list without a key, by place.
        (path) => paths.includes(path),
      );
      expect(Rebalancing).toBe(true);
      expect(read).toEqual(inOneOrder(model));
    }),
    { seed: 2026, numRuns: 500 },
  );
});

test('what AWS leaves out where it means the default is no difference', () => {
  const held: Api = {
    hooks: [{ hookName: 'a' }],
    zones: ['b', 'a'],
    versions: [{ image: 'a', weight: 100 }],
  };
  expect(completed(TABLE, held)).toEqual(
    completed(TABLE, { ...held, hooks: [{ hookName: 'a', seconds: 5, protocol: 'tcp' }], zones: ['a', 'b'] }),
  );
  // Here the default of AWS is another than that of the template.
  expect(templateOf(TABLE, { versions: [{ image: 'a' }] })).toEqual({
    Versions: [{ Image: 'a', Weight: 0 }],
  });
});

test('lists with a key and sets are merged item by item, by their paths; others are one value', () => {
  const previous: Api = {
    versions: [{ image: 'a', weight: 1 }],
    listeners: [{ port: 80, hooks: [{ hookName: 'a', weight: 1 }] }],
    hooks: [{ hookName: 'a', weight: 1 }],
    zones: ['a'],
  };
  const live: Api = {
    versions: [
      { image: 'a', weight: 2 },
      { image: 'by-hand', weight: 3 },
    ],
    listeners: [{ port: 80, protocol: 'udp', hooks: [{ hookName: 'a', weight: 2 }] }],
    hooks: [
      { hookName: 'a', weight: 1 },
      { hookName: 'by-hand', weight: 1 },
    ],
    zones: ['a', 'by-hand'],
  };
  const desired: Api = {
    ...previous,
    versions: [
      { image: 'a', weight: 1 },
      { image: 'new', weight: 4 },
    ],
    listeners: [{ port: 80, hooks: [{ hookName: 'a', weight: 5 }] }],
    hooks: [{ hookName: 'a', weight: 6 }],
    zones: ['a', 'new'],
  };
  expect(threeWay({ desired, previous, live }, mergeRules(TABLE))).toEqual({
    versions: [
      { image: 'a', weight: 2 },
      { image: 'new', weight: 4 },
      { image: 'by-hand', weight: 3 },
    ],
    listeners: [{ port: 80, protocol: 'udp', hooks: [{ hookName: 'a', weight: 5 }] }],
    hooks: [{ hookName: 'a', weight: 6 }],
    zones: ['a', 'new', 'by-hand'],
  });
});

test('what is merged item by item is in nobody’s way; values that are secret are not told', () => {
  const model = (versions: Version[], zones: string[], weight: number, token: string) => ({
    Versions: versions,
    Zones: zones,
    Log: { Weight: weight, Token: token },
  });
  expect(
    conflicts(TABLE, {
      previous: model([{ Image: 'a' }, { Image: 'b' }], ['a'], 1, 'before'),
      live: model([{ Image: 'a', Weight: 7 }, { Image: 'c' }], ['a', 'b'], 2, 'by hand'),
      desired: model(
        [
          { Image: 'a', Weight: 8 },
          { Image: 'b', Weight: 9 },
        ],
        ['c'],
        3,
        'after',
      ),
    }),
  ).toEqual([
    "Versions/a/Weight was changed by hand from 100 to 7; the template's value 8 applies",
    "Versions/b was taken away by hand; the template's value applies",
    "Log/Weight was changed by hand from 1 to 2; the template's value 3 applies",
    "Log/Token was changed by hand; the template's value applies",
  ]);
});

test('an item that is there twice is refused where it stands', () => {
  const Versions = [{ Image: 'a' }, { Image: 'b' }, { Image: 'a' }];
  expect(() => checkValues(TABLE, { Versions })).toThrow(
    expect.objectContaining({
      propertyPath: 'Versions/2/Image',
      message: expect.stringContaining('"a" appears twice'),
    }),
  );
});

test('paths go through lists', () => {
  expect(allProperties(TABLE).map(([path]) => path)).toEqual(
    expect.arrayContaining(['Versions/*/Weight', 'Listeners/*/Hooks/*/Timeout', 'Log/Token', 'Zones']),
  );
});

test('rows of another definition are refused when they are loaded', () => {
  expect(() => tableOf<Model, Api>(SCHEMA, SCHEMA, { Versions: { to: 'hooks', items: HOOK } })).toThrow(
    'Versions: the rows of its members are those of another definition',
  );
});

/** Mistakes in rows: `npm run check` fails when one of them compiles. */
export const MISTAKES = () => [
  // @ts-expect-error A property has no row.
  tableOf<Hook, ApiHook>(SCHEMA, Hook!, { Name: {}, Timeout: {}, Weight: {} } satisfies Rows<Hook, ApiHook>),
  // @ts-expect-error The API has no such member.
  tableOf<Version, NonNullable<Api['versions']>[number]>(SCHEMA, Version!, { Image: { to: 'images' } }),
  // @ts-expect-error The member of the API takes values of another type.
  tableOf<Hook, ApiHook>(SCHEMA, Hook!, { Name: { to: 'seconds' } }),
  // @ts-expect-error The key is no member of the items.
  tableOf<Model, Api>(SCHEMA, SCHEMA, { Hooks: { to: 'hooks', key: 'Nmae', items: HOOK } }),
  // @ts-expect-error The rows of the members are missing.
  tableOf<Model, Api>(SCHEMA, SCHEMA, { Log: { to: 'log' } }),
];

test('a map is one value, and its members are merged one by one', () => {
  const table = tableOf<{ Labels?: Record<string, string> }, { labels?: Record<string, string> }>(
    {},
    { properties: { Labels: { type: 'object', patternProperties: { '.+': { type: 'string' } } } } },
    { Labels: { to: 'labels' } },
  );
  expect(specified(table, { Labels: { a: '1' } })).toEqual({ labels: { a: '1' } });
  expect(specified(table, { Labels: {} })).toEqual({});
  expect(templateOf(table, { labels: { a: '1' } })).toEqual({ Labels: { a: '1' } });
  expect(templateOf(table, { labels: {} })).toEqual({});
  expect(completed(table, { labels: {} })).toEqual({});
  const states = {
    previous: { a: '1', b: '1' },
    live: { a: '2', b: '2', c: '2' },
    desired: { a: '1', b: '3' },
  };
  const all = (name: string) =>
    Object.fromEntries(Object.entries(states).map(([state, map]) => [state, { [name]: map }])) as never;
  expect(threeWay(all('labels'), mergeRules(table))).toEqual({ labels: { a: '2', b: '3', c: '2' } });
  expect(conflicts(table, all('Labels'))).toEqual([
    "Labels/b was changed by hand from 1 to 2; the template's value 3 applies",
  ]);
});
