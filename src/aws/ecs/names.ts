/**
 * Names of ECS: its API writes them with a small letter at the beginning, CloudFormation with a capital one.
 * Source: CloudFormation's schemas of AWS::ECS::TaskDefinition and AWS::ECS::Service.
 */
import { Reference } from '../../core/graph';

/** Names that differ in more than their first letter, as the API and as CloudFormation write them. */
const OTHERWISE: readonly (readonly [api: string, cloudFormation: string])[] = [
  ['efsVolumeConfiguration', 'EFSVolumeConfiguration'],
  ['s3filesVolumeConfiguration', 'S3FilesVolumeConfiguration'],
  ['fileSystemId', 'FilesystemId'],
  ['iam', 'IAM'],
];
const IN_CLOUDFORMATION = new Map(OTHERWISE);
const IN_API = new Map(OTHERWISE.map(([api, cloudFormation]) => [cloudFormation, api]));

/** Members whose own names are the author's, as the API writes them. */
const MAPS: readonly string[] = ['dockerLabels', 'driverOpts', 'hookDetails', 'labels', 'options'];

/** A value of ECS's API in CloudFormation's names; references stay as they are. */
export function cloudFormationNames(value: object): Readonly<Record<string, unknown>> {
  return renamed(value, (name) => IN_CLOUDFORMATION.get(name) ?? capital(name)) as Record<string, unknown>;
}

/** A value in CloudFormation's names as ECS's API takes it. */
export function apiNames<Value>(value: object): Value {
  return renamed(value, (name) => IN_API.get(name) ?? small(name)) as Value;
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null || value instanceof Reference) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      rename(name),
      MAPS.includes(small(name)) ? member : renamed(member, rename),
    ]),
  );
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function small(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
