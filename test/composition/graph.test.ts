/** Resources, references and templates, whatever the resources are. */
import {
  changesBetween,
  Reference,
  refersTo,
  resolveReferences,
  cloudFormationTemplate,
  type Resource,
} from '../../src/core/graph';

const ref = (node: string, attribute: string, name?: string) => new Reference({ node, name }, attribute);
const resource = (node: string, properties: object, more: Partial<Resource> = {}): Resource => ({
  id: { node },
  type: `Test::${node}`,
  properties: properties as Resource['properties'],
  ...more,
});

describe('a reference', () => {
  const properties = { Arn: ref('Queue', 'Arn'), Nested: [{ Url: ref('Queue', 'Ref', 'Dead') }], Plain: 1 };

  test('stands for an attribute of what is there', () => {
    const attributes = { Queue: { '': { Arn: 'arn' }, Dead: { Ref: 'https://dead' } } };
    expect(resolveReferences(properties, attributes)).toEqual({
      Arn: 'arn',
      Nested: [{ Url: 'https://dead' }],
      Plain: 1,
    });
  });

  test.each([
    [{}, 'Queue has no attribute Arn'],
    [{ Queue: { '': { Arn: 'arn' } } }, 'Queue Dead has no attribute Ref'],
  ])('to what is not there fails: %j', (attributes, message) => {
    expect(() => resolveReferences(properties, attributes)).toThrow(message);
  });

  test('is found at any depth', () => {
    expect(refersTo(properties, 'Queue')).toBe(true);
    expect(refersTo(properties, 'Topic')).toBe(false);
    expect(refersTo(null, 'Queue')).toBe(false);
  });
});

describe('a template', () => {
  test('has the intrinsic functions of its references, and the order of its nodes', () => {
    const resources = [
      resource('Queue', { Name: 'queue', Unset: undefined }, { retained: true }),
      resource('Topic 1a', { Target: ref('Queue', 'Arn'), Name: ref('Queue', 'Ref') }, { after: ['Queue'] }),
    ];
    expect(cloudFormationTemplate(resources)).toEqual({
      Resources: {
        Queue: {
          Type: 'Test::Queue',
          DeletionPolicy: 'Retain',
          UpdateReplacePolicy: 'Retain',
          Properties: { Name: 'queue' },
        },
        Topic1a: {
          Type: 'Test::Topic 1a',
          Properties: { Target: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Name: { Ref: 'Queue' } },
        },
      },
    });
  });

  test('names what comes before a resource that does not refer to it', () => {
    const resources = [resource('Rule', {}), resource('Service', {}, { after: ['Rule', 'Elsewhere'] })];
    expect(cloudFormationTemplate(resources).Resources.Service).toMatchObject({ DependsOn: ['Rule'] });
  });

  test('has the values of what is not among its resources', () => {
    const attributes = { Vpc: { '': { VpcId: 'vpc-1' } } };
    expect(cloudFormationTemplate([resource('Group', { VpcId: ref('Vpc', 'VpcId') })], attributes)).toEqual({
      Resources: { Group: { Type: 'Test::Group', Properties: { VpcId: 'vpc-1' } } },
    });
  });
});

test('changes between two graphs are told by resource and property', () => {
  const before = [
    resource('Kept', { A: 1 }),
    resource('Changed', { A: 1, B: [1], C: 3 }),
    resource('Gone', {}),
  ];
  const after = [
    resource('Kept', { A: 1 }),
    resource('Changed', { A: 1, B: [2], D: 4 }),
    resource('New', {}),
  ];
  expect(
    changesBetween(before, after).map(({ id, action, properties }) => [id.node, action, properties]),
  ).toEqual([
    ['Changed', 'Modify', ['B', 'C', 'D']],
    ['New', 'Add', []],
    ['Gone', 'Remove', []],
  ]);
});
