/**
 * The components of a service with several exposures: of what there is one for each exposure, or for each load
 * balancer, the service then has several. Those of the serving exposure keep their kind; the kind of the others has the
 * hash of their exposure behind it.
 */
import type { AnyComponent, ApplyScope, Scope } from './component';
import { done } from '../../core/outcome';
import { isSameLoadBalancer, exposureHash, type Exposure } from '../exposures/exposure';
import { otherExposures, type Exposures } from '../memory/recorded-exposures';

type Observed = Readonly<Record<string, unknown>>;

/** The components of a service, for the reconciler. */
export function componentsByExposure(
  components: readonly AnyComponent[],
  exposures: Exposures,
): readonly AnyComponent[] {
  const others = otherExposures(exposures);
  if (others.length === 0) return components;
  const { serving, joining } = exposures;
  const kindsIn = new Map(others.map((other) => [other, kindsOf(components, serving, other)]));
  return [
    ...components.map((component) => {
      const known = joining ? whileJoining(component) : component;
      return component.acrossExposures ? across(known, kindsIn, joining) : known;
    }),
    ...others.flatMap((other) => {
      const kinds = kindsIn.get(other)!;
      return components
        .filter(({ kind }) => kinds.includes(kind))
        .map((component) => inExposure(component, kinds, other, other === joining));
    }),
  ];
}

/** Kinds that an exposure has of its own. */
function kindsOf(components: readonly AnyComponent[], serving: Exposure, other: Exposure): string[] {
  const shared = isSameLoadBalancer(serving, other);
  return components
    .filter(({ per }) => per === 'exposure' || (per === 'load balancer' && !shared))
    .map(({ kind }) => kind);
}

function kindIn(kind: string, exposure: Exposure): string {
  return `${kind} ${exposureHash(exposure)}`;
}

/** A component of the serving exposure, while the service joins another one. */
function whileJoining(component: AnyComponent): AnyComponent {
  return {
    ...component,
    prune: component.prunesWhileJoining ? component.prune : undefined,
    ...(component.staysWhileJoining && {
      apply: async (_scope: ApplyScope, _needs: object, current: unknown) => done(current),
    }),
  };
}

/** A component that needs the same of every exposure. */
function across(
  component: AnyComponent,
  kindsIn: ReadonlyMap<Exposure, readonly string[]>,
  joining: Exposure | undefined,
): AnyComponent {
  const needed = (other: Exposure) =>
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

/** A component of an exposure that the service joins or leaves. */
function inExposure(
  component: AnyComponent,
  kinds: readonly string[],
  exposure: Exposure,
  joins: boolean,
): AnyComponent {
  const seen = (found: Observed) => ({ ...found, ...view(found, kinds, exposure) });
  const within = <S extends Scope>(scope: S): S => ({ ...scope, exposure });
  // An exposure that is left is looked at without the desired state, which says nothing of it.
  const leaving = ({ identity, clients, session, log, time, exposures }: Scope): Scope =>
    within({ identity, clients, session, log, time, exposures });
  const { poll, proceed } = component;
  const own = <S extends Scope>(scope: S): Scope => (joins ? within(scope) : leaving(scope));
  const needs = [...component.needs, ...(joins ? [] : (component.leavesAfter ?? []))];
  return {
    ...component,
    kind: kindIn(component.kind, exposure),
    needs: needs.map((kind) => (kinds.includes(kind) ? kindIn(kind, exposure) : kind)),
    observe: (scope, found) => component.observe(own(scope), seen(found)),
    apply: async (scope, found, current) => {
      if (joins) return component.apply(within(scope), seen(found), current);
      if (current === undefined || !component.leave) return done(current);
      return component.leave(leaving(scope), seen(found), current);
    },
    poll: poll && ((scope, token) => poll(own(scope), token)),
    proceed: proceed && ((scope, token) => proceed(own(scope), token)),
    prune: joins
      ? undefined
      : (scope, found, current) => component.remove(leaving(scope), seen(found), current),
    remove: (scope, found, current) => component.remove(leaving(scope), seen(found), current),
  };
}

/** What is observed of an exposure, by the kinds that the components know. */
function view(found: Observed, kinds: readonly string[], exposure: Exposure): Observed {
  return Object.fromEntries(kinds.map((kind) => [kind, found[kindIn(kind, exposure)]]));
}
