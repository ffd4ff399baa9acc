import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../hooks/adapters/command-line';
import { rules } from '../../hooks/rules';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'org-ecs-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Write a file below the test's folder; returns its path. */
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return path;
}

async function orgEcs(args: string[], input = ''): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const streams = {
    out: (text: string) => void (out += text),
    error: (text: string) => void (error += text),
    readInput: async () => input,
  };
  return { code: await run(args, streams), out, error };
}

const json = async (args: string[], input?: string) =>
  JSON.parse((await orgEcs([...args, '--format', 'json'], input)).out);

const PUBLIC = `Parameters:
  Ip:
    Type: String
    Default: ENABLED
Resources:
  Web:
    Type: AWS::ECS::Service
    Properties:
      NetworkConfiguration:
        AwsvpcConfiguration:
          AssignPublicIp: !Ref Ip
`;
const PRIVATE = PUBLIC.replace('ENABLED', 'DISABLED');

describe('org-ecs check', () => {
  test.each([
    ['nothing is refused', PRIVATE, [], 0],
    ['something is refused', PUBLIC, [], 1],
    ['only less severe findings', PRIVATE, ['--fail-on', 'low'], 1],
    ['a severity above the finding', PUBLIC, ['--fail-on', 'critical'], 0],
  ])('exits by what it finds: %s', async (_, template, options, code) => {
    expect((await orgEcs(['check', file('t.yml', template), ...options])).code).toBe(code);
  });

  test('names rule, place, position, value and remedy', async () => {
    const path = file('t.yml', PUBLIC);
    const { out } = await orgEcs(['check', path]);
    expect(out).toContain(
      `${path}\n  Web (AWS::ECS::Service)\n    11:11 REFUSED high NET-01 NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp is "ENABLED"`,
    );
  });

  test('reads standard input, JSON and YAML', async () => {
    for (const text of [
      PUBLIC,
      '{"Resources": {"Web": {"Type": "AWS::ECS::Service", "Properties": {"EnableExecuteCommand": "true"}}}}',
    ]) {
      expect((await orgEcs(['check', '-'], text)).code).toBe(1);
    }
  });

  test('takes parameters in every form that AWS tools do', async () => {
    const template = file('t.yml', PUBLIC);
    for (const content of [
      { Ip: 'DISABLED' },
      { Parameters: { Ip: 'DISABLED' } },
      [{ ParameterKey: 'Ip', ParameterValue: 'DISABLED' }],
    ]) {
      expect((await orgEcs(['check', template, '--parameters', file('p.json', content)])).code).toBe(0);
    }
  });

  test('finds the templates of a folder and leaves other files alone', async () => {
    file('a/one.yml', PUBLIC);
    file('a/b/two.json', { Resources: {} });
    file('a/package.json', { name: 'x' });
    file('a/workflow.yml', 'jobs: {}');
    file('a/node_modules/three.yml', PUBLIC);
    expect((await json(['check', join(folder, 'a')])).summary).toMatchObject({ files: 2, refused: 1 });
  });

  test('finds the stacks of a cloud assembly, those of stages too', async () => {
    const stack = (templateFile: string) => ({
      type: 'aws:cloudformation:stack',
      properties: { templateFile },
    });
    file('cdk.out/manifest.json', {
      artifacts: {
        A: stack('A.template.json'),
        S: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-S' } },
      },
    });
    file('cdk.out/A.template.json', { Resources: {} });
    file('cdk.out/asset.json', { Resources: { X: {} } });
    file('cdk.out/assembly-S/manifest.json', { artifacts: { B: stack('B.template.json') } });
    file('cdk.out/assembly-S/B.template.json', { Resources: {} });
    expect((await json(['check', join(folder, 'cdk.out')])).summary).toMatchObject({ files: 2, refused: 0 });
  });

  test('judges a described change set', async () => {
    const AfterContext = JSON.stringify({ Properties: { EnableExecuteCommand: 'true' } });
    const change = { Action: 'Modify', LogicalResourceId: 'Web', ResourceType: 'AWS::ECS::Service' };
    const described = file('described.json', {
      Changes: [{ Type: 'Resource', ResourceChange: { ...change, AfterContext } }],
    });
    expect((await orgEcs(['check', described])).out).toMatch(/Web \(AWS::ECS::Service\)\n.*SVC-02 /);
    const without = file('without.json', { Changes: [{ Type: 'Resource', ResourceChange: change }] });
    const { code, out } = await orgEcs(['check', without]);
    expect(code).toBe(0);
    expect(out).toContain('describe it with --include-property-values');
  });

  test('does not count again what the baseline holds', async () => {
    const path = file('t.yml', PUBLIC);
    const baseline = file('baseline.json', (await orgEcs(['check', path, '--format', 'json'])).out);
    file('t.yml', `# a line more\n${PUBLIC}`);
    expect(await orgEcs(['check', path, '--baseline', baseline])).toMatchObject({
      code: 0,
      out: expect.stringContaining('known from the baseline'),
    });
    file(
      't.yml',
      PUBLIC.replace('AwsvpcConfiguration', 'AwsvpcConfiguration').replace(
        '    Properties:\n',
        '    Properties:\n      EnableExecuteCommand: true\n',
      ),
    );
    expect((await orgEcs(['check', path, '--baseline', baseline])).code).toBe(1);
  });

  test.each([
    ['no path', ['check'], /Name at least one template/],
    ['a missing file', ['check', 'missing.yml'], /Template missing\.yml: there is no such file/],
    ['an unknown command', ['chekc'], /There is no command chekc/],
    ['an unknown option', ['check', '-', '--nope'], /nope/],
    ['an unknown format', ['check', '-', '--format', 'xml'], /There is no format xml\. Use text, json/],
    ['an unknown severity', ['check', '-', '--fail-on', 'awful'], /There is no severity awful/],
    [
      'an unknown profile',
      ['check', '-', '--profile', 'lax'],
      /There is no profile called lax\. Use org-default/,
    ],
  ])('exits 2 when it cannot run: %s', async (_, args, problem) => {
    const { code, out, error } = await orgEcs(args, 'just text');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(error).toMatch(problem);
  });

  test('a broken template is reported with line and column', async () => {
    const { out, code } = await orgEcs(['check', '-'], 'Resources:\n  A: [\n');
    expect(out).toMatch(/-\n {2}the file\n {4}\d+:\d+ .*TEMPLATE .*Line \d+, column \d+: /);
    expect(code).toBe(2);
    expect((await orgEcs(['check', '-'], 'just text')).out).toMatch(
      /TEMPLATE .*The template is not an object/,
    );
  });
});

