import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { TASK_DEFINITION } from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-09',
  title: 'EFS volumes are encrypted in transit',
  severity: 'MEDIUM',
  targets: [TASK_DEFINITION],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-task-definition-efs-encryption-enabled'],
    checkov: ['CKV_AWS_97'],
    trivy: ['AWS-0035'],
    'Security Hub': ['ECS.18'],
  },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-efs-config.html',
  rationale: 'Without it files travel between task and file system in clear.',
  remedy: 'Set TransitEncryption of EFSVolumeConfiguration to ENABLED.',
  fixes: { TransitEncryption: 'ENABLED' },
  check: ({ resource }) =>
    resource.at('Volumes').each((volume) => {
      const efs = volume.at('EFSVolumeConfiguration');
      return when(efs.isSet(), () =>
        requires(efs.at('TransitEncryption').equals('ENABLED'), 'the volume is not encrypted in transit'),
      );
    }, 'EFS volumes have to be encrypted in transit'),
});

const volume = (efs?: object, rest?: object) =>
  single(
    TASK_DEFINITION,
    { ContainerDefinitions: [], Volumes: [{ Name: 'data', EFSVolumeConfiguration: efs }] },
    rest,
  );

export const examples = (): Examples => ({
  pass: [
    { title: 'encrypted', template: volume({ FilesystemId: 'fs-1', TransitEncryption: 'ENABLED' }) },
    { title: 'a volume of another kind', template: volume() },
  ],
  fail: [
    { title: 'absent, which means disabled', template: volume({ FilesystemId: 'fs-1' }) },
    { title: 'disabled', template: volume({ FilesystemId: 'fs-1', TransitEncryption: 'DISABLED' }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: volume(
        { TransitEncryption: { Ref: 'Encryption' } },
        { Parameters: { Encryption: { Type: 'String' } } },
      ),
    },
  ],
});
