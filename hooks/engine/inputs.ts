import type { Input } from './report';
import { intrinsicName } from './intrinsic-name';
import { Computed, isObject, type Node } from './scope';
import { type KnownValues, Template } from './template';
import { Unknown } from './unknown';

/** A resource as a change set changes it. */
export interface ChangedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly action: string;
  /** Properties after the change as CloudFormation computed them; absent when it did not. */
  readonly properties?: Node;
}

/** One resource with its final property values, as CloudFormation and Cloud Control send them to hooks. */
export function resourceInput(
  logicalId: string,
  type: string,
  properties: Node,
  known: KnownValues = {},
): Input {
  const document = { Resources: { [logicalId]: { Type: type, Properties: properties } } };
  const hidden = 'only this resource is visible here, and other resources of its stack decide';
  return { kind: 'resource', template: new Template(document, known, false, hidden) };
}

/**
 * A whole template.
 *
 * @param content the parsed template.
 * @param resolved the same template as CloudFormation computed it, when it sends that too; its values decide.
 * @throws TemplateError when it is no template.
 */
export function templateInput(content: Node, known: KnownValues = {}, resolved?: Node): Input {
  return {
    kind: 'template',
    template: new Template(overlayResources(content, resourceProperties(resolved)), known),
  };
}

/**
 * A change set: rules that look at a resource alone judge what is added or modified; rules that need the stack judge
 * every resource whose own or related resources change, with the rest of the template around it.
 *
 * @throws TemplateError when the template is none.
 */
export function changeSetInput(
  content: Node,
  changes: readonly ChangedResource[],
  known: KnownValues = {},
  resolved?: Node,
): Input {
  const computed = new Map(resourceProperties(resolved));
  for (const { logicalId, properties } of changes)
    if (properties !== undefined) computed.set(logicalId, properties);
  const changed = new Set(
    changes.filter(({ action }) => action !== 'Remove').map(({ logicalId }) => logicalId),
  );
  const types = new Set(changes.map(({ type }) => type));
  return {
    kind: 'changeSet',
    template: new Template(overlayResources(content, computed), known),
    isSubject: ({ logicalId }, rule) =>
      changed.has(logicalId) || (rule.related ?? []).some((type) => types.has(type)),
  };
}

const NOT_DESCRIBED = new Unknown(
  'the change set was described without property values; describe it with --include-property-values',
);

/** The changed resources of a change set alone, where its template is not at hand. */
export function changesOnlyInput(changes: readonly ChangedResource[], known: KnownValues = {}): Input {
  const resources = changes
    .filter(({ action }) => action !== 'Remove')
    .map(({ logicalId, type, properties }) => [
      logicalId,
      { Type: type, Properties: properties ?? NOT_DESCRIBED },
    ]);
  const document = { Resources: Object.fromEntries(resources) as Node };
  const hidden = 'only changed resources are visible here, and other resources of their stack decide';
  return { kind: 'changeSet', template: new Template(document, known, false, hidden) };
}

function resourceProperties(template: Node): Map<string, Node> {
  const resources = isObject(template) ? template['Resources'] : undefined;
  return new Map(
    Object.entries(isObject(resources) ? resources : {}).map(([logicalId, resource]) => [
      logicalId,
      isObject(resource) ? resource['Properties'] : undefined,
    ]),
  );
}

function overlayResources(content: Node, computed: ReadonlyMap<string, Node>): Node {
  if (computed.size === 0 || !isObject(content) || !isObject(content['Resources'])) return content;
  const resources = Object.entries(content['Resources']).map(([logicalId, resource]) => [
    logicalId,
    isObject(resource) && computed.get(logicalId) !== undefined
      ? { ...resource, Properties: overlay(resource['Properties'] ?? {}, computed.get(logicalId)) }
      : resource,
  ]);
  return { ...content, Resources: Object.fromEntries(resources) as Node };
}

/** Put computed values in place of the expressions that they were computed from; literals need none. */
function overlay(expression: Node, value: Node): Node {
  if (value === undefined || value === null) return expression;
  if (intrinsicName(expression) !== undefined)
    return isKnown(value) ? new Computed(expression, value) : expression;
  if (Array.isArray(expression) && Array.isArray(value) && expression.length === value.length) {
    return expression.map((item, index) => overlay(item, value[index]));
  }
  if (!isObject(expression) || !isObject(value)) return expression;
  return Object.fromEntries(
    Object.entries(expression).map(([key, item]) => [key, overlay(item, value[key])]),
  );
}

/** CloudFormation writes a placeholder where a value exists only once the change set is applied. */
function isKnown(value: Node): boolean {
  return !JSON.stringify(value).includes('{{changeSet:');
}
