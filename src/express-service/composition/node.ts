/**
 * The graph of a service: its components, each as often as the service has it. Of what there is one for each exposure, or
 * for each load balancer, a service with several exposures has several. Pure.
 *
 * A move between exposures is two graphs. In the first one everything of the exposure that the service joins is made
 * beside what serves, which stays as it is found. The second one has the other exposure as the serving one, and the former
 * one as it is to be left: out of use, in the order of the needs, and then gone.
 */
import { exposureHash, isSameLoadBalancer, type Exposure } from '../exposures';
import { otherExposures, type Exposures } from '../memory/recorded-exposures';
import type { AnyComponent, ComponentsIn, Observations } from './component';

/**
 * What a node comes to: what the specification says, what was found, or nothing that is used, after which it is removed.
 */
export type Goal = 'as specified' | 'as found' | 'out of use';

/** A component in its place. */
export interface Node {
  /** The kind of the component; of an exposure that does not serve, with the hash of the exposure behind it. */
  readonly id: string;
  readonly component: AnyComponent;
  /** Where it is; undefined when the service has no exposure. */
  readonly exposure?: Exposure;
  readonly goal: Goal;
  /** Nodes that come before it; they go after it. */
  readonly needs: readonly Need[];
  /** Ids of nodes that go before it, beside those that need it. */
  readonly removedAfter: readonly string[];
  /** Whether what an earlier specification needed is removed at the end. */
  readonly prunes: boolean;
}

/** One node that comes before another. */
export interface Need {
  readonly node: string;
  /** The kind under which the component knows it; undefined when it only comes before it. */
  readonly kind?: string;
  /** Whether it is one of the exposure that the service joins, to which a component may refer beside the serving one. */
  readonly isJoining?: true;
}

/** The graph of a service in its exposures; undefined when it has none. */
export function nodesOf(componentsIn: ComponentsIn, exposures: Exposures | undefined): Node[] {
  const components = componentsIn(exposures?.serving);
  if (!exposures) return components.map((component) => servingNode(component, components, undefined, []));
  const others = otherExposures(exposures).map((exposure): OtherExposure => ({
    exposure,
    isJoining: exposure === exposures.joining,
    components: ownComponents(componentsIn(exposure), components, exposures.serving, exposure),
  }));
  return [
    ...components.map((component) => servingNode(component, components, exposures, others)),
    ...others.flatMap((other) =>
      other.components.map((component) => otherNode(component, components, other)),
    ),
  ];
}

/** An exposure beside the serving one. */
interface OtherExposure {
  readonly exposure: Exposure;
  /** Whether the service joins it, rather than leaves it. */
  readonly isJoining: boolean;
  /** What it has of its own. */
  readonly components: readonly AnyComponent[];
}

/** @param serving the components of the exposure that serves. */
function servingNode(
  component: AnyComponent,
  serving: readonly AnyComponent[],
  exposures: Exposures | undefined,
  others: readonly OtherExposure[],
): Node {
  const {
    kind,
    needs,
    removedAfter = [],
    acrossExposures,
    staysWhileJoining,
    prunesWhileJoining,
  } = component;
  const joins = exposures?.joining !== undefined;
  return {
    id: kind,
    component,
    exposure: exposures?.serving,
    goal: joins && staysWhileJoining ? 'as found' : 'as specified',
    needs: [
      ...needs.filter((needed) => isAmong(serving, needed)).map((needed) => ({ node: needed, kind: needed })),
      ...(acrossExposures ? others.flatMap((other) => needsIn(needs, other)) : []),
    ],
    removedAfter,
    prunes: !joins || prunesWhileJoining === true,
  };
}

/** @param serving the components of the exposure that serves. */
function otherNode(component: AnyComponent, serving: readonly AnyComponent[], other: OtherExposure): Node {
  const { kind, needs, removedAfter = [], leavesAfter = [] } = component;
  const { exposure, isJoining, components } = other;
  const isOwn = (needed: string) => isAmong(components, needed);
  const isServing = (needed: string) => !isOwn(needed) && isAmong(serving, needed);
  return {
    id: idIn(kind, other),
    component,
    exposure,
    goal: isJoining ? 'as specified' : 'out of use',
    needs: [
      ...needs
        .filter((needed) => isOwn(needed) || isServing(needed))
        .map((needed) => ({ node: idIn(needed, other), kind: needed })),
      ...(isJoining ? [] : leavesAfter.filter(isServing).map((before) => ({ node: before }))),
    ],
    removedAfter: removedAfter.map((before) => idIn(before, other)),
    prunes: false,
  };
}

function isAmong(components: readonly AnyComponent[], kind: string): boolean {
  return components.some((component) => component.kind === kind);
}

/** What is needed of another exposure than the serving one: to be used in one that is joined, else only to come first. */
function needsIn(kinds: readonly string[], other: OtherExposure): Need[] {
  return kinds
    .filter((kind) => isAmong(other.components, kind))
    .map((kind) => ({ node: idIn(kind, other), ...(other.isJoining && { kind, isJoining: true as const }) }));
}

/** What an exposure has of its own, beside what the one that serves has. */
function ownComponents(
  components: readonly AnyComponent[],
  serving: readonly AnyComponent[],
  servingExposure: Exposure,
  other: Exposure,
): AnyComponent[] {
  const isShared = isSameLoadBalancer(servingExposure, other);
  return components.filter(
    ({ kind, per }) =>
      per === 'exposure' || (per === 'load balancer' && !isShared) || !isAmong(serving, kind),
  );
}

/** Id of the node of a kind, seen from an exposure that does not serve. */
function idIn(kind: string, { components, exposure }: OtherExposure): string {
  return isAmong(components, kind) ? `${kind} ${exposureHash(exposure)}` : kind;
}

/** The values of what a node needs, under the kinds by which its component knows them. */
export function needsOf({ needs }: Node, values: Observations): Record<string, unknown> {
  return Object.fromEntries(
    needs.flatMap(({ node, kind, isJoining }) =>
      kind !== undefined && !isJoining ? [[kind, values[node]]] : [],
    ),
  );
}
