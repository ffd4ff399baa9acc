/** Where the functions of a template find their values while a stack is provisioned. */
import type { Scope } from '../template/evaluate';
import { isNoEcho } from '../template/parameters';
import { validationError } from '../template/parse';
import type { Reference } from '../template/references';
import type { Stack, StackTarget } from '../stack';

export interface ScopeOptions {
  readonly stack: Stack;
  readonly target: StackTarget;
  /** Value of a reference to a resource. */
  readonly resource: (reference: Reference) => Promise<unknown>;
  readonly importValue: (name: string) => string;
  /** Show `****` for the values of NoEcho parameters. */
  readonly masked?: boolean;
}

export function stackScope({ stack, target, resource, importValue, masked }: ScopeOptions): Scope {
  const { template, parameters } = target;
  const pseudo: Record<string, string | string[]> = {
    'AWS::AccountId': stack.accountId,
    'AWS::NotificationARNs': [...stack.notificationArns],
    'AWS::Partition': 'aws',
    'AWS::Region': stack.region,
    'AWS::StackId': stack.id,
    'AWS::StackName': stack.name,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  return {
    template,
    region: stack.region,
    resource,
    importValue,
    parameter(name) {
      if (!(name in parameters.resolved)) return pseudo[name];
      return masked && isNoEcho(template.Parameters[name]!) ? '****' : parameters.resolved[name];
    },
  };
}

/** The value at `A.B.C` of a model; undefined when there is none. */
export function attributeOf(model: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<any>(
      (value, step) => (typeof value === 'object' && value !== null ? value[step] : undefined),
      model,
    );
}

/** The error of `Fn::GetAtt` for an attribute that a type does not have. */
export function noSuchAttribute({ name, attribute }: Reference): Error {
  return validationError(
    `Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`,
  );
}
