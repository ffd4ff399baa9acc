/**
 * CloudFormation may send every scalar as a string. These transformations give a property the type its schema says.
 * What does not fit stays as it is, for the validation that knows the property's path to refuse.
 */
import type { TransformFnParams } from 'class-transformer';
import { isGroup, type Group } from '../../core/group';

type Recast = (parameters: Pick<TransformFnParams, 'value'>) => unknown;

/** Apply to a value, or to every item of a list or member of a map. */
function recast(scalar: (value: unknown) => unknown): Recast {
  const apply = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(apply) : isGroup(value) ? mapped(value, apply) : scalar(value);
  return ({ value }) => apply(value);
}

function mapped(map: Group, apply: (value: unknown) => unknown): Group {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, apply(value)]));
}

/** `"80"` → 80, but `" 80"` stays: CloudFormation compares what is read with what was written, as texts. */
export const toNumber = recast((value) =>
  typeof value === 'string' && /^\S+$/.test(value) && Number.isFinite(Number(value)) ? Number(value) : value,
);

/** `"true"` → true, in any case of letters. */
export const toBoolean = recast((value) => {
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  return text === 'true' ? true : text === 'false' ? false : value;
});

/** 256 → `"256"`: YAML reads an unquoted number as one. */
export const toText = recast((value) =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
);
