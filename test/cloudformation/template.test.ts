/** Templates: their forms, functions, parameters, and what is wrong with them. */
import { evaluate, type Scope } from '../../local/cloudformation/template/evaluate';
import { parameterValues } from '../../local/cloudformation/template/parameters';
import { parseTemplate } from '../../local/cloudformation/template/parse';
import { validateTemplate } from '../../local/cloudformation/template/validate';

const RESOURCES = 'Resources: { Topic: { Type: AWS::SNS::Topic } }';
const check = (text: string) =>
  validateTemplate(parseTemplate(text), (typeName) => typeName.startsWith('AWS::'));

describe('functions', () => {
  const template = parseTemplate(`
Mappings: { Zones: { us-east-1: { names: [a, b], one: x } } }
Conditions:
  Holds: !Equals [1, '1']
  One: !Equals [1]
  Fails: !Not [!Condition Holds]
  Both: !And [!Condition Holds, !Condition Fails]
  Either: !Or [!Condition Holds, !Condition Fails]
${RESOURCES}`);
  const scope: Scope = {
    template,
    region: 'us-east-1',
    parameter: (name) => ({ Size: '3', List: ['p', 'q'], 'AWS::Region': 'us-east-1' })[name],
    resource: async ({ name, attribute }) =>
      attribute === undefined ? `id-of-${name}` : `${attribute}-of-${name}`,
    importValue: (name) => `export-${name}`,
  };
  test.each([
    ['!Ref Size', '3'],
    ['!Ref List', ['p', 'q']],
    ['!Ref Topic', 'id-of-Topic'],
    ['!GetAtt Topic.Status.Code', 'Status.Code-of-Topic'],
    ['!GetAtt [Topic, Name]', 'Name-of-Topic'],
    ['{ "Fn::GetAtt": Topic.Name }', 'Name-of-Topic'],
    [
      "!Sub '${Size} ${Topic} ${Topic.Name} ${AWS::Region} ${!Literal}'",
      '3 id-of-Topic Name-of-Topic us-east-1 ${Literal}',
    ],
    ["!Sub ['${A}-${Size}', { A: !Ref Topic }]", 'id-of-Topic-3'],
    ["!Join [',', [a, !Ref Size, b]]", 'a,3,b'],
    ["!Join ['', !Ref List]", 'pq'],
    ['!Select [1, !Ref List]', 'q'],
    ["!Select ['0', [a, b]]", 'a'],
    ["!Split [',', 'a,b']", ['a', 'b']],
    ["!Select [2, !Split ['/', 'arn/of/it']]", 'it'],
    ['!If [Holds, a, b]', 'a'],
    ['!If [Fails, a, b]', 'b'],
    ['!If [Both, a, b]', 'b'],
    ['!If [Either, a, b]', 'a'],
    ['{ A: !If [Fails, a, !Ref AWS::NoValue], B: [!Ref AWS::NoValue, 1] }', { B: [1] }],
    ['!FindInMap [Zones, !Ref AWS::Region, one]', 'x'],
    ["!Join ['', !FindInMap [Zones, us-east-1, names]]", 'ab'],
    ['!Base64 text', 'dGV4dA=='],
    ["!Select [0, !GetAZs '']", 'us-east-1a'],
    ["!ImportValue 'a'", 'export-a'],
    ['{ "Fn::ToJsonString": { a: [1, true] } }', '{"a":[1,true]}'],
    ['{ "Fn::Length": !Ref List }', 2],
    ["!Sub ['${A}', { A: '${!Size}' }]", '${!Size}'],
    // As YAML 1.1 reads it, without dates.
    [
      '{ A: yes, B: 010, C: 2012-10-17, D: y, 012: E }',
      { A: true, B: 8, C: '2012-10-17', D: 'y', '012': 'E' },
    ],
    ['{ <<: { A: 1, B: 1 }, B: 2 }', { A: 1, B: 2 }],
    ['{ A: 1, A: 2 }', { A: 2 }],
  ])('%s is %j', async (text, expected) => {
    const value = parseTemplate(`${RESOURCES}\nMetadata: { Value: ${text} }`).Metadata!.Value;
    expect(await evaluate(value, scope)).toEqual(expected);
  });

  test.each([
    ['!Select [5, [a]]', 'Fn::Select cannot select nonexistent value at index 5'],
    ['!FindInMap [Zones, nowhere, one]', 'Unable to get mapping for Zones::nowhere::one'],
    ["!Join [',', text]", 'Fn::Join needs a list of values'],
    ["!Join [',']", 'Fn::Join needs a list of 2 values'],
    ['!If [Absent, a, b]', 'unresolved condition dependency Absent'],
    ["!Sub '${List}'", 'Fn::Sub needs a text'],
    ['!If [One, a, b]', 'Template error: every Fn::Equals object requires a list of 2 string parameters.'],
    ['{ "Fn::Invent": 1 }', 'does not know the function Fn::Invent'],
  ])('%s is refused', async (text, message) => {
    const value = parseTemplate(`${RESOURCES}\nMetadata: { Value: ${text} }`).Metadata!.Value;
    await expect(evaluate(value, scope)).rejects.toThrow(message);
  });
});

