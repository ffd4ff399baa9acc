/** Checks of a template that need no values: names, references, cycles, types, capabilities. */
import { AwsError } from '../../service';
import { dependencies, referencesIn, type Reference } from './references';
import { validationError, type ResourceDefinition, type Template } from './parse';

const RESOURCE_ATTRIBUTES = new Set([
  ...[
    'Type',
    'Properties',
    'Condition',
    'DependsOn',
    'DeletionPolicy',
    'UpdateReplacePolicy',
    'Metadata',
    'CreationPolicy',
  ],
  ...['UpdatePolicy', 'Description', 'Version'],
]);

/** Names that templates may refer to without declaring them. */
export const PSEUDO_PARAMETERS = new Set([
  ...[
    'AWS::AccountId',
    'AWS::NoValue',
    'AWS::NotificationARNs',
    'AWS::Partition',
    'AWS::Region',
    'AWS::StackId',
    'AWS::StackName',
  ],
  ...['AWS::URLSuffix'],
]);

/** Transforms whose functions are understood without a transformation. */
const KNOWN_TRANSFORMS = new Set(['AWS::LanguageExtensions']);

/**
 * Check a template.
 *
 * @param isKnownType whether there is a resource type of a name.
 * @throws AwsError ValidationError naming what is wrong.
 */
export function validateTemplate(template: Template, isKnownType: (typeName: string) => boolean): void {
  for (const transform of [template.Transform ?? []].flat()) {
    if (!KNOWN_TRANSFORMS.has(String(transform))) {
      throw validationError(
        `The local AWS cannot run the transform ${JSON.stringify(transform)}; deploy the transformed template.`,
      );
    }
  }
  for (const [logicalId, resource] of Object.entries(template.Resources))
    checkResource(template, logicalId, resource);
  const unknownTypes = Object.values(template.Resources)
    .map(({ Type }) => Type)
    .filter((type) => !isKnownType(type));
  if (unknownTypes.length > 0) {
    throw validationError(
      `Template format error: Unrecognized resource types: [${[...new Set(unknownTypes)].join(', ')}]`,
    );
  }
  checkReferences(
    template,
    'Resources',
    referencesIn(Object.values(template.Resources).map(({ Properties }) => Properties)),
  );
  checkReferences(template, 'Outputs', referencesIn(template.Outputs));
  checkReferences({ ...template, Resources: {} }, 'Conditions', referencesIn(template.Conditions));
  checkConditions(template);
  checkCycles(template);
}

/** Capabilities that a template needs, and the resources that need them. */
export function requiredCapabilities(template: Template): { capabilities: string[]; reason?: string } {
  const found = Object.values(template.Resources).filter(({ Type }) => Type in IAM_NAMES);
  if (found.length === 0) return { capabilities: [] };
  const named = found.some(({ Type, Properties }) =>
    IAM_NAMES[Type]!.some((name) => Properties?.[name] !== undefined),
  );
  return {
    capabilities: [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'],
    reason: `The following resource(s) require capabilities: [${[...new Set(found.map(({ Type }) => Type))].join(', ')}]`,
  };
}

/** @throws AwsError InsufficientCapabilitiesException when the caller did not acknowledge what the template needs. */
export function checkCapabilities(template: Template, acknowledged: readonly string[] = []): void {
  const { capabilities } = requiredCapabilities(template);
  const given = new Set(
    acknowledged.includes('CAPABILITY_NAMED_IAM') ? [...acknowledged, 'CAPABILITY_IAM'] : acknowledged,
  );
  const lacking = capabilities.filter((capability) => !given.has(capability));
  if (lacking.length > 0) {
    throw new AwsError(
      'InsufficientCapabilitiesException',
      `Requires capabilities : [${lacking.join(', ')}]`,
    );
  }
}

/** @throws AwsError InsufficientCapabilitiesException when the caller did not acknowledge that a macro writes the template. */
export function checkTransformCapability(acknowledged: readonly string[] = []): void {
  if (acknowledged.includes('CAPABILITY_AUTO_EXPAND')) return;
  throw new AwsError('InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]');
}

/** IAM resource types, and the properties that give them a name of the caller's choice. */
const IAM_NAMES: Readonly<Record<string, readonly string[]>> = {
  'AWS::IAM::AccessKey': [],
  'AWS::IAM::Group': ['GroupName'],
  'AWS::IAM::InstanceProfile': ['InstanceProfileName'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName'],
  'AWS::IAM::Policy': [],
  'AWS::IAM::Role': ['RoleName'],
  'AWS::IAM::User': ['UserName'],
  'AWS::IAM::UserToGroupAddition': [],
};

function checkResource(template: Template, logicalId: string, resource: ResourceDefinition): void {
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) {
    throw validationError(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
  }
  if (typeof resource !== 'object' || Array.isArray(resource)) {
    throw validationError('Template format error: Any Resources member must be an object.');
  }
  if (typeof resource.Type !== 'string') {
    throw validationError(
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
    );
  }
  const unknown = Object.keys(resource).filter((attribute) => !RESOURCE_ATTRIBUTES.has(attribute));
  if (unknown.length > 0) throw validationError(`Invalid template resource property '${unknown[0]}'`);
  const absent = [resource.DependsOn ?? []].flat().filter((name) => !(name in template.Resources));
  if (absent.length > 0) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${absent.join(', ')}] in the Resources block of the template`,
    );
  }
}

function checkReferences(template: Template, section: string, references: readonly Reference[]): void {
  const attributes = references.filter(
    ({ name, attribute }) => attribute !== undefined && !(name in template.Resources),
  );
  if (attributes.length > 0) {
    throw validationError(
      `Template error: instance of Fn::GetAtt references undefined resource ${attributes[0]!.name}`,
    );
  }
  const unresolved = references.filter(
    ({ name, attribute }) =>
      attribute === undefined &&
      !(name in template.Resources) &&
      !(name in template.Parameters) &&
      !PSEUDO_PARAMETERS.has(name),
  );
  if (unresolved.length > 0) {
    const names = [...new Set(unresolved.map(({ name }) => name))].join(', ');
    const prefix = section === 'Outputs' ? '' : 'Template format error: ';
    throw validationError(
      `${prefix}Unresolved resource dependencies [${names}] in the ${section} block of the template`,
    );
  }
}

function checkConditions(template: Template): void {
  const used = [...Object.values(template.Resources), ...Object.values(template.Outputs)].flatMap(
    ({ Condition }) => Condition ?? [],
  );
  for (const name of used) {
    if (!(name in template.Conditions)) {
      throw validationError(
        `Template format error: Unresolved condition dependency ${name} in the Resources block of the template`,
      );
    }
  }
}

function checkCycles(template: Template): void {
  const done = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    if (done.has(logicalId)) return;
    const start = path.indexOf(logicalId);
    if (start >= 0)
      throw validationError(`Circular dependency between resources: [${path.slice(start).join(', ')}]`);
    for (const next of dependencies(template, logicalId)) visit(next, [...path, logicalId]);
    done.add(logicalId);
  };
  for (const logicalId of Object.keys(template.Resources)) visit(logicalId, []);
}
