import { readControls } from '../../conformance/control-tower';
import { LEFT_OUT } from '../../hooks/controls/left-out';
import { CONTROL_LISTS } from '../../hooks/controls/lists';
import { rules } from '../../hooks/rules';

describe.each(CONTROL_LISTS)('the controls of $catalogue', ({ catalogue, ids, asOf }) => {
  const covered = new Set(rules.flatMap((rule) => rule.equivalents?.[catalogue] ?? []));
  const leftOut = LEFT_OUT[catalogue] ?? {};

  test.each(ids)('%s is an equivalent of a rule, or left out with a reason, and not both', (id) => {
    expect([covered.has(id), Object.hasOwn(leftOut, id)].filter(Boolean)).toHaveLength(1);
  });

  test('the list is dated and has no id twice, and no reason is for an id that is not on it', () => {
    expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.keys(leftOut).filter((id) => !ids.includes(id))).toEqual([]);
    for (const reason of Object.values(leftOut)) expect(reason).toMatch(/^[A-Z].*\.$/);
  });
});

test('the list of Control Tower has every proactive control of these services that the package has', async () => {
  const { ids } = CONTROL_LISTS.find(({ catalogue }) => catalogue === 'Control Tower')!;
  const services = new Set(ids.map((id) => id.split('.')[1]!));
  const published = [...(await readControls()).keys()].filter((id) => services.has(id.split('.')[1]!));
  expect([...ids].sort()).toEqual(published.sort());
});
