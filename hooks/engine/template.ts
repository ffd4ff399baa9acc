import { expandLoops } from './for-each';
import { comparisons, parameterDomain, type ParameterDeclaration, type ParameterDomain } from './parameters';
import { resolve } from './resolve';
import { isObject, type Node, type Scope } from './scope';
import { Unknown } from './unknown';

/** A resource as the input declares it; its properties are not evaluated yet. */
export interface ResourceDeclaration {
  readonly logicalId: string;
  readonly type: string;
  /** Name of the condition under which it exists. */
  readonly condition?: string;
  readonly properties: Node;
  readonly metadata?: Node;
}

/** Something about the whole input that keeps rules from seeing all of it. */
export interface Notice {
  /** Logical id or name of what could not be seen into. */
  readonly resource: string;
  readonly type: string;
  readonly because: string;
}

/** Thrown for an input that is no template; the message says what is wrong and is meant for the user. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Values that are known from outside the template. */
export interface KnownValues {
  /** Parameters as they are supplied for a deployment, lists comma-separated. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Pseudo parameters, e.g. `AWS::Region`. */
  readonly pseudoParameters?: Readonly<Record<string, string>>;
}

/** What rules are evaluated on, whichever of the three inputs it was made from. */
export class Template {
  /** Resources by logical id, in the order of the document. */
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly conditions: Readonly<Record<string, Node>>;
  readonly mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Node>>>>>>;
  readonly notices: readonly Notice[];
  /** Why resources may exist that are not in the document, or undefined when all are visible. */
  readonly hiddenResources: string | undefined;
  /** Logical ids by resource type. */
  readonly byType: ReadonlyMap<string, readonly ResourceDeclaration[]>;
  private readonly declarations: Readonly<Record<string, ParameterDeclaration>>;
  private readonly domains = new Map<string, ParameterDomain | undefined>();
  private compared: ReturnType<typeof comparisons> | undefined;

  /**
   * @param document the template as parsed from JSON or YAML, short tags already in their long form.
   * @param hasIntrinsics false when every value is literal, even one that looks like an intrinsic function.
   * @throws TemplateError when the document has no resources.
   */
  constructor(
    document: Node,
    private readonly known: KnownValues = {},
    readonly hasIntrinsics = true,
    hiddenResources?: string,
  ) {
    if (!isObject(document))
      throw new TemplateError('The template is not an object. Check that it is CloudFormation YAML or JSON.');
    const transforms = transformNames(document['Transform']);
    this.declarations = section(document, 'Parameters') as Record<string, ParameterDeclaration>;
    this.mappings = section(document, 'Mappings') as Template['mappings'];
    const notices: Notice[] = [];
    const expanded = (name: string): Readonly<Record<string, Node>> => {
      const content = section(document, name);
      if (!transforms.includes('AWS::LanguageExtensions')) return content;
      const { node, unexpanded } = expandLoops(content, (collection) => this.collection(collection));
      for (const loop of unexpanded) {
        notices.push({ resource: loop, type: 'Fn::ForEach', because: 'the items of the loop are not known' });
      }
      return node as Readonly<Record<string, Node>>;
    };
    this.conditions = expanded('Conditions');
    if (!isObject(document['Resources'])) {
      throw new TemplateError(
        'The template has no Resources section. Check that it is a CloudFormation template.',
      );
    }
    const resources = new Map<string, ResourceDeclaration>();
    const byType = new Map<string, ResourceDeclaration[]>();
    for (const [logicalId, declaration] of Object.entries(expanded('Resources'))) {
      if (logicalId.startsWith('Fn::')) continue;
      if (!isObject(declaration) || typeof declaration['Type'] !== 'string') {
        throw new TemplateError(`Resources.${logicalId} has no Type. Give it the name of a resource type.`);
      }
      const type = declaration['Type'];
      const condition = declaration['Condition'];
      const resource: ResourceDeclaration = {
        logicalId,
        type,
        condition: typeof condition === 'string' ? condition : undefined,
        properties: declaration['Properties'] ?? {},
        metadata: declaration['Metadata'],
      };
      resources.set(logicalId, resource);
      const sameType = byType.get(type);
      if (sameType === undefined) byType.set(type, [resource]);
      else sameType.push(resource);
      const opaque = opacityOf(type);
      if (opaque !== undefined) notices.push({ resource: logicalId, type, because: opaque });
    }
    for (const transform of transforms.filter((name) => !KNOWN_TRANSFORMS.has(name))) {
      notices.push({
        resource: transform,
        type: 'Transform',
        because: 'a macro may add and change resources during deployment',
      });
    }
    this.resources = resources;
    this.byType = byType;
    this.notices = notices;
    const hiding = notices.find(
      ({ type }) => type.endsWith('::MODULE') || type === 'Fn::ForEach' || type === 'Transform',
    );
    this.hiddenResources =
      hiddenResources ?? (hiding && `${hiding.type} ${hiding.resource}: ${hiding.because}`);
  }

