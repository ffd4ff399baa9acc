import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'NET-05',
  title: 'Subnets give no public IP addresses by themselves',
  severity: 'MEDIUM',
  targets: ['AWS::EC2::Subnet'],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.EC2.PR.11'],
    'Security Hub': ['EC2.15'],
    'AWS Config': ['subnet-auto-assign-public-ip-disabled'],
    checkov: ['CKV_AWS_130'],
    cfn_nag: ['W33'],
    'cdk-nag': ['VPCSubnetAutoAssignPublicIpDisabled'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-15',
  rationale:
    'Container hosts and tasks that say nothing themselves become reachable from the internet there.',
  remedy: 'Leave MapPublicIpOnLaunch out, and ask for public addresses where they are needed.',
  fixes: { MapPublicIpOnLaunch: 'false' },
  check: ({ resource }) =>
    forbids(
      resource.at('MapPublicIpOnLaunch').equals(true),
      'what is launched here gets a public IP address',
    ),
});

const subnet = (MapPublicIpOnLaunch?: unknown, rest?: object) =>
  single('AWS::EC2::Subnet', { VpcId: 'vpc-1', MapPublicIpOnLaunch }, rest);
export const examples = (): Examples => ({
  pass: [
    { title: 'not set, which means false', template: subnet() },
    { title: 'false', template: subnet(false) },
  ],
  fail: [
    { title: 'true', template: subnet(true) },
    { title: 'true as text', template: subnet('true') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: subnet({ Ref: 'Value' }, { Parameters: { Value: { Type: 'String' } } }),
    },
  ],
});
