/** The volumes of a task, as a template describes them. Pure: no call to AWS. */
import type {
  EBSTagSpecification as EcsEBSTagSpecification,
  EFSAuthorizationConfig,
  EFSVolumeConfiguration as EcsEFSVolumeConfiguration,
  S3FilesVolumeConfiguration as EcsS3FilesVolumeConfiguration,
  ServiceManagedEBSVolumeConfiguration,
  ServiceVolumeConfiguration,
  Tag as EcsTag,
  Volume as EcsVolume,
} from '@aws-sdk/client-ecs';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import { DEFAULT } from '../../core/property';
import { specified, templateOf } from '../../core/property-values';
import { mergeRules, type MergeRule } from '../../core/three-way';
import { defined, unlessEmpty } from '../../core/unset';
import {
  ManagedEBSVolume,
  type AuthorizationConfig,
  type EBSTagSpecification,
  type EFSVolumeConfiguration,
  type S3FilesVolumeConfiguration,
  type Tag,
  type Volume,
} from '../model';
import { table } from './table';

/** Tags that Amazon ECS gives volumes itself (API reference of EBSTagSpecification). */
const RESERVED_TAGS: readonly (string | undefined)[] = ['AmazonECSCreated', 'AmazonECSManaged'];

/** What a type of EBS volumes takes (API reference of ServiceManagedEBSVolumeConfiguration). */
interface VolumeTypeLimits {
  /** Of the size in GiB; the greatest is that of the schema. */
  readonly leastSize: number;
  readonly iops?: { readonly least: number; readonly most: number; readonly isRequired?: true };
  readonly takesThroughput?: true;
}

const VOLUME_TYPES: Readonly<Record<NonNullable<ManagedEBSVolume['VolumeType']>, VolumeTypeLimits>> = {
  gp3: { leastSize: 1, iops: { least: 3_000, most: 16_000 }, takesThroughput: true },
  gp2: { leastSize: 1 },
  io1: { leastSize: 4, iops: { least: 100, most: 64_000, isRequired: true } },
  io2: { leastSize: 4, iops: { least: 100, most: 256_000, isRequired: true } },
  st1: { leastSize: 125 },
  sc1: { leastSize: 125 },
};

/** An EBS volume for each task. It goes to the ECS service; the task definition says no more than that there is one. */
const MANAGED_EBS_VOLUME = table<ManagedEBSVolume, ServiceManagedEBSVolumeConfiguration>('ManagedEBSVolume', {
  SizeInGiB: { to: 'sizeInGiB' },
  SnapshotId: { to: 'snapshotId' },
  VolumeInitializationRate: { to: 'volumeInitializationRate' },
  VolumeType: { to: 'volumeType' },
  Iops: { to: 'iops' },
  Throughput: { to: 'throughput' },
  FilesystemType: { to: 'filesystemType', absent: DEFAULT },
  Encrypted: { to: 'encrypted' },
  KmsKeyId: { to: 'kmsKeyId' },
  // Without it the role follows InfrastructureRoleArn.
  RoleArn: { to: 'roleArn', readWhenGiven: true },
  TagSpecifications: {
    to: 'tagSpecifications',
    key: 'ResourceType',
    items: table<EBSTagSpecification, EcsEBSTagSpecification>('EBSTagSpecification', {
      ResourceType: { to: 'resourceType' },
      PropagateTags: { to: 'propagateTags' },
      Tags: {
        to: 'tags',
        key: 'Key',
        items: table<Tag, EcsTag>('Tag', { Key: { to: 'key' }, Value: { to: 'value' } }),
        check: checkTags,
      },
    }),
  },
});

