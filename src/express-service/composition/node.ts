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
import type { AnyComponent, ComponentsIn, Goal, Observations, Scope } from './component';

/** Whether nothing is left of a node in the end. */
export function isToGo({ goal }: Pick<Node, 'goal'>): boolean {
  return goal === 'out of use' || goal === 'removed';
}

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
  /** Whether it is of the exposure that the service joins. */
  readonly isOfJoining?: boolean;
  /** Name of the additional load balancer that it belongs to; undefined when it belongs to the service itself. */
  readonly loadBalancer?: string;
  /** Id of the version that it belongs to; undefined when it belongs to the one that the template describes, or to all. */
  readonly version?: string;
}

/** One node that comes before another. */
export interface Need {
  readonly node: string;
  /** The kind under which the component knows it; undefined when it only comes before it. */
  readonly kind?: string;
  /** Whether it is one of the exposure that the service joins, to which a component may refer beside the serving one. */
  readonly isJoining?: true;
  /** Name of the additional load balancer that it belongs to, where it is one of several of its kind. */
  readonly loadBalancer?: string;
  /** Id of the version that it belongs to, where it is one of several of its kind. */
  readonly version?: string;
}

/** An additional load balancer of a service. */
export interface AdditionalLoadBalancer {
  readonly name: string;
  readonly exposures: Exposures;
  /** Whether the service is to do without it. */
  readonly isObsolete?: boolean;
}

/**
 * The graph of a service with its additional load balancers and its versions.
 *
 * @param exposures undefined when the service has none.
 * @param versions ids of the versions beside the one that the template describes.
 */
export function nodesOf(
  componentsIn: ComponentsIn,
  exposures: Exposures | undefined,
  additional: readonly AdditionalLoadBalancer[] = [],
  versions: readonly string[] = [],
): Node[] {
  const nodes = nodesIn(componentsIn, exposures);
  const others = additional.flatMap((loadBalancer) => additionalNodes(componentsIn, nodes, loadBalancer));
  const ofVersions = versions.flatMap((version) => versionNodes(nodes, version));
  return [
    ...nodes.map((node) => withVersionNeeds(withAdditionalNeeds(node, others), ofVersions)),
    ...others,
    ...ofVersions,
  ];
}

/** What there is of a version that the template does not describe, each with what it needs of the version, and of all. */
export function versionNodes(ofService: readonly Node[], version: string): Node[] {
  const own = ofService.filter(({ id, component }) => component.perVersion && id === component.kind);
  const isOwn = (kind: string) => own.some(({ id }) => id === kind);
  const isOfService = (kind: string) => ofService.some(({ id }) => id === kind);
  const idOfKind = (kind: string) => (isOwn(kind) ? idIn(kind) : kind);
  const idIn = (kind: string) => `${kind}${IN}${version}`;
  return own.map(({ component, exposure, id }) => ({
    id: idIn(id),
    component,
    exposure,
    version,
    goal: component.perVersion!,
    needs: [
      ...component.needs.filter(isOfService).map((kind) => ({ node: idOfKind(kind), kind })),
      ...(component.ofVersionsAfter ? [{ node: component.ofVersionsAfter }] : []),
    ],
    removedAfter: (component.removedAfter ?? []).filter(isOwn).map(idIn),
    prunes: component.perVersion === 'as specified',
  }));
}

const IN = ' in ';

/**
 * What was observed of a version, by the kinds of its components.
 *
 * @param observations by the ids of the nodes.
 */
export function observationsOfVersion<Observed extends object>(
  { versions = [] }: Pick<Scope, 'versions'>,
  observations: Observed,
  id: string,
): Partial<Observed> {
  if (versions[0]?.id === id) return observations;
  const suffix = `${IN}${id}`;
  return Object.fromEntries(
    Object.entries(observations).flatMap(([node, observed]) =>
      node.endsWith(suffix) ? [[node.slice(0, -suffix.length), observed]] : [],
    ),
  ) as Partial<Observed>;
}

function withVersionNeeds(node: Node, ofVersions: readonly Node[]): Node {
  const { acrossVersions, needs } = node.component;
  if (!acrossVersions) return node;
  const others = ofVersions
    .filter(({ component }) => needs.includes(component.kind))
    .map(({ id, component: { kind }, version }): Need => ({ node: id, kind, version }));
  return { ...node, needs: [...node.needs, ...others] };
}

/**
 * What a service has for an additional load balancer: one more of all that is there for a load balancer, each with what it
 * needs, of the service itself where there is one only.
 */
