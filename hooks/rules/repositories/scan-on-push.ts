import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'ECR-01',
  title: 'Repositories scan images when they are pushed',
  severity: 'MEDIUM',
  targets: ['AWS::ECR::Repository'],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.ECR.PR.2'],
    'Security Hub': ['ECR.1'],
    'AWS Config': ['ecr-private-image-scanning-enabled'],
    checkov: ['CKV_AWS_163'],
    trivy: ['AWS-0030'],
    cfn_nag: ['W79'],
  },
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html',
  rationale: 'Most weaknesses of an image are known on the day on which it is pushed.',
  remedy: 'Set ImageScanningConfiguration.ScanOnPush to true.',
  fixes: { ScanOnPush: 'true' },
  check: ({ resource }) =>
    requires(
      resource.at('ImageScanningConfiguration.ScanOnPush').equals(true),
      'nobody learns of known weaknesses',
    ),
});

const repository = (properties: Readonly<Record<string, unknown>>, rest?: object) =>
  single('AWS::ECR::Repository', properties, rest);
export const examples = (): Examples => ({
  pass: [{ title: 'scanned', template: repository({ ImageScanningConfiguration: { ScanOnPush: true } }) }],
  fail: [{ title: 'not set', template: repository({}) }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: repository(
        { ImageScanningConfiguration: { ScanOnPush: { Ref: 'Value' } } },
        { Parameters: { Value: { Type: 'String' } } },
      ),
    },
  ],
});
