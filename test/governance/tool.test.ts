import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../hooks/adapters/command-line';
import { settingsOf } from '../../hooks/registry/settings';
import { rules } from '../../hooks/rules';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'org-ecs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

async function orgEcs(
  args: readonly string[],
  isTerminal = false,
): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await run(args, {
    out: (text) => (out += text),
    error: (text) => (error += text),
    readInput: async () => '',
    isTerminal,
  });
  return { code, out, error };
}

const PUBLIC = `# the service
Resources:
  Web:
    Type: AWS::ECS::Service
    Properties:
      EnableExecuteCommand: true # for debugging
      NetworkConfiguration:
        AwsvpcConfiguration: { AssignPublicIp: "ENABLED", Subnets: [subnet-1] }
`;

describe('options', () => {
  test.each([
    ['rules', '--baseline', 'x'],
    ['rules', '--quiet'],
    ['explain', 'NET-01', '--parameters', 'x'],
    ['profile', '--fix'],
    ['test', 'x', '--profile', 'strict'],
    ['bundle', '--format', 'json'],
    ['baseline', 'x', '--watch'],
  ])('that have no effect are refused: %s %s %s', async (...args) => {
    const given = args.filter((each) => each !== undefined) as string[];
    const { code, error } = await orgEcs(given);
    expect(code).toBe(2);
    expect(error).toMatch(/org-ecs \w+ does not take --\w+\./);
  });

  test.each([
    [['rules', 'NET-01'], 'org-ecs rules takes no operand'],
    [['explain'], 'Name one rule'],
    [['check', 'x', '--quiet', '--verbose'], 'Choose one of --quiet and --verbose'],
    [['rules', '--format', 'sarif'], 'This command has no format sarif. Use text or json'],
  ])('%j: %s', async (args, problem) => {
    expect(await orgEcs(args)).toMatchObject({ code: 2, error: expect.stringContaining(problem) });
  });
});

