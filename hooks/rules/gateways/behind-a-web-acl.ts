import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { GATEWAY, gatewayConfiguration, isPublicGateway } from '../../resources/gateway';

export const rule = defineRule({
  id: 'GW-02',
  title: 'Public ECS gateways have a web ACL',
  severity: 'HIGH',
  targets: [GATEWAY],
  level: 'resource',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-gateway-hostsharedalbconfiguration.html',
  rationale: 'Without a web ACL nothing filters attacks or limits request rates before they reach the tasks.',
  remedy: 'Set Configuration.HostSharedAlb.WebACLArn, or make the gateway internal.',
  check: ({ resource }) =>
    when(isPublicGateway(resource), () =>
      requires(
        gatewayConfiguration(resource).at('WebACLArn').isSet(),
        'the internet may reach it and it has no web ACL',
      ),
    ),
});

const gateway = (HostSharedAlb: object, rest?: object) =>
  single(GATEWAY, { Configuration: { HostSharedAlb } }, rest);
const acl = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/edge/1';

export const examples = (): Examples => ({
  pass: [
    { title: 'public with a web ACL', template: gateway({ Scheme: 'internet-facing', WebACLArn: acl }) },
    { title: 'internal', template: gateway({ Scheme: 'internal' }) },
  ],
  fail: [
    { title: 'public without', template: gateway({ Scheme: 'internet-facing' }) },
    { title: 'scheme left to the subnets', template: gateway({ MaxAlbCount: 1 }) },
  ],
  indeterminate: [
    {
      title: 'scheme by a parameter',
      template: gateway({ Scheme: { Ref: 'Scheme' } }, { Parameters: { Scheme: { Type: 'String' } } }),
    },
  ],
});