/** A volume that containers may mount. Source of the rules: API reference of ECS, Volume and what it refers to. */
export const VOLUME = table<Volume, EcsVolume>('Volume', {
  Name: { to: 'name' },
  EFSVolumeConfiguration: {
    to: 'efsVolumeConfiguration',
    members: table<EFSVolumeConfiguration, EcsEFSVolumeConfiguration>('EFSVolumeConfiguration', {
      FilesystemId: { to: 'fileSystemId' },
      RootDirectory: { to: 'rootDirectory', absent: DEFAULT },
      // What ECS leaves out is its own default, which is not the template's.
      TransitEncryption: { to: 'transitEncryption', absent: 'DISABLED' },
      TransitEncryptionPort: { to: 'transitEncryptionPort' },
      AuthorizationConfig: {
        to: 'authorizationConfig',
        members: table<AuthorizationConfig, EFSAuthorizationConfig>('AuthorizationConfig', {
          AccessPointId: { to: 'accessPointId' },
          IAM: { to: 'iam', absent: DEFAULT },
        }),
      },
    }),
    check: checkFileSystem,
  },
  S3FilesVolumeConfiguration: {
    to: 's3filesVolumeConfiguration',
    members: table<S3FilesVolumeConfiguration, EcsS3FilesVolumeConfiguration>('S3FilesVolumeConfiguration', {
      FileSystemArn: { to: 'fileSystemArn' },
      RootDirectory: { to: 'rootDirectory', absent: DEFAULT },
      TransitEncryptionPort: { to: 'transitEncryptionPort' },
      AccessPointArn: { to: 'accessPointArn' },
    }),
    check: ({ AccessPointArn, RootDirectory }, path) => checkAccessPoint(AccessPointArn, RootDirectory, path),
  },
  ManagedEBSVolume: { members: MANAGED_EBS_VOLUME, check: checkManagedVolume },
});

/** Where the data of a volume is; without any of them it is empty at the start of each task. */
const SOURCES = [
  'EFSVolumeConfiguration',
  'S3FilesVolumeConfiguration',
  'ManagedEBSVolume',
] as const satisfies readonly (keyof Volume)[];

/**
 * Check what the volumes of one task say of each other.
 *
 * @param path of the property.
 * @throws HandlerError InvalidRequest.
 */
export function checkVolumes(volumes: readonly Properties<Volume>[], path: string): void {
  const managed: number[] = [];
  for (const [index, volume] of volumes.entries()) {
    const [first, second] = SOURCES.filter((source) => volume[source]);
    if (second) {
      throw invalid(
        `${path}/${index}/${second}`,
        `cannot be given together with ${first}`,
        'Keep one of the two',
      );
    }
    if (volume.ManagedEBSVolume) managed.push(index);
  }
  if (managed.length < 2) return;
  throw invalid(
    `${path}/${managed[1]}/ManagedEBSVolume`,
    'is the second EBS volume, but a task has at most one',
    'Keep one of them',
  );
}

function checkManagedVolume(volume: Properties<ManagedEBSVolume>, path: string): void {
  const { SizeInGiB: size, SnapshotId, VolumeInitializationRate, Iops: iops, Throughput, KmsKeyId } = volume;
  const { VolumeType: type = ManagedEBSVolume.DEFAULTS.VolumeType, Encrypted } = volume;
  const limits = VOLUME_TYPES[type];
  if (size === undefined && SnapshotId === undefined) {
    throw invalid(path, 'has no size', 'Give SizeInGiB or SnapshotId');
  }
  if (size !== undefined && size < limits.leastSize) {
    throw invalid(
      `${path}/SizeInGiB`,
      `is ${size}, but volumes of type ${type} have at least ${limits.leastSize}`,
      'Make it greater, or give another VolumeType',
    );
  }
  if (VolumeInitializationRate !== undefined && SnapshotId === undefined) {
    throw invalid(`${path}/VolumeInitializationRate`, 'is of snapshots', 'Give SnapshotId, or remove it');
  }
  checkIops(iops, type, `${path}/Iops`);
  if (Throughput !== undefined && !limits.takesThroughput) {
    throw invalid(
      `${path}/Throughput`,
      `is of gp3 alone, not of ${type}`,
      'Remove it, or give VolumeType gp3',
    );
  }
  if (KmsKeyId !== undefined && Encrypted === false) {
    throw invalid(`${path}/KmsKeyId`, 'encrypts nothing while Encrypted is false', 'Remove one of the two');
  }
}

