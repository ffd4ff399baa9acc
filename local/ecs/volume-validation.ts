/** What ECS refuses in volumes, of task definitions and of services (API references of Volume and ServiceManagedEBSVolumeConfiguration). */
import { AwsError, type Structure } from '../service';
import type { TaskDefinition } from './state';

/** Where the data of a volume is: a volume has one of them at most. */
const SOURCES = [
  'host',
  'configuredAtLaunch',
  'dockerVolumeConfiguration',
  'efsVolumeConfiguration',
  's3filesVolumeConfiguration',
  'fsxWindowsFileServerVolumeConfiguration',
];

/** Sizes and numbers of operations by the type of an EBS volume; `standard` is not on Fargate. */
const TYPES: Readonly<Record<string, { size: readonly [number, number]; iops?: readonly [number, number] }>> =
  {
    gp2: { size: [1, 16_384] },
    gp3: { size: [1, 16_384], iops: [3_000, 16_000] },
    io1: { size: [4, 16_384], iops: [100, 64_000] },
    io2: { size: [4, 16_384], iops: [100, 256_000] },
    st1: { size: [125, 16_384] },
    sc1: { size: [125, 16_384] },
  };
/** Types that have no number of operations of their own. */
const IOPS_REQUIRED = ['io1', 'io2'];
const DEFAULT_TYPE = 'gp2';
const MOST_THROUGHPUT = 1_000;
const FILE_SYSTEMS = ['ext3', 'ext4', 'xfs'];
const RESERVED_TAGS = ['AmazonECSCreated', 'AmazonECSManaged'];

/** Check the volumes of a task definition. @throws AwsError ClientException. */
export function checkTaskVolumes({ volumes = [], taskRoleArn }: Structure): void {
  const refuse = (message: string): never => {
    throw new AwsError('ClientException', message);
  };
  for (const volume of volumes as Structure[]) {
    const given = SOURCES.filter((source) => volume[source]);
    if (given.length > 1) refuse(`Volume '${volume.name}' can have only one of ${given.join(', ')}.`);
    const files = volume.s3filesVolumeConfiguration;
    const shared = volume.efsVolumeConfiguration;
    if (shared?.transitEncryptionPort !== undefined && shared.transitEncryption !== 'ENABLED')
      refuse('Transit encryption must be enabled to specify a transit encryption port.');
    if (files && !taskRoleArn) refuse('A task role is required to mount an S3 Files file system.');
    if (files?.accessPointArn && (files.rootDirectory ?? '/') !== '/')
      refuse('The root directory must be omitted or / when an access point is specified.');
  }
  if (volumes.filter(({ configuredAtLaunch }: Structure) => configuredAtLaunch).length > 1)
    refuse('Only one volume can be configured at launch.');
}

/** Check the volumes that are made for each task of a service. @throws AwsError InvalidParameterException. */
export function checkServiceVolumes(
  { definition }: TaskDefinition,
  { volumeConfigurations = [] }: Structure,
): void {
  const configured = (definition.volumes ?? [])
    .filter(({ configuredAtLaunch }: Structure) => configuredAtLaunch)
    .map(({ name }: Structure) => name);
  const names = (volumeConfigurations as Structure[]).map(({ name }) => name);
  const unknown = names.find((name) => !configured.includes(name));
  if (unknown !== undefined)
    refuse(`The volume '${unknown}' is not configured at launch in the task definition.`);
  const missing = configured.find((name: string) => !names.includes(name));
  if (missing !== undefined)
    refuse(`The volume '${missing}' of the task definition requires a volume configuration.`);
  for (const { name, managedEBSVolume } of volumeConfigurations as Structure[]) {
    if (!managedEBSVolume) refuse(`The volume configuration '${name}' has no managedEBSVolume.`);
    checkManagedVolume(managedEBSVolume);
  }
}

function checkManagedVolume(volume: Structure): void {
  const { volumeType = DEFAULT_TYPE, sizeInGiB, snapshotId, iops, throughput, filesystemType } = volume;
  const type = TYPES[volumeType];
  if (!type) refuse(`Volume type '${volumeType}' is not supported.`);
  if (!volume.roleArn) refuse('roleArn is required for a managed EBS volume.');
  if (sizeInGiB === undefined && snapshotId === undefined)
    refuse('Either sizeInGiB or snapshotId must be specified.');
  if (sizeInGiB !== undefined && !isWithin(sizeInGiB, type!.size))
    refuse(`The size of a ${volumeType} volume must be between ${type!.size.join(' and ')} GiB.`);
  if (volume.volumeInitializationRate !== undefined && snapshotId === undefined)
    refuse('volumeInitializationRate requires a snapshotId.');
  if (iops === undefined && IOPS_REQUIRED.includes(volumeType))
    refuse(`iops is required for ${volumeType} volumes.`);
  if (iops !== undefined && !(type!.iops && isWithin(iops, type!.iops)))
    refuse(`iops ${iops} is not supported for ${volumeType} volumes.`);
  if (throughput !== undefined && (volumeType !== 'gp3' || throughput > MOST_THROUGHPUT))
    refuse(`throughput ${throughput} is not supported for ${volumeType} volumes.`);
  if (filesystemType !== undefined && !FILE_SYSTEMS.includes(filesystemType))
    refuse(`Filesystem type '${filesystemType}' is not supported on Linux.`);
  const tags = (volume.tagSpecifications ?? []).flatMap(({ tags: given = [] }: Structure) => given);
  const reserved = tags.find(({ key }: Structure) => RESERVED_TAGS.includes(key));
  if (reserved) refuse(`The tag '${reserved.key}' is reserved.`);
}

function isWithin(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least && value <= most;
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