describe('formats', () => {
  const inputs = () => [
    'check',
    file('t.yml', PUBLIC),
    '--exemptions',
    file('e.json', {
      exemptions: [{ rule: 'NET-01', reason: 'legacy', owner: 'team', expires: '2999-01-01' }],
    }),
  ];

  test('json holds what programs need', async () => {
    const { findings, summary } = await json(['check', file('t.yml', PUBLIC)]);
    expect(findings[0]).toMatchObject({
      rule: 'NET-01',
      status: 'fail',
      severity: 'HIGH',
      refused: true,
      resource: 'Web',
      type: 'AWS::ECS::Service',
      path: 'NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp',
      line: 11,
      column: 11,
      remedy: expect.any(String),
      equivalents: { 'Control Tower': ['CT.ECS.PR.9'] },
    });
    expect(summary).toMatchObject({ files: 1, resources: 1, refused: 1 });
  });

  test('sarif has a rule and a position for every result, and suppressions for exemptions', async () => {
    const { out } = await orgEcs([...inputs(), '--format', 'sarif']);
    const [{ tool, results }] = JSON.parse(out).runs;
    for (const result of results) {
      expect(tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(result.locations[0].physicalLocation.region.startLine).toBeGreaterThan(0);
    }
    expect(results.find((each: { ruleId: string }) => each.ruleId === 'NET-01').suppressions).toEqual([
      { kind: 'external', justification: 'legacy' },
    ]);
  });

  test('junit counts refusals as failures and escapes', async () => {
    const { out } = await orgEcs(['check', file('t.yml', PUBLIC), '--format', 'junit']);
    expect(out).toMatch(/^<\?xml/);
    expect(out).toContain('<testsuites name="org-ecs" failures="1">');
    expect(out).toContain('is &quot;ENABLED&quot;');
  });

  test('github writes one command per finding', async () => {
    const path = file('t.yml', PUBLIC);
    const { out } = await orgEcs(['check', path, '--format', 'github']);
    expect(out).toContain(`::error file=${path},line=11,col=11,title=NET-01::NET-01 Web`);
  });
});

describe('profiles', () => {
  const profile = (rules: object, rest: object = {}) =>
    file('profile.json', { name: 'mine', description: 'Test.', rules, ...rest });

  test.each([
    ['off', { 'NET-01': { mode: 'off' } }, 0],
    ['a warning', { 'NET-01': { mode: 'warn' } }, 0],
    ['a severity that does not refuse', { 'NET-01': { severity: 'LOW' } }, 0],
    ['unchanged', {}, 1],
  ])('a rule can be %s', async (_, rules, code) => {
    expect((await orgEcs(['check', file('t.yml', PUBLIC), '--profile', profile(rules)])).code).toBe(code);
  });

  test.each([
    ['a misspelt rule', { 'NET-1': {} }, /rules has an unknown property "NET-1"/],
    [
      'a misspelt parameter',
      { 'LOG-01': { parameters: { days: 1 } } },
      /rules\.LOG-01\.parameters has an unknown property "days"/,
    ],
    [
      'a parameter of the wrong type',
      { 'LOG-01': { parameters: { minimumDays: '30' } } },
      /rules\.LOG-01\.parameters\.minimumDays must be integer/,
    ],
    ['an unknown mode', { 'LOG-01': { mode: 'maybe' } }, /rules\.LOG-01\.mode .*\(fail, warn, off\)/],
  ])('%s is refused', async (_, rules, problem) => {
    expect(await orgEcs(['check', '-', '--profile', profile(rules)])).toMatchObject({
      code: 2,
      error: expect.stringMatching(problem),
    });
  });

  test('can refuse what is not known', async () => {
    const template = file('t.yml', PRIVATE.replace('    Default: DISABLED\n', ''));
    expect((await orgEcs(['check', template])).code).toBe(0);
    expect(
      (await orgEcs(['check', template, '--profile', profile({}, { indeterminate: { template: 'fail' } })]))
        .code,
    ).toBe(1);
  });
});

describe('exemptions', () => {
  const central = (...exemptions: object[]) =>
    file('e.json', {
      exemptions: exemptions.map((each) => ({
        rule: 'NET-01',
        reason: 'legacy',
        owner: 'web team',
        expires: '2999-12-31',
        ...each,
      })),
    });
  const check = (exemptions: string, ...more: string[]) =>
    orgEcs(['check', file('t.yml', PUBLIC), '--exemptions', exemptions, ...more]);

  test.each([
    ['everywhere', {}, [], 0],
    ['for the resource', { resource: 'We*' }, [], 0],
    ['for another resource', { resource: 'Api' }, [], 1],
    ['for the stack', { stack: 'shop-*' }, ['--stack', 'shop-web'], 0],
    ['for another stack', { stack: 'shop-*' }, ['--stack', 'bank'], 1],
    ['for a stack, when none is known', { stack: 'shop-*' }, [], 1],
    ['for the account', { account: '111122223333' }, ['--account', '111122223333'], 0],
    ['until yesterday', { expires: '2026-01-01' }, [], 1],
  ])('hold where they are meant: %s', async (_, exemption, options, code) => {
    expect((await check(central(exemption), ...options)).code).toBe(code);
  });

  test.each([
    [
      'a misspelt rule',
      { rule: 'NET01' },
      'exemption of NET01 (web team): no rule is called NET01 (the nearest is NET-01)',
    ],
    ['an expired one', { expires: '2026-01-01' }, 'it expired after 2026-01-01'],
    ['an unused one', { rule: 'SG-01' }, 'nothing in this input needs it'],
  ])('%s is reported', async (_, exemption, problem) => {
    expect((await check(central(exemption))).out).toContain(problem);
  });

  test('appear in the results when they are used', async () => {
    expect((await check(central({}))).out).toContain('exempt by central: legacy (until 2999-12-31)');
  });

  test('are not accepted from rules that allow none', async () => {
    const profile = file('p.json', {
      name: 'mine',
      description: 'Test.',
      rules: { 'NET-01': { neverExempt: true } },
    });
    const { code, out } = await check(central({}), '--profile', profile);
    expect(code).toBe(1);
    expect(out).toContain('NET-01 allows no exemptions');
  });

  test.each([
    ['no owner', { owner: undefined }, /must have required property 'owner'/],
    ['no such day', { expires: '2026-02-31x' }, /exemptions\.0\.expires must match format "date"/],
    ['an unknown property', { ticket: 1 }, /unknown property "ticket"/],
  ])('a file that is not valid is refused: %s', async (_, exemption, problem) => {
    expect(await check(central(exemption))).toMatchObject({ code: 2, error: expect.stringMatching(problem) });
  });

  const METADATA = {
    governance: {
      'Org::ECS::Governance': { Exemptions: [{ Rule: 'NET-01', Reason: 'demo', Expires: '2999-01-01' }] },
    },
    guard: { guard: { SuppressedRules: ['CT.ECS.PR.9'] } },
    cfn_nag: { cfn_nag: { rules_to_suppress: [{ id: 'NET-01', reason: 'demo' }] } },
    checkov: { checkov: { skip: [{ id: 'NET-01', comment: 'demo' }] } },
    'cdk-nag': { cdk_nag: { rules_to_suppress: [{ id: 'NET-01', reason: 'demo' }] } },
  };
  test.each(Object.entries(METADATA))(
    'in the template count only when the profile permits them: %s',
    async (source, metadata) => {
      const template = file('t.json', {
        Resources: {
          Web: {
            Type: 'AWS::ECS::Service',
            Metadata: metadata,
            Properties: { NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'ENABLED' } } },
          },
        },
      });
      expect((await orgEcs(['check', template])).code).toBe(1);
      const profile = file('p.json', { name: 'mine', description: 'Test.', templateExemptions: [source] });
      expect(await orgEcs(['check', template, '--profile', profile])).toMatchObject({
        code: 0,
        out: expect.stringContaining('exempt by'),
      });
    },
  );
});

