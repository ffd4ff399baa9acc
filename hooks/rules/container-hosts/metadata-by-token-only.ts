import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

const TEMPLATE = 'AWS::EC2::LaunchTemplate';
const CONFIGURATION = 'AWS::AutoScaling::LaunchConfiguration';

export const rule = defineRule({
  id: 'HOST-01',
  title: 'Container hosts answer metadata requests with a token only',
  severity: 'HIGH',
  targets: [TEMPLATE, CONFIGURATION],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.EC2.PR.1', 'CT.AUTOSCALING.PR.2'],
    'Security Hub': ['EC2.170', 'AutoScaling.3'],
    'AWS Config': ['ec2-launch-template-imdsv2-check', 'autoscaling-launchconfig-requires-imdsv2'],
    checkov: ['CKV_AWS_79'],
    trivy: ['AWS-0130'],
  },
  source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html',
  rationale:
    'A task that can be made to fetch a URL reads the credentials of its host with version 1 of the metadata service.',
  remedy: 'Set MetadataOptions.HttpTokens to required.',
  fixes: { HttpTokens: 'required' },
  check: ({ resource }) =>
    requires(
      (resource.type === TEMPLATE ? resource.at('LaunchTemplateData') : resource.properties)
        .at('MetadataOptions')
        .at('HttpTokens')
        .equals('required'),
      'the instance hands its credentials to whoever makes it send a request',
    ),
});

const template = (MetadataOptions?: object, rest?: object) =>
  single(TEMPLATE, { LaunchTemplateData: { MetadataOptions } }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'a token is required', template: template({ HttpTokens: 'required' }) },
    {
      title: 'of a launch configuration',
      template: single(CONFIGURATION, { MetadataOptions: { HttpTokens: 'required' } }),
    },
  ],
  fail: [
    { title: 'not set', template: template() },
    { title: 'optional', template: template({ HttpTokens: 'optional' }) },
    { title: 'a launch configuration without', template: single(CONFIGURATION, {}) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: template({ HttpTokens: { Ref: 'Value' } }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
