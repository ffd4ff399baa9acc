import { evaluate, MAXIMUM_WORLDS, RuleSet, type Verdict } from '../../hooks/engine/evaluate';
import { changeSetInput, resourceInput, templateInput } from '../../hooks/engine/inputs';
import { forbids, requires } from '../../hooks/engine/outcome';
import { defineRule, type Rule } from '../../hooks/engine/rule';
import type { KnownValues, Template } from '../../hooks/engine/template';
import { matchesPattern, Unknown } from '../../hooks/engine/unknown';

/** A rule that objects to the text "bad" in property Text. */
const textRule = defineRule({
  id: 'TEST-01',
  title: 'Text is not bad',
  severity: 'HIGH',
  targets: ['Test::Type'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/',
  rationale: 'Test.',
  remedy: 'Change it.',
  check: ({ resource }) => forbids(resource.at('Text').equals('bad'), 'it is bad'),
});

function verdicts(template: Template, rule: Rule = textRule): Verdict[] {
  return evaluate(template, new RuleSet([{ rule, mode: 'fail', severity: 'HIGH', parameters: {} }]));
}

interface Case {
  readonly title: string;
  readonly text: unknown;
  readonly expected: 'pass' | 'fail' | 'indeterminate';
  readonly rest?: object;
  readonly known?: KnownValues;
  /** Part of what is named as not known, or of the assumption. */
  readonly because?: string;
}

const parameter = (declaration: object) => ({ Parameters: { P: { Type: 'String', ...declaration } } });
const P = { Ref: 'P' };
const stage = (declaration: object = {}) => ({
  Parameters: { Stage: { Type: 'String', ...declaration } },
  Conditions: {
    Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    NotProd: { 'Fn::Not': [{ Condition: 'Prod' }] },
    Both: { 'Fn::And': [{ Condition: 'Prod' }, { Condition: 'NotProd' }] },
    Either: { 'Fn::Or': [{ Condition: 'Prod' }, { Condition: 'NotProd' }] },
  },
});
const If = (condition: string, yes: unknown, no: unknown) => ({ 'Fn::If': [condition, yes, no] });
const sibling = { Other: { Type: 'Test::Other' } };

const CASES: readonly Case[] = [
  { title: 'a literal', text: 'bad', expected: 'fail' },
  { title: 'another literal', text: 'good', expected: 'pass' },
  { title: 'nothing', text: undefined, expected: 'pass' },
  { title: 'null', text: null, expected: 'pass' },
  // Parameters
  { title: 'a parameter with a bad default', text: P, rest: parameter({ Default: 'bad' }), expected: 'fail' },
  {
    title: 'a parameter with a good default, which may be overridden',
    text: P,
    rest: parameter({ Default: 'good' }),
    expected: 'indeterminate',
  },
  {
    title: 'a parameter without value',
    text: P,
    rest: parameter({}),
    expected: 'indeterminate',
    because: 'parameter P has no value',
  },
  {
    title: 'a supplied bad value',
    text: P,
    rest: parameter({ Default: 'good' }),
    known: { parameters: { P: 'bad' } },
    expected: 'fail',
  },
  {
    title: 'a supplied good value',
    text: P,
    rest: parameter({}),
    known: { parameters: { P: 'good' } },
    expected: 'pass',
  },
  {
    title: 'only good values allowed',
    text: P,
    rest: parameter({ AllowedValues: ['good', 'fine'] }),
    expected: 'pass',
  },
  {
    title: 'only the bad value allowed',
    text: P,
    rest: parameter({ AllowedValues: ['bad'] }),
    expected: 'fail',
  },
  {
    title: 'a bad value among the allowed ones',
    text: P,
    rest: parameter({ AllowedValues: ['good', 'bad'] }),
    expected: 'indeterminate',
    because: 'parameter P is "bad"',
  },
  {
    title: 'a bad default among allowed values',
    text: P,
    rest: parameter({ AllowedValues: ['good', 'bad'], Default: 'bad' }),
    expected: 'fail',
  },
  {
    title: 'a good default, but a bad value allowed',
    text: P,
    rest: parameter({ AllowedValues: ['good', 'bad'], Default: 'good' }),
    expected: 'indeterminate',
  },
  {
    title: 'a Systems Manager parameter, whose default is a name',
    text: P,
    rest: parameter({ Type: 'AWS::SSM::Parameter::Value<String>', Default: 'bad' }),
    expected: 'indeterminate',
    because: 'Systems Manager',
  },
  {
    title: 'an undeclared name',
    text: { Ref: 'Missing' },
    expected: 'indeterminate',
    because: 'nothing in the template is named Missing',
  },
  {
    title: 'a pseudo parameter',
    text: { Ref: 'AWS::Region' },
    expected: 'indeterminate',
    because: 'AWS::Region',
  },
  {
    title: 'a known pseudo parameter',
    text: { Ref: 'AWS::Region' },
    known: { pseudoParameters: { 'AWS::Region': 'bad' } },
    expected: 'fail',
  },
  // Conditions
  { title: 'bad in both branches', text: If('Prod', 'bad', 'bad'), rest: stage(), expected: 'fail' },
  { title: 'good in both branches', text: If('Prod', 'good', 'fine'), rest: stage(), expected: 'pass' },
  {
    title: 'bad in one branch',
    text: If('Prod', 'bad', 'good'),
    rest: stage(),
    expected: 'indeterminate',
    because: 'parameter Stage is "prod"',
  },
  {
    title: 'bad in the branch of the default',
    text: If('Prod', 'good', 'bad'),
    rest: stage({ Default: 'dev' }),
    expected: 'fail',
  },
  {
    title: 'bad in the other branch',
    text: If('Prod', 'bad', 'good'),
    rest: stage({ Default: 'dev' }),
    expected: 'indeterminate',
  },
  {
    title: 'bad in a branch that is not taken for the supplied value',
    text: If('Prod', 'bad', 'good'),
    rest: stage(),
    known: { parameters: { Stage: 'dev' } },
    expected: 'pass',
  },
  {
    title: 'bad in a branch that the allowed values exclude',
    text: If('Prod', 'bad', 'good'),
    rest: stage({ AllowedValues: ['dev', 'test'] }),
    expected: 'pass',
  },
  { title: 'bad under a contradiction', text: If('Both', 'bad', 'good'), rest: stage(), expected: 'pass' },
  { title: 'good under a tautology', text: If('Either', 'good', 'bad'), rest: stage(), expected: 'pass' },
  {
    title: 'nested branches that exclude each other',
    text: If('Prod', If('NotProd', 'bad', 'good'), 'good'),
    rest: stage(),
    expected: 'pass',
  },
  {
    title: 'no value in one branch',
    text: If('Prod', { Ref: 'AWS::NoValue' }, 'good'),
    rest: stage(),
    expected: 'pass',
  },
  {
    title: 'an undeclared condition',
    text: If('Missing', 'bad', 'good'),
    expected: 'indeterminate',
    because: 'condition Missing',
  },
  {
    title: 'a condition that refers to itself',
    text: If('A', 'bad', 'good'),
    rest: { Conditions: { A: { Condition: 'A' } } },
    expected: 'indeterminate',
  },
  {
    title: 'a parameter that a branch has already settled',
    text: If('HasP', P, 'good'),
    rest: { ...parameter({ Default: '' }), Conditions: { HasP: { 'Fn::Not': [{ 'Fn::Equals': [P, ''] }] } } },
    expected: 'indeterminate',
  },
  {
    title: 'two comparisons of the same unknowns, which agree',
    text: If('A', If('B', 'good', 'bad'), 'good'),
    rest: {
      Conditions: {
        A: { 'Fn::Equals': [{ 'Fn::ImportValue': 'x' }, 'y'] },
        B: { 'Fn::Equals': [{ 'Fn::ImportValue': 'x' }, 'y'] },
      },
    },
    expected: 'pass',
  },
  // Functions
  {
    title: 'Fn::Sub that becomes bad',
    text: { 'Fn::Sub': 'b${P}' },
    rest: parameter({ Default: 'ad' }),
    expected: 'fail',
  },
  { title: 'Fn::Sub that cannot become bad', text: { 'Fn::Sub': 'x-${AWS::Region}' }, expected: 'pass' },
  {
    title: 'Fn::Sub that may become bad',
    text: { 'Fn::Sub': 'b${P}' },
    rest: parameter({}),
    expected: 'indeterminate',
  },
  {
    title: 'Fn::Sub with variables',
    text: { 'Fn::Sub': ['${A}${B}', { A: 'b', B: { 'Fn::Select': [1, ['x', 'ad']] } }] },
    expected: 'fail',
  },
  { title: 'Fn::Sub with an escaped variable', text: { 'Fn::Sub': '${!bad}' }, expected: 'pass' },
  { title: 'Fn::Join', text: { 'Fn::Join': ['', ['b', 'a', 'd']] }, expected: 'fail' },
  {
    title: 'Fn::Join with an item of no value',
    text: { 'Fn::Join': ['-', ['bad', { Ref: 'AWS::NoValue' }]] },
    expected: 'fail',
  },
  {
    title: 'Fn::Join over a list without value',
    text: { 'Fn::Join': ['', P] },
    rest: parameter({ Type: 'CommaDelimitedList' }),
    expected: 'indeterminate',
  },
  {
    title: 'Fn::Select from Fn::Split',
    text: { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'good/bad'] }] },
    expected: 'fail',
  },
  {
    title: 'Fn::Select out of range',
    text: { 'Fn::Select': [5, ['good']] },
    expected: 'indeterminate',
    because: 'item 5',
  },
  {
    title: 'Fn::Select from a list parameter',
    text: { 'Fn::Select': [0, P] },
    rest: parameter({ Type: 'CommaDelimitedList', Default: 'bad,good' }),
    expected: 'fail',
  },
  {
    title: 'Fn::FindInMap with a default key',
    text: { 'Fn::FindInMap': ['M', P, 'v'] },
    rest: { ...parameter({ Default: 'dev' }), Mappings: { M: { dev: { v: 'bad' } } } },
    expected: 'fail',
  },
  {
    title: 'Fn::FindInMap where one entry is bad',
    text: { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'v'] },
    rest: { Mappings: { M: { 'eu-west-1': { v: 'bad' }, 'us-east-1': { v: 'good' } } } },
    expected: 'indeterminate',
    because: 'AWS::Region is "eu-west-1"',
  },
  {
    title: 'Fn::FindInMap where every entry is good',
    text: { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'v'] },
    rest: { Mappings: { M: { 'eu-west-1': { v: 'good' }, 'us-east-1': { v: 'fine' } } } },
    expected: 'pass',
  },
  {
    title: 'Fn::FindInMap without entry',
    text: { 'Fn::FindInMap': ['M', 'x', 'v'] },
    rest: { Mappings: { M: {} } },
    expected: 'indeterminate',
  },
  {
    title: 'Fn::FindInMap with a default value',
    text: { 'Fn::FindInMap': ['M', 'x', 'v', { DefaultValue: 'bad' }] },
    rest: { Mappings: { M: {} } },
    expected: 'fail',
  },
  {
    title: 'an attribute of a sibling',
    text: { 'Fn::GetAtt': 'Other.Arn' },
    rest: { Resources: sibling },
    expected: 'indeterminate',
    because: 'attribute Arn of Other',
  },
  {
    title: 'an export of another stack',
    text: { 'Fn::ImportValue': 'name' },
    expected: 'indeterminate',
    because: 'export "name"',
  },
  {
    title: 'a dynamic reference',
    text: '{{resolve:ssm:/name}}',
    expected: 'indeterminate',
    because: 'dynamic reference to ssm',
  },
  {
    title: 'a dynamic reference within a text that cannot be bad',
    text: 'good-{{resolve:secretsmanager:id:SecretString:x}}',
    expected: 'pass',
  },
  {
    title: 'a function that nobody knows',
    text: { 'Fn::Future': 'bad' },
    expected: 'indeterminate',
    because: 'Fn::Future',
  },
  {
    title: 'a malformed function',
    text: { 'Fn::If': 'bad' },
    expected: 'indeterminate',
    because: 'Fn::If is not written',
  },
  { title: 'Fn::Base64', text: { 'Fn::Base64': 'bad' }, expected: 'pass' },
];

