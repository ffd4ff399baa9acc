/** Guard rules of an organisation, beside the catalogue: on the command line and in the bundle of the managed hook. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../hooks/adapters/command-line';
import { packagedEngine } from '../../hooks/guard/engine';

const ROOT = join(__dirname, '../..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

async function orgEcs(args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await run(args, {
    out: (text) => (out += text),
    error: (text) => (error += text),
    readInput: async () => '',
  });
  return { code, out, error };
}

interface Located {
  readonly rule: string;
  readonly resource: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** The findings of Guard rules, whose names have no hyphen. */
async function findings(template: string, ...options: string[]): Promise<Located[]> {
  const { out } = await orgEcs(['check', template, '--guard', folder, '--format', 'json', ...options]);
  const all = (JSON.parse(out) as { findings: Located[] }).findings;
  return all.filter(({ rule }) => !/^[A-Z]+-\d\d$/.test(rule));
}

const TEMPLATE = `Parameters:
  Stage: { Type: String }
Resources:
  Shared: &shared
    Type: AWS::ECS::Service
    Properties: &properties
      EnableExecuteCommand: true
  Merged:
    Type: AWS::ECS::Service
    Properties:
      <<: *properties
      LaunchType: !Ref Stage
`;
const NO_EXEC = `let services = Resources.*[ Type == 'AWS::ECS::Service' ]
rule no_exec when %services !empty {
  %services.Properties.EnableExecuteCommand != true
    <<
      Nobody gets a shell.
      Ask the platform team.
    >>
}
`;

test('findings name rule, resource, path, line and message, beside those of the catalogue', async () => {
  file('acme.guard', NO_EXEC);
  const { code, out } = await orgEcs(['check', file('t.yml', TEMPLATE), '--guard', folder]);
  expect(code).toBe(1);
  expect(out).toContain(
    '7:7 REFUSED high no_exec EnableExecuteCommand is true: Nobody gets a shell. Ask the platform team.',
  );
  expect(out).toContain('SVC-02 EnableExecuteCommand is true');
  expect(await findings(join(folder, 't.yml'))).toEqual([
    expect.objectContaining({ rule: 'no_exec', resource: 'Shared', path: 'EnableExecuteCommand', line: 7 }),
    expect.objectContaining({ rule: 'no_exec', resource: 'Merged', path: 'EnableExecuteCommand', line: 11 }),
  ]);
});

describe('what a rule objects to', () => {
  test.each([
    [
      'a value that is missing, at its path',
      'rule a { Resources.*.Properties.Cluster exists << a cluster >> }',
      ['Shared Cluster', 'Merged Cluster'],
    ],
    [
      'alternatives, once',
      'rule a { Resources.Shared.Properties.EnableExecuteCommand == false or Resources.Shared.Properties.Cluster exists }',
      ['Shared EnableExecuteCommand'],
    ],
    [
      'something about no resource, at its place in the template',
      'rule a { Parameters.Stage.Default exists }',
      [' Parameters.Stage.Default'],
    ],
    ['a block', 'rule a { Resources.Merged.Properties { LaunchType == "FARGATE" } }', ['Merged LaunchType']],
    [
      'an item of a list',
      'rule a { Resources.*.Type IN ["AWS::SQS::Queue"] }',
      ['Shared Type', 'Merged Type'],
    ],
    [
      'a rule that it asks for: both',
      'rule a { Parameters.Stage.Default exists }\nrule b {\n  a\n}',
      [' Parameters.Stage.Default', ' '],
    ],
  ])('%s', async (_, rules, expected) => {
    file('a.guard', rules);
    const found = await findings(file('t.yml', TEMPLATE));
    expect(found.map(({ resource, path }) => `${resource} ${path}`)).toEqual(expected);
    for (const { message } of found)
      expect(message).toMatch(/^[ab] .*The Guard rule is in guard-\w+\/a\.guard\.$/);
  });

  test('clauses outside of rules have the name of their file', async () => {
    file('loose.guard', 'Parameters.Stage.Default exists << a default >>');
    expect(await findings(file('t.yml', TEMPLATE))).toEqual([
      expect.objectContaining({ rule: expect.stringMatching(/\/loose\.guard\/default$/), line: 2 }),
    ]);
  });

  test('a literal body within a template is judged too, at its line', async () => {
    file('acme.guard', NO_EXEC);
    const body = TEMPLATE.split('\n')
      .map((line) => `        ${line}`)
      .join('\n');
    const set = file(
      't.yml',
      `Resources:\n  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      TemplateBody: |\n${body}`,
    );
    expect((await findings(set)).map(({ resource, line }) => `${resource} ${line}`)).toEqual([
      'Set/Shared 12',
      'Set/Merged 16',
    ]);
  });

  test('values that may be secrets are not shown', async () => {
    file('a.guard', 'rule a { Resources.*.Properties.DbPassword == "x" }');
    const template = file(
      't.yml',
      'Resources: { Q: { Type: "AWS::SQS::Queue", Properties: { DbPassword: canary-7Kq } } }',
    );
    const [{ message }] = (await findings(template)) as [Located];
    expect(message).toContain('Q (AWS::SQS::Queue) DbPassword is "****"');
    expect(message).not.toContain('canary');
  });
});

