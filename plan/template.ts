/** The services of a template, with what CloudFormation would put in the place of functions as far as it is known. */
import typeSchema from '../schema/org-ecs-expressservice.json';
import { meaningOf } from '../schema/suggestions';
import { resolve as definitionOf, type PropertySchema, type ResourceSchema } from '../schema/resource-schema';
import { resolve } from '../hooks/engine/resolve';
import { isObject } from '../hooks/engine/scope';
import { Template } from '../hooks/engine/template';
import { Unknown } from '../hooks/engine/unknown';
import { World } from '../hooks/engine/world';
import { parseTemplate } from '../src/cloudformation/template/document';
import { invalid } from '../src/core/failure';
import { shortHash } from '../src/express-service/identity/identity';
import { ResourceModel } from '../src/express-service/model';
import { LOCATION } from './service';

const SCHEMA = typeSchema as unknown as ResourceSchema;

/** A service as a template declares it. */
export interface DeclaredService {
  readonly logicalId: string;
  /**
   * Its properties.
   *
   * @throws HandlerError when a value on which the plan depends is not known.
   */
  model(): ResourceModel;
}

/**
 * The services that a template declares, without those whose condition does not hold.
 *
 * @param parameters of the template; others have their default.
 * @throws TemplateError when the text is no template.
 */
export async function servicesOf(
  text: string,
  parameters: Readonly<Record<string, string>>,
): Promise<DeclaredService[]> {
  const { content } = await parseTemplate(text);
  const pseudoParameters = {
    'AWS::Partition': LOCATION.partition,
    'AWS::Region': LOCATION.region,
    'AWS::AccountId': LOCATION.accountId,
  };
  const template = new Template(content, { parameters, pseudoParameters });
  const world = new World(template, true);
  return (template.byType.get(SCHEMA.typeName) ?? [])
    .filter(({ condition }) => world.exists(condition))
    .map(({ logicalId, properties }) => ({
      logicalId,
      model: () =>
        new ResourceModel(
          valueOf(properties, SCHEMA, '', world) as ConstructorParameters<typeof ResourceModel>[0],
        ),
    }));
}

function valueOf(node: unknown, schema: PropertySchema, path: string, world: World): unknown {
  const own = definitionOf(SCHEMA, schema);
  const value = resolve(node, world);
  if (value instanceof Unknown) return placeholderOf(own, path, value);
  if (Array.isArray(value)) {
    return value.map((item, index) => valueOf(item, own.items ?? {}, `${path}/${index}`, world));
  }
  if (!isObject(value)) return converted(value, own);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const [ofAnyName = {}] = Object.values(own.patternProperties ?? {});
      const property = own.properties?.[name] ?? ofAnyName;
      const inner = valueOf(member, property, path ? `${path}/${name}` : name, world);
      return inner === undefined ? [] : [[name, inner]];
    }),
  );
}

/** Parameters are texts. */
function converted(value: unknown, { type }: PropertySchema): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'integer' || type === 'number') return Number(value);
  return type === 'boolean' ? value === 'true' : value;
}

/** A name, an ARN or an address in the place of one that is not known: no number of the plan depends on it. */
function placeholderOf(schema: PropertySchema, path: string, { cause }: Unknown): unknown {
  const { type, items, enum: values } = schema;
  if (type === 'array' && items) {
    const item = definitionOf(SCHEMA, items);
    if (item.type === 'string')
      return ['a', 'b'].map((ending) => `${exampleOf(item)}-${shortHash(cause, 6)}-${ending}`);
  }
  // Each host is there once.
  if (path.endsWith('DomainName')) return `${path.replaceAll('/', '-').toLowerCase()}.example.com`;
  // What is in a policy document has no type here.
  const isText = type === 'string' || type === undefined;
  if (isText && values === undefined && !SIZES.includes(path)) return exampleOf(schema);
  throw invalid(path, `is not known: ${cause}`, 'Give parameters with --parameter NAME=VALUE');
}

/** Texts on which the cost depends. */
const SIZES: readonly string[] = ['Cpu', 'Memory'];

/** A text of which nothing is known, long enough for a secret. */
const NOT_KNOWN = 'unknown-before-the-deployment';

function exampleOf(schema: PropertySchema): string {
  return meaningOf(schema)?.example ?? NOT_KNOWN;
}
