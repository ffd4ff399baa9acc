import { single } from '../../hooks/engine/rule';
import type { RuleCases } from '../labelled-case';

const group = (properties: object) =>
  single('AWS::EC2::SecurityGroup', { GroupDescription: 'web', ...properties });
const byDefault = { Parameters: { Range: { Type: 'String', Default: '0.0.0.0/0' } } };
const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: { Ref: 'Range' } };
const egress = {
  GroupId: 'sg-1',
  IpProtocol: 'tcp',
  FromPort: 443,
  ToPort: 443,
  DestinationSecurityGroupId: 'sg-2',
};
const descriptions = { checkEgress: false };

export const cases: RuleCases = {
  rule: 'SG-02',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_23',
      parameters: descriptions,
      pass: {
        'a rule of the group': {
          ...byDefault,
          ...group({ SecurityGroupIngress: [{ ...https, Description: 'HTTPS' }] }),
        },
        'an ingress resource': {
          ...byDefault,
          ...single('AWS::EC2::SecurityGroupIngress', { ...https, Description: 'HTTPS' }),
        },
        'an egress resource': single('AWS::EC2::SecurityGroupEgress', { ...egress, Description: 'HTTPS' }),
        'a text instead of rules': group({ SecurityGroupIngress: 'None' }),
      },
      fail: {
        'a rule of the group': { ...byDefault, ...group({ SecurityGroupIngress: [https] }) },
        'an ingress resource': { ...byDefault, ...single('AWS::EC2::SecurityGroupIngress', https) },
        'an egress resource': single('AWS::EC2::SecurityGroupEgress', egress),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'EC2SecurityGroupDescription',
      parameters: descriptions,
      pass: { 'a text': group({}) },
      fail: { 'white space': group({ GroupDescription: ' ' }) },
    },
    {
      tool: 'trivy',
      check: 'AWS-0124',
      parameters: descriptions,
      pass: {
        'described egress': group({
          SecurityGroupEgress: [{ CidrIp: '127.0.0.1/32', IpProtocol: '-1', Description: 'itself' }],
        }),
      },
      fail: {
        'egress not described': group({
          SecurityGroupEgress: [{ CidrIp: '127.0.0.1/32', IpProtocol: '-1' }],
        }),
      },
    },
    {
      tool: 'trivy',
      check: 'AWS-0104',
      parameters: { checkDescriptions: false },
      pass: { 'one address': group({ SecurityGroupEgress: [{ CidrIp: '127.0.0.1/32', IpProtocol: '6' }] }) },
      fail: {
        'TCP to everywhere': group({ SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '6' }] }),
      },
    },
  ],
};
