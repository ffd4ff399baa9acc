import { modelSource } from '../../schema/model-source';
import { propertyReference } from '../../schema/property-reference';
import type { PropertySchema, ResourceSchema } from '../../schema/resource-schema';
import { PrimaryContainer, ResourceModel } from '../../src/express-service/model';
import { deserialize, removeProperties, tagsOf } from '../../src/cloudformation/extension/model-class';

function schema(
  properties: Record<string, PropertySchema>,
  members: Partial<ResourceSchema> = {},
): ResourceSchema {
  return {
    typeName: 'Org::Test::Example',
    description: 'An example.',
    definitions: {
      Tag: { type: 'object', description: 'A tag.', properties: { Key: { type: 'string' } } },
      Size: { type: 'string', enum: ['S', 'L'] },
      Loop: { type: 'object', properties: { Next: { $ref: '#/definitions/Loop' } } },
    },
    properties: { Id: { type: 'string' }, ...properties },
    primaryIdentifier: ['/properties/Id'],
    handlers: {},
    readOnlyProperties: ['/properties/Id'],
    ...members,
  };
}

/** The model before it is formatted, with single quotes. */
const model = (from: ResourceSchema) => modelSource(from).replaceAll('"', "'");

describe('the generated model', () => {
  test.each<[string, PropertySchema, string]>([
    ['a text', { type: 'string' }, 'P?: string;'],
    ['an integer', { type: 'integer' }, 'P?: number;'],
    ['a number', { type: 'number' }, 'P?: number;'],
    ['a boolean', { type: 'boolean' }, 'P?: boolean;'],
    ['an enum', { type: 'string', enum: ['A', 'B'] }, "P?: 'A' | 'B';"],
    ['an enum of integers', { type: 'integer', enum: [1, 7] }, 'P?: 1 | 7;'],
    ['a reference to an enum', { $ref: '#/definitions/Size' }, "P?: 'S' | 'L';"],
    ['a list of texts', { type: 'array', items: { type: 'string' } }, 'P?: string[];'],
    ['a list of enums', { type: 'array', items: { $ref: '#/definitions/Size' } }, "P?: ('S' | 'L')[];"],
    [
      'a list of lists',
      { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
      'P?: number[][];',
    ],
    ['an object', { $ref: '#/definitions/Tag' }, 'P?: Tag;'],
    ['a list of objects', { type: 'array', items: { $ref: '#/definitions/Tag' } }, 'P?: Tag[];'],
    [
      'a map',
      { type: 'object', patternProperties: { '.*': { type: 'string' } } },
      'P?: Record<string, string>;',
    ],
    ['any object', { type: 'object' }, 'P?: Record<string, unknown>;'],
  ])('types %s', (_what, property, expected) => {
    expect(model(schema({ P: property }))).toContain(`declare ${expected}`);
  });

  test('keeps names, descriptions and what the runtime must obey', () => {
    const source = model(
      schema(
        { lowerCase: { type: 'string', description: 'Ends */ early.' } },
        { writeOnlyProperties: ['/properties/lowerCase'], tagging: { tagProperty: '/properties/Tags' } },
      ),
    );
    expect(source).toContain('declare lowerCase?: string;');
    expect(source).toContain('/** Ends *\\/ early. */');
    expect(source).toContain("TYPE_NAME: string = 'Org::Test::Example'");
    expect(source).toContain("WRITE_ONLY_PROPERTIES: readonly string[] = ['/properties/lowerCase']");
    expect(source).toContain("TAG_PROPERTY: string | undefined = '/properties/Tags'");
  });

  test.each<[string, PropertySchema, RegExp]>([
    [
      'an unknown definition',
      { $ref: '#/definitions/Nothing' },
      /#\/definitions\/Nothing: there is no such definition/,
    ],
    ['several types', { type: ['string', 'integer'] as never }, /ResourceModel\/P: .* Give it one type/],
    [
      'a nested object',
      { type: 'object', properties: {} },
      /ResourceModel\/P: .*move an object to "definitions"/,
    ],
  ])('is refused for %s', (_what, property, message) => {
    expect(() => model(schema({ P: property }))).toThrow(message);
  });
});

const reference = (from: ResourceSchema) => propertyReference(from).replace(/ +/g, ' ');

describe('the generated reference', () => {
  const { required, createOnlyProperties } = {
    required: ['Name'],
    createOnlyProperties: ['/properties/Name'],
  };

  test.each<[string, PropertySchema, Partial<ResourceSchema>, string]>([
    [
      'a property',
      { type: 'string', description: 'A text.' },
      {},
      '| `P` | string | no | | | No interruption | A text. |',
    ],
    [
      'a default',
      { type: 'integer', default: 80 },
      {},
      '| `P` | integer | no | `80` | | No interruption | |',
    ],
    ['a replacement', { type: 'string' }, { createOnlyProperties: ['/properties/P'] }, '| Replacement | |'],
    [
      'a nested replacement',
      { $ref: '#/definitions/Tag' },
      { createOnlyProperties: ['/properties/P/Key'] },
      '| Replacement |',
    ],
    [
      'a conditional one',
      { type: 'string' },
      { conditionalCreateOnlyProperties: ['/properties/P'] },
      '| Some interruptions or replacement |',
    ],
    ['a requirement', { type: 'string' }, { required: ['P'] }, '| `P` | string | yes |'],
    ['bounds', { type: 'integer', minimum: 1, maximum: 9 }, {}, '| at least 1; at most 9 |'],
    ['values', { type: 'string', enum: ['a', 'b'] }, {}, '| one of `a`, `b` |'],
    ['a pattern with a bar', { type: 'string', pattern: '^a|b$' }, {}, '| matches `^a\\|b$` |'],
    [
      'a list of objects',
      { type: 'array', items: { $ref: '#/definitions/Tag' } },
      {},
      '| list of [Tag](#tag) |',
    ],
    ['an object', { $ref: '#/definitions/Tag' }, {}, '### Tag\n\nA tag.\n\n| Property | Type |'],
    ['an object within itself', { $ref: '#/definitions/Loop' }, {}, '### Loop\n'],
  ])('shows %s', (_what, property, members, expected) => {
    expect(reference(schema({ P: property }, members))).toContain(expected);
  });

  test.each([
    ['with the members that are attributes', ['Id', 'Status', 'Status/Key'], ['`Id`', '`Status.Key`']],
    ['without members that are none', ['Id', 'Status'], ['`Id`']],
  ])('shows read-only properties %s', (_what, paths, attributes) => {
    const readOnlyProperties = paths.map((path) => `/properties/${path}`);
    const text = reference(
      schema(
        { Status: { $ref: '#/definitions/Tag' } },
        { required, createOnlyProperties, readOnlyProperties },
      ),
    );
    const [inputs, returned] = text.split('## Return values');
    expect(returned).toContain('`Ref` returns `Id`.');
    expect(returned!.match(/(?<=^\| )`[^`]+`/gm)).toEqual(attributes);
    expect(inputs).not.toMatch(/`Id`|`Status`/);
  });

  test('says which read-only property does not exist', () => {
    const broken = schema({}, { readOnlyProperties: ['/properties/Id', '/properties/Status/Key'] });
    expect(() => reference(broken)).toThrow('there is no property Status/Key');
  });
});

describe('a model', () => {
  test('does not take a member named constructor for a class, wherever it stands', () => {
    const model = deserialize(ResourceModel, {
      constructor: 'a text',
      ServiceName: { constructor: 'a text' },
      PrimaryContainer: { Image: 'example/hello:1', constructor: 'a text' },
      Tags: [{ Key: 'a', Value: 'b', constructor: 'a text' }],
    } as never);
    expect(model.serialize()).toEqual({
      ServiceName: {},
      PrimaryContainer: { Image: 'example/hello:1' },
      Tags: [{ Key: 'a', Value: 'b' }],
    });
  });

  test('gets the types of its schema from texts, at every depth', () => {
    const model = deserialize(ResourceModel, {
      PrimaryContainer: { Image: 'nginx', ContainerPort: '8080', Environment: [{ Name: 'N', Value: 1 }] },
      ScalingTarget: { MinTaskCount: '2', MaxTaskCount: 'many', AutoScalingTargetValue: '60 ' },
      Cpu: 256,
      Unknown: 'dropped',
    });
    expect(model.serialize()).toEqual({
      PrimaryContainer: { Image: 'nginx', ContainerPort: 8080, Environment: [{ Name: 'N', Value: '1' }] },
      ScalingTarget: { MinTaskCount: 2, MaxTaskCount: 'many', AutoScalingTargetValue: '60 ' },
      Cpu: '256',
    });
    expect(model.PrimaryContainer).toBeInstanceOf(PrimaryContainer);
    expect(Object.keys(model).sort()).toEqual(['Cpu', 'PrimaryContainer', 'ScalingTarget']);
  });

  test('keeps what its constructor gets, and tells its identifier once it has one', () => {
    const model = new ResourceModel({ PrimaryContainer: { Image: 'nginx' } });
    expect(model.PrimaryContainer?.Image).toBe('nginx');
    expect(model.getPrimaryIdentifier()).toBeNull();
    model.ServiceArn = 'arn';
    expect(model.getPrimaryIdentifier()).toEqual({ '/properties/ServiceArn': 'arn' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['a text for an object', { PrimaryContainer: 'nginx' }],
    ['a list for an object', { PrimaryContainer: ['nginx', null, [1]] }],
    ['an object for a list', { Tags: { Key: 'a' } }],
    ['a number for a list', { Tags: 7 }],
    ['null everywhere', { PrimaryContainer: null, Tags: [null], NetworkConfiguration: { Subnets: null } }],
    ['names of Object', { constructor: 'x', toString: 'y', __proto__: { Cpu: '1' } }],
  ])('survives %s', (_what, properties) => {
    expect(() =>
      deserialize(ResourceModel, JSON.parse(JSON.stringify(properties))).serialize(),
    ).not.toThrow();
  });

  test.each([
    [{ Tags: [{ Key: 'a', Value: 'b' }, { Key: 'c' }, null] }, '/properties/Tags', { a: 'b' }],
    [{ Deep: { Tags: [{ Key: 'a', Value: 'b' }] } }, '/properties/Deep/Tags', { a: 'b' }],
    [{ Tags: 'none' }, '/properties/Tags', {}],
    [{ Tags: [{ Key: 'a', Value: 'b' }] }, undefined, {}],
    [undefined, '/properties/Tags', {}],
  ])('with %j tells its tags at %s', (model, pointer, tags) => {
    expect(tagsOf(model, pointer)).toEqual(tags);
  });

  test.each([
    ['/properties/A', { B: [{ C: 1 }] }],
    ['/properties/B/*/C', { A: 1, B: [{}] }],
    ['/properties/B/0', { A: 1, B: [undefined] }],
    ['/properties/X/Y', { A: 1, B: [{ C: 1 }] }],
  ])('loses what stands at %s', (pointer, expected) => {
    const model = { A: 1, B: [{ C: 1 }] };
    removeProperties(model, [pointer]);
    expect(model).toEqual(expected);
  });
});