describe('own rules', () => {
  const OWN = `module.exports = ({ defineRule, requires }) => [
    defineRule({
      id: 'OWN-01', title: 'Queues are encrypted', severity: 'HIGH', targets: ['AWS::SQS::Queue'], level: 'resource',
      source: 'https://docs.aws.amazon.com/', rationale: 'Ours.', remedy: 'Set KmsMasterKeyId.',
      check: ({ resource }) => requires(resource.at('KmsMasterKeyId').isSet(), 'the queue is not encrypted'),
    }),
  ];`;
  const QUEUE = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}';

  test('are judged, listed and explained like the others', async () => {
    const module = file('own.js', OWN);
    expect(await orgEcs(['check', '-', '--rules', module], QUEUE)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/Queue \(AWS::SQS::Queue\)\n.*OWN-01 /),
    });
    expect((await orgEcs(['rules', '--rules', module])).out).toContain(
      'OWN-01  fail HIGH          Queues are encrypted',
    );
    expect((await orgEcs(['explain', 'own-01', '--rules', module])).out).toContain('Set KmsMasterKeyId.');
  });

  test.each([
    ['that does not exist', undefined, /cannot be loaded/],
    ['that exports nothing', 'module.exports = {};', /has to export a function/],
    ['whose id is taken', OWN.replace('OWN-01', 'NET-01'), /the id NET-01 is taken/],
  ])('a module %s is refused', async (_, source, problem) => {
    const module = source === undefined ? join(folder, 'missing.js') : file('own.js', source);
    expect(await orgEcs(['rules', '--rules', module])).toMatchObject({
      code: 2,
      error: expect.stringMatching(problem),
    });
  });
});

describe('org-ecs rules and explain', () => {
  test('list and explain every rule', async () => {
    const { out } = await orgEcs(['rules']);
    for (const rule of rules) {
      expect(out).toContain(rule.title);
      expect((await orgEcs(['explain', rule.id])).out).toContain(rule.rationale);
    }
  });

  test('a misspelt rule gets a suggestion', async () => {
    expect(await orgEcs(['explain', 'NET1'])).toMatchObject({
      code: 2,
      error: expect.stringContaining('did you mean NET-01?'),
    });
  });
});

test('the program runs as a process: help, a refusal and its exit code', () => {
  const program = join(__dirname, '../../hooks/bin/org-ecs.js');
  expect(spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Exit codes'),
    // A flag that this version of Node.js does not know would be told here.
    stderr: '',
  });
  expect(
    spawnSync(process.execPath, [program, 'check', '-'], { encoding: 'utf8', input: PUBLIC }),
  ).toMatchObject({ status: 1, stdout: expect.stringMatching(/Web \(AWS::ECS::Service\)\n.*NET-01 /) });
});
