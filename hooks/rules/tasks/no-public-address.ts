import { forbids, type Outcome } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { any, NEVER, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { ORGANISATION_SERVICE, someNetworkConfiguration } from '../../resources/containers';
import { eachLaunch, isLaunchedWith, LAUNCHER_TYPES } from '../../resources/launchers';

export const rule = defineRule({
  id: 'NET-01',
  title: 'Tasks get no public IP address',
  severity: 'HIGH',
  targets: ['AWS::ECS::Service', 'AWS::ECS::TaskSet', ORGANISATION_SERVICE, ...LAUNCHER_TYPES],
  level: 'resource',
  equivalents: { 'Control Tower': ['CT.ECS.PR.9'], 'Security Hub': ['ECS.2', 'ECS.16'] },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html',
  rationale:
    'A task with a public IP address is reachable from the internet past the load balancer and its web ACL.',
  remedy: 'Set AssignPublicIp to DISABLED and run the tasks in private subnets.',
  fixes: { AssignPublicIp: 'DISABLED' },
  check: ({ resource }): Outcome => [
    ...eachLaunch(resource, ({ networks }) =>
      networks.flatMap((network) =>
        forbids(isLaunchedWith(network, 'AssignPublicIp', 'ENABLED'), 'tasks get a public IP address'),
      ),
    ),
    ...(LAUNCHER_TYPES.includes(resource.type)
      ? []
      : forbids(
          any(
            someNetworkConfiguration(resource, (network) => network.at('AssignPublicIp').equals('ENABLED')),
            resource.type === ORGANISATION_SERVICE
              ? usesDefaultSubnets(resource.at('NetworkConfiguration.Subnets'))
              : NEVER,
          ),
          'tasks get a public IP address',
        )),
  ],
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
const open = { Subnets: ['subnet-1'], AssignPublicIp: 'ENABLED' };
const runTask = (AwsvpcConfiguration: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::ecs:runTask.sync',
  Parameters: { TaskDefinition: '${Task}', NetworkConfiguration: { AwsvpcConfiguration } },
});
const parameters = (ip: object) => ({ Parameters: { Ip: { Type: 'String', ...ip } } });
const conditions = { Conditions: { InIreland: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } } };

export const examples = (): Examples => ({
  pass: [
    { title: 'disabled', template: service('DISABLED') },
    {
      title: 'a state machine that starts tasks without a public IP address, and other things',
      template: single('AWS::StepFunctions::StateMachine', {
        Definition: { States: { Run: runTask({ AssignPublicIp: 'DISABLED' }), Wait: { Type: 'Wait' } } },
      }),
    },
    {
      title: 'a rule that starts no task',
      template: single('AWS::Events::Rule', { Targets: [{ Id: 'a' }] }),
    },
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
      title: 'a task that EventBridge starts',
      template: single('AWS::Events::Rule', {
        Targets: [
          { Id: 'a' },
          { Id: 'b', EcsParameters: { NetworkConfiguration: { AwsVpcConfiguration: open } } },
        ],
      }),
    },
    {
      title: 'a task that EventBridge Scheduler starts',
      template: single('AWS::Scheduler::Schedule', {
        Target: { EcsParameters: { NetworkConfiguration: { AwsvpcConfiguration: open } } },
      }),
    },
    {
      title: 'a task that a pipe starts',
      template: single('AWS::Pipes::Pipe', {
        TargetParameters: { EcsTaskParameters: { NetworkConfiguration: { AwsvpcConfiguration: open } } },
      }),
    },
    {
      title: 'a task in a branch of a state machine, written as text',
      template: {
        Resources: {
          Machine: {
            Type: 'AWS::StepFunctions::StateMachine',
            Properties: {
              DefinitionString: {
                'Fn::Sub': JSON.stringify({
                  States: { Both: { Type: 'Parallel', Branches: [{ States: { Run: runTask(open) } }] } },
                }),
              },
            },
          },
          Task: { Type: 'AWS::ECS::TaskDefinition' },
        },
      },
    },
    {
      title: 'a job of AWS Batch',
      template: single('AWS::Batch::JobDefinition', { ContainerProperties: { NetworkConfiguration: open } }),
    },
    {
      title: 'a task set, which spells the property AwsVpcConfiguration',
      template: single('AWS::ECS::TaskSet', {
        NetworkConfiguration: { AwsVpcConfiguration: { AssignPublicIp: 'ENABLED' } },
      }),
    },
  ],
  indeterminate: [
    {
      title: 'a state machine that takes it from its input',
      template: single('AWS::StepFunctions::StateMachine', {
        Definition: { States: { Run: runTask({ 'AssignPublicIp.$': '$.ip' }) } },
      }),
    },
    {
      title: 'a state machine whose definition lies elsewhere in the template',
      template: single('AWS::StepFunctions::StateMachine', {
        DefinitionString:
          '{"States": {"Run": {"Resource": "arn:aws:states:::ecs:runTask", "Parameters": {"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "${Ip}"}}}}}}',
      }),
    },
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