describe('a template is judged in three values', () => {
  test.each(CASES)('$title: $expected', ({ text, rest, known, expected, because }) => {
    const resources = (rest as { Resources?: object } | undefined)?.Resources;
    const document = {
      ...rest,
      Resources: { ...resources, Subject: { Type: 'Test::Type', Properties: { Text: text } } },
    };
    const [verdict] = verdicts(templateInput(document, known).template);
    expect(verdict?.status).toBe(expected);
    if (because !== undefined) {
      const { at, given } = verdict!.problems[0]!;
      expect([at.unknown, ...given].join(' ')).toContain(because);
    }
  });

  test('more combinations than the bound are indeterminate', () => {
    const names = Array.from({ length: 9 }, (_, index) => `P${index}`);
    const document = {
      Parameters: Object.fromEntries(
        names.map((name) => [name, { Type: 'String', AllowedValues: ['a', 'b'] }]),
      ),
      Resources: {
        Subject: {
          Type: 'Test::Type',
          Properties: { Text: { 'Fn::Join': ['', names.map((Ref) => ({ Ref }))] } },
        },
      },
    };
    expect(2 ** names.length).toBeGreaterThan(MAXIMUM_WORLDS);
    const [verdict] = verdicts(templateInput(document).template);
    expect(verdict).toMatchObject({ status: 'indeterminate' });
    expect(verdict!.problems[0]!.at.unknown).toContain('give a value for parameter P0');
  });

  test('a resource whose condition never holds gets no verdict; one that is bad whenever it exists fails', () => {
    const subject = (Condition: string) => ({ Type: 'Test::Type', Condition, Properties: { Text: 'bad' } });
    const document = {
      ...stage({ Default: 'dev' }),
      Resources: { Never: subject('Both'), Sometimes: subject('Prod') },
    };
    const found = verdicts(templateInput(document).template);
    expect(found.map(({ resource, status }) => [resource.logicalId, status])).toEqual([
      ['Sometimes', 'fail'],
    ]);
  });

  test('a rule that throws fails the resource, without a stack trace, and the others go on', () => {
    const broken: Rule = {
      ...textRule,
      id: 'TEST-02',
      check: () => {
        throw new TypeError('secret detail');
      },
    };
    const rules = [broken, textRule].map((rule) => ({
      rule,
      mode: 'fail' as const,
      severity: 'HIGH' as const,
      parameters: {},
    }));
    const { template } = templateInput({
      Resources: { Subject: { Type: 'Test::Type', Properties: { Text: 'good' } } },
    });
    const found = evaluate(template, new RuleSet(rules));
    expect(found.map(({ status }) => status)).toEqual(['fail', 'pass']);
    expect(JSON.stringify(found[0]!.problems)).toContain('TypeError');
    expect(JSON.stringify(found[0]!.problems)).not.toContain('secret detail');
  });
});

