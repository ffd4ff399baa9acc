import type { Outcome } from '../engine/outcome';
import type { Resource } from '../engine/resource';
import { single, type ExampleTemplate } from '../engine/rule';
import type { Test } from '../engine/truth';
import type { Value } from '../engine/value';
import { ORGANISATION_SERVICE } from './containers';
import { isOrganisationService } from './organisation-service';

export const ROLE = 'AWS::IAM::Role';
export const POLICY = 'AWS::IAM::Policy';
export const MANAGED_POLICY = 'AWS::IAM::ManagedPolicy';

/** Types that hold permissions, in documents of their own, in Policies, or of a role that is made with them. */
export const PERMISSION_HOLDERS = [
  ORGANISATION_SERVICE,
  ROLE,
  POLICY,
  MANAGED_POLICY,
  'AWS::IAM::RolePolicy',
  'AWS::IAM::GroupPolicy',
  'AWS::IAM::UserPolicy',
  'AWS::IAM::Group',
  'AWS::IAM::User',
] as const;

/** Judge every statement of the policies that a resource holds, whatever its effect. */
export function eachStatement(resource: Resource, judge: (statement: Value) => Outcome): Outcome {
  return [
    ...resource
      .at('Policies')
      .each((policy) => statementsOf(policy.at('PolicyDocument'), judge), 'permissions have to be named'),
    ...statementsOf(resource.at('PolicyDocument'), judge),
    ...(isOrganisationService(resource) ? statementsOf(resource.at('TaskPolicy'), judge) : []),
  ];
}

/** The managed policies that a resource has attached. */
export function managedPoliciesOf(resource: Resource): Value {
  return resource.at(isOrganisationService(resource) ? 'TaskPolicyArns' : 'ManagedPolicyArns');
}

/** Judge every statement of a document, which may be written as JSON text. */
export function statementsOf(document: Value, judge: (statement: Value) => Outcome): Outcome {
  return document.parsed().at('Statement').each(judge, 'permissions have to be named');
}

/** Whether a statement allows, rather than denies. */
export function isAllow(statement: Value): Test {
  return statement.at('Effect').equals('Allow');
}

/** Whether one of a statement's actions, or resources, is a pattern that fits everything: `*`, `**`, `*:*`. */
export function holdsEverything(list: Value): Test {
  return list.some((item) => item.resembles((text) => /^\*+(:\*+)?$/.test(text)));
}

/** Whether a pattern of actions such as `iam:Pass*` fits an action. Case does not matter, `*` and `?` are wildcards. */
export function fitsAction(pattern: string, action: string): boolean {
  const expression = pattern
    .toLowerCase()
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(action.toLowerCase());
}

/** A policy with one statement, for examples. */
export function policyOf(statement: object, rest?: object): ExampleTemplate {
  return single(POLICY, { PolicyDocument: { Statement: [statement] } }, rest);
}
