import { single } from '../../hooks/engine/rule';
import type { RuleCases } from '../labelled-case';

const group = (...SecurityGroupIngress: unknown[]) =>
  single('AWS::EC2::SecurityGroup', { GroupDescription: 'web', SecurityGroupIngress });
const ingress = (properties: object) => single('AWS::EC2::SecurityGroupIngress', { ...properties });
const tcp = (FromPort: unknown, ToPort: unknown, range: object = { CidrIp: '0.0.0.0/0' }) => ({
  IpProtocol: 'tcp',
  FromPort,
  ToPort,
  ...range,
});
/** A group whose range is a parameter with a default. */
const byDefault = (port: number, name: 'CidrIp' | 'CidrIpv6', Default: string) => ({
  Parameters: { Range: { Type: 'String', Default } },
  ...group(tcp(port, port, { [name]: { Ref: 'Range' } })),
});
const ALL_ZEROS = '0000:0000:0000:0000:0000:0000:0000:0000/0';
const everything = (range: object) => ({ IpProtocol: '-1', ...range });

/** The inputs that the tests of checkov's checks of one port share. */
const checkovInputs = (port: number) => ({
  pass: { 'a private range by default': byDefault(port, 'CidrIp', '10.10.10.0/24') },
  fail: {
    'everybody by default': byDefault(port, 'CidrIp', '0.0.0.0/0'),
    'everybody by default, IPv6': byDefault(port, 'CidrIpv6', '::/0'),
    'everybody by default, IPv6 written out': byDefault(port, 'CidrIpv6', ALL_ZEROS),
  },
  skip: { 'a text instead of rules': group('none') },
});

export const cases: RuleCases = {
  rule: 'SG-01',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_24',
      pass: { ...checkovInputs(22).pass, 'a range from high to low': group(tcp('23', '21')) },
      fail: {
        ...checkovInputs(22).fail,
        'ports as text': group(tcp('22', '22')),
        'a range of ports': group(tcp('21', '23')),
      },
      skip: checkovInputs(22).skip,
    },
    { tool: 'checkov', check: 'CKV_AWS_25', ...checkovInputs(3389) },
    { tool: 'checkov', check: 'CKV_AWS_260', parameters: { allowedPorts: [443] }, ...checkovInputs(80) },
    {
      tool: 'cdk-nag',
      check: 'EC2RestrictedCommonPorts',
      pass: {
        'no rules': group(),
        'one address': group(tcp(21, undefined, { CidrIp: '72.21.210.165' })),
        'HTTP without ToPort': group(tcp(80, undefined)),
        'FTP over UDP': group({ ...tcp(21, undefined), IpProtocol: 'udp' }),
      },
      fail: {
        'FTP data without ToPort': group(tcp(20, undefined)),
        'FTP without ToPort': group(tcp(21, undefined)),
        'all traffic': group(everything({ CidrIp: '0.0.0.0/0' })),
        'many ports': group(tcp(1, 10000)),
        'ToPort -1': group(tcp(1, -1)),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'EC2RestrictedInbound',
      pass: {
        'all traffic from one address': group(everything({ CidrIp: '1.2.3.4/32' })),
        'one address': ingress({ IpProtocol: 'tcp', CidrIp: '1.2.3.4/32' }),
        'one IPv6 address': ingress({ IpProtocol: 'tcp', CidrIpv6: '1234:5678:9abc::ef12/128' }),
        'no rules': single('AWS::EC2::SecurityGroup', { GroupDescription: 'web' }),
      },
      fail: {
        'all traffic': group(everything({ CidrIp: '0.0.0.0/0' })),
        'no ports': ingress({ IpProtocol: 'tcp', CidrIp: '0.0.0.0/0' }),
        'IPv6 with another address': ingress({ IpProtocol: 'tcp', CidrIpv6: 'ff:ff:ff:ff:ff:ff:ff:ff/0' }),
        'all traffic, IPv6': group(everything({ CidrIpv6: '::/0' })),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'EC2RestrictedSSH',
      pass: {
        'no rules': group(),
        'one address': group(tcp(22, undefined, { CidrIp: '72.21.210.165' })),
        'HTTP without ToPort': group(tcp(80, undefined)),
      },
      fail: {
        'without ToPort': group(tcp(22, undefined)),
        'without ToPort, IPv6': group(tcp(22, undefined, { CidrIpv6: '::/0' })),
        'all traffic': group(everything({ CidrIp: '0.0.0.0/0' })),
        'many ports': group(tcp(1, 10000, { CidrIpv6: '::/0' })),
        'many ports, another address': ingress(tcp(1, 10000, { CidrIp: '1.0.0.0/0' })),
        'all protocols with other ports': group({ ...tcp(23, 10000), IpProtocol: '-1' }),
        'all protocols with port 22': ingress({
          ...tcp(22, undefined, { CidrIp: '1.0.0.0/0' }),
          IpProtocol: '-1',
        }),
      },
    },
    {
      tool: 'trivy',
      check: 'AWS-0107',
      pass: { 'one address': group({ ...tcp(22, 22, { CidrIp: '127.0.0.1/32' }), IpProtocol: '6' }) },
      fail: { 'protocol by number': group({ ...tcp(22, 22), IpProtocol: '6' }) },
    },
  ],
};