describe('loops, transforms and modules', () => {
  const loop = (collection: unknown) => ({
    Transform: 'AWS::LanguageExtensions',
    Parameters: {
      Names: { Type: 'CommaDelimitedList' },
      Known: { Type: 'CommaDelimitedList', Default: 'bad,good' },
    },
    Resources: {
      'Fn::ForEach::Texts': [
        'Name',
        collection,
        { 'Text${Name}': { Type: 'Test::Type', Properties: { Text: { Ref: 'Name' } } } },
      ],
    },
  });
  test.each([
    ['a literal list', ['bad', 'good']],
    ['a parameter with default', { Ref: 'Known' }],
  ])('a loop over %s is written out', (_, collection) => {
    const found = verdicts(templateInput(loop(collection)).template);
    expect(found.map(({ resource, status }) => [resource.logicalId, status])).toEqual([
      ['Textbad', 'fail'],
      ['Textgood', 'pass'],
    ]);
  });

  test('a loop in a loop is written out', () => {
    const document = loop(['a']);
    document.Resources['Fn::ForEach::Texts'][2] = {
      'Fn::ForEach::Inner': [
        'Second',
        ['x', 'y'],
        {
          'Text${Name}${Second}': {
            Type: 'Test::Type',
            Properties: { Text: { 'Fn::Sub': '${Name}${Second}' } },
          },
        },
      ],
    } as never;
    expect([...templateInput(document).template.resources.keys()]).toEqual(['Textax', 'Textay']);
  });

  test.each([
    ['a loop over a parameter without value', loop({ Ref: 'Names' }), 'Fn::ForEach', true],
    ['a macro', { Transform: ['Company::Macro'], Resources: {} }, 'Transform', true],
    [
      'a module',
      { Resources: { M: { Type: 'Company::Web::Site::MODULE' } } },
      'Company::Web::Site::MODULE',
      true,
    ],
    [
      'a nested stack',
      { Resources: { S: { Type: 'AWS::CloudFormation::Stack' } } },
      'AWS::CloudFormation::Stack',
      false,
    ],
    [
      'a serverless function',
      { Transform: 'AWS::Serverless-2016-10-31', Resources: { F: { Type: 'AWS::Serverless::Function' } } },
      'AWS::Serverless::Function',
      false,
    ],
  ])('%s is reported as not seen into', (_, document, type, hidesResources) => {
    const { template } = templateInput(document);
    expect(template.notices).toMatchObject([{ type }]);
    expect(template.hiddenResources !== undefined).toBe(hidesResources);
  });
});

