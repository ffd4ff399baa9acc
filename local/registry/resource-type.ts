/** A resource type: its schema, and what CloudFormation derives from the schema. */
import { isDeepStrictEqual } from 'node:util';
import type { Structure } from '../service';
import { steps, valuesAt, without } from './property-path';
import { compileValidation } from './validation';

/** Operations of a resource handler. */
export type Action = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST';

/** One entry of `handlers` in a type schema. */
export interface HandlerDefinition {
  readonly permissions: readonly string[];
  readonly timeoutInMinutes?: number;
}

/** The parts of a resource type schema that the local AWS uses. */
export interface ResourceTypeSchema {
  readonly typeName: string;
  readonly description?: string;
  readonly properties: Structure;
  readonly definitions?: Structure;
  readonly required?: readonly string[];
  readonly handlers?: Readonly<Record<string, HandlerDefinition>>;
  readonly primaryIdentifier: readonly string[];
  readonly readOnlyProperties?: readonly string[];
  readonly writeOnlyProperties?: readonly string[];
  readonly createOnlyProperties?: readonly string[];
  readonly conditionalCreateOnlyProperties?: readonly string[];
  readonly typeConfiguration?: Structure;
  readonly tagging?: {
    readonly taggable?: boolean;
    readonly tagUpdatable?: boolean;
    readonly tagProperty?: string;
  };
}

/** CloudFormation's default for handlers that state no timeout. */
const DEFAULT_TIMEOUT_MINUTES = 120;

export class ResourceType {
  /**
   * Violations of the schema by a template's properties, as `#/Path: text`. Converts scalars to the types of the schema
   * in place.
   */
  readonly violations: (properties: Structure) => string[];

  /**
   * @param schema the resource type schema.
   * @param functionName Lambda function that implements the handlers; absent for types that AWS implements.
   * @param furtherAttributes which attributes `Fn::GetAtt` reads beside those that the schema lists.
   */
  constructor(
    readonly schema: ResourceTypeSchema,
    readonly functionName?: string,
    private readonly furtherAttributes?: (attribute: string, schema: ResourceTypeSchema) => boolean,
  ) {
    this.violations = compileValidation(schema, schema.definitions);
  }

  get typeName(): string {
    return this.schema.typeName;
  }

  /** The handler of an action; undefined when the type has none. */
  handler(action: Action): HandlerDefinition | undefined {
    return this.schema.handlers?.[action.toLowerCase()];
  }

  /** Longest duration of an operation over all its invocations, in virtual milliseconds. */
  timeout(action: Action): number {
    return (this.handler(action)?.timeoutInMinutes ?? DEFAULT_TIMEOUT_MINUTES) * 60_000;
  }

  /** Primary identifier of a model, its parts joined by `|`; undefined when a part is missing. */
  identifier(model: Structure | undefined | null): string | undefined {
    const parts = this.schema.primaryIdentifier.map((pointer) => valuesAt(model, pointer)[0]);
    return parts.every((part) => part !== undefined && part !== null && part !== '')
      ? parts.join('|')
      : undefined;
  }

  /** A model that holds the primary identifier only. */
  identifierModel(identifier: string): Structure {
    const pointers = this.schema.primaryIdentifier;
    const parts = pointers.length === 1 ? [identifier] : identifier.split('|');
    const model: Structure = {};
    pointers.forEach((pointer, index) => {
      const path = steps(pointer);
      let parent = model;
      for (const step of path.slice(0, -1)) parent = parent[step] ??= {};
      parent[path.at(-1)!] = parts[index];
    });
    return model;
  }

  /** Read-only properties that a caller set although only the type may. */
  readOnlyIn(properties: Structure): string[] {
    return (this.schema.readOnlyProperties ?? []).filter(
      (pointer) => valuesAt(properties, pointer).length > 0,
    );
  }

  /**
   * Whether `Fn::GetAtt` may read an attribute: what `readOnlyProperties` lists, nested pointers by their dotted path.
   *
   * @param attribute e.g. `Arn` or `Endpoint.Address`.
   */
  hasAttribute(attribute: string): boolean {
    return (
      (this.schema.readOnlyProperties ?? []).some((pointer) => steps(pointer).join('.') === attribute) ||
      (this.furtherAttributes?.(attribute, this.schema) ?? false)
    );
  }

  /** Create-only properties that differ between two sets of properties. */
  createOnlyChanges(before: Structure, after: Structure): string[] {
    return (this.schema.createOnlyProperties ?? []).filter((pointer) => !same(before, after, pointer));
  }

  /** Differing properties of which the handler itself decides whether it can update them. */
  conditionalCreateOnlyChanges(before: Structure, after: Structure): string[] {
    return (this.schema.conditionalCreateOnlyProperties ?? []).filter(
      (pointer) => !same(before, after, pointer),
    );
  }

  /** A model as a reader may see it. */
  withoutWriteOnly(model: Structure): Structure {
    return without(model, this.schema.writeOnlyProperties ?? []);
  }

  /** Properties of a model that a caller may set. */
  withoutReadOnly(model: Structure): Structure {
    return without(model, this.schema.readOnlyProperties ?? []);
  }

  /** Whether changed stack tags reach the resource by an update. */
  get tagUpdatable(): boolean {
    return this.schema.tagging?.taggable !== false && this.schema.tagging?.tagUpdatable !== false;
  }
}

function same(before: Structure, after: Structure, pointer: string): boolean {
  return isDeepStrictEqual(valuesAt(before, pointer), valuesAt(after, pointer));
}
