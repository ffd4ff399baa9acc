/**
 * What the tags of the service's security group say of its versions, where each is an ECS service of its own: which there
 * are, how far each has come, and what of the template no resource of AWS says.
 */
import { ecsServiceOf, fittingName, type EcsService, type Identity } from '../identity/identity';
import type { Tags } from '../identity/tags';
import {
  TARGET_GROUPS_PER_RULE,
  type StandbySpec,
  type TrafficSteps,
  type VersionsSpec,
} from '../properties/versions';
import { isTagOf, TAGS, unknownFormat } from './formats';

/**
 * How far a version has come: its tasks have not been healthy yet; they have; it has answered what it was to answer, and no
 * alarm has gone off meanwhile.
 */
export type VersionState = (typeof STATES)[number];
const STATES = ['new', 'ready', 'proven'] as const;

/** A version on record. */
export interface RecordedVersion {
  /** Of what it runs. */
  readonly id: string;
  /** The greater, the later a template has described it. */
  readonly number: number;
  readonly state: VersionState;
  readonly label: string;
  /** Whether it is the ECS service that has the name of the resource, as services without versions have. */
  readonly isUnversioned?: true;
}

/** The last word of the record of {@link RecordedVersion.isUnversioned}. */
const UNVERSIONED = 'unversioned';

/** What the template says and only the record holds. */
export interface RecordedSettings {
  readonly infrastructureRoleArn?: string;
  readonly standby: StandbySpec;
  /** As they were given. */
  readonly steps: TrafficSteps;
  /** Whether the template names versions that are to answer. */
  readonly hasTraffic: boolean;
}

/** The ECS service of a version. */
export function ecsServiceOfVersion(
  identity: Identity,
  { id, isUnversioned }: Pick<RecordedVersion, 'id' | 'isUnversioned'>,
): EcsService {
  const service = ecsServiceOf(identity);
  if (isUnversioned) return service;
  const name = fittingName(`${service.name}--${id}`, LONGEST_SERVICE_NAME);
  return { ...service, name, arn: `${service.arn.slice(0, -service.name.length)}${name}` };
}

/** Characters of the name of an ECS service (API reference of CreateService). */
const LONGEST_SERVICE_NAME = 255;

/** Tags that record versions. */
export function versionTags(versions: readonly RecordedVersion[]): Tags {
  return Object.fromEntries(
    versions.map(({ id, number, state, label, isUnversioned }) => [
      TAGS.serviceVersion.key + id,
      [number, state, label, ...(isUnversioned ? [UNVERSIONED] : [])].join(' '),
    ]),
  );
}

/**
 * The versions that tags record, the newest first.
 *
 * @throws HandlerError InvalidRequest when a newer version of this resource type has written them.
 */
export function recordedVersions(tags: Tags): RecordedVersion[] {
  return Object.entries(tags)
    .filter(([key]) => isTagOf(TAGS.serviceVersion, key))
    .map(([key, text]) => parsed(key.slice(TAGS.serviceVersion.key.length), text))
    .sort((one, other) => other.number - one.number);
}

/** The version that the template describes: the newest; where that was never healthy, it may not even be there. */
export function describedVersion(recorded: readonly RecordedVersion[]): RecordedVersion | undefined {
  return recorded.find(({ state }) => state !== 'new') ?? recorded[0];
}

function parsed(id: string, text: string): RecordedVersion {
  const [number, word, label, last] = text.split(' ');
  const state = STATES.find((each) => each === word);
  if (!state || label === undefined || (last !== undefined && last !== UNVERSIONED)) {
    throw unknownFormat('A tag of the security group of the service', `says of version ${id} "${text}"`);
  }
  return { id, number: Number(number), state, label, ...(last && { isUnversioned: true }) };
}

/** Keys of the tags of versions that nothing is left of. @param ids of those that there are. */
export function obsoleteVersionTagKeys(tags: Tags, ids: readonly string[]): string[] {
  const isLeft = (key: string) => ids.includes(key.slice(TAGS.serviceVersion.key.length));
  const former = Object.keys(tags).filter((key) => isTagOf(TAGS.serviceVersion, key) && !isLeft(key));
  return ids.length > 0 ? former : [...former, ...SETTING_KEYS.filter((key) => key in tags)];
}

const SETTING_KEYS = [TAGS.versionSettings.key, TAGS.infrastructureRole.key];

/** Tags that record what only they hold. */
export function versionSettingTags(
  { standby, steps, traffic }: VersionsSpec,
  infrastructureRoleArn: string | undefined,
): Tags {
  const { count, taskCount = '', retentionInDays = '' } = standby;
  const words = [
    `standby:${count}:${taskCount}:${retentionInDays}`,
    `bake:${steps.bakeMinutes}`,
    ...(steps.kind ? [`${steps.kind}:${steps.parts[0] ?? ''}:${steps.parts.length}:${steps.minutes}`] : []),
    ...(traffic ? ['traffic'] : []),
  ];
  return {
    [TAGS.versionSettings.key]: words.join(' '),
    ...(infrastructureRoleArn && { [TAGS.infrastructureRole.key]: infrastructureRoleArn }),
  };
}

/** As many tags as the versions of a service may need, those included that an update makes before it removes others. */
export function versionTagsAtMost(spec: VersionsSpec, infrastructureRoleArn: string | undefined): Tags {
  const { count } = spec.standby;
  const versions = Array.from({ length: count + TARGET_GROUPS_PER_RULE + 1 }, (_, number) => ({
    id: String(number),
    number,
    state: 'new' as const,
    label: '',
  }));
  return { ...versionTags(versions), ...versionSettingTags(spec, infrastructureRoleArn) };
}

/** What {@link versionSettingTags} has recorded; undefined of a service without versions. */
export function recordedSettings(tags: Tags): RecordedSettings | undefined {
  const text = tags[TAGS.versionSettings.key];
  if (text === undefined) return undefined;
  const words = Object.fromEntries(
    text.split(' ').map((word) => {
      const [name = '', ...values] = word.split(':');
      return [name, values.map((value) => (value === '' ? undefined : Number(value)))];
    }),
  );
  const [count = 0, taskCount, retentionInDays] = words.standby ?? [];
  const [bakeMinutes = 0] = words.bake ?? [];
  const kind = (['canary', 'linear'] as const).find((name) => words[name]);
  const [part = 0, length = 0, minutes = 0] = (kind && words[kind]) ?? [];
  return {
    infrastructureRoleArn: tags[TAGS.infrastructureRole.key],
    standby: {
      count,
      ...(taskCount !== undefined && { taskCount }),
      ...(retentionInDays !== undefined && { retentionInDays }),
    },
    steps: {
      ...(kind && { kind }),
      bakeMinutes,
      minutes,
      parts: Array.from({ length }, (_, index) => (index + 1) * part),
    },
    hasTraffic: words.traffic !== undefined,
  };
}
