import { type Outcome, PASS, requires } from '../engine/outcome';
import { defineRule, type Examples, flag, integer, single } from '../engine/rule';
import { any, not } from '../engine/truth';

const LOG_GROUP = 'AWS::Logs::LogGroup';

export const rule = defineRule({
  id: 'LOG-01',
  title: 'Log groups keep logs long enough, and encrypted',
  severity: 'MEDIUM',
  targets: [LOG_GROUP],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.CLOUDWATCH.PR.2', 'CT.CLOUDWATCH.PR.3'],
    checkov: ['CKV_AWS_66', 'CKV_AWS_158'],
    cfn_nag: ['W86', 'W84'],
    'Guard rules registry': ['CW_LOGGROUP_RETENTION_PERIOD_CHECK', 'CLOUDWATCH_LOG_GROUP_ENCRYPTED'],
  },
  source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html',
  rationale:
    'Logs that are gone when an incident is noticed explain nothing; logs kept for ever cost and leak.',
  remedy: 'Set RetentionInDays to what the profile asks for, and KmsKeyId to a key of the organisation.',
  parameters: {
    minimumDays: integer('Least retention in days.', 30, { minimum: 1 }),
    acceptUnlimited: flag('Accept log groups without retention, which keep logs for ever.', false),
    requireKmsKey: flag(
      'Ask for encryption with a KMS key; log groups are always encrypted with a key of AWS.',
      true,
    ),
  },
  check: ({ resource, parameters: { minimumDays, acceptUnlimited, requireKmsKey } }): Outcome => {
    const retention = resource.at('RetentionInDays');
    const isLongEnough = retention.atLeast(minimumDays);
    return [
      ...requires(
        acceptUnlimited ? any(isLongEnough, not(retention.isSet())) : isLongEnough,
        `logs have to be kept for at least ${minimumDays} days${acceptUnlimited ? '' : ', and not for ever'}`,
      ),
      ...(requireKmsKey
        ? requires(resource.at('KmsKeyId').isSet(), 'logs are not encrypted with a key of the organisation')
        : PASS),
    ];
  },
});

const logGroup = (
  RetentionInDays?: unknown,
  KmsKeyId: unknown = 'arn:aws:kms:eu-west-1:111122223333:key/1',
  rest?: object,
) => single(LOG_GROUP, { RetentionInDays, KmsKeyId }, rest);

export const examples = (): Examples => ({
  pass: [
    { title: 'long enough and encrypted', template: logGroup(365) },
    {
      title: 'for ever, which the profile accepts',
      template: logGroup(),
      parameters: { acceptUnlimited: true },
    },
    {
      title: 'no key, which the profile accepts',
      template: single(LOG_GROUP, { RetentionInDays: '30' }),
      parameters: { requireKmsKey: false },
    },
  ],
  fail: [
    { title: 'for ever', template: logGroup() },
    { title: 'too short', template: logGroup(7) },
    { title: 'no key', template: single(LOG_GROUP, { RetentionInDays: 365 }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: logGroup({ Ref: 'Days' }, 'key', { Parameters: { Days: { Type: 'Number' } } }),
    },
  ],
});
