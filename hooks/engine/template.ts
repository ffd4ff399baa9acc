import { TemplateError } from '../../src/cloudformation/template/template-error';
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
  /** Path in the document, where it is not below Resources under its logical id. */
  readonly origin?: readonly string[];
}

/** Something about the whole input that keeps rules from seeing all of it. */
export interface Notice {
  /** Logical id or name of what could not be seen into. */
  readonly resource: string;
  readonly type: string;
  readonly because: string;
  /** Path in the document. */
  readonly path?: readonly string[];
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
  /** The template as it was given. */
  readonly document: Readonly<Record<string, Node>>;
  /** Resources by logical id, in the order of the document. */
  readonly resources: ReadonlyMap<string, ResourceDeclaration>;
  readonly conditions: Readonly<Record<string, Node>>;
  readonly mappings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Node>>>>>>;
  readonly notices: readonly Notice[];
  /** Why resources may exist that are not in the document, or undefined when all are visible. */
  readonly hiddenResources: string | undefined;
  /** Why every resource may be another one than is written, or undefined when all are as they are written. */
  readonly rewrittenResources: string | undefined;
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
    this.document = document;
    const transforms = transformNames(document['Transform']);
    this.declarations = section(document, 'Parameters') as Record<string, ParameterDeclaration>;
    this.mappings = section(document, 'Mappings') as Template['mappings'];
    const notices: Notice[] = [];
    const origins = new Map<string, readonly string[]>();
    const expanded = (name: string): Readonly<Record<string, Node>> => {
      const content = section(document, name);
      if (!transforms.includes('AWS::LanguageExtensions')) return content;
      const {
        node,
        unexpanded,
        origins: made,
      } = expandLoops(content, (collection) => this.collection(collection));
      for (const loop of unexpanded) {
        notices.push({
          resource: loop,
          type: 'Fn::ForEach',
          because: 'the items of the loop are not known',
          path: [name, `Fn::ForEach::${loop}`],
        });
      }
      if (name === 'Resources') for (const [key, path] of made) origins.set(key, ['Resources', ...path]);
      return node as Readonly<Record<string, Node>>;
    };
    this.conditions = expanded('Conditions');
    if (hasIntrinsics) notices.push(...transformNotices(document));
    if (!isObject(document['Resources'])) {
      throw new TemplateError(
        'The template has no Resources section. Check that it is a CloudFormation template.',
      );
    }
    const resources = new Map<string, ResourceDeclaration>();
    const byType = new Map<string, ResourceDeclaration[]>();
    for (const [logicalId, declaration] of Object.entries(expanded('Resources'))) {
      if (logicalId.startsWith('Fn::')) continue;
      const transform = isObject(declaration) ? declaration['Fn::Transform'] : undefined;
      if (!isObject(declaration) || typeof declaration['Type'] !== 'string') {
        // A transform may add the type; the notice about it says so.
        if (transform !== undefined && hasIntrinsics) continue;
        throw new TemplateError(`Resources.${logicalId} has no Type. Give it the name of a resource type.`);
      }
      const type = declaration['Type'];
      const condition = declaration['Condition'];
      const resource: ResourceDeclaration = {
        logicalId,
        type,
        condition: typeof condition === 'string' ? condition : undefined,
        properties:
          transform === undefined || !hasIntrinsics
            ? (declaration['Properties'] ?? {})
            : { ...(declaration['Properties'] ?? {}), 'Fn::Transform': transform },
        metadata: declaration['Metadata'],
        origin: origins.get(logicalId),
      };
      resources.set(logicalId, resource);
      const sameType = byType.get(type);
      if (sameType === undefined) byType.set(type, [resource]);
      else sameType.push(resource);
      const opaque = OPAQUE_NAME.test(type) ? OPAQUE.find(([pattern]) => pattern.test(type)) : undefined;
      if (opaque !== undefined) {
        const path = origins.get(logicalId) ?? ['Resources', logicalId];
        notices.push({ resource: logicalId, type, because: opaque[1], path });
      }
    }
    for (const transform of transforms.filter((name) => !KNOWN_TRANSFORMS.has(name)))
      notices.push({
        resource: transform,
        type: 'Transform',
        because: added(transform),
        path: ['Transform'],
      });
    const macro = hasIntrinsics ? macroOf(document, transforms) : undefined;
    this.rewrittenResources = macro && `the macro ${macro} may add and change resources during deployment`;
    this.resources = resources;
    this.byType = byType;
    this.notices = notices;
    const hiding = notices.find(
      ({ type, path }) =>
        type.endsWith('::MODULE') ||
        type === 'Fn::ForEach' ||
        type === 'Transform' ||
        (type === 'Fn::Transform' && path!.length <= 2),
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
    version: 0,
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

/** What a transform at the root of a template does that cannot be seen. */
function added(transform: string): string {
  if (transform === INCLUDE) return `${INCLUDE} adds what is not in the template`;
  return isOfAws(transform)
    ? `${transform} adds resources during deployment`
    : 'a macro may add and change resources during deployment';
}

const INCLUDE = 'AWS::Include';

/** AWS's own transforms leave what is literal as it is; whoever writes a macro decides what it does. */
function isOfAws(transform: string): boolean {
  return transform.startsWith('AWS::');
}

/** A macro that gets the whole template, or all of its resources. */
function macroOf(
  document: Readonly<Record<string, Node>>,
  transforms: readonly string[],
): string | undefined {
  const resources = document['Resources'];
  const beside = [document, isObject(resources) ? resources : {}].map((holder) => holder['Fn::Transform']);
  const names = beside.filter((transform) => transform !== undefined).map(transformName);
  return [...transforms, ...names].find((name) => !isOfAws(name));
}

function transformName(transform: Node): string {
  return isObject(transform) ? String(transform['Name']) : String(transform);
}

function transformNames(transform: Node): string[] {
  const list = Array.isArray(transform)
    ? transform
    : transform === undefined || transform === null
      ? []
      : [transform];
  return list.map(transformName);
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
  [/^AWS::CloudFormation::StackSet$/, "the resources of a stack set's instances are in another template"],
  [/^AWS::Serverless::/, 'the transform AWS::Serverless makes its resources during deployment'],
  [
    /^AWS::ServiceCatalog::CloudFormationProduct$/,
    'the resources of a product are in other templates; check those too',
  ],
  [
    /^AWS::ServiceCatalog::CloudFormationProvisionedProduct$/,
    'the resources of a product are in its template',
  ],
];

/** Rules most types out at once. */
const OPAQUE_NAME = /MODULE$|^AWS::(CloudFormation::Stack|Serverless::|ServiceCatalog::CloudFormationPro)/;

/** Every Fn::Transform of a document: what it adds or changes cannot be seen. */
function transformNotices(document: Readonly<Record<string, Node>>): Notice[] {
  const notices: Notice[] = [];
  const visit = (node: Node, path: readonly string[]): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) return node.forEach((item, index) => visit(item, [...path, String(index)]));
    for (const key in node) {
      const child = (node as Record<string, Node>)[key];
      if (key === 'Fn::Transform') notices.push(transformNotice(child, [...path, key]));
      else if (typeof child === 'object') visit(child, [...path, key]);
    }
  };
  if (document['Fn::Transform'] !== undefined)
    notices.push(transformNotice(document['Fn::Transform'], ['Fn::Transform']));
  visit(document['Resources'], ['Resources']);
  return notices;
}

function transformNotice(transform: Node, path: readonly string[]): Notice {
  const name = transformName(transform);
  const because =
    name === INCLUDE ? added(name) : `the macro ${name} adds and changes what is beside it during deployment`;
  return { resource: path.length > 2 ? path[1]! : name, type: 'Fn::Transform', because, path };
}
