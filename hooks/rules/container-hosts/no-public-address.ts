import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

const TEMPLATE = 'AWS::EC2::LaunchTemplate';
const CONFIGURATION = 'AWS::AutoScaling::LaunchConfiguration';
const PUBLIC = 'the host gets a public IP address';

export const rule = defineRule({
  id: 'HOST-02',
  title: 'Container hosts get no public IP address',
  severity: 'HIGH',
  targets: [TEMPLATE, CONFIGURATION],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.EC2.PR.9', 'CT.AUTOSCALING.PR.5'],
    'Security Hub': ['EC2.25', 'AutoScaling.5'],
    'AWS Config': ['ec2-launch-template-public-ip-disabled', 'autoscaling-launch-config-public-ip-disabled'],
    checkov: ['CKV_AWS_88'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-25',
  rationale: 'A host with a public address is reachable past the load balancer, and with it all its tasks.',
  remedy: 'Leave AssociatePublicIpAddress out or set it to false.',
  check: ({ resource }) =>
    resource.type === CONFIGURATION
      ? forbids(resource.at('AssociatePublicIpAddress').equals(true), PUBLIC)
      : resource
          .at('LaunchTemplateData.NetworkInterfaces')
          .each((network) => forbids(network.at('AssociatePublicIpAddress').equals(true), PUBLIC)),
});

const template = (AssociatePublicIpAddress?: unknown, rest?: object) =>
  single(TEMPLATE, { LaunchTemplateData: { NetworkInterfaces: [{ AssociatePublicIpAddress }] } }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'no interfaces', template: single(TEMPLATE, { LaunchTemplateData: {} }) },
    { title: 'none', template: template(false) },
  ],
  fail: [
    { title: 'a public address', template: template('true') },
    {
      title: 'of a launch configuration',
      template: single(CONFIGURATION, { AssociatePublicIpAddress: true }),
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: template({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
