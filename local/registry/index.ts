/** The CloudFormation registry: resource types, their configuration, and activated hooks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError, type AwsRequest, type Structure } from '../service';
import { awsResourceType } from './aws-types';
import type { Hook } from './hook';
import { ResourceType, type ResourceTypeSchema } from './resource-type';
import { compileValidation } from './validation';

/** Where a type configuration holds: each account and Region has its own. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export interface Registry {
  /** Add a private resource type, or replace the one of the same name. */
  registerResourceType(schema: ResourceTypeSchema, functionName: string): ResourceType;
  /** A resource type registered here or known to AWS; undefined when there is none of this name. */
  resourceType(typeName: string): ResourceType | undefined;
  /** A private resource type. @throws AwsError TypeNotFoundException, with what to do. */
  privateType(typeName: string): ResourceType;
  /** Values of a private type's `typeConfiguration` in a place; undefined when nobody has set them there. */
  typeConfiguration(typeName: string, place?: Place): Structure | undefined;
  /**
   * Set the values of a private type's `typeConfiguration` in one place.
   *
   * @throws AwsError CFNRegistryException when they are not valid.
   */
  setTypeConfiguration(typeName: string, values: Structure, place?: Place): void;
  /** Activate a hook, or replace the one of the same name. */
  activateHook(hook: Hook): void;
  /** Deactivate a hook. False when there is none of this name. */
  deactivateHook(typeName: string): boolean;
  /** Activated hooks in the order of their names. */
  hooks(): readonly Hook[];
  /** Operations of the CloudFormation API that concern the registry. */
  readonly operations: Readonly<Record<string, (request: AwsRequest) => Promise<Structure>>>;
  /** Forget type configurations and hooks; types stay. */
  reset(): void;
}

/** Read all resource type schemas of a folder; hook schemas, which have no properties of their own, are left out. */
export function readResourceTypeSchemas(folder: string): ResourceTypeSchema[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ResourceTypeSchema)
    .filter((schema) => schema.typeName && schema.primaryIdentifier);
}

