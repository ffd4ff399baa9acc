/** What holds for every optional property, shown through the handlers against the local AWS. */
import type { Structure } from '../../local/service';
import { Driver } from '../support/driver';

/** A property with two values, and what AWS holds for each of them and without it. */
export interface PropertyCase {
  /** Properties of the template that set it. */
  readonly set: Structure;
  /** What AWS then holds, as far as it is named here; undefined means that it is absent. */
  readonly held: Structure;
  /** Properties that set it otherwise. */
  readonly changed: Structure;
  readonly changedHeld: Structure;
  /** What AWS holds when the template does not speak of it. */
  readonly defaultHeld: Structure;
  /** What READ answers in other words than the template's, for each of the two values. */
  readonly read?: Structure;
  readonly changedRead?: Structure;
  /** What READ answers when the template does not speak of it; undefined means that it is absent. */
  readonly defaultRead: Structure;
}

/** Properties of a service that needs none of what has to do with a load balancer. */
export const WITHOUT_LOAD_BALANCER: Structure = {
  InfrastructureRoleArn: undefined,
  LoadBalancerConfiguration: { Type: 'none' },
};

/** A table of properties, as `test.each` takes it. */
export type PropertyTable = readonly (readonly [name: string, property: PropertyCase])[];

/** Actions of the handlers that change something. */
export function changes(driver: Driver): string[] {
  return driver.actions().filter((action) => !/:(Describe|Get|List)/.test(action));
}

/**
 * Test each property of a table: a service is created with it, changed in place, and goes back to the default when the
 * template no longer sets it; after each step READ answers what the template says, and an update of nothing writes
 * nothing.
 *
 * @param held reads what AWS holds of a service.
 * @param base properties that the template has in every step.
 */
export function testProperties(
  driver: () => Driver,
  table: PropertyTable,
  held: (serviceName: string) => Promise<Structure>,
  base: Structure = {},
): void {
  let services = 0;
  test.each(table)('%s', async (_name, property) => {
    const { set, changed, read = set, changedRead = changed, defaultRead } = property;
    const steps = [
      { properties: set, expected: read, holds: property.held },
      { properties: changed, expected: changedRead, holds: property.changedHeld },
      { properties: {}, expected: defaultRead, holds: property.defaultHeld },
    ];
    const ServiceName = `property-${++services}`;
    let previous: Structure | undefined;
    for (const { properties, expected, holds } of steps) {
      const template = driver().model({ ServiceName, ...base, ...properties });
      const outcome = await (previous ? driver().update(previous, template) : driver().create(template));
      const model = Driver.modelOf(outcome);
      expect(named(await held(ServiceName), holds)).toEqual(holds);
      expect(named(model, expected)).toEqual(expected);
      expect(Driver.modelOf(await driver().read(model.ServiceArn))).toEqual(model);

      previous = { ...template, ServiceArn: model.ServiceArn };
      driver().aws.calls.clear();
      expect(Driver.modelOf(await driver().update(previous, template))).toEqual(model);
      expect(changes(driver())).toEqual([]);
    }
    expect(await driver().delete(previous!.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  });
}

/** The part of a value that an expectation names; lists are compared as a whole. */
function named(value: unknown, expectation: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(expectation)) {
    return value.map((item, index) => named(item, expectation[index]));
  }
  if (!isPlain(value) || !isPlain(expectation)) return value;
  return Object.fromEntries(
    Object.keys(expectation).map((name) => [name, named(value[name], expectation[name])]),
  );
}

function isPlain(value: unknown): value is Structure {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
