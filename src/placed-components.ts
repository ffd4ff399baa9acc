/**
 * The components of a service with several placements: of what there is one for each placement, or for each load
 * balancer, the service then has several. Those of the serving placement keep their kind; the kind of the others has the
 * hash of their placement behind it.
 */
import type { AnyComponent, ApplyScope, Scope } from './component';
import { done } from './outcome';
import { isSameLoadBalancer, placementHash, type Placement } from './placement';
import { otherPlacements, type Placements } from './placements';

type Observed = Readonly<Record<string, unknown>>;

/** The components of a service, for the reconciler. */
export function placedComponents(
  components: readonly AnyComponent[],
  placements: Placements,
): readonly AnyComponent[] {
  const others = otherPlacements(placements);
  if (others.length === 0) return components;
  const { serving, joining } = placements;
  const kindsIn = new Map(others.map((other) => [other, kindsOf(components, serving, other)]));
  return [
    ...components.map((component) => {
      const known = joining ? whileJoining(component) : component;
      return component.acrossPlacements ? across(known, kindsIn, joining) : known;
    }),
    ...others.flatMap((other) => {
      const kinds = kindsIn.get(other)!;
      return components
        .filter(({ kind }) => kinds.includes(kind))
        .map((component) => inPlacement(component, kinds, other, other === joining));
    }),
  ];
}

/** Kinds that a placement has of its own. */
function kindsOf(components: readonly AnyComponent[], serving: Placement, other: Placement): string[] {
  const shared = isSameLoadBalancer(serving, other);
  return components
    .filter(({ per }) => per === 'placement' || (per === 'load balancer' && !shared))
    .map(({ kind }) => kind);
}

function kindIn(kind: string, placement: Placement): string {
  return `${kind} ${placementHash(placement)}`;
}

/** A component of the serving placement, while the service joins another one. */
function whileJoining(component: AnyComponent): AnyComponent {
  return {
    ...component,
    prune: component.prunesWhileJoining ? component.prune : undefined,
    ...(component.staysWhileJoining && {
      apply: async (_scope: ApplyScope, _needs: object, current: unknown) => done(current),
    }),
  };
}

/** A component that needs the same of every placement. */
function across(
  component: AnyComponent,
  kindsIn: ReadonlyMap<Placement, readonly string[]>,
  joining: Placement | undefined,
): AnyComponent {
  const needed = (other: Placement) =>
    kindsIn.get(other)!.filter((kind) => (component.needs as readonly string[]).includes(kind));
  const further = [...kindsIn.keys()].flatMap((other) => needed(other).map((kind) => kindIn(kind, other)));
  return {
    ...component,
    needs: [...component.needs, ...further],
    apply: (scope, needs, current) =>
      component.apply(
        scope,
        { ...needs, ...(joining && { Joining: view(needs, needed(joining), joining) }) },
        current,
      ),
  };
}

/** A component of a placement that the service joins or leaves. */
function inPlacement(
  component: AnyComponent,
  kinds: readonly string[],
  placement: Placement,
  joins: boolean,
): AnyComponent {
  const seen = (found: Observed) => ({ ...found, ...view(found, kinds, placement) });
  const within = <S extends Scope>(scope: S): S => ({ ...scope, placement });
  // A placement that is left is looked at without the desired state, which says nothing of it.
  const leaving = ({ identity, clients, log, time, placements }: Scope): Scope =>
    within({ identity, clients, log, time, placements });
  const { poll } = component;
  const needs = [...component.needs, ...(joins ? [] : (component.leavesAfter ?? []))];
  return {
    ...component,
    kind: kindIn(component.kind, placement),
    needs: needs.map((kind) => (kinds.includes(kind) ? kindIn(kind, placement) : kind)),
    observe: (scope, found) => component.observe(joins ? within(scope) : leaving(scope), seen(found)),
    apply: async (scope, found, current) => {
      if (joins) return component.apply(within(scope), seen(found), current);
      if (current === undefined || !component.leave) return done(current);
      return component.leave(leaving(scope), seen(found), current);
    },
    poll: poll && ((scope, token) => poll(joins ? within(scope) : leaving(scope), token)),
    prune: joins
      ? undefined
      : (scope, found, current) => component.remove(leaving(scope), seen(found), current),
    remove: (scope, found, current) => component.remove(leaving(scope), seen(found), current),
  };
}

/** What is observed of a placement, by the kinds that the components know. */
function view(found: Observed, kinds: readonly string[], placement: Placement): Observed {
  return Object.fromEntries(kinds.map((kind) => [kind, found[kindIn(kind, placement)]]));
}