test('profiles and exemptions count for Guard rules', async () => {
  file('acme.guard', NO_EXEC);
  const template = file('t.yml', TEMPLATE);
  const off = file(
    'profile.json',
    JSON.stringify({ name: 'p', description: 'd', rules: { no_exec: { mode: 'off' } } }),
  );
  expect(await findings(template, '--profile', off)).toEqual([]);
  const exemption = { rule: 'no_exec', resource: 'Shared', reason: 'r', owner: 'o', expires: '2999-01-01' };
  const exemptions = file('exemptions.json', JSON.stringify({ exemptions: [exemption] }));
  expect(await findings(template, '--exemptions', exemptions)).toEqual([
    expect.objectContaining({ resource: 'Merged', refused: true }),
    expect.objectContaining({ resource: 'Shared', refused: false, exemption: expect.anything() }),
  ]);
  const explained = await orgEcs(['explain', 'no_exec', '--guard', folder]);
  expect(explained).toMatchObject({ code: 0, out: expect.stringContaining('acme.guard') });
});

describe('nothing passes silently', () => {
  test.each([
    [
      'a file that Guard cannot read',
      { 'bad.guard': 'rule x {{{' },
      /bad\.guard: Line 1, column 9: .* Correct/,
    ],
    [
      'such a file beside one with a rule that is broken',
      { 'a.guard': NO_EXEC, 'bad.guard': 'rule x {{{' },
      /bad\.guard: Line 1, column 9/,
    ],
    ['an empty file', { 'empty.guard': '' }, /empty\.guard: the file has no rule/],
    ['no file', { 'readme.txt': '' }, /has no file that ends in \.guard/],
    [
      'one name in two files',
      { 'a.guard': NO_EXEC, 'b.guard': NO_EXEC },
      /no_exec is in .*a\.guard and .*b\.guard\. Rename one/,
    ],
  ])('%s', async (_, files, message) => {
    for (const [name, content] of Object.entries(files)) file(`rules/${name}`, content!);
    const template = file('t.yml', TEMPLATE);
    const { code, out, error } = await orgEcs(['check', template, '--guard', join(folder, 'rules')]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(message);
  });

  /** The command line away from this repository's packages, with other programs on the PATH. */
  function elsewhere(path: string): { status: number | null; stdout: string; stderr: string } {
    spawnSync(process.execPath, [join(ROOT, 'hooks/bin/org-ecs.js'), '--help']);
    copyFileSync(join(ROOT, 'build/CommandLine/index.js'), join(folder, 'org-ecs.js'));
    file('a.guard', NO_EXEC);
    file('t.yml', TEMPLATE);
    return spawnSync(process.execPath, ['org-ecs.js', 'check', 't.yml', '--guard', 'a.guard'], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: path },
    });
  }

  test('no cfn-guard', () => {
    expect(elsewhere(folder)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('Guard rules need cfn-guard, which is not installed. Install it'),
    });
  });

  const REPORT = '{"compliant":[],"not_compliant":[],"not_applicable":[]}';
  test.each([
    ['that ends with an error', 'exit 7', 'ended with 7'],
    ['that says nothing', 'exit 0', 'gave no report for every template'],
    ['that forgets a template', 'echo "[]"', 'gave no report for every template'],
    ['that forgets the rules', `echo '[${REPORT}]'`, 'the file has no rule'],
  ])('a cfn-guard %s', (_, script, message) => {
    chmodSync(file('bin/cfn-guard', `#!/bin/sh\n${script}\n`), 0o755);
    expect(elsewhere(join(folder, 'bin'))).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });
});

describe('in the bundle of the managed hook', () => {
  const event = {
    clientRequestToken: 't',
    actionInvocationPoint: 'CREATE_PRE_PROVISION',
    requestData: {
      targetName: 'AWS::ECS::Service',
      targetLogicalId: 'Web',
      targetModel: { resourceProperties: { EnableExecuteCommand: true } },
    },
  };

  async function bundled(): Promise<string> {
    const output = join(folder, 'hook/index.js');
    const rules = file('rules/acme.guard', NO_EXEC);
    const options = ['--guard', rules, '--architecture', process.arch, '--output', output];
    expect(await orgEcs(['bundle', ...options])).toMatchObject({ code: 0 });
    expect(readdirSync(dirname(output)).sort()).toEqual(['cfn-guard', 'index.js']);
    // The bundle is for Linux; this machine may be another one.
    copyFileSync(
      packagedEngine(process.platform, process.arch, [__filename])!,
      join(folder, 'hook/cfn-guard'),
    );
    return output;
  }

  function answer(output: string): unknown {
    const program = `require(${JSON.stringify(output)}).handler(${JSON.stringify(event)}).then((answer) => console.log(JSON.stringify(answer)))`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: folder },
    });
    return JSON.parse(stdout);
  }

  test('they refuse beside the catalogue', async () => {
    expect(answer(await bundled())).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'NonCompliant',
      message: expect.stringMatching(
        /^no_exec, SVC-02.* no_exec Web \(AWS::ECS::Service\) EnableExecuteCommand is true/,
      ),
      annotations: expect.arrayContaining([
        expect.objectContaining({ annotationName: 'no_exec', status: 'FAILED', severityLevel: 'HIGH' }),
      ]),
    });
  });

  test('without cfn-guard everything is refused', async () => {
    const output = await bundled();
    rmSync(join(folder, 'hook/cfn-guard'));
    expect(answer(output)).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'InternalFailure',
      message: expect.stringContaining('cannot be judged. Guard rules need cfn-guard'),
    });
  });

  test('the registry hook refuses to be made with them', async () => {
    const rules = file('rules/acme.guard', NO_EXEC);
    expect(
      await orgEcs(['bundle', '--registry', '--guard', rules, '--output', join(folder, 'hook')]),
    ).toMatchObject({ code: 2, error: expect.stringContaining('sends it numbers and booleans as texts') });
  });
});
