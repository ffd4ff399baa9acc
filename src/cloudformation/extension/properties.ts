import type { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';

/** The properties of a model as plain data, without the methods of its classes, at every depth. */
export type Properties<Value> = Value extends readonly (infer Item)[]
  ? Properties<Item>[]
  : Value extends BaseModel
    ? { -readonly [Name in PropertyName<Value>]?: Properties<Value[Name]> }
    : Value;

/** Names of a model's properties, without its methods. */
export type PropertyName<Model extends BaseModel> = {
  [Name in keyof Model]-?: Model[Name] extends (...parameters: never) => unknown ? never : Name;
}[keyof Model];
