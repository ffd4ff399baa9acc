import { forbids } from '../engine/outcome';
import { defineRule, type Examples, single } from '../engine/rule';
import { any, NEVER, type Test } from '../engine/truth';
import type { Value } from '../engine/value';
import { ORGANISATION_SERVICE, someNetworkConfiguration } from './containers';

export const rule = defineRule({
  id: 'NET-01',
  title: 'Tasks get no public IP address',
  severity: 'HIGH',
  targets: ['AWS::ECS::Service', 'AWS::ECS::TaskSet', ORGANISATION_SERVICE],
  level: 'resource',
  equivalents: { 'Control Tower': ['CT.ECS.PR.9'], 'Security Hub': ['ECS.2', 'ECS.16'] },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html',
  rationale:
    'A task with a public IP address is reachable from the internet past the load balancer and its web ACL.',
  remedy: 'Set AssignPublicIp to DISABLED and run the tasks in private subnets.',
  check: ({ resource }) =>
    forbids(
      any(
        someNetworkConfiguration(resource, (network) => network.at('AssignPublicIp').equals('ENABLED')),
        resource.type === ORGANISATION_SERVICE
          ? usesDefaultSubnets(resource.at('NetworkConfiguration.Subnets'))
          : NEVER,
      ),
      'tasks get a public IP address',
    ),
});

/** Without subnets the service runs in the default VPC; whether its subnets are public is known in the account only. */
function usesDefaultSubnets(subnets: Value): Test {
  return subnets.isSet().truth !== true
    ? subnets.undecided('no subnets are named, and those of the default VPC are usually public')
    : NEVER;
}

const service = (AssignPublicIp?: unknown, rest?: object) =>
  single(
    'AWS::ECS::Service',
    { NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], AssignPublicIp } } },
    rest,
  );
const parameters = (ip: object) => ({ Parameters: { Ip: { Type: 'String', ...ip } } });
const conditions = { Conditions: { InIreland: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } } };

export const examples = (): Examples => ({
  pass: [
    { title: 'disabled', template: service('DISABLED') },
    { title: 'absent, which means disabled', template: service() },
    {
      title: 'disabled in both branches',
      template: service({ 'Fn::If': ['InIreland', 'DISABLED', { Ref: 'AWS::NoValue' }] }, conditions),
    },
    {
      title: 'an organisation service that names its subnets, which NET-02 judges',
      template: single(ORGANISATION_SERVICE, { NetworkConfiguration: { Subnets: ['subnet-1'] } }),
    },
  ],
  fail: [
    { title: 'enabled', template: service('ENABLED') },
    {
      title: 'a task set, which spells the property AwsVpcConfiguration',
      template: single('AWS::ECS::TaskSet', {
        NetworkConfiguration: { AwsVpcConfiguration: { AssignPublicIp: 'ENABLED' } },
      }),
    },
  ],
  indeterminate: [
    { title: 'a parameter without value', template: service({ Ref: 'Ip' }, parameters({})) },
    {
      title: 'a parameter that is disabled by default, which may be overridden',
      template: service({ Ref: 'Ip' }, parameters({ Default: 'DISABLED' })),
    },
    {
      title: 'enabled in one Region',
      template: service({ 'Fn::If': ['InIreland', 'ENABLED', 'DISABLED'] }, conditions),
    },
    {
      title: 'an organisation service whose list of subnets may be empty',
      template: single(
        ORGANISATION_SERVICE,
        { NetworkConfiguration: { Subnets: { Ref: 'Ids' } } },
        { Parameters: { Ids: { Type: 'CommaDelimitedList' } } },
      ),
    },
    { title: 'an organisation service in the default VPC', template: single(ORGANISATION_SERVICE, {}) },
  ],
});
