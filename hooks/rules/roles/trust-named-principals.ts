import { forbids, type Outcome, when } from '../../engine/outcome';
import type { Stack } from '../../engine/resource';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { all, any, NEVER, not, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { isAllow, ROLE, statementsOf } from '../../resources/iam-policies';

/** Keys of conditions that narrow who is trusted. */
const NARROWING =
  /^(sts:ExternalId|aws:(PrincipalOrgID|PrincipalOrgPaths|PrincipalArn|PrincipalAccount|SourceAccount|SourceArn|SourceOrgID|SourceOrgPaths)|.*:(sub|aud))$/i;

export const rule = defineRule({
  id: 'IAM-06',
  group: 'IAM-01',
  title: 'Roles trust those who are named',
  severity: 'HIGH',
  targets: [ROLE],
  level: 'resource',
  equivalents: { checkov: ['CKV_AWS_60', 'CKV_AWS_61'], cfn_nag: ['F38', 'W21'] },
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html',
  rationale: 'Whoever a role trusts may take it, from any account, and has all that the role may do.',
  remedy:
    'Name the service, role or account in Principal; ask another account for an external id, an identity provider for its subject.',
  parameters: {
    trustedAccounts: texts('Ids of other accounts that need no external id.', []),
  },
  check: ({ resource, stack, parameters: { trustedAccounts } }) =>
    statementsOf(resource.at('AssumeRolePolicyDocument'), (statement) =>
      when(all(isAllow(statement), not(isNarrowed(statement.at('Condition')))), (): Outcome => {
        const principal = statement.at('Principal');
        return [
          ...forbids(statement.at('NotPrincipal').isSet(), 'everybody but the named ones is trusted'),
          ...forbids(
            any(principal.equals('*'), holdsEverybody(principal.at('AWS'))),
            'everybody is trusted, in every account',
          ),
          ...principal
            .at('AWS')
            .each((each) =>
              forbids(
                isOtherAccount(each, stack, trustedAccounts),
                'another account is trusted without external id',
                { severity: 'MEDIUM' },
              ),
            ),
          ...forbids(
            all(principal.at('Federated').isSet(), statement.at('Action').matches('*WebIdentity')),
            'everybody whom the identity provider knows is trusted',
          ),
        ];
      }),
    ),
});

/** Whether a condition is on who asks. */
function isNarrowed(condition: Value): Test {
  return condition.hasKey((operator) =>
    condition
      .member(operator)
      .hasKey((key) => condition.member(operator).member(key).answer(NARROWING.test(key))),
  );
}

function holdsEverybody(principals: Value): Test {
  return principals.some((each) => each.resembles((text) => /^(\*+|arn:[^:]*:iam::\*:.*)$/.test(text)));
}

/** Whether a principal is an account other than that of the stack. */
function isOtherAccount(principal: Value, stack: Stack, trusted: readonly string[]): Test {
  const account = /^(?:arn:[^:]*:iam::)?(\d{12})(?::.*)?$/.exec(principal.knownStart())?.[1];
  if (account === undefined || trusted.includes(account)) return NEVER;
  return stack.account === undefined
    ? principal.undecided('the account of the stack is not known')
    : principal.answer(account !== stack.account);
}

const role = (statement: object, rest?: object) =>
  single(
    ROLE,
    {
      AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }] },
    },
    rest,
  );

export const examples = (): Examples => ({
  pass: [
    { title: 'a service', template: role({ Principal: { Service: 'ecs-tasks.amazonaws.com' } }) },
    {
      title: 'another account with an external id',
      template: role({
        Principal: { AWS: 'arn:aws:iam::444455556666:root' },
        Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
      }),
    },
    {
      title: 'an account that the profile trusts',
      template: role({ Principal: { AWS: '444455556666' } }),
      parameters: { trustedAccounts: ['444455556666'] },
    },
    {
      title: 'the own account',
      template: role({ Principal: { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } } }),
    },
    {
      title: 'one repository of an identity provider',
      template: role({
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.example' },
        Condition: { StringLike: { 'token.example:sub': 'repo:org/app:*' } },
      }),
    },
  ],
  fail: [
    { title: 'everybody', template: role({ Principal: '*' }) },
    { title: 'everybody as a list', template: role({ Principal: { AWS: ['*'] } }) },
    {
      title: 'everybody but one',
      template: role({ NotPrincipal: { AWS: 'arn:aws:iam::111122223333:root' } }),
    },
    {
      title: 'everybody over TLS',
      template: role({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': true } } }),
    },
    {
      title: 'everybody whom an identity provider knows',
      template: role({
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.example' },
      }),
    },
  ],
  indeterminate: [
    {
      title: 'an account, where that of the stack is not known',
      template: role({ Principal: { AWS: 'arn:aws:iam::444455556666:root' } }),
    },
    {
      title: 'a principal by a parameter without value',
      template: role({ Principal: { AWS: { Ref: 'Arn' } } }, { Parameters: { Arn: { Type: 'String' } } }),
    },
  ],
});
