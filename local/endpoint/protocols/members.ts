/** Walking over the members of a structure that is about to be encoded. */
import type { Structure } from '../../service';
import type { Shape, ShapeReference } from '../models';

/**
 * The members of `value` that are set, each with its name and its reference in the model.
 *
 * @throws Error naming a member that the model does not have.
 */
export function setMembers(shape: Shape, value: unknown, path: string): [string, ShapeReference, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${path} must be a structure.`);
  }
  return Object.entries(value as Structure)
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([name, member]) => {
      const reference = shape.members?.[name];
      if (!reference) throw new Error(`${path}.${name} is not in the service model.`);
      return [name, reference, member];
    });
}

/** The items of a list that is about to be encoded. @throws Error when it is none. */
export function items(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${path} must be a list.`);
  return value;
}
