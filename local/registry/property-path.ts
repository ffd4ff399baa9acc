/**
 * Property paths of resource type schemas: JSON pointers below `/properties`, in which the step `*` stands for every
 * item of a list or every value of a map.
 */
import type { Structure } from '../service';

/** Steps of a schema pointer from the model's root, without the schema's own `properties` words. */
export function steps(pointer: string): readonly string[] {
  return pointer
    .replace(/^\/properties\//, '')
    .split('/')
    .filter((step, index, all) => !(step === 'properties' && index > 0 && index < all.length - 1))
    .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/** All values at a pointer, in order; none when the path is absent. */
export function valuesAt(model: unknown, pointer: string): unknown[] {
  let values: unknown[] = [model];
  for (const step of steps(pointer)) values = values.flatMap((value) => children(value, step));
  return values;
}

/** A deep copy of the model without what the pointers name. */
export function without<T extends Structure>(model: T, pointers: readonly string[]): T {
  const copy = structuredClone(model);
  for (const pointer of pointers) {
    const path = steps(pointer);
    let parents: unknown[] = [copy];
    for (const step of path.slice(0, -1)) parents = parents.flatMap((value) => children(value, step));
    const last = path[path.length - 1];
    for (const parent of parents) {
      if (typeof parent === 'object' && parent !== null) delete (parent as Structure)[last!];
    }
  }
  return copy;
}

function children(value: unknown, step: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value);
  if (Array.isArray(value)) return value.flatMap((item) => children(item, step));
  return step in value ? [(value as Structure)[step]] : [];
}
