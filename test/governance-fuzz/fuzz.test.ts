import { fuzz, startingTemplates } from './fuzz';
import { parseTemplate } from '../../src/cloudformation/template/document';
import { type Document, resolveDocument } from './resolver';
import { yamlOf } from './yaml';

test.each([1, 2026])('mutated templates hold what their verdicts promise, seed %d', async (seed) => {
  await expect(fuzz(1500, seed)).resolves.toBeUndefined();
});

test('what is written as YAML with merge keys is read as what it was', async () => {
  const document = {
    a: { b: 1, c: { Ref: 'x' }, d: [{ e: 'y', f: null, g: { 'Fn::Sub': '${z}' } }] },
    h: 'no',
  };
  const texts = Array.from({ length: 50 }, (_, seed) => yamlOf(document, seed));
  for (const text of texts) expect((await parseTemplate(text)).content).toEqual(document);
  expect(texts.filter((text) => text.includes('<<')).length).toBeGreaterThan(10);
});

test('there are several hundred templates to start from', () => {
  expect(startingTemplates().length).toBeGreaterThan(500);
});

describe('the resolver, which judges the engine, on expressions whose worth is known', () => {
  const document = (value: unknown): Document =>
    ({
      Parameters: {
        Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'prod'] },
        Zones: { Type: 'CommaDelimitedList', AllowedValues: ['a, b', 'a,b'] },
      },
      Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
      Mappings: { Sizes: { dev: { Cpu: '256' }, prod: { Cpu: '1024' } } },
      Resources: { Subject: { Type: 'A::B::C', Properties: { Value: value, Other: 1 } } },
    }) as Document;
  const resolved = (value: unknown, stage: number) =>
    resolveDocument(document(value), () => stage).Resources['Subject'];

  test.each([
    [{ Ref: 'Stage' }, 'dev', 'prod'],
    [{ Ref: 'Zones' }, ['a', 'b'], ['a', 'b']],
    [{ 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, undefined, 1],
    [{ 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'Cpu'] }, '256', '1024'],
    [{ 'Fn::Sub': '${Stage}-${!x}' }, 'dev-${x}', 'prod-${x}'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-dev', 'a-prod'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b', 'b'],
    [{ Ref: 'Subject' }, { Ref: 'Subject' }, { Ref: 'Subject' }],
    [[{ 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, 2], [2], [1, 2]],
  ])('%j', (value, dev, prod) => {
    const rest = { Other: 1, ...(dev === undefined ? {} : { Value: dev }) };
    expect(resolved(value, 0)).toEqual({ Type: 'A::B::C', Properties: rest });
    expect(resolved(value, 1)).toEqual({ Type: 'A::B::C', Properties: { Other: 1, Value: prod } });
  });
});
