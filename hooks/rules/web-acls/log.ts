import { requires } from '../../engine/outcome';
import { defineRule, type Examples } from '../../engine/rule';

const WEB_ACL = 'AWS::WAFv2::WebACL';
const LOGGING = 'AWS::WAFv2::LoggingConfiguration';

export const rule = defineRule({
  id: 'WAF-02',
  title: 'Web ACLs log',
  severity: 'LOW',
  targets: [WEB_ACL],
  level: 'stack',
  related: [LOGGING],
  equivalents: { 'Security Hub': ['WAF.11'], 'cdk-nag': ['WAFv2LoggingEnabled'], checkov: ['CKV2_AWS_31'] },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-11',
  rationale:
    'Without logs nobody can tell which attacks were stopped, or which customers were refused by mistake.',
  remedy: 'Add an AWS::WAFv2::LoggingConfiguration whose ResourceArn is the ARN of this web ACL.',
  check: ({ resource, stack }) =>
    requires(
      stack.someReferring(resource, LOGGING, 'ResourceArn'),
      'no logging configuration of the stack names it',
    ),
});

const acl = { Type: WEB_ACL, Properties: { Rules: [{ Name: 'limit' }] } };
const logging = (ResourceArn: unknown) => ({
  Type: LOGGING,
  Properties: { ResourceArn, LogDestinationConfigs: ['arn'] },
});

export const examples = (): Examples => ({
  pass: [
    { title: 'logged', template: { Resources: { Acl: acl, Logging: logging({ 'Fn::GetAtt': 'Acl.Arn' }) } } },
  ],
  fail: [{ title: 'not logged', template: { Resources: { Acl: acl } } }],
  indeterminate: [
    {
      title: 'a logging configuration of a web ACL that a parameter names',
      template: {
        Parameters: { Arn: { Type: 'String' } },
        Resources: { Acl: acl, Logging: logging({ Ref: 'Arn' }) },
      },
    },
  ],
});
