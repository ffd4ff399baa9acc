/** What an operation would do to each resource, without doing it. */
import { isDeepStrictEqual } from 'node:util';
import type { Structure } from '../../service';
import type { Imports, Stack, StackResource, StackTarget } from '../stack';
import { conditionHolds, evaluate, KNOWN_AFTER_APPLY, UNKNOWN, type Scope } from '../template/evaluate';
import type { ResourceDefinition } from '../template/parse';
import { dependencies, type Reference } from '../template/references';
import { steps } from '../../registry/property-path';
import type { Environment } from './environment';
import { attributeOf, stackScope } from './scope';
import { walk } from './walk';

/** The changes that an operation would make, in the form of DescribeChangeSet, in the order of the template. */
export async function changesOf(
  environment: Environment,
  stack: Stack,
  target: StackTarget,
  imports: Imports = new Map(),
): Promise<Structure[]> {
  const { template } = target;
  const made = new Set<string>();
  const resource = async ({ name, attribute }: Reference) => {
    if (imports.has(name)) return attribute === undefined ? imports.get(name) : UNKNOWN;
    const current = stack.resources.get(name);
    if (!current?.physicalId || made.has(name)) return UNKNOWN;
    return attribute === undefined
      ? current.physicalId
      : (attributeOf(current.attributes, attribute) ?? UNKNOWN);
  };
  const importValue = (name: string) => environment.importValue(stack, name);
  const scope = stackScope({ stack, target, resource, importValue });
  const masked = stackScope({ stack, target, resource, importValue, masked: true });
  const entries = Object.entries(template.Resources);
  const flags = await Promise.all(
    entries.map(async ([, { Condition }]) => !Condition || (await conditionHolds(Condition, scope))),
  );
  const wanted = new Set(entries.filter((_, index) => flags[index]).map(([logicalId]) => logicalId));
  const changes = new Map<string, Structure>();
  await walk(
    wanted,
    (logicalId) => dependencies(template, logicalId),
    async (logicalId) => {
      const definition = template.Resources[logicalId];
      const change = await resourceChange(
        environment,
        stack.resources.get(logicalId),
        logicalId,
        definition!,
        scope,
        masked,
        imports.get(logicalId),
      );
      if (change) changes.set(logicalId, change);
      if (change && (change.Action === 'Add' || change.Replacement === 'True')) made.add(logicalId);
      return true;
    },
    true,
  );
  const removals = [...stack.resources.values()].filter(
    ({ logicalId, physicalId }) => physicalId && !wanted.has(logicalId),
  );
  return [
    ...[...wanted].flatMap((logicalId) => changes.get(logicalId) ?? []),
    ...removals.map((resource) => ({
      Action: 'Remove',
      ...identity(resource),
      BeforeContext: context(resource.shownProperties),
    })),
  ].map((ResourceChange) => ({ Type: 'Resource', ResourceChange }));
}

async function resourceChange(
  environment: Environment,
  current: StackResource | undefined,
  logicalId: string,
  definition: ResourceDefinition,
  scope: Scope,
  masked: Scope,
  imported: string | undefined,
): Promise<Structure | undefined> {
  const properties: Structure = (await evaluate(definition.Properties ?? {}, scope)) ?? {};
  const shown: Structure = (await evaluate(definition.Properties ?? {}, masked)) ?? {};
  if (!current?.physicalId) {
    return {
      Action: imported ? 'Import' : 'Add',
      LogicalResourceId: logicalId,
      ...(imported && { PhysicalResourceId: imported }),
      ResourceType: definition.Type,
      AfterContext: context(shown),
    };
  }
  const type = environment.registry.resourceType(definition.Type)!;
  // Scalars become what the schema says, as they did when the current properties were stored.
  type.violations(properties);
  const names = [...new Set([...Object.keys(current.properties), ...Object.keys(properties)])];
  const changed = names.filter((name) => !isDeepStrictEqual(current.properties[name], properties[name]));
  if (changed.length === 0 && current.typeName === definition.Type) return undefined;
  const recreating = new Set(
    type.createOnlyChanges(current.properties, properties).map((pointer) => steps(pointer)[0]),
  );
  const replaced = current.typeName !== definition.Type || recreating.size > 0;
  return {
    Action: 'Modify',
    ...identity(current),
    ResourceType: definition.Type,
    Replacement: replaced ? 'True' : 'False',
    Scope: ['Properties'],
    Details: changed.map((Name) => ({
      Target: {
        Attribute: 'Properties',
        Name,
        RequiresRecreation: recreating.has(Name) ? 'Always' : 'Never',
      },
      Evaluation: JSON.stringify(properties[Name])?.includes(KNOWN_AFTER_APPLY) ? 'Dynamic' : 'Static',
      ChangeSource: 'DirectModification',
    })),
    BeforeContext: context(current.shownProperties),
    AfterContext: context(shown),
  };
}

function identity(resource: StackResource): Structure {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.typeName,
  };
}

/** Properties as change sets show them: JSON in which every scalar is a string. */
function context(properties: Structure): string {
  return JSON.stringify({ Properties: texts(properties) });
}

function texts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(texts);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, texts(item)]));
  }
  return String(value);
}
