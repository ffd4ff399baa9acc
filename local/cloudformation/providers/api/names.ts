/** From the names of a CloudFormation type to those of its service's API. */
import type { ResourceType } from '../../../registry/resource-type';
import type { Structure } from '../../../service';

/** Members whose API name does not follow from the CloudFormation name. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  FSxWindowsFileServerVolumeConfiguration: 'fsxWindowsFileServerVolumeConfiguration',
  FilesystemId: 'fileSystemId',
};

/**
 * Properties with member names that begin in lower case, as APIs like that of ECS want them. The schema tells members
 * from the keys of maps, which stay as they are.
 */
export function lowerCamel(properties: Structure, type: ResourceType): any {
  return convert(properties, type.schema as Structure, type.schema.definitions ?? {});
}

function convert(value: unknown, schema: Structure, definitions: Structure): unknown {
  const resolved = schema?.$ref ? definitions[schema.$ref.replace('#/definitions/', '')] : (schema ?? {});
  if (Array.isArray(value)) return value.map((item) => convert(item, resolved.items, definitions));
  if (typeof value !== 'object' || value === null || !resolved.properties) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      memberName(name),
      convert(item, resolved.properties[name], definitions),
    ]),
  );
}

/** `EFSVolumeConfiguration` is `efsVolumeConfiguration`, `EnableECSManagedTags` is `enableECSManagedTags`. */
function memberName(name: string): string {
  return EXCEPTIONS[name] ?? name.replace(/^([A-Z]+)(?=[A-Z][a-z]|$)|^[A-Z]/, (start) => start.toLowerCase());
}
