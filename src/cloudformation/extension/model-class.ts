/** What the runtime knows of a resource type's models. */
import type { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { valueAt } from '../../core/group';
import { isObject } from './event-members';

/** A model of a resource, with its primary identifier. */
export interface ResourceModel extends BaseModel {
  /** The primary identifier by JSON pointer, or null while any part of it is unset. */
  getPrimaryIdentifier(): Readonly<Record<string, unknown>> | null;
}

/** A class of models, with what its schema says that the runtime must obey. */
export interface ModelClass<Model extends BaseModel> {
  new (): Model;
  readonly TYPE_NAME: string;
  deserialize: typeof BaseModel.deserialize;
}

/** The class of a resource's models. */
export interface ResourceModelClass<Model extends ResourceModel> extends ModelClass<Model> {
  /** JSON pointers (`/properties/…`, `*` for list items) to what may not be returned. */
  readonly WRITE_ONLY_PROPERTIES: readonly string[];
  /** JSON pointer to the list of tags, if the type has one. */
  readonly TAG_PROPERTY: string | undefined;
}

/**
 * A model from plain properties; members that the schema does not know are dropped, absent ones stay absent, and so do
 * those that are null.
 */
export function deserialize<Model extends BaseModel>(
  modelClass: ModelClass<Model>,
  properties: Readonly<Record<string, unknown>> | undefined,
): Model {
  return modelClass.deserialize.call(modelClass, readable(properties ?? {}), {
    exposeUnsetFields: false,
  }) as Model;
}

/**
 * A copy of the object without the members that are null, at any depth, and without those named `constructor`: no schema
 * has such a property, and class-transformer takes the value of such a member for a class.
 */
function readable(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(copy) : isObject(value) ? readable(value) : value;
  return Object.fromEntries(
    Object.entries(object)
      .filter(([name, value]) => value != null && name !== 'constructor')
      .map(([name, value]) => [name, copy(value)]),
  );
}

/** The resource's own tags, of the form `[{ Key, Value }]`; incomplete ones are left out. */
export function tagsOf(model: unknown, pointer: string | undefined): Record<string, string> {
  const tags = pointer === undefined ? undefined : valueAt(model, segmentsOf(pointer));
  if (!Array.isArray(tags)) return {};
  return Object.fromEntries(
    tags
      .filter((tag) => typeof tag?.Key === 'string' && typeof tag.Value === 'string')
      .map(({ Key, Value }) => [Key, Value]),
  );
}

/** Delete what the pointers point at, in place. */
export function removeProperties(model: unknown, pointers: readonly string[]): void {
  for (const pointer of pointers) remove(model, segmentsOf(pointer));
}

function remove(value: unknown, [name, ...rest]: readonly string[]): void {
  if (value === null || typeof value !== 'object' || name === undefined) return;
  if (name === '*') Object.values(value).forEach((item) => remove(item, rest));
  else if (rest.length === 0) delete (value as Record<string, unknown>)[name];
  else remove((value as Record<string, unknown>)[name], rest);
}

function segmentsOf(pointer: string): string[] {
  return pointer.split('/').slice(2);
}