describe('a transform that gets the whole template', () => {
  const include = { Name: 'AWS::Include', Parameters: { Location: 's3://bucket/more.yml' } };
  const macro = { Name: 'Company::Macro' };
  const document = (Text: string, root: object, beside: object = {}) => ({
    ...root,
    Resources: { Subject: { Type: 'Test::Type', Properties: { Text } }, ...beside },
  });
  test.each([
    ['a macro at the root', 'indeterminate', { Transform: 'Company::Macro' }, {}],
    ['a macro with parameters at the root', 'indeterminate', { Transform: [macro] }, {}],
    ['a macro as a function at the root', 'indeterminate', { 'Fn::Transform': macro }, {}],
    ['a macro among the resources', 'indeterminate', {}, { 'Fn::Transform': macro }],
    ['an include at the root', 'pass', { Transform: include }, {}],
    ['an include as a function at the root', 'pass', { 'Fn::Transform': include }, {}],
    ['an include among the resources', 'pass', {}, { 'Fn::Transform': include }],
    ['a transform of AWS', 'pass', { Transform: 'AWS::CodeDeployBlueGreen' }, {}],
  ])('%s: what complies as it is written is %s, what does not is refused', (_, status, root, beside) => {
    const judged = (text: string) => verdicts(templateInput(document(text, root, beside)).template);
    expect(judged('good').map((verdict) => verdict.status)).toEqual([status]);
    expect(judged('bad').map((verdict) => verdict.status)).toEqual(['fail']);
  });

  test('an include may fill what is empty, and a macro change what it gets', () => {
    const setRule = defineRule({
      ...textRule,
      check: ({ resource }) => forbids(resource.at('Text').isSet(), 'it is set'),
    });
    const judged = (transform: object) =>
      verdicts(
        templateInput({
          Resources: {
            Subject: {
              Type: 'Test::Type',
              Properties: { Text: { Value: { Ref: 'AWS::NoValue' }, 'Fn::Transform': transform } },
            },
          },
        }).template,
        setRule,
      ).map(({ status }) => status);
    expect(judged(include)).toEqual(['indeterminate']);
    expect(judged(macro)).toEqual(['indeterminate']);
  });
});

