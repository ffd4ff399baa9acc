import { forbids } from '../../engine/outcome';
import { defineRule, type Examples } from '../../engine/rule';
import { all } from '../../engine/truth';
import { eachStatement, isAllow, PERMISSION_HOLDERS, policyOf } from '../../resources/iam-policies';

export const rule = defineRule({
  id: 'IAM-03',
  group: 'IAM-01',
  title: 'Nobody gets every action of a service',
  severity: 'LOW',
  targets: PERMISSION_HOLDERS,
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.IAM.PR.3', 'CT.IAM.PR.5'],
    'Security Hub': ['IAM.21'],
    'AWS Config': ['iam-policy-no-statements-with-full-access'],
    'Guard rules registry': ['IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS'],
  },
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
  rationale: 'A service has actions that read, change, delete and give rights; a task needs a few of them.',
  remedy: 'Name the actions that are needed.',
  check: ({ resource }) =>
    eachStatement(resource, (statement) =>
      forbids(
        all(
          statement
            .at('Action')
            .some((action) => action.resembles((text) => /^(([a-z0-9-]+|\*+):)?\*+$/i.test(text))),
          isAllow(statement),
        ),
        'every action of a service is allowed',
      ),
    ),
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'some actions of a service',
      template: policyOf({ Effect: 'Allow', Action: ['s3:Get*'], Resource: '*' }),
    },
  ],
  fail: [
    {
      title: 'a whole service',
      template: policyOf({ Effect: 'Allow', Action: ['S3:*'], Resource: 'arn:aws:s3:::bucket' }),
    },
    {
      title: 'every action on one resource',
      template: policyOf({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::bucket' }),
    },
  ],
  indeterminate: [
    {
      title: 'an action by a parameter without value',
      template: policyOf(
        { Effect: 'Allow', Action: { Ref: 'Action' }, Resource: '*' },
        { Parameters: { Action: { Type: 'String' } } },
      ),
    },
  ],
});
