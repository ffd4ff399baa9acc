/**
 * Desired state as data: resources in CloudFormation's property names, and references between them. Knows nothing of
 * what the resources are. Pure.
 */
import { isDeepStrictEqual } from 'node:util';

/** Names a resource among those of one graph. */
export interface ResourceId {
  /** The node of the graph that makes it. */
  readonly node: string;
  /** What tells several resources of one node apart. */
  readonly name?: string;
}

/** The value of an attribute of another resource of the graph; it is known once that resource is there. */
export class Reference {
  /** @param attribute as `Fn::GetAtt` names it; `Ref` for what `Ref` returns. */
  constructor(
    readonly resource: ResourceId,
    readonly attribute: string,
  ) {}
}

/** Properties in CloudFormation's names. */
export type ResourceProperties = Readonly<Record<string, unknown>>;

/** A value in which a {@link Reference} may stand for any part. */
export type Resolvable<Value> =
  | Reference
  | (Value extends readonly (infer Item)[]
      ? readonly Resolvable<Item>[]
      : Value extends object
        ? { readonly [Name in keyof Value]: Resolvable<Value[Name]> }
        : Value);

/** One resource of the desired state. */
export interface Resource<Properties = ResourceProperties> {
  readonly id: ResourceId;
  /** Type of the resource, e.g. `AWS::Logs::LogGroup`. */
  readonly type: string;
  readonly properties: Properties;
  /** Whether it stays when the service is deleted, as DeletionPolicy Retain says. */
  readonly retained?: boolean;
  /** Whether services share it; default: it belongs to this service alone. */
  readonly shared?: boolean;
  /** Nodes whose resources come before it, beside those it refers to. */
  readonly after?: readonly string[];
}

/** Attributes of resources that are there, by node, by name (empty for the only one) and by attribute. */
export type Attributes = Readonly<Record<string, Readonly<Record<string, ResourceProperties>>>>;

/**
 * A value without references: each is replaced by what it stands for.
 *
 * @throws Error when what is referred to is not there: the node that makes it has to come first.
 */
export function resolveReferences<Value>(value: Resolvable<Value>, attributes: Attributes): Value {
  return mapped(value, (each) => valueOf(each, attributes)) as Value;
}

/** Whether a value refers to a resource of a node. */
export function refersTo(value: unknown, node: string): boolean {
  if (value instanceof Reference) return value.resource.node === node;
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((each) => refersTo(each, node))
  );
}

function valueOf({ resource: { node, name = '' }, attribute }: Reference, attributes: Attributes): unknown {
  const value = attributes[node]?.[name]?.[attribute];
  if (value === undefined) throw new Error(`${[node, name].join(' ').trim()} has no attribute ${attribute}`);
  return value;
}

/**
 * A template with these resources, as plain JSON.
 *
 * @param attributes of what the resources refer to and that is not among them, because it is there already.
 */
export function cloudFormationTemplate(
  resources: readonly Resource[],
  attributes: Attributes = {},
): Template {
  const ids = new Set(resources.map(({ id }) => logicalIdOf(id)));
  const intrinsicFunction = (each: Reference) => {
    const logicalId = logicalIdOf(each.resource);
    if (!ids.has(logicalId)) return valueOf(each, attributes);
    return each.attribute === 'Ref' ? { Ref: logicalId } : { 'Fn::GetAtt': [logicalId, each.attribute] };
  };
  return {
    Resources: Object.fromEntries(
      resources.map(({ id, type: Type, properties, retained, after = [] }) => [
        logicalIdOf(id),
        {
          Type,
          ...dependsOn(properties, after, resources),
          ...(retained && { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }),
          Properties: mapped(properties, intrinsicFunction) as ResourceProperties,
        },
      ]),
    ),
  };
}

/** What has to come first and is not referred to. */
function dependsOn(
  properties: ResourceProperties,
  after: readonly string[],
  resources: readonly Resource[],
): { readonly DependsOn?: readonly string[] } {
  const before = resources.filter(({ id }) => after.includes(id.node) && !refersTo(properties, id.node));
  return before.length > 0 ? { DependsOn: before.map(({ id }) => logicalIdOf(id)) } : {};
}

/** A CloudFormation template, as far as {@link cloudFormationTemplate} makes it. */
export interface Template {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly DependsOn?: readonly string[];
        readonly DeletionPolicy?: string;
        readonly UpdateReplacePolicy?: string;
        readonly Properties: ResourceProperties;
      }
    >
  >;
}

/** Logical ids have letters and digits only. */
function logicalIdOf({ node, name = '' }: ResourceId): string {
  return `${node}${name}`.replace(/[^A-Za-z0-9]/g, '');
}

/** What becomes of a resource. */
export interface ResourceChange {
  readonly id: ResourceId;
  readonly type: string;
  readonly action: 'Add' | 'Modify' | 'Remove';
  /** Names of the properties that change, when it is modified. */
  readonly properties: readonly string[];
}

/** What has to happen so that one graph becomes another, in the order of the graphs. */
export function changesBetween(before: readonly Resource[], after: readonly Resource[]): ResourceChange[] {
  const find = (resources: readonly Resource[], { id }: Resource) =>
    resources.find((each) => isDeepStrictEqual(each.id, id));
  const removed = before
    .filter((resource) => !find(after, resource))
    .map(({ id, type }): ResourceChange => ({ id, type, action: 'Remove', properties: [] }));
  const others = after.flatMap((resource): ResourceChange[] => {
    const { id, type, properties } = resource;
    const former = find(before, resource);
    if (!former) return [{ id, type, action: 'Add', properties: [] }];
    const names = Object.keys({ ...former.properties, ...properties });
    const changed = names.filter((name) => !isDeepStrictEqual(former.properties[name], properties[name]));
    return changed.length > 0 ? [{ id, type, action: 'Modify', properties: changed }] : [];
  });
  return [...others, ...removed];
}

/** A copy in which each reference is replaced, and members that are undefined are left out. */
function mapped(value: unknown, replace: (reference: Reference) => unknown): unknown {
  if (value instanceof Reference) return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member === undefined ? [] : [[name, mapped(member, replace)]],
    ),
  );
}
