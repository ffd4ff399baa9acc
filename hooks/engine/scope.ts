import type { Outcome } from './outcome';
import type { Truth } from './truth';
import { Unknown } from './unknown';

/** Anything that can stand in a template: a scalar, a list, an object, an intrinsic function. */
export type Node = unknown;

/** A node after its outermost intrinsic function: undefined means absent (missing, null or AWS::NoValue). */
export type Resolved =
  string | number | boolean | readonly Node[] | Readonly<Record<string, Node>> | Unknown | undefined;

/**
 * A property for which both the template's expression and the value that CloudFormation computed from it are known (a
 * change set has both). The value decides; the expression still tells which resource it refers to.
 */
export class Computed {
  constructor(
    readonly expression: Node,
    readonly value: Node,
  ) {}
}

/** What an expression can refer to, in one world: one assignment of parameters and conditions. */
export interface Scope {
  /** False when the input holds values only, so that an object with the key Ref is data. */
  readonly hasIntrinsics: boolean;
  /** Value of a parameter or pseudo parameter; undefined when there is none of that name. */
  parameter(name: string): Resolved;
  /** Whether a parameter is one whose value must not be shown. */
  isSecret(name: string): boolean;
  /** Changes whenever parameters and conditions are decided otherwise, so that nothing stale is used. */
  readonly version: number;
  /** Judge a part by itself, where the whole has too many combinations; absent where combinations are tried. */
  readonly explore?: (judge: () => Outcome) => Outcome;
  /** Whether a condition holds. */
  condition(name: string): Truth;
  /** Whether a condition expression that cannot be decided holds in this world; `key` identifies the expression. */
  decide(key: string): Truth;
  /** The content of a mapping, or undefined. */
  mapping(name: string): Readonly<Record<string, Readonly<Record<string, Node>>>> | undefined;
  /** Whether the template declares a resource of that logical id. */
  hasResource(logicalId: string): boolean;
  /** Type and properties of a resource that the template declares. */
  resource?(logicalId: string): { readonly type: string; readonly properties: Node } | undefined;
  /** This world cannot exist (CloudFormation would refuse the template before any resource is made). */
  rejectWorld(): void;
}

/** Whether a node is an object with keys: not null, a list, or one of the engine's own values. */
export function isObject(node: Node): node is Readonly<Record<string, Node>> {
  return (
    typeof node === 'object' &&
    node !== null &&
    !Array.isArray(node) &&
    !(node instanceof Unknown) &&
    !(node instanceof Computed)
  );
}
