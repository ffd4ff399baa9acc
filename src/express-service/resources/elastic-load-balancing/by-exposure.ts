import type { Component, Scope } from '../../composition/component';
import { done } from '../../../core/outcome';

/** What a component does otherwise where the author looks after the listener. */
export type ExternalListenerVariant<Observed, Needs extends object, Token = never> = Partial<
  Pick<Component<Observed, Needs, object, Token>, 'observe' | 'apply' | 'prune' | 'remove'>
> & { readonly permissions?: Partial<Component<Observed, Needs>['permissions']> };

/**
 * A component of two kinds of exposure: on a load balancer that services share, and on a listener that the author looks
 * after. Which one is meant the scope says.
 *
 * @param shared the component on a shared load balancer.
 * @param external what differs on a listener of the author's.
 */
export function byExposure<Observed, Needs extends object, Properties extends object, Token>(
  shared: Component<Observed, Needs, Properties, Token>,
  external: ExternalListenerVariant<Observed, Needs, NoInfer<Token>>,
): Component<Observed, Needs, Properties, Token> {
  const variant = { ...shared, ...external };
  const at = ({ exposure }: Scope) => (exposure?.kind === 'external' ? variant : shared);
  const prunes = shared.prune ?? external.prune;
  const both = (step: 'observe' | 'apply' | 'remove') => [
    ...new Set([...shared.permissions[step], ...(external.permissions?.[step] ?? [])]),
  ];
  return {
    ...shared,
    permissions: {
      ...shared.permissions,
      observe: both('observe'),
      apply: both('apply'),
      remove: both('remove'),
    },
    observe: (scope, found) => at(scope).observe(scope, found),
    apply: (scope, needs, current) => at(scope).apply(scope, needs, current),
    prune:
      prunes &&
      (async (scope, needs, current) => at(scope).prune?.(scope, needs, current) ?? done(undefined)),
    remove: async (scope, found, current) => at(scope).remove?.(scope, found, current) ?? done(undefined),
  };
}