function checkIops(
  iops: number | undefined,
  type: NonNullable<ManagedEBSVolume['VolumeType']>,
  path: string,
): void {
  const { iops: limits } = VOLUME_TYPES[type];
  if (iops === undefined) {
    if (limits?.isRequired) throw invalid(path, `is missing, which volumes of type ${type} need`, 'Give it');
    return;
  }
  if (!limits) throw invalid(path, `cannot be chosen for volumes of type ${type}`, 'Remove it');
  if (iops >= limits.least && iops <= limits.most) return;
  throw invalid(
    path,
    `is ${iops}, but volumes of type ${type} have from ${limits.least} to ${limits.most}`,
    'Give a number within',
  );
}

function checkTags(tags: readonly Properties<Tag>[], path: string): void {
  const reserved = tags.findIndex(({ Key }) => RESERVED_TAGS.includes(Key));
  if (reserved < 0) return;
  throw invalid(
    `${path}/${reserved}/Key`,
    `${tags[reserved]!.Key} is a tag that Amazon ECS gives`,
    'Remove it',
  );
}

function checkFileSystem(
  {
    RootDirectory,
    TransitEncryption,
    TransitEncryptionPort: port,
    AuthorizationConfig: { AccessPointId, IAM } = {},
  }: Properties<EFSVolumeConfiguration>,
  path: string,
): void {
  if (TransitEncryption === 'DISABLED' && port !== undefined) {
    throw invalid(
      `${path}/TransitEncryptionPort`,
      'is of encrypted connections, and TransitEncryption is DISABLED',
      'Remove it, or remove TransitEncryption',
    );
  }
  if (TransitEncryption === 'DISABLED' && (AccessPointId !== undefined || IAM === 'ENABLED')) {
    throw invalid(
      `${path}/TransitEncryption`,
      'is DISABLED, while AuthorizationConfig needs it',
      'Remove TransitEncryption or AuthorizationConfig',
    );
  }
  checkAccessPoint(AccessPointId, RootDirectory, path);
}

function checkAccessPoint(
  accessPoint: string | undefined,
  directory: string | undefined,
  path: string,
): void {
  if (accessPoint === undefined || directory === undefined || directory === '/') return;
  throw invalid(
    `${path}/RootDirectory`,
    'cannot be given together with an access point, which has a directory of its own',
    'Remove RootDirectory',
  );
}

/** How the volumes of a service are merged. */
export const VOLUME_CONFIGURATION_RULE: MergeRule = {
  keyOf: ({ name }: ServiceVolumeConfiguration) => name,
  members: { managedEBSVolume: { members: mergeRules(MANAGED_EBS_VOLUME) } },
};

/** Volumes of a task definition, where those that are made for each task are configured at its launch. */
export function withManagedVolumes(
  volumes: EcsVolume[] | undefined,
  given: readonly Properties<Volume>[] = [],
): EcsVolume[] | undefined {
  const managed = given.filter(({ ManagedEBSVolume: volume }) => volume).map(({ Name }) => Name);
  return volumes?.map((volume) =>
    managed.includes(volume.name) ? { ...volume, configuredAtLaunch: true } : volume,
  );
}

/**
 * The volumes that Amazon ECS makes for each task; undefined when there are none.
 *
 * @param infrastructureRoleArn role that makes those that name none; there is one where there are such.
 */
export function volumeConfigurations(
  volumes: readonly Properties<Volume>[] = [],
  infrastructureRoleArn: string | undefined,
): ServiceVolumeConfiguration[] | undefined {
  const managed = volumes.flatMap(({ Name, ManagedEBSVolume: volume }) => {
    if (!volume) return [];
    const { roleArn = infrastructureRoleArn, ...configuration } = specified(MANAGED_EBS_VOLUME, volume);
    return [{ name: Name, managedEBSVolume: { roleArn, ...configuration } }];
  });
  return unlessEmpty(managed);
}

/** What a template would say of volumes, with those that the service makes for each task. */
export function withVolumeConfigurations(
  volumes: readonly Partial<Properties<Volume>>[] | undefined,
  configurations: readonly ServiceVolumeConfiguration[] = [],
): Properties<Volume>[] | undefined {
  return volumes?.map((volume) => {
    const found = configurations.find(({ name }) => name === volume.Name)?.managedEBSVolume;
    return defined({ ...volume, ManagedEBSVolume: found && templateOf(MANAGED_EBS_VOLUME, found) });
  }) as Properties<Volume>[] | undefined;
}
