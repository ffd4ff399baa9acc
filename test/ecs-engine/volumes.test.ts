/** Volumes of tasks: what is refused, and what becomes of those that are made for each task. */
import {
  DescribeServiceRevisionsCommand,
  RegisterTaskDefinitionCommand,
  type ServiceManagedEBSVolumeConfiguration,
  type Volume,
} from '@aws-sdk/client-ecs';
import { createRole } from '../../local/account';
import { permitVolumes } from '../support/account';
import { Fixture, MINUTE } from './fixture';

let fixture: Fixture;
let volumeRole: string;
beforeAll(async () => {
  fixture = await Fixture.start();
  volumeRole = await createRole(fixture.aws, 'volumes', 'ecs.amazonaws.com');
  await permitVolumes(fixture.aws, 'volumes');
  await fixture.advance(MINUTE);
});
afterAll(() => fixture.close());

const INFRASTRUCTURE = 'arn:aws:iam::123456789012:role/infrastructure';

async function taskDefinition(volumes: Volume[], more: object = {}): Promise<string> {
  const { taskDefinition: made } = await fixture.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: fixture.name('volumes'),
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'Main', image: 'repository/web:1' }],
      volumes,
      ...more,
    }),
  );
  return made!.taskDefinitionArn!;
}

const files = { fileSystemArn: 'arn:aws:s3files:us-east-1:123456789012:file-system/fs-1' };
const data = { name: 'data', configuredAtLaunch: true };

/** Volumes of a service. */
const configured = (managedEBSVolume: Partial<ServiceManagedEBSVolumeConfiguration>, name = 'data') => [
  { name, managedEBSVolume: { roleArn: volumeRole, sizeInGiB: 10, ...managedEBSVolume } },
];

test.each<[string, Volume[], RegExp]>([
  ['two volumes for each task', [data, { name: 'more', configuredAtLaunch: true }], /Only one volume/],
  ['two kinds in one', [{ ...data, efsVolumeConfiguration: { fileSystemId: 'fs-1' } }], /only one of/],
  [
    'a port of an encryption that there is not',
    [{ name: 'a', efsVolumeConfiguration: { fileSystemId: 'fs-1', transitEncryptionPort: 2999 } }],
    /Transit encryption/,
  ],
  ['S3 Files without a task role', [{ name: 'a', s3filesVolumeConfiguration: files }], /task role/],
])('RegisterTaskDefinition refuses %s', async (_what, volumes, message) => {
  await expect(taskDefinition(volumes)).rejects.toMatchObject({
    name: 'ClientException',
    message: expect.stringMatching(message),
  });
});

test('an access point of S3 Files has a directory of its own', async () => {
  const accessPointArn = `${files.fileSystemArn}/access-point/fsap-1`;
  const taskRoleArn = 'arn:aws:iam::123456789012:role/task';
  const volume = (rootDirectory: string) => [
    { name: 'a', s3filesVolumeConfiguration: { ...files, accessPointArn, rootDirectory } },
  ];
  await expect(taskDefinition(volume('/data'), { taskRoleArn })).rejects.toThrow(/root directory/);
  await expect(taskDefinition(volume('/'), { taskRoleArn })).resolves.toContain('task-definition');
});

test.each<[string, () => ReturnType<typeof configured> | undefined, RegExp]>([
  ['no configuration of a volume', () => undefined, /'data' of the task definition requires/],
  ['another volume', () => [...configured({}), ...configured({}, 'other')], /'other' is not configured/],
  ['a type that Fargate has not', () => configured({ volumeType: 'standard' }), /'standard'/],
  ['neither size nor snapshot', () => configured({ sizeInGiB: undefined }), /sizeInGiB or snapshotId/],
  ['too small a volume', () => configured({ volumeType: 'st1' }), /between 125 and 16384/],
  ['io2 without iops', () => configured({ volumeType: 'io2' }), /iops is required/],
  ['iops of a type that has none', () => configured({ volumeType: 'gp2', iops: 100 }), /iops 100/],
  ['throughput of another type', () => configured({ volumeType: 'gp2', throughput: 200 }), /throughput 200/],
  ['a file system of Windows', () => configured({ filesystemType: 'ntfs' }), /ntfs/],
  ['a rate without a snapshot', () => configured({ volumeInitializationRate: 100 }), /snapshotId/],
])('CreateService refuses %s', async (_what, volumes, message) => {
  const input = await fixture.input(undefined, {}, { taskDefinition: await taskDefinition([data]) });
  await expect(fixture.create({ ...input, volumeConfigurations: volumes() })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringMatching(message),
  });
});

test('another volume is deployed, and is told of deployments, revisions and tasks', async () => {
  const overrides = { taskDefinition: await taskDefinition([data]), volumeConfigurations: configured({}) };
  const service = await fixture.running(undefined, {}, overrides);
  expect(await fixture.describe(service)).not.toHaveProperty('volumeConfigurations');
  expect(await fixture.tasks(service)).toMatchObject(
    Array(2).fill({
      attachments: [
        {},
        {
          type: 'AmazonElasticBlockStorage',
          status: 'ATTACHED',
          details: expect.arrayContaining([{ name: 'roleArn', value: volumeRole }]),
        },
      ],
    }),
  );

  const volumeConfigurations = configured({ sizeInGiB: 20 });
  const updated = await fixture.update(service, { volumeConfigurations });
  expect(updated.deployments).toMatchObject([
    { volumeConfigurations, rolloutState: 'IN_PROGRESS' },
    { volumeConfigurations: configured({}) },
  ]);
  await fixture.advance(10 * MINUTE);
  const { currentServiceRevisions } = await fixture.describe(service);
  const { serviceRevisions } = await fixture.ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [currentServiceRevisions![0]!.arn!] }),
  );
  expect(serviceRevisions).toMatchObject([{ volumeConfigurations }]);

  const plain = await taskDefinition([]);
  const without = await fixture.update(service, { taskDefinition: plain, volumeConfigurations: [] });
  expect(without.deployments![0]!.volumeConfigurations ?? []).toEqual([]);
});

test.each([true, false])(
  'a role that cannot make volumes keeps tasks from starting; that the task says why: %s',
  async (holds) => {
    fixture.aws.answers.give({ 'ecs.volume-failure-is-the-stop-reason': holds });
    const service = await fixture.create(
      await fixture.input(
        undefined,
        {},
        {
          taskDefinition: await taskDefinition([data]),
          volumeConfigurations: configured({ roleArn: INFRASTRUCTURE }),
        },
      ),
    );
    await fixture.advance(2 * MINUTE);
    const reason = `ECS was unable to assume the configured ECS Infrastructure Role '${INFRASTRUCTURE}'. Please verify that the role being passed has the proper trust relationship with Amazon ECS`;
    const [task] = await fixture.tasks(service, 'STOPPED');
    expect(task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: holds ? reason : 'Task failed to start',
      attachments: [
        {},
        { status: 'FAILED', details: expect.arrayContaining([{ name: 'statusReason', value: reason }]) },
      ],
    });
    fixture.aws.answers.reset();
  },
);
