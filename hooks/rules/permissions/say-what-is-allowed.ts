import { forbids, type Outcome } from '../../engine/outcome';
import { defineRule, type Examples } from '../../engine/rule';
import { all } from '../../engine/truth';
import { eachStatement, isAllow, PERMISSION_HOLDERS, policyOf } from '../../resources/iam-policies';

export const rule = defineRule({
  id: 'IAM-05',
  group: 'IAM-01',
  title: 'Permissions say what is allowed, not what is not',
  severity: 'MEDIUM',
  targets: PERMISSION_HOLDERS,
  level: 'resource',
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html',
  rationale:
    'Allow with NotAction or NotResource allows all that is not named, also what AWS adds next year.',
  remedy: 'Name the allowed actions in Action and the resources in Resource.',
  check: ({ resource }) =>
    eachStatement(resource, (statement): Outcome => [
      ...forbids(
        all(statement.at('NotAction').isSet(), isAllow(statement)),
        'every action but the named ones is allowed',
      ),
      ...forbids(
        all(statement.at('NotResource').isSet(), isAllow(statement)),
        'every resource but the named ones is included',
      ),
    ]),
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a denial of all but some',
      template: policyOf({ Effect: 'Deny', NotAction: 'iam:*', Resource: '*' }),
    },
  ],
  fail: [
    {
      title: 'every action but some',
      template: policyOf({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
    },
    {
      title: 'every resource but some',
      template: policyOf({
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        NotResource: 'arn:aws:s3:::public/*',
      }),
    },
  ],
  indeterminate: [
    {
      title: 'an effect by a parameter without value',
      template: policyOf(
        { Effect: { Ref: 'Effect' }, NotAction: 'iam:*', Resource: '*' },
        { Parameters: { Effect: { Type: 'String' } } },
      ),
    },
  ],
});