describe('every command answers in JSON', () => {
  test('rules and explain have all about each rule, also for the id of a group', async () => {
    const all = JSON.parse((await orgEcs(['rules', '--format', 'json'])).out) as { id: string }[];
    expect(all.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    const group = JSON.parse(
      (await orgEcs(['explain', 'LOG-01', '--format', 'json', '--profile', 'strict'])).out,
    );
    expect(group).toMatchObject([
      {
        id: 'LOG-02',
        group: 'LOG-01',
        mode: 'fail',
        parameters: { minimumDays: 365, acceptUnlimited: false },
      },
      { id: 'LOG-03', group: 'LOG-01', parameters: { requireKmsKey: true } },
    ]);
  });

  test('profile says what it decides', async () => {
    const { out } = await orgEcs(['profile', '--profile', 'control-tower', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      name: 'control-tower',
      refuseFrom: 'MEDIUM',
      parameterDefaults: 'count',
      rules: { 'NET-02': { mode: 'off' }, 'LOG-02': { parameters: { minimumDays: 365 } } },
    });
    expect((await orgEcs(['profile', '--profile', 'strict'])).out).toMatch(
      /^strict .*\n\nRefuses from: +LOW\n/,
    );
  });
});

describe('text for people', () => {
  test('is grouped by file and resource, the worst first, and says what to do next', async () => {
    const path = file('t.yml', PUBLIC);
    const { out } = await orgEcs(['check', path]);
    const lines = out.split('\n');
    expect(lines.slice(0, 2)).toEqual([path, '  Web (AWS::ECS::Service)']);
    const kinds = lines.flatMap((line) => /^ {4}\d+:\d+ (REFUSED|warning|undecided) /.exec(line)?.[1] ?? []);
    expect(kinds).toEqual([...kinds].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    expect(new Set(kinds)).toEqual(new Set(ORDER));
    expect(out).toContain(
      '\nNext: correct what is refused; org-ecs explain NET-01 says why a rule is there.\n',
    );
    expect(out).toMatch(/\n1 template, 1 resource, profile org-default: 2 refused, /);
  });
  const ORDER = ['REFUSED', 'warning', 'undecided'];

  test('--quiet shows what is refused, --verbose what passes, --explain why', async () => {
    const path = file('t.yml', PUBLIC);
    const quiet = (await orgEcs(['check', path, '--quiet'])).out;
    expect(quiet).toContain('REFUSED');
    expect(quiet).not.toMatch(/undecided (low|medium|high)|warning (low|medium|high)/);
    expect((await orgEcs(['check', path, '--verbose'])).out).toContain('no objection by AAS-01');
    expect((await orgEcs(['check', path, '--explain'])).out).toContain(
      '      Why: A task with a public IP address is reachable',
    );
  });

  test('a terminal gets colours, a pipe none', async () => {
    const path = file('t.yml', PUBLIC);
    expect((await orgEcs(['check', path], true)).out).toContain(
      '\u001b[31;1m8:32 REFUSED high\u001b[0m NET-01',
    );
    expect((await orgEcs(['check', path])).out).not.toContain('\u001b');
  });

  test('many files show how far a check is, in a terminal only', async () => {
    const paths = Array.from({ length: 60 }, (_, index) => file(`${index}.yml`, PUBLIC));
    expect((await orgEcs(['check', ...paths], true)).error).toContain('\r10 of 60 templates');
    expect((await orgEcs(['check', ...paths])).error).toBe('');
  });
});

describe('--fix', () => {
  test('puts the one literal in place of another, keeps everything else, and shows the difference', async () => {
    const path = file('t.yml', PUBLIC);
    const { code, error, out } = await orgEcs(['check', path, '--fix']);
    expect(readFileSync(path, 'utf8')).toBe(
      PUBLIC.replace('"ENABLED"', '"DISABLED"').replace('Command: true', 'Command: false'),
    );
    expect(error).toContain(`--- ${path}\n+++ ${path}\n`);
    expect(error).toContain(
      '-      EnableExecuteCommand: true # for debugging\n+      EnableExecuteCommand: false',
    );
    expect(out).toMatch(/profile org-default: 0 refused/);
    expect(code).toBe(0);
  });

  test('corrects JSON in its place, and leaves alone what is no literal of its own there', async () => {
    const json =
      '{"Resources": {"S": {"Type": "AWS::ECS::Service", "Properties": {"EnableExecuteCommand": true}}}}';
    const path = file('t.json', json);
    await orgEcs(['check', path, '--fix']);
    expect(readFileSync(path, 'utf8')).toBe(json.replace('true', 'false'));
    const open = PUBLIC.replace('"ENABLED"', '!Ref Ip').replace('Command: true', 'Command: !Ref Debug');
    const template = `Parameters: { Ip: { Type: String, Default: ENABLED }, Debug: { Type: String, Default: 'true' } }\n${open}`;
    const other = file('o.yml', template);
    expect((await orgEcs(['check', other, '--fix'])).error).toBe('');
    expect(readFileSync(other, 'utf8')).toBe(template);
  });
});

test('a baseline is written, and later checks count only what is new', async () => {
  const path = file('t.yml', PUBLIC);
  const baseline = join(folder, 'baseline.json');
  expect(await orgEcs(['baseline', path])).toMatchObject({
    code: 2,
    error: expect.stringContaining('--output'),
  });
  expect(await orgEcs(['baseline', path, '--output', baseline])).toMatchObject({
    code: 0,
    out: expect.stringContaining(`--baseline ${baseline} counts only what is new`),
  });
  expect((await orgEcs(['check', path, '--baseline', baseline])).code).toBe(0);
});

const OWN = `module.exports = ({ defineRule, requires }) => [{
  ...defineRule({
    id: 'OWN-01', title: 'Queues are encrypted', severity: 'HIGH', targets: ['AWS::SQS::Queue'], level: 'resource',
    source: 'https://docs.aws.amazon.com/', rationale: 'Ours.', remedy: 'Set KmsMasterKeyId.',
    check: ({ resource }) => requires(resource.at('KmsMasterKeyId').isSet(), 'the queue is not encrypted'),
  }),
  examples: {
    pass: [{ title: 'a key', template: { Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: 'k' } } } } }],
    fail: [{ title: 'no key', template: { Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: PROPERTIES } } } }],
  },
}];`;

describe('own rules', () => {
  test('org-ecs test judges the examples beside them', async () => {
    const good = file('own.js', OWN.replace('PROPERTIES', '{}'));
    expect(await orgEcs(['test', good])).toMatchObject({ code: 0, out: '2 of 2 examples hold\n' });
    const bad = file('bad.js', OWN.replace('PROPERTIES', '{ KmsMasterKeyId: "k" }'));
    expect(await orgEcs(['test', bad])).toMatchObject({
      code: 1,
      out: 'OWN-01 no key: expected fail, found pass\n1 of 2 examples hold\n',
    });
    expect(JSON.parse((await orgEcs(['test', good, '--format', 'json'])).out)).toHaveLength(2);
  });

  test('run in the hook, from one bundle', async () => {
    const module = file('own.js', OWN.replace('PROPERTIES', '{}'));
    const output = join(folder, 'index.js');
    expect(await orgEcs(['bundle', '--rules', module, '--output', output])).toMatchObject({ code: 0 });
    const event = {
      clientRequestToken: 't',
      actionInvocationPoint: 'CREATE_PRE_PROVISION',
      requestData: {
        targetName: 'AWS::SQS::Queue',
        targetLogicalId: 'Queue',
        targetModel: { resourceProperties: {} },
      },
    };
    const program = `require(${JSON.stringify(output)}).handler(${JSON.stringify(event)}).then((answer) => console.log(JSON.stringify(answer)))`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'NonCompliant',
      message: expect.stringContaining('OWN-01 Queue (AWS::SQS::Queue)'),
    });
  });
});

test('--watch checks again when a file changes, until it is interrupted', async () => {
  const path = file('t.yml', PUBLIC);
  const outputs: string[] = [];
  let again: () => void = () => undefined;
  const changed = new Promise<void>((resolve) => (again = resolve));
  const done = run(['check', path, '--watch'], {
    out: (text) => {
      outputs.push(text);
      if (outputs.length === 2) again();
    },
    error: () =>
      writeFileSync(path, PUBLIC.replace('"ENABLED"', 'DISABLED').replace('Command: true', 'Command: false')),
    readInput: async () => '',
  });
  await changed;
  process.emit('SIGINT');
  expect(await done).toBe(0);
  expect(outputs[0]).toContain(': 2 refused');
  expect(outputs[1]).toContain(': 0 refused');
}, 10_000);

test('the private hook says which exemptions of its configuration have no effect', () => {
  const warnings: string[] = [];
  const exemption = { rule: 'NET01', reason: 'legacy', owner: 'web team', expires: '2999-12-31' };
  settingsOf(
    { Profile: 'org-default', Exemptions: [exemption, { ...exemption, rule: 'LOG-01' }] },
    rules,
    (message) => warnings.push(message),
  );
  expect(warnings).toEqual([
    'Exemption from NET01, owner web team, has no effect: no rule is called NET01 (the nearest is NET-01).',
  ]);
});
