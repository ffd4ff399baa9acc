import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all, any, not } from '../../engine/truth';
import { isAllow, statementsOf } from '../../resources/iam-policies';

export const rule = defineRule({
  id: 'ECR-04',
  title: 'Repositories let nobody in whom they do not name',
  severity: 'HIGH',
  targets: ['AWS::ECR::Repository'],
  level: 'resource',
  equivalents: { checkov: ['CKV_AWS_32'], trivy: ['AWS-0032'], cfn_nag: ['W28'] },
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html',
  rationale: 'An image holds the code and often more; whoever may push decides what runs.',
  remedy: 'Name the accounts in Principal, or the organisation in a condition.',
  check: ({ resource }) =>
    statementsOf(resource.at('RepositoryPolicyText'), (statement) =>
      forbids(
        all(
          any(
            statement.at('Principal').equals('*'),
            statement.at('Principal.AWS').some((each) => each.equals('*')),
          ),
          isAllow(statement),
          not(statement.at('Condition').isSet()),
        ),
        'every AWS account may use the repository',
      ),
    ),
});

const repository = (properties: Readonly<Record<string, unknown>>, rest?: object) =>
  single('AWS::ECR::Repository', properties, rest);
const policy = (Principal: unknown, Condition?: object, rest?: object) =>
  repository(
    {
      RepositoryPolicyText: {
        Statement: [{ Effect: 'Allow', Principal, Action: 'ecr:BatchGetImage', Condition }],
      },
    },
    rest,
  );
export const examples = (): Examples => ({
  pass: [
    { title: 'an account', template: policy({ AWS: '111122223333' }) },
    {
      title: 'everybody of the organisation',
      template: policy('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }),
    },
    { title: 'no policy', template: repository({}) },
  ],
  fail: [
    { title: 'everybody', template: policy('*') },
    { title: 'everybody as a list', template: policy({ AWS: ['*'] }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: policy({ AWS: { Ref: 'Value' } }, undefined, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