function additionalNodes(
  componentsIn: ComponentsIn,
  ofService: readonly Node[],
  { name, exposures, isObsolete = false }: AdditionalLoadBalancer,
): Node[] {
  const nodes = nodesIn(
    (exposure) => componentsIn(exposure).filter(({ per }) => per !== undefined),
    exposures,
  );
  const isOfService = (kind: string) => ofService.some(({ id }) => id === kind);
  const isOnce = (kind: string) => ofService.some(({ id, component }) => id === kind && !component.per);
  return nodes.map((node) => {
    const { kind: ownKind, needs } = node.component;
    return {
      ...node,
      id: idOf(node.id, name),
      loadBalancer: name,
      goal: isObsolete ? 'removed' : node.goal,
      needs: [
        ...node.needs.map((need) => ({ ...need, node: idOf(need.node, name) })),
        ...needs.filter(isOnce).map((kind) => ({ node: kind, kind })),
        // What begins it comes after that of the service, which records it.
        ...(needs.length === 0 && isOfService(ownKind) ? [{ node: ownKind }] : []),
      ],
      removedAfter: node.removedAfter.map((id) => idOf(id, name)),
      prunes: node.prunes && !isObsolete,
    };
  });
}

/** Id of a node of an additional load balancer, or of the service itself. @param id that the latter has. */
export function idOf(id: string, loadBalancer: string | undefined): string {
  return loadBalancer === undefined ? id : `${id}${OF}${loadBalancer}`;
}

const OF = ' of ';

/** Names of the additional load balancers of which something was observed, sorted. */
export function observedLoadBalancers(observations: Observations): string[] {
  const names = Object.keys(observations).flatMap((id) => id.split(OF)[1] ?? []);
  return [...new Set(names)].sort();
}

/** What was observed of an additional load balancer, or of the service itself, by the kinds of the components that serve. */
export function observationsOf(observations: Observations, loadBalancer: string | undefined): Observations {
  return Object.fromEntries(
    Object.entries(observations).flatMap(([id, observed]) => {
      const [kind, name] = id.split(OF);
      return name === loadBalancer ? [[kind, observed]] : [];
    }),
  );
}

/** What is needed in every exposure is needed of every additional load balancer, of one that goes, too. */
function withAdditionalNeeds(node: Node, additional: readonly Node[]): Node {
  const { acrossExposures, needs } = node.component;
  if (!acrossExposures) return node;
  const others = additional
    .filter(({ component }) => needs.includes(component.kind))
    .map(({ id, component: { kind }, loadBalancer, goal, isOfJoining }): Need =>
      // What a load balancer leaves only comes first.
      goal === 'out of use'
        ? { node: id }
        : { node: id, kind, loadBalancer, ...(isOfJoining && { isJoining: true }) },
    );
  return { ...node, needs: [...node.needs, ...others] };
}

/** The graph of a service in its exposures; undefined when it has none. */
function nodesIn(componentsIn: ComponentsIn, exposures: Exposures | undefined): Node[] {
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
    id: idAt(kind, other),
    component,
    exposure,
    goal: isJoining ? 'as specified' : 'out of use',
    needs: [
      ...needs
        .filter((needed) => isOwn(needed) || isServing(needed))
        .map((needed) => ({ node: idAt(needed, other), kind: needed })),
      ...(isJoining ? [] : leavesAfter.filter(isServing).map((before) => ({ node: before }))),
    ],
    removedAfter: removedAfter.map((before) => idAt(before, other)),
    prunes: false,
    isOfJoining: isJoining,
  };
}

function isAmong(components: readonly AnyComponent[], kind: string): boolean {
  return components.some((component) => component.kind === kind);
}

/** What is needed of another exposure than the serving one: to be used in one that is joined, else only to come first. */
function needsIn(kinds: readonly string[], other: OtherExposure): Need[] {
  return kinds
    .filter((kind) => isAmong(other.components, kind))
    .map((kind) => ({ node: idAt(kind, other), ...(other.isJoining && { kind, isJoining: true as const }) }));
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
function idAt(kind: string, { components, exposure }: OtherExposure): string {
  return isAmong(components, kind) ? `${kind} ${exposureHash(exposure)}` : kind;
}

/**
 * The values of what a node needs, under the kinds by which its component knows them; those of additional load balancers
 * under `AdditionalLoadBalancers`, one such record for each name; those of other versions under `Versions`, by their ids.
 */
export function needsOf({ needs }: Node, values: Observations): Record<string, unknown> {
  const serving = needs.filter(({ kind, isJoining }) => kind !== undefined && !isJoining);
  const of = (place: Pick<Need, 'loadBalancer' | 'version'>) =>
    Object.fromEntries(
      serving
        .filter(
          ({ loadBalancer, version }) => loadBalancer === place.loadBalancer && version === place.version,
        )
        .map(({ node, kind }) => [kind, values[node]]),
    );
  const names = [...new Set(serving.flatMap(({ loadBalancer }) => loadBalancer ?? []))];
  const versions = [...new Set(serving.flatMap(({ version }) => version ?? []))];
  return {
    ...of({}),
    ...(names.length > 0 && {
      AdditionalLoadBalancers: Object.fromEntries(
        names.map((loadBalancer) => [loadBalancer, of({ loadBalancer })]),
      ),
    }),
    ...(versions.length > 0 && {
      Versions: Object.fromEntries(versions.map((version) => [version, of({ version })])),
    }),
  };
}
