import { forbids, type Outcome, type ProblemOptions, when } from '../../engine/outcome';
import { defineRule, type Examples, integers, single } from '../../engine/rule';
import { all, any, not, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { isOpenToWorld, PREFIX_LIST } from '../../resources/cidr';

const GROUP = 'AWS::EC2::SecurityGroup';
const INGRESS = 'AWS::EC2::SecurityGroupIngress';

export const rule = defineRule({
  id: 'SG-01',
  title: 'Security groups admit the world to web ports only',
  severity: 'HIGH',
  targets: [GROUP, INGRESS],
  level: 'stack',
  related: [PREFIX_LIST],
  equivalents: {
    'Control Tower': ['CT.EC2.PR.4', 'CT.EC2.PR.3'],
    'Security Hub': ['EC2.13', 'EC2.14', 'EC2.18', 'EC2.19'],
    checkov: ['CKV_AWS_24', 'CKV_AWS_25'],
    trivy: ['AWS-0107'],
    'cdk-nag': ['AwsSolutions-EC23'],
    cfn_nag: ['W2', 'W42'],
    'Guard rules registry': ['RESTRICTED_INCOMING_TRAFFIC', 'INCOMING_SSH_DISABLED'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19',
  rationale:
    'Ports of administration and databases that are open to the world are found and tried within minutes.',
  remedy: 'Narrow the range to the networks that need it, or name a security group as the source.',
  parameters: {
    allowedPorts: integers('Ports that may be open to the world.', [80, 443]),
    highRiskPorts: integers(
      'Ports whose opening to the world is critical.',
      [
        20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601,
        8080, 8088, 8888, 9200, 9300,
      ],
    ),
  },
  check: ({ resource, stack, parameters: { allowedPorts, highRiskPorts } }): Outcome => {
    const judge = (ingress: Value): Outcome =>
      when(isOpenToWorld(ingress, stack), () => {
        const atRisk = coversOneOf(ingress, highRiskPorts);
        const [test, severity]: [Test, ProblemOptions] =
          atRisk.truth === true
            ? [atRisk, { severity: 'CRITICAL' }]
            : [not(isSinglePort(ingress, allowedPorts)), {}];
        return forbids(test, 'the world is admitted to this port', severity);
      });
    return resource.type === GROUP
      ? resource.at('SecurityGroupIngress').each(judge, 'the world may be admitted to web ports only')
      : judge(resource.properties);
  },
});

/** Whether a rule covers one of the ports. Protocol -1 covers all, and so do TCP and UDP without ports. */
function coversOneOf(ingress: Value, ports: readonly number[]): Test {
  const [from, to] = [ingress.at('FromPort'), ingress.at('ToPort')];
  const end = to.or(String(from.literal ?? ''));
  return any(
    isAllTraffic(ingress),
    all(
      any(
        not(from.isSet()),
        from.equals(-1),
        ...ports.map((port) => all(from.atMost(port), end.atLeast(port))),
      ),
      ingress.at('IpProtocol').oneOf(['tcp', 'udp', '6', '17']),
    ),
  );
}

function isAllTraffic(ingress: Value): Test {
  return ingress.at('IpProtocol').or('-1').oneOf(['-1', 'all']);
}

function isSinglePort(ingress: Value, allowed: readonly number[]): Test {
  const [from, to] = [ingress.at('FromPort'), ingress.at('ToPort')];
  return all(
    from.oneOf(allowed),
    ingress.at('IpProtocol').oneOf(['tcp', 'udp', '6', '17']),
    any(not(to.isSet()), to.sameAs(from), all(to.oneOf(allowed), areEqual(from, to))),
  );
}

/** The number 80 and the text "80" are the same port. */
function areEqual(from: Value, to: Value): Test {
  return from.literal === undefined
    ? from.undecided('the port is not known')
    : to.equals(Number(from.literal));
}

const rule80 = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '0.0.0.0/0' };
const group = (...SecurityGroupIngress: unknown[]) =>
  single(GROUP, { GroupDescription: 'web', SecurityGroupIngress });
const ssh = { IpProtocol: 'tcp', FromPort: '22', ToPort: '22', CidrIp: '0.0.0.0/0' };

export const examples = (): Examples => ({
  pass: [
    {
      title: 'web ports',
      template: group(rule80, {
        ...rule80,
        FromPort: '443',
        ToPort: 443,
        CidrIp: undefined,
        CidrIpv6: '::/0',
      }),
    },
    {
      title: 'a database from the own network',
      template: group({ ...rule80, FromPort: 5432, ToPort: 5432, CidrIp: '10.0.0.0/8' }),
    },
    {
      title: 'another group',
      template: single(INGRESS, { IpProtocol: '-1', SourceSecurityGroupId: 'sg-1' }),
    },
  ],
  fail: [
    { title: 'SSH from everywhere', template: group(ssh) },
    { title: 'SSH from half the world', template: group({ ...ssh, CidrIp: '0.0.0.0/1' }) },
    {
      title: 'SSH from every IPv6 address, written out',
      template: single(INGRESS, { ...ssh, CidrIp: undefined, CidrIpv6: '0:0:0:0:0:0:0:0/0' }),
    },
    {
      title: 'SSH from a prefix list that holds every address',
      template: {
        Resources: {
          ...group({ ...ssh, CidrIp: undefined, SourcePrefixListId: { Ref: 'World' } }).Resources,
          World: { Type: PREFIX_LIST, Properties: { Entries: [{ Cidr: '0.0.0.0/0' }] } },
        },
      },
    },
    { title: 'all traffic', template: single(INGRESS, { IpProtocol: -1, CidrIp: '0.0.0.0/0' }) },
    { title: 'a range that begins with a web port', template: group({ ...rule80, ToPort: 8000 }) },
  ],
  indeterminate: [
    {
      title: 'SSH from a prefix list of another stack',
      template: group({ ...ssh, CidrIp: undefined, SourcePrefixListId: 'pl-0123' }),
    },
    {
      title: 'a range by a parameter without value',
      template: { ...group({ ...ssh, CidrIp: { Ref: 'Range' } }), Parameters: { Range: { Type: 'String' } } },
    },
    {
      title: 'SSH under a condition',
      template: {
        ...group({ 'Fn::If': ['Debug', ssh, { Ref: 'AWS::NoValue' }] }),
        Conditions: { Debug: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } },
      },
    },
  ],
});
