import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { GATEWAY, isPublicGateway } from '../../resources/gateway';

export const rule = defineRule({
  id: 'GW-01',
  title: 'ECS gateways are internal unless approved',
  severity: 'HIGH',
  targets: [GATEWAY],
  level: 'resource',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-gateway.html',
  rationale:
    'Every service that uses a public gateway is on the internet; that decision belongs to the organisation.',
  remedy: 'Set Configuration.HostSharedAlb.Scheme to internal, or get an exemption as the approval.',
  mode: 'warn',
  check: ({ resource }) =>
    forbids(isPublicGateway(resource), 'the internet may reach every service behind this gateway'),
});

const gateway = (Scheme?: unknown, rest?: object) =>
  single(GATEWAY, { Configuration: { HostSharedAlb: { Scheme } } }, rest);

export const examples = (): Examples => ({
  pass: [{ title: 'internal', template: gateway('internal') }],
  fail: [
    { title: 'absent', template: gateway() },
    { title: 'internet-facing', template: gateway('internet-facing') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: gateway({ Ref: 'Scheme' }, { Parameters: { Scheme: { Type: 'String' } } }),
    },
  ],
});
