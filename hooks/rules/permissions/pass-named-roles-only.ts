import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all, any, not, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import {
  eachStatement,
  fitsAction,
  isAllow,
  MANAGED_POLICY,
  PERMISSION_HOLDERS,
  policyOf,
} from '../../resources/iam-policies';

/** `*`, or the ARN of every role of an account. */
const EVERY_ROLE = /^(\*+|arn:[^:]*:iam::[^:]*:(\*+|role\/?\*+))$/;

export const rule = defineRule({
  id: 'IAM-04',
  group: 'IAM-01',
  title: 'Roles may be passed on by name only',
  severity: 'MEDIUM',
  targets: PERMISSION_HOLDERS,
  level: 'resource',
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html',
  rationale: 'Whoever may pass every role on starts a task with the role of an administrator, and is one.',
  remedy: 'Name the roles in Resource, and the services in a condition on iam:PassedToService.',
  check: ({ resource }) =>
    eachStatement(resource, (statement) =>
      forbids(
        // The resources come first, for they are what is to be named.
        all(
          any(
            statement.at('Resource').some((role) => role.resembles((text) => EVERY_ROLE.test(text))),
            statement.at('NotResource').isSet(),
          ),
          any(
            holdsPassRole(statement.at('Action')),
            all(statement.at('NotAction').isSet(), not(holdsPassRole(statement.at('NotAction')))),
          ),
          isAllow(statement),
        ),
        'every role of the account may be passed on',
      ),
    ),
});

function holdsPassRole(actions: Value): Test {
  return actions.some((action) => action.resembles((text) => fitsAction(text, 'iam:PassRole')));
}

const Resource = { 'Fn::GetAtt': ['Task', 'Arn'] };
const passing = (Action: string, on: unknown) => policyOf({ Effect: 'Allow', Action, Resource: on });

export const examples = (): Examples => ({
  pass: [
    { title: 'one role', template: passing('iam:PassRole', 'arn:aws:iam::111122223333:role/task') },
    {
      title: 'a role of the stack',
      template: {
        Resources: {
          Policy: passing('iam:PassRole', Resource).Resources['Example'],
          Task: { Type: 'AWS::IAM::Role', Properties: {} },
        },
      },
    },
    { title: 'another action', template: passing('iam:GetRole', '*') },
    {
      title: 'every action but those of IAM',
      template: policyOf({ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' }),
    },
  ],
  fail: [
    {
      title: 'every role',
      template: single(MANAGED_POLICY, {
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' }] },
      }),
    },
    { title: 'by a pattern of actions', template: passing('iam:Pass*', '*') },
    {
      title: 'every role of the account',
      template: passing('iam:passrole', { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/*' }),
    },
    {
      title: 'every action but some others, on every resource',
      template: policyOf({ Effect: 'Allow', NotAction: ['s3:*', 'iam:Get*'], Resource: ['*'] }),
    },
    {
      title: 'every role but one',
      template: policyOf({ Effect: 'Allow', Action: 'iam:PassRole', NotResource: 'arn:aws:iam::1:role/a' }),
    },
  ],
  indeterminate: [
    {
      title: 'a role by a parameter without value',
      template: {
        ...passing('iam:PassRole', { Ref: 'Role' }),
        Parameters: { Role: { Type: 'String' } },
      },
    },
  ],
});
