import { PASS, requires } from '../../engine/outcome';
import { defineRule, type Examples, flag, single } from '../../engine/rule';

const LOG_GROUP = 'AWS::Logs::LogGroup';

export const rule = defineRule({
  id: 'LOG-03',
  group: 'LOG-01',
  title: 'Log groups are encrypted with a key of the organisation',
  severity: 'MEDIUM',
  targets: [LOG_GROUP],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.CLOUDWATCH.PR.3'],
    'AWS Config': ['cloudwatch-log-group-encrypted'],
    checkov: ['CKV_AWS_158'],
    cfn_nag: ['W84'],
    'Guard rules registry': ['CLOUDWATCH_LOG_GROUP_ENCRYPTED'],
  },
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  rationale: 'Only with a key of its own the organisation decides who reads logs, and can end it.',
  remedy: 'Set KmsKeyId to a key of the organisation.',
  parameters: {
    requireKmsKey: flag(
      'Ask for encryption with a KMS key; log groups are always encrypted with a key of AWS.',
      true,
    ),
  },
  check: ({ resource, parameters: { requireKmsKey } }) =>
    requireKmsKey
      ? requires(resource.at('KmsKeyId').isSet(), 'logs are not encrypted with a key of the organisation')
      : PASS,
});

const logGroup = (KmsKeyId?: unknown, rest?: object) => single(LOG_GROUP, { KmsKeyId }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'encrypted', template: logGroup('arn:aws:kms:eu-west-1:111122223333:key/1') },
    {
      title: 'no key, which the profile accepts',
      template: logGroup(),
      parameters: { requireKmsKey: false },
    },
  ],
  fail: [{ title: 'no key', template: logGroup() }],
  indeterminate: [
    {
      title: 'a key by a parameter that may be empty',
      template: logGroup({ Ref: 'Key' }, { Parameters: { Key: { Type: 'String' } } }),
    },
  ],
});
