import { overlaid, threeWay } from '../../src/core/three-way';

const rules = { items: { keyOf: ({ name }: { name: string }) => name } };
const item = (name: string, value: number) => ({ name, value });

test.each<[string, object, object | undefined, object | undefined, object]>([
  ['nothing there: the template', { a: 1 }, undefined, undefined, { a: 1 }],
  ['nothing known of before: the template', { a: 1 }, undefined, { a: 2, b: 3 }, { a: 1, b: 3 }],
  ['the template as before: what is there', { a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }],
  ['the template as before: what was taken away stays away', { a: 1 }, { a: 1 }, {}, {}],
  ['the template changed: the template', { a: 3 }, { a: 1 }, { a: 2 }, { a: 3 }],
  ['the template without it: gone', {}, { a: 1 }, { a: 2 }, {}],
  ['added by hand: stays', {}, {}, { a: 2 }, { a: 2 }],
  [
    'groups, member by member',
    { g: { a: 3, b: 1 } },
    { g: { a: 1, b: 1 } },
    { g: { a: 2, b: 2, c: 2 } },
    { g: { a: 3, b: 2, c: 2 } },
  ],
  ['a group that is new to the template', { g: { a: 1 } }, {}, { g: { b: 2 } }, { g: { a: 1, b: 2 } }],
  ['a group that was taken away and changes', { g: { a: 2 } }, { g: { a: 1 } }, {}, { g: { a: 2 } }],
  ['a list is one value', { list: [1] }, { list: [2] }, { list: [2, 3] }, { list: [1] }],
  [
    'items by their key',
    { items: [item('a', 3), item('b', 1)] },
    { items: [item('a', 1), item('b', 1), item('c', 1)] },
    { items: [item('a', 2), item('b', 2), item('c', 2), item('d', 2)] },
    { items: [item('a', 3), item('b', 2), item('d', 2)] },
  ],
  [
    'all items leave the template',
    { items: undefined },
    { items: [item('a', 1)] },
    { items: [item('a', 1), item('b', 2)] },
    { items: [item('b', 2)] },
  ],
])('%s', (_name, desired, previous, live, expected) => {
  expect(threeWay<object>({ desired, previous, live }, rules)).toEqual(expected);
});

test('defaults are overlaid at every depth', () => {
  const defaults = { a: 1, g: { b: 2, c: 3 }, list: [1] };
  expect(overlaid(defaults, { a: undefined, g: { c: 4 }, list: [] })).toEqual({
    a: 1,
    g: { b: 2, c: 4 },
    list: [],
  });
  expect(overlaid(defaults, undefined)).toEqual(defaults);
});