describe('resolved input', () => {
  const required = {
    ...textRule,
    check: ({ resource }: Parameters<Rule['check']>[0]) =>
      requires(resource.at('On').equals(true), 'it is off'),
  };
  test.each([
    ['true', 'pass'],
    [true, 'pass'],
    ['True', 'pass'],
    ['false', 'fail'],
    [false, 'fail'],
    ['', 'fail'],
  ])('a boolean that arrives as %p: %s', (On, expected) => {
    const [verdict] = verdicts(resourceInput('Subject', 'Test::Type', { On }).template, required);
    expect(verdict?.status).toBe(expected);
  });

  test('what looks like a function is data', () => {
    const [verdict] = verdicts(
      resourceInput('Subject', 'Test::Type', { Text: { Ref: 'Anything' } }).template,
    );
    expect(verdict?.status).toBe('pass');
  });

  test.each([
    ['bad', 'fail'],
    ['good', 'pass'],
    ['{{changeSet:KNOWN_AFTER_APPLY}}', 'indeterminate'],
  ])('the value %s that a change set computed decides: %s', (Text, expected) => {
    const document = {
      ...parameter({}),
      Resources: { Subject: { Type: 'Test::Type', Properties: { Text: P } } },
    };
    const change = { logicalId: 'Subject', type: 'Test::Type', action: 'Modify', properties: { Text } };
    const [verdict] = verdicts(changeSetInput(document, [change]).template);
    expect(verdict?.status).toBe(expected);
  });
});

describe('texts with unknown parts', () => {
  const hole = new Unknown('x');
  const partial = (...text: (string | Unknown)[]) => new Unknown('x', { text });
  test.each([
    ['arn:aws:acm:x', 'arn:*:acm:*', true],
    ['arn:aws:iam::x', 'arn:*:acm:*', false],
    [partial('arn:', hole, ':acm:', hole), 'arn:*:acm:*', true],
    [partial('arn:aws:iam:', hole), 'arn:*:acm:*', 'unknown'],
    [partial('x', hole), 'arn:*', false],
    [partial(hole, ':latest'), '*:latest', true],
    [partial(hole, ':1.0'), '*:latest', false],
    [partial(hole), 'anything', 'unknown'],
    ['', '*', true],
    ['a', '', false],
  ])('%j against %s: %s', (text, pattern, expected) => {
    expect(matchesPattern(text, pattern)).toBe(expected);
  });
});
