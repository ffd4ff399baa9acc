/** The desired state of a service as data: resources in CloudFormation's names, planned from its specification. Pure. */
import {
  Reference,
  refersTo,
  resolveReferences,
  type Attributes,
  type Resource,
  type ResourceProperties,
} from '../../core/graph';
import type { DesiredResources, Observations, PlanScope, Refer, ReferOptions } from './component';
import { needsOf, type Node } from './node';
import { ofVersion } from './version';

/** What all nodes are planned from. */
export interface ServicePlan extends Omit<PlanScope, 'exposure' | 'refer' | 'has'> {
  /** What was found of the nodes, by their ids. */
  readonly found: Observations;
}

/** Resources of all nodes that the specification speaks of, each after those it refers to. */
export function desiredState(nodes: readonly Node[], plan: ServicePlan): Resource[] {
  const resources = new Map<string, Resource>();
  for (const resource of nodes.flatMap((node) => resourcesOf(node, plan))) {
    const { node, name = '' } = resource.id;
    const key = `${node} ${name}`;
    const before = resources.get(key);
    resources.set(
      key,
      before ? { ...before, properties: { ...before.properties, ...resource.properties } } : resource,
    );
  }
  return [...resources.values()];
}

/**
 * What one node is to be, references resolved. A resource that refers to another one of the same node is left out: the
 * component makes the two together.
 *
 * @param values what is there of the nodes that it needs, by their ids.
 */
export function desiredResources(
  node: Node,
  nodes: readonly Node[],
  plan: ServicePlan,
  values: Observations,
): DesiredResources<ResourceProperties> {
  const attributes = attributesOf(nodes, values);
  return Object.fromEntries(
    resourcesOf(node, plan)
      .filter(({ properties }) => !refersTo(properties, node.id))
      .map(({ id, properties }) => [
        id.name ?? '',
        resolveReferences<ResourceProperties>(properties, attributes),
      ]),
  );
}

/** Attributes of what is there, to which the desired state may refer. */
function attributesOf(nodes: readonly Node[], values: Observations): Attributes {
  return Object.fromEntries(
    nodes.flatMap(({ id, component }) =>
      values[id] === undefined || !component.attributes ? [] : [[id, component.attributes(values[id])]],
    ),
  );
}

function resourcesOf(node: Node, whole: ServicePlan): Resource[] {
  const { component, exposure, goal, id, loadBalancer, version } = node;
  if (goal !== 'as specified' || !component.desired) return [];
  const own = whole.additional.find(({ identity }) => identity.loadBalancer === loadBalancer);
  const plan = {
    ...whole,
    ...(loadBalancer !== undefined && { ...own!, additional: [] }),
    ...(version !== undefined && ofVersion(whole, version)),
  };
  const refer: Refer = (kind, attribute, { name, ...options } = {}) =>
    new Reference({ node: nodeIdOf(node, kind, options), name }, attribute);
  const has = (kind: string) =>
    node.needs.some(
      (need) =>
        need.kind === kind &&
        !need.isJoining &&
        need.loadBalancer === undefined &&
        need.version === undefined,
    );
  const { partOf } = component;
  const of = partOf === undefined ? id : nodeIdOf(node, partOf);
  return component
    .desired({ ...plan, exposure: exposure!, refer, has }, needsOf(node, plan.found), plan.found[id])
    .map(({ name, properties, ...resource }) => ({
      ...resource,
      properties: properties as ResourceProperties,
      id: { node: of, name },
      after: node.needs.map((need) => need.node),
    }));
}

/** Id of the node that a component knows by its kind. */
function nodeIdOf(
  { id, component, needs }: Node,
  kind: string,
  { isJoining = false, loadBalancer, version }: ReferOptions = {},
): string {
  if (kind === component.kind) return id;
  const need = needs.find(
    (each) =>
      each.kind === kind &&
      (each.isJoining ?? false) === isJoining &&
      each.loadBalancer === loadBalancer &&
      each.version === version,
  );
  if (!need) throw new Error(`${id} refers to ${kind}, which it does not need`);
  return need.node;
}
