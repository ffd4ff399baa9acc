import { forbids, type Outcome, PASS, requires } from '../../engine/outcome';
import { defineRule, type Examples, flag, single } from '../../engine/rule';
import { all, any } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { isOpenToWorld, PREFIX_LIST } from '../../resources/cidr';

const GROUP = 'AWS::EC2::SecurityGroup';
const INGRESS = 'AWS::EC2::SecurityGroupIngress';
const EGRESS = 'AWS::EC2::SecurityGroupEgress';

export const rule = defineRule({
  id: 'SG-02',
  title: 'Security groups limit and explain their traffic',
  severity: 'LOW',
  targets: [GROUP, INGRESS, EGRESS],
  level: 'stack',
  related: [EGRESS, PREFIX_LIST],
  equivalents: {
    cfn_nag: ['W5', 'F1000', 'W36'],
    checkov: ['CKV_AWS_23'],
    'cdk-nag': ['AwsSolutions-EC27'],
  },
  source: 'https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html',
  rationale:
    'Open egress lets intruders carry data out; a rule without description is never removed, as nobody knows why it is there.',
  remedy: 'List what the tasks connect to in SecurityGroupEgress, and give every rule a Description.',
  parameters: {
    checkEgress: flag('Object to egress that is open to the world for all traffic.', true),
    checkDescriptions: flag('Object to rules without description.', true),
  },
  check: ({ resource, stack, parameters: { checkEgress, checkDescriptions } }): Outcome => {
    const described = (each: Value): Outcome =>
      checkDescriptions ? requires(each.at('Description').isSet(), 'the rule has no description') : PASS;
    const limited = (each: Value): Outcome =>
      checkEgress
        ? forbids(
            all(
              isOpenToWorld(each, stack, 'DestinationPrefixListId'),
              each.at('IpProtocol').oneOf(['-1', 'all']),
            ),
            'all traffic may leave to everywhere',
          )
        : PASS;
    if (resource.type === INGRESS) return described(resource.properties);
    if (resource.type === EGRESS) return [...described(resource.properties), ...limited(resource.properties)];
    const egress = resource.at('SecurityGroupEgress');
    return [
      ...(checkEgress
        ? requires(
            any(egress.isSet(), stack.someReferring(resource, EGRESS, 'GroupId')),
            'without egress rules all traffic may leave to everywhere',
          )
        : PASS),
      ...resource.at('SecurityGroupIngress').each(described),
      ...egress.each((each) => [...described(each), ...limited(each)]),
    ];
  },
});

const outward = {
  IpProtocol: 'tcp',
  FromPort: 443,
  ToPort: 443,
  CidrIp: '0.0.0.0/0',
  Description: 'AWS APIs',
};
const group = (SecurityGroupEgress?: unknown, SecurityGroupIngress?: unknown) =>
  single(GROUP, { GroupDescription: 'web', SecurityGroupEgress, SecurityGroupIngress });

export const examples = (): Examples => ({
  pass: [
    {
      title: 'limited by a separate rule, with which the default one goes',
      template: {
        Resources: {
          Group: group().Resources['Example'],
          Rule: { Type: EGRESS, Properties: { ...outward, GroupId: { 'Fn::GetAtt': 'Group.GroupId' } } },
        },
      },
    },
    { title: 'limited and described', template: group([outward]) },
    {
      title: 'a described rule',
      template: single(INGRESS, { IpProtocol: 'tcp', Description: 'from the load balancer' }),
    },
  ],
  fail: [
    { title: 'no egress rules', template: group() },
    { title: 'open egress', template: group([{ ...outward, IpProtocol: '-1' }]) },
    {
      title: 'a rule without description',
      template: group([outward], [{ IpProtocol: 'tcp', CidrIp: '10.0.0.0/8' }]),
    },
    {
      title: 'a separate rule that is open',
      template: single(EGRESS, { IpProtocol: '-1', CidrIpv6: '::/0', Description: 'all' }),
    },
  ],
  indeterminate: [
    {
      title: 'a range by a parameter without value',
      template: {
        ...group([{ ...outward, IpProtocol: '-1', CidrIp: { Ref: 'Range' } }]),
        Parameters: { Range: { Type: 'String' } },
      },
    },
  ],
});
