import { single } from '../../hooks/engine/rule';
import type { RuleCases } from '../labelled-case';

const logGroup = (properties: object) =>
  single('AWS::Logs::LogGroup', { LogGroupName: 'app', ...properties });
const KmsKeyId = 'arn:aws:kms:eu-west-1:111122223333:key/1';
const retentionOnly = { minimumDays: 1, requireKmsKey: false };
const keyOnly = { minimumDays: 1, acceptUnlimited: true };

export const cases: RuleCases = {
  rule: 'LOG-01',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_66',
      parameters: retentionOnly,
      pass: { 'three days': logGroup({ RetentionInDays: 3 }) },
      fail: { none: logGroup({}) },
    },
    {
      tool: 'checkov',
      check: 'CKV_AWS_158',
      parameters: keyOnly,
      pass: { 'a key': logGroup({ KmsKeyId }) },
      fail: { none: logGroup({}) },
    },
    {
      tool: 'cdk-nag',
      check: 'CloudWatchLogGroupRetentionPeriod',
      parameters: retentionOnly,
      pass: { 'a year': logGroup({ RetentionInDays: 365 }) },
      fail: { none: logGroup({}) },
    },
    {
      tool: 'cdk-nag',
      check: 'CloudWatchLogGroupEncrypted',
      parameters: keyOnly,
      pass: {
        'a key of the stack': {
          Resources: {
            Key: { Type: 'AWS::KMS::Key' },
            Logs: { Type: 'AWS::Logs::LogGroup', Properties: { KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
          },
        },
      },
      fail: { none: logGroup({ RetentionInDays: 731 }) },
    },
    {
      tool: 'trivy',
      check: 'AWS-0017',
      parameters: keyOnly,
      pass: { 'a key': logGroup({ RetentionInDays: 30, KmsKeyId }) },
      fail: { 'an empty key': logGroup({ RetentionInDays: 30, KmsKeyId: '' }) },
    },
  ],
};