  /** The values to distinguish for a parameter or pseudo parameter; undefined when there is none of that name. */
  domain(name: string): ParameterDomain | undefined {
    if (!this.domains.has(name)) this.domains.set(name, this.newDomain(name));
    return this.domains.get(name);
  }

  /** Whether a parameter is declared NoEcho. */
  isSecret(name: string): boolean {
    return String(this.declarations[name]?.NoEcho) === 'true';
  }

  private newDomain(name: string): ParameterDomain | undefined {
    const isPseudo = name.startsWith('AWS::');
    const declaration = Object.hasOwn(this.declarations, name) ? this.declarations[name] : undefined;
    if (declaration === undefined && !isPseudo) return undefined;
    const supplied = isPseudo ? this.known.pseudoParameters?.[name] : this.known.parameters?.[name];
    const sources = [this.conditions, ...(Object.keys(this.mappings).length > 0 ? this.propertyNodes() : [])];
    this.compared ??= comparisons(sources, this.mappings);
    return parameterDomain(name, declaration, supplied, this.compared.get(name));
  }

  private propertyNodes(): Node[] {
    return [...this.resources.values()].map(({ properties }) => properties);
  }

  /** The items of a loop, from a literal list or from parameters with a value. */
  private collection(node: Node): readonly string[] | undefined {
    const value = resolve(node, this.defaults);
    if (!Array.isArray(value)) return undefined;
    const items = value.map((item) => resolve(item, this.defaults));
    return items.every((item) => typeof item === 'string' || typeof item === 'number')
      ? items.map(String)
      : undefined;
  }

  /** The scope in which loops are written out: before conditions, with what is supplied or default. */
  private readonly defaults: Scope = {
    hasIntrinsics: true,
    parameter: (name) => {
      const declaration = this.declarations[name];
      const supplied = this.known.parameters?.[name] ?? this.known.pseudoParameters?.[name];
      const domain = parameterDomain(name, declaration, supplied, undefined);
      return domain.defaultIndex < 0
        ? new Unknown(`parameter ${name} has no value`)
        : domain.values[domain.defaultIndex];
    },
    isSecret: () => false,
    condition: () => false,
    decide: () => false,
    mapping: (name) => this.mappings[name],
    hasResource: () => false,
    rejectWorld: () => undefined,
  };
}

const KNOWN_TRANSFORMS = new Set([
  'AWS::LanguageExtensions',
  'AWS::Serverless-2016-10-31',
  'AWS::SecretsManager-2020-07-23',
]);

function transformNames(transform: Node): string[] {
  const list = Array.isArray(transform)
    ? transform
    : transform === undefined || transform === null
      ? []
      : [transform];
  return list.map((entry) => (isObject(entry) ? String(entry['Name']) : String(entry)));
}

function section(document: Readonly<Record<string, Node>>, name: string): Readonly<Record<string, Node>> {
  const content = document[name] ?? {};
  if (!isObject(content))
    throw new TemplateError(`${name} is not an object. Write it as names with their content.`);
  return content;
}

const OPAQUE: readonly (readonly [RegExp, string])[] = [
  [/::MODULE$/, 'the resources of a module are not in the template'],
  [/^AWS::CloudFormation::Stack$/, 'the resources of a nested stack are in another template; check that too'],
  [/^AWS::Serverless::/, 'the transform AWS::Serverless makes its resources during deployment'],
];

function opacityOf(type: string): string | undefined {
  if (!type.endsWith('E') && !type.startsWith('AWS::Serverless') && type !== 'AWS::CloudFormation::Stack')
    return undefined;
  return OPAQUE.find(([pattern]) => pattern.test(type))?.[1];
}
