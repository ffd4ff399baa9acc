/** Schemas of AWS's own resource types, as cfn-lint brings them; they tell the known types and their create-only properties. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Structure } from '../service';
import { ResourceType, type ResourceTypeSchema } from './resource-type';

const LIBRARY = join(__dirname, '..', '..', '.venv', 'lib');

/** Whether a dotted path leads to a property that is no object. */
function anyProperty(attribute: string, schema: ResourceTypeSchema): boolean {
  const resolved = (node: Structure | undefined): Structure =>
    node?.$ref ? (schema.definitions?.[node.$ref.replace('#/definitions/', '')] ?? {}) : (node ?? {});
  const node = attribute
    .split('.')
    .reduce<Structure>((parent, step) => resolved(parent.properties?.[step]), schema);
  return 'type' in node && node.type !== 'object';
}

/**
 * Types of which `Fn::GetAtt` reads more than their schema's readOnlyProperties: mostly types that are older than the
 * registry, of which it reads what a template may set too. As cfn-lint has them, of the types that can be provisioned here.
 */
const FURTHER_ATTRIBUTES: Readonly<
  Record<string, (attribute: string, schema: ResourceTypeSchema) => boolean>
> = {
  ...Object.fromEntries(
    [
      'AWS::AutoScaling::AutoScalingGroup',
      'AWS::Backup::BackupVault',
      'AWS::EC2::CapacityReservation',
      'AWS::EC2::Instance',
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::Subnet',
      'AWS::EC2::VPC',
      'AWS::EFS::MountTarget',
      'AWS::EKS::Nodegroup',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::Events::EventBus',
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBParameterGroup',
      'AWS::S3::AccessPoint',
      'AWS::SNS::Topic',
      'AWS::SQS::Queue',
      'AWS::SSM::Parameter',
      'AWS::ServiceDiscovery::Service',
      'AWS::StepFunctions::Activity',
    ].map((typeName) => [typeName, anyProperty]),
  ),
  'AWS::CloudFormation::CustomResource': () => true,
  // The outputs are those of the nested stack.
  'AWS::CloudFormation::Stack': (attribute) => attribute.startsWith('Outputs.'),
};

/** Types of which cfn-lint has no schema, because the registry shows none. */
const FURTHER_TYPES: Readonly<Record<string, ResourceTypeSchema>> = {
  'AWS::CDK::Metadata': {
    typeName: 'AWS::CDK::Metadata',
    properties: { Id: { type: 'string' }, Analytics: { type: 'string' } },
    primaryIdentifier: ['/Id'],
    readOnlyProperties: ['/Id'],
  },
};

let folder: string | undefined;
let index: Record<string, string> | undefined;
const types = new Map<string, ResourceType>();

/** A resource type of AWS, or undefined when AWS has no type of this name. */
export function awsResourceType(typeName: string): ResourceType | undefined {
  index ??= readIndex();
  const further = Object.hasOwn(FURTHER_TYPES, typeName) ? FURTHER_TYPES[typeName] : undefined;
  const file = Object.hasOwn(index, typeName) ? index[typeName] : undefined;
  if (!file && !further) return undefined;
  let type = types.get(typeName);
  if (!type) {
    const schema = further ?? JSON.parse(readFileSync(join(folder!, 'resources', `${file}.json`), 'utf8'));
    type = new ResourceType(schema, undefined, FURTHER_ATTRIBUTES[typeName]);
    types.set(typeName, type);
  }
  return type;
}

function readIndex(): Record<string, string> {
  const python = existsSync(LIBRARY)
    ? readdirSync(LIBRARY).find((name) => name.startsWith('python3'))
    : undefined;
  folder = join(LIBRARY, python ?? 'python3', 'site-packages', 'cfnlint', 'data', 'schemas');
  const path = join(folder, 'providers', 'us-east-1.json');
  if (!existsSync(path)) {
    throw new Error(
      'cfn-lint is not installed in .venv: run `node scripts/setup.mjs` in the repository first.',
    );
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}
