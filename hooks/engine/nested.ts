import type { ResourceDeclaration, Template } from './template';
import { isObject, type Node } from './scope';

/** A template that a resource of another template deploys. */
export interface NestedTemplate {
  readonly resource: ResourceDeclaration;
  /** Property that holds it, within the resource. */
  readonly property: string;
  /** Its text, where the template itself holds it. */
  readonly body?: string;
  /** Path relative to the template's folder, where it lies beside the template. */
  readonly file?: string;
  /** Parameters as the resource gives them: texts where they are literal, undefined where they are not. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** Where a type says which template it deploys. */
interface Holder {
  readonly body?: string;
  readonly locations: readonly string[];
  readonly parameters?: string;
}

const HOLDERS: Readonly<Record<string, Holder>> = {
  'AWS::CloudFormation::Stack': { locations: ['TemplateURL'], parameters: 'Parameters' },
  'AWS::CloudFormation::StackSet': { body: 'TemplateBody', locations: ['TemplateURL'] },
  'AWS::Serverless::Application': { locations: ['Location'], parameters: 'Parameters' },
  'AWS::ServiceCatalog::CloudFormationProduct': {
    locations: ['ProvisioningArtifactParameters.0.Info.LoadTemplateFromURL'],
  },
};

/** A location that is no path: another protocol, or a bucket's host. */
const REMOTE = /^[a-z][a-z0-9+.-]*:\/\/|^arn:/i;

/** The templates that resources of a template deploy, as far as they are literal or lie beside it. */
export function nestedTemplates(template: Template): NestedTemplate[] {
  return Object.entries(HOLDERS).flatMap(([type, holder]) =>
    (template.byType.get(type) ?? []).flatMap((resource) => nestedTemplate(resource, holder) ?? []),
  );
}

function nestedTemplate(resource: ResourceDeclaration, holder: Holder): NestedTemplate | undefined {
  const parameters = parametersOf(at(resource.properties, holder.parameters ?? ''));
  const body = at(resource.properties, holder.body ?? '');
  if (typeof body === 'string') return { resource, property: holder.body!, body, parameters };
  for (const property of holder.locations) {
    const location = at(resource.properties, property);
    const isLocal = typeof location === 'string' && !REMOTE.test(location);
    const file = isLocal ? location : assetOf(resource, property);
    if (file !== undefined) return { resource, property, file, parameters };
  }
  return undefined;
}

/** The file of an asset that the AWS CDK puts in the place of a property. */
function assetOf({ metadata }: ResourceDeclaration, property: string): string | undefined {
  if (!isObject(metadata) || metadata['aws:asset:property'] !== property) return undefined;
  const path = metadata['aws:asset:path'];
  return typeof path === 'string' ? path : undefined;
}

function parametersOf(node: Node): Record<string, string | undefined> {
  const entries = Object.entries(isObject(node) ? node : {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' ? undefined : String(value)]),
  );
}

function at(node: Node, path: string): Node {
  let current = node;
  for (const key of path.split('.'))
    current = Array.isArray(current) ? current[Number(key)] : isObject(current) ? current[key] : undefined;
  return current;
}

/**
 * The content of a nested template with what its parent says about its parameters: one that the parent gives in a way
 * that is not literal has no default any more.
 */
export function withParentParameters(content: Node, parameters: NestedTemplate['parameters']): Node {
  if (!isObject(content) || !isObject(content['Parameters'])) return content;
  const declarations = Object.entries(content['Parameters']).map(([name, declaration]) => {
    const isOpen = Object.hasOwn(parameters, name) && parameters[name] === undefined;
    return [name, isOpen && isObject(declaration) ? { ...declaration, Default: undefined } : declaration];
  });
  return { ...content, Parameters: Object.fromEntries(declarations) as Node };
}

/** The parameters that a parent gives as literals. */
export function literalParameters(parameters: NestedTemplate['parameters']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
