import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

export const rule = defineRule({
  id: 'CP-01',
  title: 'Capacity providers protect instances that run tasks',
  severity: 'MEDIUM',
  targets: ['AWS::ECS::CapacityProvider'],
  level: 'resource',
  equivalents: { 'AWS Config': ['ecs-capacity-provider-termination-check'], 'Security Hub': ['ECS.19'] },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-termination-protection.html',
  rationale: 'Without it scaling in ends instances together with the tasks that still serve requests.',
  remedy: 'Set ManagedTerminationProtection of AutoScalingGroupProvider to ENABLED.',
  fixes: { ManagedTerminationProtection: 'ENABLED' },
  check: ({ resource }) => {
    const group = resource.at('AutoScalingGroupProvider');
    return when(group.isSet(), () =>
      requires(
        group.at('ManagedTerminationProtection').equals('ENABLED'),
        'instances are ended while tasks run on them',
      ),
    );
  },
});

const provider = (ManagedTerminationProtection?: unknown, rest?: object) =>
  single(
    'AWS::ECS::CapacityProvider',
    { AutoScalingGroupProvider: { AutoScalingGroupArn: 'asg', ManagedTerminationProtection } },
    rest,
  );

export const examples = (): Examples => ({
  pass: [
    { title: 'enabled', template: provider('ENABLED') },
    {
      title: 'managed instances',
      template: single('AWS::ECS::CapacityProvider', { ManagedInstancesProvider: {} }),
    },
  ],
  fail: [
    { title: 'absent, which means disabled', template: provider() },
    { title: 'disabled', template: provider('DISABLED') },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: provider({ Ref: 'Protection' }, { Parameters: { Protection: { Type: 'String' } } }),
    },
  ],
});
