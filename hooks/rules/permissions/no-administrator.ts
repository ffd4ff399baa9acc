import { forbids, type Outcome } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { all, any } from '../../engine/truth';
import { ORGANISATION_SERVICE } from '../../resources/containers';
import {
  eachStatement,
  holdsEverything,
  isAllow,
  managedPoliciesOf,
  PERMISSION_HOLDERS,
  policyOf,
  ROLE,
} from '../../resources/iam-policies';

export const rule = defineRule({
  id: 'IAM-02',
  group: 'IAM-01',
  title: 'Nobody gets the permissions of an administrator',
  severity: 'HIGH',
  targets: PERMISSION_HOLDERS,
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.IAM.PR.1', 'CT.IAM.PR.2'],
    'Security Hub': ['IAM.1'],
    'AWS Config': ['iam-policy-no-statements-with-admin-access'],
    'Guard rules registry': ['IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS'],
  },
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
  rationale:
    'Whoever takes over a task has the permissions of its role; with all of them, the whole account.',
  remedy: 'Name the actions and resources that are needed.',
  parameters: {
    forbiddenManagedPolicies: texts('Managed policies that nobody may have, `*` for any characters.', [
      '*:iam::aws:policy/AdministratorAccess',
      '*:iam::aws:policy/PowerUserAccess',
      '*:iam::aws:policy/IAMFullAccess',
    ]),
  },
  check: ({ resource, parameters: { forbiddenManagedPolicies } }): Outcome => [
    ...managedPoliciesOf(resource).each((arn) =>
      forbids(
        arn.matches(...forbiddenManagedPolicies),
        'this managed policy grants far more than anybody needs',
      ),
    ),
    ...eachStatement(resource, (statement) =>
      forbids(
        all(
          holdsEverything(statement.at('Action')),
          isAllow(statement),
          any(holdsEverything(statement.at('Resource')), statement.at('NotResource').isSet()),
        ),
        'every action on every resource is allowed',
      ),
    ),
  ],
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'named actions',
      template: policyOf({ Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::bucket/*' }),
    },
    { title: 'a denial of everything', template: policyOf({ Effect: 'Deny', Action: '*', Resource: '*' }) },
    { title: 'a role without policies', template: single(ROLE, { AssumeRolePolicyDocument: {} }) },
  ],
  fail: [
    { title: 'everything', template: policyOf({ Effect: 'Allow', Action: '*', Resource: '*' }) },
    {
      title: 'everything, in two characters',
      template: policyOf({ Effect: 'Allow', Action: '**', Resource: '**' }),
    },
    {
      title: 'everything in a policy of the role',
      template: single(ROLE, {
        Policies: [{ PolicyDocument: { Statement: { Effect: 'Allow', Action: ['*:*'], Resource: ['*'] } } }],
      }),
    },
    {
      title: 'everything in an inline policy by itself',
      template: single('AWS::IAM::RolePolicy', {
        RoleName: 'task',
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      }),
    },
    {
      title: 'everything in a document that is written as text',
      template: single(ROLE, {
        Policies: [
          {
            PolicyDocument: {
              'Fn::Sub': '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
            },
          },
        ],
      }),
    },
    {
      title: 'everything in the task policy of an organisation service',
      template: single(ORGANISATION_SERVICE, {
        TaskPolicy: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      }),
    },
    {
      title: 'the policy of administrators for the tasks of an organisation service',
      template: single(ORGANISATION_SERVICE, {
        TaskPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      }),
    },
    {
      title: 'the policy of administrators',
      template: single(ROLE, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    },
  ],
  indeterminate: [
    {
      title: 'a managed policy by a parameter without value',
      template: single(
        ROLE,
        { ManagedPolicyArns: [{ Ref: 'Arn' }] },
        { Parameters: { Arn: { Type: 'String' } } },
      ),
    },
    {
      title: 'everything on what a parameter names',
      template: policyOf(
        { Effect: 'Allow', Action: '*', Resource: { Ref: 'Arn' } },
        { Parameters: { Arn: { Type: 'String' } } },
      ),
    },
  ],
});
