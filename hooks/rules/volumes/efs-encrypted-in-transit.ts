import { type Outcome, PASS, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { ORGANISATION_SERVICE, TASK_DEFINITION } from '../../resources/containers';
import type { Resource } from '../../engine/resource';
import type { Value } from '../../engine/value';
import { isOrganisationService } from '../../resources/organisation-service';

/** Amazon ECS and AWS Batch spell the property differently. */
const SPELLINGS = ['EFSVolumeConfiguration', 'EfsVolumeConfiguration'] as const;

export const rule = defineRule({
  id: 'TD-09',
  title: 'EFS volumes are encrypted in transit',
  severity: 'MEDIUM',
  targets: [TASK_DEFINITION, 'AWS::Batch::JobDefinition', ORGANISATION_SERVICE],
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
    volumesOf(resource, (volume) => {
      const efs = SPELLINGS.map((name) => volume.at(name)).find((each) => each.isPresent().truth !== false);
      if (efs === undefined) return PASS;
      const encryption = efs.at('TransitEncryption');
      // The organisation's type encrypts unless it is told otherwise.
      const setting = isOrganisationService(resource) ? encryption.or('ENABLED') : encryption;
      return when(efs.isSet(), () =>
        requires(setting.equals('ENABLED'), 'the volume is not encrypted in transit'),
      );
    }),
});

/** Judge every volume, also those of the tasks of a job of AWS Batch. */
function volumesOf(resource: Resource, judge: (volume: Value) => Outcome): Outcome {
  const because = 'EFS volumes have to be encrypted in transit';
  return [
    ...['Volumes', 'ContainerProperties.Volumes'].flatMap((path) => resource.at(path).each(judge, because)),
    ...resource
      .at('EcsProperties.TaskProperties')
      .each((task) => task.at('Volumes').each(judge, because), because),
  ];
}

const volume = (efs?: object, rest?: object) =>
  single(
    TASK_DEFINITION,
    { ContainerDefinitions: [], Volumes: [{ Name: 'data', EFSVolumeConfiguration: efs }] },
    rest,
  );

export const examples = (): Examples => ({
  pass: [
    {
      title: 'an organisation service, which encrypts by default',
      template: single(ORGANISATION_SERVICE, {
        Volumes: [{ Name: 'data', EFSVolumeConfiguration: { FilesystemId: 'fs-1' } }],
      }),
    },
    { title: 'encrypted', template: volume({ FilesystemId: 'fs-1', TransitEncryption: 'ENABLED' }) },
    { title: 'a volume of another kind', template: volume() },
  ],
  fail: [
    {
      title: 'an organisation service that does not want it',
      template: single(ORGANISATION_SERVICE, {
        Volumes: [
          { Name: 'data', EFSVolumeConfiguration: { FilesystemId: 'fs-1', TransitEncryption: 'DISABLED' } },
        ],
      }),
    },
    {
      title: 'a job of AWS Batch',
      template: single('AWS::Batch::JobDefinition', {
        ContainerProperties: { Volumes: [{ EfsVolumeConfiguration: { FileSystemId: 'fs-1' } }] },
      }),
    },
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