describe('templates that are refused', () => {
  test.each([
    ['Resources: {', /YAML not well-formed. \(line \d+, column \d+\)/],
    ['{"Resources": ', /JSON not well-formed/],
    ['just text', /unsupported structure/],
    ['Resources: {}', /At least one Resources member must be defined/],
    [`${RESOURCES}\nResource: {}`, /Invalid template property or properties \[Resource\]/],
    [
      'Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: } } }',
      /\[\/Resources\/Topic\/Properties\/TopicName\] 'null' values/,
    ],
    ['Resources: { Topic: { Properties: {} } }', /must contain a Type member/],
    ['Resources: { my-topic: { Type: AWS::SNS::Topic } }', /my-topic is non alphanumeric/],
    [
      'Resources: { Topic: { Type: AWS::SNS::Topic, Propertys: {} } }',
      /Invalid template resource property 'Propertys'/,
    ],
    ['Resources: { Topic: { Type: Org::Some::Type } }', /Unrecognized resource types: \[Org::Some::Type\]/],
    [
      'Resources: { Topic: { Type: AWS::SNS::Topic, DependsOn: Nothing } }',
      /Unresolved resource dependencies \[Nothing\]/,
    ],
    [
      'Resources: { Topic: { Type: AWS::SNS::Topic, Condition: Nothing } }',
      /Unresolved condition dependency Nothing/,
    ],
    [
      'Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref Nothing } } }',
      /Unresolved resource dependencies \[Nothing\] in the Resources block/,
    ],
    [
      'Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !GetAtt Nothing.Arn } } }',
      /Fn::GetAtt references undefined resource Nothing/,
    ],
    [
      `${RESOURCES}\nOutputs: { O: { Value: !Sub '\${Nothing}' } }`,
      /^Unresolved resource dependencies \[Nothing\] in the Outputs block of the template$/,
    ],
    [`${RESOURCES}\nConditions: { C: !Equals [!Ref Topic, a] }`, /\[Topic\] in the Conditions block/],
    [
      'Resources: { A: { Type: AWS::SNS::Topic, DependsOn: B }, B: { Type: AWS::SNS::Topic, DependsOn: A } }',
      /Circular dependency between resources: \[A, B\]/,
    ],
    [
      `Transform: AWS::Serverless-2016-10-31\n${RESOURCES}`,
      /cannot run the transform "AWS::Serverless-2016-10-31"/,
    ],
  ])('%s', (text, message) => {
    expect(() => check(text)).toThrow(message);
  });
});

describe('parameters', () => {
  const template = parseTemplate(`
Parameters:
  Name: { Type: String, AllowedPattern: '[a-z]+', MinLength: 2, MaxLength: 4 }
  Size: { Type: Number, Default: 3, MinValue: 1, MaxValue: 5 }
  Colour: { Type: String, Default: red, AllowedValues: [red, blue], ConstraintDescription: must be a colour we have }
  Subnets: { Type: 'List<AWS::EC2::Subnet::Id>', Default: 'a, b' }
${RESOURCES}`);
  const given = (values: Record<string, string>) =>
    Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

  test('have defaults and lists', () => {
    expect(parameterValues(template, given({ Name: 'abc' })).resolved).toEqual({
      Name: 'abc',
      Size: '3',
      Colour: 'red',
      Subnets: ['a', 'b'],
    });
  });

  test('may keep their previous values', () => {
    const supplied = [{ ParameterKey: 'Name', UsePreviousValue: true }];
    expect(parameterValues(template, supplied, { Name: 'old' }).resolved.Name).toBe('old');
    expect(() => parameterValues(template, supplied)).toThrow('Cannot specify usePreviousValue as true');
  });

  test.each([
    [{}, 'Parameters: [Name] must have values'],
    [{ Name: 'abc', Other: 'x' }, 'Parameters: [Other] do not exist in the template'],
    [{ Name: 'ABC' }, "Parameter 'Name' must match pattern [a-z]+"],
    [{ Name: 'a' }, "Parameter 'Name' must contain at least 2 characters"],
    [{ Name: 'abcde' }, "Parameter 'Name' must contain at most 4 characters"],
    [{ Name: 'abc', Size: 'three' }, "Parameter 'Size' must be a number."],
    [{ Name: 'abc', Size: '9' }, "Parameter 'Size' must be a number not greater than 5"],
    [{ Name: 'abc', Size: '0' }, "Parameter 'Size' must be a number not less than 1"],
    [
      { Name: 'abc', Colour: 'green' },
      'Parameter Colour failed to satisfy constraint: must be a colour we have',
    ],
  ])('%j are refused: %s', (values, message) => {
    expect(() => parameterValues(template, given(values as Record<string, string>))).toThrow(message);
  });
});

test('JSON and YAML say the same', () => {
  const yaml = parseTemplate(`
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub '\${AWS::StackName}-x', DisplayName: !GetAtt Other.TopicName } }
  Other: { Type: AWS::SNS::Topic }`);
  const json = parseTemplate(
    JSON.stringify({
      AWSTemplateFormatVersion: '2010-09-09',
      Resources: {
        Topic: {
          Type: 'AWS::SNS::Topic',
          Properties: {
            TopicName: { 'Fn::Sub': '${AWS::StackName}-x' },
            DisplayName: { 'Fn::GetAtt': ['Other', 'TopicName'] },
          },
        },
        Other: { Type: 'AWS::SNS::Topic' },
      },
    }),
  );
  expect(yaml).toEqual(json);
});
