/** What has to be true of a template before any of its resources is made. */
import type { Template } from '../template/parse';
import { unsupportedAttribute } from '../template/references';
import type { Environment } from './environment';

/**
 * Why a template cannot be provisioned: it reads an attribute that a type does not have, or it has a resource of a type
 * that the local AWS cannot provision. undefined when it can.
 *
 * @param wanted logical ids of the resources whose condition holds.
 */
export function provisioningProblem(
  { registry, providers }: Environment,
  template: Template,
  wanted: ReadonlySet<string>,
): string | undefined {
  const unreadable = unsupportedAttribute(
    template,
    (typeName, attribute) => registry.resourceType(typeName)?.hasAttribute(attribute) ?? true,
  );
  if (unreadable)
    return `Resource type ${unreadable.typeName} does not support attribute {${unreadable.attribute}}`;
  const types = new Set([...wanted].map((logicalId) => template.Resources[logicalId]!.Type));
  const unsupported = [...types].filter((typeName) => {
    const type = registry.resourceType(typeName);
    return !type || !providers.some((provider) => provider.handles(type));
  });
  return unsupported.length > 0
    ? `The local AWS cannot provision resources of type ${unsupported.join(', ')}`
    : undefined;
}
