import type { Component } from '../../composition/component';

/** What a component does otherwise in another kind of exposure. */
type Difference<Observed, Needs extends object, Properties extends object, Token> = Partial<
  Pick<Component<Observed, Needs, Properties, Token>, 'desired' | 'observe' | 'apply' | 'prune' | 'remove'>
> & { readonly permissions?: Partial<Component<Observed, Needs>['permissions']> };

/**
 * A component as it is in another kind of exposure.
 *
 * @param usual the component.
 * @param difference what is otherwise.
 */
export function variantOf<Observed, Needs extends object, Properties extends object, Token>(
  usual: Component<Observed, Needs, Properties, Token>,
  difference: Difference<Observed, Needs, NoInfer<Properties>, NoInfer<Token>>,
): Component<Observed, Needs, Properties, Token> {
  return { ...usual, ...difference, permissions: { ...usual.permissions, ...difference.permissions } };
}
