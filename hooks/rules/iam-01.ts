import { forbids, type Outcome } from '../engine/outcome';
import { defineRule, type Examples, single, texts } from '../engine/rule';
import { all, any, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

const ROLE = 'AWS::IAM::Role';
const POLICY = 'AWS::IAM::Policy';
const MANAGED_POLICY = 'AWS::IAM::ManagedPolicy';

export const rule = defineRule({
  id: 'IAM-01',
  title: 'Roles get the permissions they need and no more',
  severity: 'HIGH',
  targets: [ROLE, POLICY, MANAGED_POLICY],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.IAM.PR.1', 'CT.IAM.PR.2', 'CT.IAM.PR.3', 'CT.IAM.PR.5'],
    'Guard rules registry': [
      'IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS',
      'IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS',
    ],
  },
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
  rationale:
    'Whoever takes over a task has the permissions of its role; with all of them, the whole account.',
  remedy: 'Name the actions and resources that are needed.',
  parameters: {
    forbiddenManagedPolicies: texts('Managed policies that no role may have, `*` for any characters.', [
      '*:iam::aws:policy/AdministratorAccess',
      '*:iam::aws:policy/PowerUserAccess',
      '*:iam::aws:policy/IAMFullAccess',
    ]),
  },
  check: ({ resource, parameters: { forbiddenManagedPolicies } }): Outcome => [
    ...resource
      .at('ManagedPolicyArns')
      .each((arn) =>
        forbids(
          arn.matches(...forbiddenManagedPolicies),
          'this managed policy grants far more than a role needs',
        ),
      ),
    ...resource.at('Policies').each((policy) => judgeStatements(policy.at('PolicyDocument').parsed())),
    ...judgeStatements(resource.at('PolicyDocument').parsed()),
  ],
});

function judgeStatements(document: Value): Outcome {
  return document.at('Statement').each((statement) => {
    const isAllowed = statement.at('Effect').equals('Allow');
    const onEverything = any(contains(statement.at('Resource'), '*'), statement.at('NotResource').isSet());
    const isEverything = any(contains(statement.at('Action'), '*'), contains(statement.at('Action'), '*:*'));
    if (all(isAllowed, isEverything, onEverything).truth !== false) {
      return forbids(all(isEverything, isAllowed, onEverything), 'every action on every resource is allowed');
    }
    return [
      ...forbids(
        all(statement.at('Action').some(isWholeService), isAllowed),
        'every action of a service is allowed',
        { severity: 'LOW' },
      ),
      ...forbids(
        all(statement.at('NotAction').isSet(), isAllowed),
        'every action but the named ones is allowed',
        { severity: 'LOW' },
      ),
      ...forbids(
        all(statement.at('Action').some(passesRoles), isAllowed, onEverything),
        'every role of the account may be passed on',
        { severity: 'LOW' },
      ),
    ];
  }, 'permissions have to be named');
}

function contains(list: Value, text: string): Test {
  return list.some((item) => item.equals(text));
}

function isWholeService(action: Value): Test {
  return action.satisfies((literal) => /^(([a-z0-9-]+|\*):)?\*$/i.test(String(literal)));
}

function passesRoles(action: Value): Test {
  return action.satisfies((literal) => String(literal).toLowerCase() === 'iam:passrole');
}

const policy = (statement: object, rest?: object) =>
  single(POLICY, { PolicyDocument: { Statement: [statement] } }, rest);

export const examples = (): Examples => ({
  pass: [
    {
      title: 'named actions',
      template: policy({ Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::bucket/*' }),
    },
    { title: 'a denial of everything', template: policy({ Effect: 'Deny', Action: '*', Resource: '*' }) },
    { title: 'a role without policies', template: single(ROLE, { AssumeRolePolicyDocument: {} }) },
  ],
  fail: [
    { title: 'everything', template: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) },
    {
      title: 'everything in a policy of the role',
      template: single(ROLE, {
        Policies: [{ PolicyDocument: { Statement: { Effect: 'Allow', Action: ['*:*'], Resource: ['*'] } } }],
      }),
    },
    {
      title: 'a whole service',
      template: policy({ Effect: 'Allow', Action: ['S3:*'], Resource: 'arn:aws:s3:::bucket' }),
    },
    {
      title: 'every action on one resource',
      template: policy({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::bucket' }),
    },
    {
      title: 'every action but some',
      template: policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
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
      title: 'every role may be passed on',
      template: single(MANAGED_POLICY, {
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' }] },
      }),
    },
    {
      title: 'the policy of administrators',
      template: single(ROLE, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
    },
  ],
  indeterminate: [
    {
      title: 'a document that is written as text with a resource in it',
      template: {
        Resources: {
          Policy: {
            Type: POLICY,
            Properties: {
              PolicyDocument: {
                'Fn::Sub':
                  '{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${Bucket}"}}',
              },
            },
          },
          Bucket: { Type: 'AWS::S3::Bucket' },
        },
      },
    },
    {
      title: 'a managed policy by a parameter without value',
      template: single(
        ROLE,
        { ManagedPolicyArns: [{ Ref: 'Arn' }] },
        { Parameters: { Arn: { Type: 'String' } } },
      ),
    },
  ],
});
