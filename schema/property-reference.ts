/** The property reference in Markdown. */
import {
  definitionName,
  isObject,
  resolve,
  type ObjectSchema,
  type PropertySchema,
  type ResourceSchema,
} from './resource-schema';
import { meaningOf } from './suggestions';

/** Constraints in the order in which they are shown, each with its words. */
const CONSTRAINTS: ReadonlyArray<
  readonly [keyof PropertySchema, (value: any, property: PropertySchema) => string]
> = [
  ['enum', (values: readonly unknown[]) => `one of ${values.map(code).join(', ')}`],
  ['minimum', (value) => `at least ${value}`],
  ['maximum', (value) => `at most ${value}`],
  ['minLength', (value) => `${value} or more characters`],
  ['maxLength', (value) => `up to ${value} characters`],
  ['minItems', (value) => `${value} or more items`],
  ['maxItems', (value) => `up to ${value} items`],
  ['uniqueItems', (value) => (value ? 'no item twice' : '')],
  ['pattern', (value, property) => meaningOf(property)?.what ?? `matches ${code(value)}`],
  ['format', (value) => `format ${value}`],
];

/** Text of docs/reference/properties.md, not yet formatted. */
export function propertyReference(schema: ResourceSchema): string {
  const attributes = (schema.readOnlyProperties ?? []).map((pointer) => pointer.replace('/properties/', ''));
  const readOnly = new Set(attributes.filter((path) => !path.includes('/')));
  const inputs = Object.fromEntries(
    Object.entries(schema.properties).filter(([name]) => !readOnly.has(name)),
  );
  const inputObjects = reachableObjects(schema, Object.values(inputs));
  const sections = [
    `# ${schema.typeName}`,
    'Generated from the schema by `npm run generate`. Do not edit.',
    schema.description,
    '## Properties',
    propertyTable(schema, { ...schema, properties: inputs }, (name) => updateBehaviour(schema, name)),
    ...objectSections(schema, inputObjects),
    '## Return values',
    `\`Ref\` returns ${schema.primaryIdentifier.map((pointer) => code(pointer.replace('/properties/', ''))).join(' and ')}.`,
    '`Fn::GetAtt` returns:',
    attributeTable(schema, attributes),
    ...[...returnedItems(schema, readOnly, inputObjects)].flatMap(([name, object]) => [
      `### ${name}`,
      object.description ?? '',
      itemTable(schema, object),
    ]),
  ];
  if (schema.typeConfiguration) {
    const { description = '', properties } = schema.typeConfiguration;
    const objects = [...reachableObjects(schema, Object.values(properties))];
    const others = new Map(objects.filter(([name]) => !inputObjects.has(name)));
    sections.push('## Type configuration', description, propertyTable(schema, schema.typeConfiguration));
    sections.push(...objectSections(schema, others));
  }
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function objectSections(schema: ResourceSchema, objects: ReadonlyMap<string, ObjectSchema>): string[] {
  return [...objects].flatMap(([name, object]) => [
    `### ${name}`,
    object.description ?? '',
    propertyTable(schema, object),
  ]);
}

/** Objects that can be reached from these properties, in the order in which a reader meets them. */
function reachableObjects(
  schema: ResourceSchema,
  properties: readonly PropertySchema[],
  found = new Map<string, ObjectSchema>(),
): ReadonlyMap<string, ObjectSchema> {
  for (const property of properties) {
    const name = definitionName(property);
    const target = resolve(schema, property);
    if (name !== undefined && isObject(target) && !found.has(name)) {
      found.set(name, target);
      reachableObjects(schema, Object.values(target.properties), found);
    }
    if (target.items) reachableObjects(schema, [target.items], found);
  }
  return found;
}

/** Objects in the lists that attributes return, and what these refer to, as far as they were not shown before. */
function returnedItems(
  schema: ResourceSchema,
  readOnly: ReadonlySet<string>,
  shown: ReadonlyMap<string, ObjectSchema>,
): ReadonlyMap<string, ObjectSchema> {
  const items = [...readOnly].flatMap((name) => schema.properties[name]?.items ?? []);
  return new Map([...reachableObjects(schema, items)].filter(([name]) => !shown.has(name)));
}

function itemTable(schema: ResourceSchema, object: ObjectSchema): string {
  const rows = Object.entries(object.properties).map(([name, property]) => [
    code(name),
    typeName(schema, property),
    property.description ?? resolve(schema, property).description ?? '',
  ]);
  return table(['Member', 'Type', 'Description'], rows);
}

function propertyTable(
  schema: ResourceSchema,
  object: ObjectSchema,
  update?: (property: string) => string,
): string {
  const rows = Object.entries(object.properties).map(([name, property]) => {
    const target = resolve(schema, property);
    return [
      code(name),
      typeName(schema, property),
      object.required?.includes(name) ? 'yes' : 'no',
      target.default === undefined ? '' : code(target.default),
      constraints(target),
      ...(update ? [update(name)] : []),
      property.description ?? target.description ?? '',
    ];
  });
  const updateColumn = update ? ['Update'] : [];
  return table(
    ['Property', 'Type', 'Required', 'Default', 'Constraints', ...updateColumn, 'Description'],
    rows,
  );
}

/** The attributes that hold a value; objects are there for their members, which are attributes of their own. */
function attributeTable(schema: ResourceSchema, attributes: readonly string[]): string {
  const rows = attributes.flatMap((path) => {
    const property = propertyAt(schema, path);
    const target = resolve(schema, property);
    if (isObject(target)) return [];
    const description = property.description ?? target.description ?? '';
    return [[code(path.replaceAll('/', '.')), typeName(schema, property), description]];
  });
  return table(['Attribute', 'Type', 'Description'], rows);
}

/**
 * The property at a path such as `Status/StatusCode`.
 *
 * @throws Error when there is none.
 */
function propertyAt(schema: ResourceSchema, path: string): PropertySchema {
  return path.split('/').reduce<PropertySchema>((parent, name) => {
    const property = resolve(schema, parent).properties?.[name];
    if (!property) throw new Error(`readOnlyProperties: there is no property ${path}`);
    return property;
  }, schema);
}

/** Words of the CloudFormation reference for what an update of the property does. */
function updateBehaviour(schema: ResourceSchema, property: string): string {
  const within = (pointers: readonly string[] | undefined) =>
    pointers?.some((pointer) => pointer.split('/')[2] === property) ?? false;
  if (within(schema.createOnlyProperties)) return 'Replacement';
  if (within(schema.conditionalCreateOnlyProperties)) return 'Some interruptions or replacement';
  return 'No interruption';
}

function typeName(schema: ResourceSchema, property: PropertySchema): string {
  const name = definitionName(property);
  const target = resolve(schema, property);
  if (target.type === 'array' && target.items) return `list of ${typeName(schema, target.items)}`;
  if (name !== undefined && isObject(target)) return `[${name}](#${name.toLowerCase()})`;
  return target.type === 'object' ? 'map' : (target.type ?? '');
}

function constraints(property: PropertySchema): string {
  return CONSTRAINTS.filter(([keyword]) => property[keyword] !== undefined)
    .map(([keyword, words]) => words(property[keyword], property))
    .filter(Boolean)
    .join('; ');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
