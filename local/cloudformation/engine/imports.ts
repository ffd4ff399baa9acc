/** Bringing resources that exist already into a stack: which they are, and what CloudFormation refuses. */
import { isDeepStrictEqual } from 'node:util';
import { steps, valuesAt } from '../../registry/property-path';
import type { ResourceType } from '../../registry/resource-type';
import type { Structure } from '../../service';
import type { Imports, Stack, StackTarget } from '../stack';
import { EventRecorder } from '../events';
import { validationError, type ResourceDefinition } from '../template/parse';
import type { Environment } from './environment';
import { ResourceOperations } from './resource-operations';

/** Names of the properties that identify a resource of a type, as an import names them. */
export function identifierNames(type: ResourceType): string[] {
  return type.schema.primaryIdentifier.map((pointer) => steps(pointer).join('.'));
}

/**
 * The resources that `ResourcesToImport` of an IMPORT change set names.
 *
 * @throws AwsError ValidationError when CloudFormation would not take one of them.
 */
export function requestedImports(
  environment: Environment,
  region: string,
  stack: Stack | undefined,
  { template }: StackTarget,
  requested: readonly Structure[],
): Imports {
  if (requested.length === 0)
    throw validationError('ResourcesToImport is required for a change set of type IMPORT.');
  const logicalIds = requested.map(({ LogicalResourceId }) => String(LogicalResourceId));
  const refuse = (found: readonly string[], text: (names: string) => string) => {
    if (found.length > 0) throw validationError(text(`[${found.join(', ')}]`));
  };
  const definition = (logicalId: string): ResourceDefinition | undefined => template.Resources[logicalId];
  refuse(
    logicalIds.filter((logicalId) => !definition(logicalId)),
    (names) => `Resources to import ${names} do not exist in the template.`,
  );
  refuse(
    logicalIds.filter((logicalId) => stack?.resources.has(logicalId)),
    (names) => `Resources to import ${names} already exist in the stack.`,
  );
  refuse(
    logicalIds.filter((logicalId) => definition(logicalId)!.DeletionPolicy === undefined),
    (names) =>
      `The following resources to import ${names} must have DeletionPolicy attribute specified in the template.`,
  );
  refuse(
    requested
      .filter(({ LogicalResourceId, ResourceType }) => definition(LogicalResourceId)!.Type !== ResourceType)
      .map(({ LogicalResourceId }) => LogicalResourceId),
    (names) => `The resource type of ${names} in ResourcesToImport is not that of the template.`,
  );
  const type = (name: string) => environment.registry.resourceType(name)!;
  refuse(
    [...new Set(requested.map(({ ResourceType }) => String(ResourceType)))].filter(
      (name) => !isImportable(environment, type(name)),
    ),
    (names) => `ResourceTypes ${names} are not supported for Import`,
  );
  return new Map(
    requested.map(({ LogicalResourceId, ResourceType, ResourceIdentifier }) => {
      const names = identifierNames(type(ResourceType));
      if (!isDeepStrictEqual(Object.keys(ResourceIdentifier).sort(), [...names].sort())) {
        throw validationError(
          `Resource identifier of ${LogicalResourceId} must consist of [${names.join(', ')}], found [${Object.keys(ResourceIdentifier).join(', ')}].`,
        );
      }
      const physicalId = names.map((name) => ResourceIdentifier[name]).join('|');
      const owner = environment.owner(ResourceType, physicalId, region);
      if (owner) throw validationError(`${physicalId} already exists in stack ${owner.id}`);
      return [String(LogicalResourceId), physicalId] as const;
    }),
  );
}

/** Why a change set that imports must not be executed; undefined when it may. */
export function importProblem(
  stack: Stack,
  { template }: StackTarget,
  changes: readonly Structure[],
): string | undefined {
  const by = (...actions: string[]) =>
    changes
      .map(({ ResourceChange: change }) => change)
      .filter(({ Action }) => actions.includes(Action))
      .map(({ LogicalResourceId }) => LogicalResourceId);
  const missing = by('Add');
  if (missing.length > 0) return `Resources [${missing.join(', ')}] are missing from ResourcesToImport list`;
  const modified = by('Modify', 'Remove');
  if (modified.length > 0)
    return `You have modified resources [${modified.join(', ')}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.`;
  if (!isDeepStrictEqual(template.Outputs, stack.target?.template.Outputs ?? {}))
    return 'As part of the import operation, you cannot modify or add [Outputs]';
  return undefined;
}

/**
 * The resources that a change set with `ImportExistingResources` imports: those that the stack does not have, whose
 * custom name the template spells out, that are to be retained, that exist, and that no stack has.
 */
export async function existingImports(
  environment: Environment,
  stack: Stack,
  target: StackTarget,
): Promise<Imports> {
  const operations = new ResourceOperations(environment, stack, target, {
    events: new EventRecorder(stack, environment.now),
  });
  const found = await Promise.all(
    Object.entries(target.template.Resources).map(async ([logicalId, definition]) => {
      const isRetained = ['Retain', 'RetainExceptOnCreate'].includes(definition.DeletionPolicy ?? 'Delete');
      if (!isRetained || stack.resources.get(logicalId)?.physicalId) return [];
      if (definition.Condition && !(await operations.holds(definition.Condition))) return [];
      const physicalId = await find(environment, operations, stack, logicalId, definition);
      return physicalId === undefined ? [] : [[logicalId, physicalId] as const];
    }),
  );
  return new Map(found.flat());
}

/** The physical id of the resource that a definition names, if it is free. */
async function find(
  environment: Environment,
  operations: ResourceOperations,
  stack: Stack,
  logicalId: string,
  { Type, Properties = {} }: ResourceDefinition,
): Promise<string | undefined> {
  const type = environment.registry.resourceType(Type)!;
  if (!isImportable(environment, type)) return undefined;
  const isFree = (physicalId: string) => !environment.owner(Type, physicalId, stack.region);
  const physicalId = type.identifier(Properties);
  const isNamed = type.schema.primaryIdentifier.every((pointer) =>
    valuesAt(Properties, pointer).every((value) => typeof value !== 'object'),
  );
  if (physicalId !== undefined && isNamed)
    return isFree(physicalId) && (await operations.look(logicalId, physicalId)) ? physicalId : undefined;
  if (!environment.answers.holds('cloudformation.import-existing-by-name')) return undefined;
  const name = customName(type, Properties);
  if (!name) return undefined;
  const candidates = await Promise.all(
    (await operations.listed(logicalId)).filter(isFree).map(async (candidate) => {
      const live = await operations.look(logicalId, candidate);
      return live && isDeepStrictEqual(customName(type, live.attributes), name) ? [candidate] : [];
    }),
  );
  const [only, ...others] = candidates.flat();
  return others.length === 0 ? only : undefined;
}

/** Values of the create-only properties, defaults applied; undefined when one is computed or none is set. */
function customName(type: ResourceType, properties: Structure): Structure | undefined {
  const names = (type.schema.createOnlyProperties ?? []).map((pointer) => steps(pointer)[0]!);
  if (names.every((name) => properties[name] === undefined)) return undefined;
  const entries = names.map(
    (name) => [name, properties[name] ?? type.schema.properties[name]?.default] as const,
  );
  return entries.some(([, value]) => typeof value === 'object') ? undefined : Object.fromEntries(entries);
}

function isImportable({ providers }: Environment, type: ResourceType): boolean {
  return providers.find((provider) => provider.handles(type))?.import?.supports(type) ?? false;
}
