import type { RuleCases } from '../labelled-case';

const Acl = { Type: 'AWS::WAFv2::WebACL', Properties: { Name: 'edge', Scope: 'REGIONAL' } };
const logged = (ResourceArn: unknown) => ({
  Resources: {
    Acl,
    Logging: {
      Type: 'AWS::WAFv2::LoggingConfiguration',
      Properties: { ResourceArn, LogDestinationConfigs: [] },
    },
  },
});

export const cases: RuleCases = {
  rule: 'WAF-02',
  checks: [
    {
      tool: 'cdk-nag',
      check: 'WAFv2LoggingEnabled',
      pass: {
        'by attribute': logged({ 'Fn::GetAtt': ['Acl', 'Arn'] }),
        'by an ARN with its name': logged('arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/edge'),
      },
      fail: { none: { Resources: { Acl } } },
    },
  ],
};
