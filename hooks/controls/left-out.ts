const CLASSIC =
  'Classic Load Balancers are of the last generation and cannot serve tasks of awsvpc mode; CLB-01 and CLB-02 judge what exposes requests.';
const INSTANCES =
  'It is about EC2 instances, volumes or instance types, which this catalogue does not judge.';

/** Controls that no rule of the catalogue is about, by catalogue and id, with the reason. */
export const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Security Hub': {
    'ELB.2': CLASSIC,
    'ELB.10': CLASSIC,
    'ELB.14': CLASSIC,
    'EC2.2': 'The default security group of a VPC is in no template.',
    'EC2.21': 'Network ACLs are outside what the catalogue judges; SG-01 and NET-04 judge who reaches tasks.',
    'WAF.1': 'Logging of WAF Classic is no property of a template.',
    'WAF.3': 'Rule groups of WAF Classic are no resource of CloudFormation.',
    'WAF.7': 'Rule groups of WAF Classic are no resource of CloudFormation.',
    'WAF.12': 'CloudWatch metrics are required by the resource type itself.',
    'ACM.1':
      'It is about certificates that are about to expire in the account; ACM-02 asks for validation by DNS, so that they renew.',
  },
  'Control Tower': {
    'CT.ACM.PR.1': 'It is about AWS Private CA.',
    'CT.CLOUDWATCH.PR.1':
      'It is about alarms, not about what they watch; SVC-05 asks for alarms of deployments.',
    'CT.CLOUDWATCH.PR.4':
      'It is about alarms, not about what they watch; SVC-05 asks for alarms of deployments.',
    'CT.EC2.PR.2':
      'With one hop only, tasks in bridge mode cannot use the metadata service of their host, which some need; HOST-01 asks for tokens.',
    'CT.EC2.PR.5':
      'Network ACLs are outside what the catalogue judges; SG-01 and NET-04 judge who reaches tasks.',
    'CT.EC2.PR.6': 'It is about transit gateways.',
    'CT.EC2.PR.7': INSTANCES,
    'CT.EC2.PR.8': INSTANCES,
    'CT.EC2.PR.10': 'It is about costs and detail of metrics.',
    'CT.EC2.PR.12': INSTANCES,
    'CT.EC2.PR.13': INSTANCES,
    'CT.EC2.PR.14': INSTANCES,
    'CT.EC2.PR.15': INSTANCES,
    'CT.EC2.PR.16': INSTANCES,
    'CT.EC2.PR.17': INSTANCES,
    'CT.EC2.PR.18': INSTANCES,
    'CT.EC2.PR.19': INSTANCES,
    'CT.EC2.PR.20': INSTANCES,
    'CT.ELASTICLOADBALANCING.PR.7': CLASSIC,
    'CT.ELASTICLOADBALANCING.PR.8': CLASSIC,
    'CT.ELASTICLOADBALANCING.PR.12': CLASSIC,
    'CT.IAM.PR.4':
      'It is about people: policies belong to groups instead of users. IAM-02 to IAM-05 judge what users may do.',
  },
  'AWS Config': {
    'clb-desync-mode-check': CLASSIC,
    'clb-multiple-az': CLASSIC,
    'elb-acm-certificate-required': CLASSIC,
    'elb-custom-security-policy-ssl-check': CLASSIC,
    'elb-predefined-security-policy-ssl-check': CLASSIC,
  },
};