/** @param home the place that is meant where none is named. */
export function createRegistry(home: Place): Registry {
  const types = new Map<string, ResourceType>();
  const configurations = new Map<string, { values: Structure; updated: Date }>();
  const configurationKey = (typeName: string, { accountId, region }: Place = home) =>
    [accountId, region, typeName].join('/');
  const hooks = new Map<string, Hook>();

  const registry: Registry = {
    registerResourceType(schema, functionName) {
      const type = new ResourceType(schema, functionName);
      types.set(schema.typeName, type);
      return type;
    },
    resourceType: (typeName) => types.get(typeName) ?? awsResourceType(typeName),
    privateType(typeName) {
      const type = types.get(typeName);
      if (type) return type;
      const known = [...types.keys()].sort().join(', ') || 'none';
      throw new AwsError(
        'TypeNotFoundException',
        `The type ${typeName} is not registered in the local AWS. Registered types: ${known}.`,
        404,
      );
    },
    typeConfiguration: (typeName, place) => configurations.get(configurationKey(typeName, place))?.values,
    setTypeConfiguration(typeName, values, place) {
      const { schema } = registry.privateType(typeName);
      const checked = structuredClone(values);
      const violations = compileValidation(
        { additionalProperties: false, ...schema.typeConfiguration },
        schema.definitions,
      )(checked);
      if (violations.length > 0) {
        throw new AwsError(
          'CFNRegistryException',
          `Configuration of ${typeName} is not valid: ${violations.join('; ')}`,
        );
      }
      configurations.set(configurationKey(typeName, place), { values: checked, updated: new Date() });
    },
    activateHook: (hook) => void hooks.set(hook.typeName, hook),
    deactivateHook: (typeName) => hooks.delete(typeName),
    hooks: () => [...hooks.values()].sort((a, b) => (a.typeName < b.typeName ? -1 : 1)),
    operations: {
      async SetTypeConfiguration(request) {
        const typeName = request.input.TypeName ?? typeNameOf(request.input.TypeArn);
        registry.setTypeConfiguration(typeName, parseConfiguration(request.input.Configuration), request);
        return { ConfigurationArn: configurationArn(request, typeName) };
      },
      async BatchDescribeTypeConfigurations(request) {
        const TypeConfigurations: Structure[] = [];
        const UnprocessedTypeConfigurations: Structure[] = [];
        const Errors: Structure[] = [];
        for (const identifier of request.input.TypeConfigurationIdentifiers as Structure[]) {
          const TypeName =
            identifier.TypeName ?? typeNameOf(identifier.TypeArn ?? identifier.TypeConfigurationArn);
          const configuration = configurations.get(configurationKey(TypeName, request));
          if (!types.has(TypeName)) {
            Errors.push({
              ErrorCode: 'TypeNotFoundException',
              ErrorMessage: `The type ${TypeName} is not registered.`,
              TypeConfigurationIdentifier: identifier,
            });
          } else if (!configuration) {
            UnprocessedTypeConfigurations.push(identifier);
          } else {
            TypeConfigurations.push({
              Arn: configurationArn(request, TypeName),
              Alias: 'default',
              Configuration: JSON.stringify(configuration.values),
              LastUpdated: configuration.updated,
              TypeArn: typeArn(request, 'resource', TypeName),
              TypeName,
              IsDefaultConfiguration: true,
            });
          }
        }
        return { TypeConfigurations, UnprocessedTypeConfigurations, Errors };
      },
      async DescribeType(request) {
        const { schema } = registry.privateType(request.input.TypeName ?? typeNameOf(request.input.Arn));
        return {
          Arn: typeArn(request, 'resource', schema.typeName),
          Type: 'RESOURCE',
          TypeName: schema.typeName,
          DefaultVersionId: '00000001',
          IsDefaultVersion: true,
          Description: schema.description,
          Schema: JSON.stringify(schema),
          ProvisioningType: 'FULLY_MUTABLE',
          DeprecatedStatus: 'LIVE',
          Visibility: 'PRIVATE',
          ...(schema.typeConfiguration && { ConfigurationSchema: JSON.stringify(schema.typeConfiguration) }),
        };
      },
      async ListTypes(request) {
        const resources = [...types.values()].map(({ schema }) =>
          summary(request, 'RESOURCE', schema.typeName, schema.description),
        );
        const activated = registry.hooks().map((hook) => summary(request, 'HOOK', hook.typeName, undefined));
        const wanted = request.input.Type;
        return {
          TypeSummaries: [...resources, ...activated].filter(({ Type }) => !wanted || Type === wanted),
        };
      },
    },
    reset() {
      configurations.clear();
      hooks.clear();
    },
  };
  return registry;
}

function summary(
  request: AwsRequest,
  Type: string,
  TypeName: string,
  Description: string | undefined,
): Structure {
  return {
    Type,
    TypeName,
    Description,
    DefaultVersionId: '00000001',
    TypeArn: typeArn(request, Type.toLowerCase(), TypeName),
    IsActivated: true,
  };
}

function typeArn(request: AwsRequest, kind: string, typeName: string): string {
  return `arn:aws:cloudformation:${request.region}:${request.accountId}:type/${kind}/${typeName.replace(/::/g, '-')}`;
}

function configurationArn(request: AwsRequest, typeName: string): string {
  return typeArn(request, 'resource', typeName).replace(':type/', ':type-configuration/') + '/default';
}

function typeNameOf(arn: string | undefined): string {
  const name = /:type(?:-configuration)?\/\w+\/([^/]+)/.exec(arn ?? '')?.[1];
  if (!name)
    throw new AwsError('ValidationError', 'Say which type is meant: give TypeName and Type, or TypeArn.');
  return name.replace(/-/g, '::');
}

function parseConfiguration(text: string): Structure {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('CFNRegistryException', 'Configuration is not a JSON document.');
  }
}
