import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../hooks/adapters/command-line';
import { answerOf } from '../../../hooks/adapters/hook-answer';
import { payloadInput } from '../../../hooks/adapters/hook-payload';
import { withNestedBodies } from '../../../hooks/adapters/nested-input';
import { Exemptions } from '../../../hooks/engine/exemptions';
import { policyOf } from '../../../hooks/engine/policy';
import { report } from '../../../hooks/engine/report';
import type { LocatedFinding, LocatedNotice } from '../../../hooks/command-line/result';
import { PROFILES } from '../../../hooks/profiles';
import { rules } from '../../../hooks/rules';
import { readFileSync } from 'node:fs';

const INPUTS = join(__dirname, 'inputs');

interface Result {
  readonly findings: readonly LocatedFinding[];
  readonly notices: readonly LocatedNotice[];
}

/** What the command line finds in files, and its exit code. */
async function check(...paths: readonly string[]): Promise<Result & { readonly code: number }> {
  let out = '';
  const code = await run(['check', ...paths, '--format', 'json'], {
    out: (text) => (out += text),
    error: (text) => (out += text),
    readInput: async () => '',
  });
  return { ...(JSON.parse(out) as Result), code };
}

/** The message of the hook for a template that is deployed as a stack. */
async function stackHook(file: string): Promise<string> {
  const template = readFileSync(join(INPUTS, file), 'utf8');
  const input = await withNestedBodies(await payloadInput('STACK', { template }, {}), {});
  return answerOf(report(input, policyOf(PROFILES['org-default']!, rules), new Exemptions()), null).message;
}

type Status = 'refused' | 'undecided' | 'warned';

function statusOf({ refused, status }: LocatedFinding): Status {
  return refused ? 'refused' : status === 'fail' ? 'warned' : 'undecided';
}

/** One right answer: a finding of a rule, or none (`passes`). */
interface Row {
  readonly file: string;
  readonly rule: string;
  readonly resource: string;
  readonly path?: string;
  readonly status: Status | 'passes';
  readonly line?: number;
  /** Part of the message. */
  readonly says?: string;
}

const PUBLIC = 'tasks get a public IP address';
const CREDENTIAL = 'looks like a credential';
const variable = (index: number, line: number, says = CREDENTIAL, part = 'Name'): Row => ({
  file: 'variables.yaml',
  rule: 'TD-08',
  resource: 'Task',
  path: `ContainerDefinitions.0.Environment.${index}.${part}`,
  status: 'refused',
  line,
  says,
});
const harmless = (index: number): Row => ({
  file: 'variables.yaml',
  rule: 'TD-08',
  resource: 'Task',
  path: `ContainerDefinitions.0.Environment.${index}`,
  status: 'passes',
});
const publicIp = (row: Omit<Row, 'rule' | 'says'>): Row => ({ rule: 'NET-01', says: PUBLIC, ...row });

const ROWS: readonly Row[] = [
  publicIp({ file: 'merge-key.yaml', resource: 'A', status: 'refused', line: 5 }),
  publicIp({ file: 'merge-key.yaml', resource: 'C', status: 'refused', line: 9 }),
  {
    ...{ file: 'nine-conditional-items.yaml', rule: 'SG-01', resource: 'G', status: 'refused', line: 27 },
    path: 'SecurityGroupIngress.0.FromPort',
    says: 'FromPort is 22: the world is admitted to this port',
  },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((index): Row => ({
    ...{ file: 'nine-conditional-items.yaml', rule: 'SG-01', resource: 'G', status: 'passes' },
    path: `SecurityGroupIngress.${index}`,
  })),
  ...['A', 'B', 'C', 'D'].map((resource, index) =>
    publicIp({ file: 'transform-siblings.yaml', resource, status: 'undecided', line: index + 2 }),
  ),
  {
    ...{ file: 'transform-siblings.yaml', rule: 'SG-01', resource: 'G', status: 'undecided', line: 6 },
    says: 'Fn::Transform is evaluated by CloudFormation only',
  },
  publicIp({ file: 'stackset-body.yaml', resource: 'SS/S', status: 'refused', line: 12 }),
  {
    ...publicIp({ file: 'default-only.yaml', resource: 'S1', status: 'undecided', line: 3 }),
    says: 'AssignPublicIp (!Ref Ip) cannot be judged when parameter Ip is none of "DISABLED", because parameter Ip may be overridden',
  },
  {
    ...{ file: 'groups.yaml', rule: 'SG-01', resource: 'Prefix', status: 'refused', line: 3 },
    says: 'the world is admitted to this port',
  },
  {
    ...{ file: 'groups.yaml', rule: 'SG-01', resource: 'UnknownPrefix', status: 'undecided', line: 4 },
    says: 'the entries of this prefix list are not in the template',
  },
  {
    ...{ file: 'groups.yaml', rule: 'WAF-01', resource: 'CountOnly', status: 'refused', line: 16 },
    says: 'every rule only counts, so that nothing is stopped',
  },
  { file: 'groups.yaml', rule: 'SG-02', resource: 'Egress', status: 'passes' },
  { file: 'groups.yaml', rule: 'SG-02', resource: 'EgressRule', status: 'passes' },
  variable(0, 11, 'Name is "DB_PASS": this environment variable looks like a credential'),
  variable(1, 12),
  variable(2, 13, 'Value is "****": this', 'Value'),
  variable(3, 14, CREDENTIAL, 'Value'),
  ...[4, 5, 6, 7, 8, 9].map(harmless),
  {
    ...{ file: 'images.yaml', rule: 'TD-11', resource: 'Latest', status: 'refused', line: 3 },
    says: 'Image is !Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/${Repo}:latest": the image can change',
  },
  { file: 'images.yaml', rule: 'TD-11', resource: 'Pinned', status: 'passes' },
  { file: 'vpc-cidr.yaml', rule: 'SG-01', resource: 'G', status: 'passes' },
  publicIp({ file: 'launchers.yaml', resource: 'Nightly', status: 'refused', line: 13 }),
  publicIp({ file: 'launchers.yaml', resource: 'Hourly', status: 'refused', line: 24 }),
  {
    ...{ file: 'iam.yaml', rule: 'IAM-06', resource: 'TrustsAll', status: 'refused', line: 2 },
    says: 'everybody is trusted, in every account',
  },
  {
    ...{ file: 'iam.yaml', rule: 'IAM-02', resource: 'Inline', status: 'refused', line: 3 },
    says: 'every action on every resource is allowed',
  },
  {
    ...{ file: 'iam.yaml', rule: 'IAM-04', resource: 'PassAny', status: 'refused', line: 4 },
    says: 'Resource is "*": every role of the account may be passed on',
  },
  {
    ...{ file: 'iam.yaml', rule: 'IAM-05', resource: 'AllBut', status: 'refused', line: 5 },
    says: 'every resource but the named ones is included',
  },
  publicIp({ file: 'duplicate-keys.yaml', resource: 'S', status: 'refused', line: 6 }),
  publicIp({ file: 'foreach-lines.yaml', resource: 'SvcA', status: 'refused', line: 12 }),
  publicIp({ file: 'foreach-lines.yaml', resource: 'SvcB', status: 'refused', line: 12 }),
  {
    ...{ file: 'foreach-lines.yaml', rule: 'TD-04', resource: 'TdA', status: 'refused', line: 15 },
    says: "in the host's network",
  },
  {
    ...{ file: 'comments.json', rule: 'TEMPLATE', resource: '', status: 'refused', line: 2 },
    says: 'Line 2, column 3: JSON has no comments',
  },
];

describe('inputs from the field get the right answer', () => {
  test.each(ROWS)('$file: $rule $resource $status', async (row) => {
    const { findings } = await check(join(INPUTS, row.file));
    const found = findings.filter(
      ({ rule, resource, path }) =>
        rule === row.rule && resource === row.resource && path.startsWith(row.path ?? ''),
    );
    expect(found.map(statusOf)).toEqual(row.status === 'passes' ? [] : [row.status]);
    if (row.line !== undefined) expect(found[0]!.line).toBe(row.line);
    if (row.says !== undefined) expect(found[0]!.message).toContain(row.says);
  });
});

describe('what cannot be seen is said, and no hook says that it complies', () => {
  test.each([
    ['include-in-resources.yaml', 3, 'AWS::Include adds what is not in the template'],
    ['transform-root.yaml', 1, 'AWS::Include adds what is not in the template'],
    ['transform-siblings.yaml', 2, 'AWS::Include adds what is not in the template'],
    ['transform-siblings.yaml', 5, 'the macro Mac adds and changes what is beside it during deployment'],
    ['nested-stack.yaml', 2, 'the resources of a nested stack are in another template'],
    ['duplicate-keys.yaml', 6, 'NetworkConfiguration is written twice; the last one counts'],
  ])('%s, line %d: %s', async (file, line, because) => {
    const { notices } = await check(join(INPUTS, file));
    expect(notices.filter((notice) => notice.because.startsWith(because))).toContainEqual(
      expect.objectContaining({ line }),
    );
  });

  test.each(['include-in-resources.yaml', 'transform-root.yaml', 'nested-stack.yaml'])(
    '%s in a STACK hook',
    async (file) => {
      const message = await stackHook(file);
      expect(message).toMatch(/^What can be seen complies\. Not judged: /);
      expect(message).not.toContain('all rules');
    },
  );

  test('a literal body is judged by the STACK hook, so that nothing is left to be said', async () => {
    expect(await stackHook('stackset-body.yaml')).toMatch(/^NET-01 SS\/S .* is "ENABLED"/);
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'governance-field-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const service = (ip: string) =>
    `Resources:\n  S:\n    Type: AWS::ECS::Service\n    Properties:\n      NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ${ip}}}\n`;
  const summary = ({ findings }: Result) =>
    findings
      .filter(({ rule }) => ['NET-01', 'TEMPLATE'].includes(rule))
      .map(({ file, line, column, rule }) => `${file.split('/').pop()}:${line}:${column} ${rule}`)
      .sort();

  test('a broken one is a finding, the others are judged, and the exit code is 2', async () => {
    await writeFile(join(folder, 'broken.yaml'), 'Resources:\n  S: {Type: AWS::ECS::Service\n');
    await writeFile(join(folder, 'public.yaml'), service('ENABLED'));
    const result = await check(folder);
    expect(summary(result)).toEqual(['broken.yaml:3:1 TEMPLATE', 'public.yaml:5:52 NET-01']);
    expect(result.code).toBe(2);
  });

  test.each([
    ['UTF-16, little end first', Buffer.from(`\ufeff${service('ENABLED')}`, 'utf16le'), 'UTF-16'],
    ['UTF-16 without mark', Buffer.from(service('ENABLED'), 'utf16le'), 'UTF-16'],
    ['UTF-16, big end first', Buffer.from(`\ufeff${service('ENABLED')}`, 'utf16le').swap16(), 'UTF-16'],
    ['UTF-8 with byte order mark', Buffer.from(`\ufeff${service('ENABLED')}`), 'byte order mark'],
    ['JSON with byte order mark', Buffer.from('\ufeff{"Resources": {}}'), 'byte order mark'],
  ])('%s: judged, with a notice at the first character', async (_, bytes, says) => {
    const path = join(folder, 'template.yaml');
    await writeFile(path, bytes);
    const result = await check(path);
    expect(result.notices).toEqual([
      expect.objectContaining({ line: 1, column: 1, because: expect.stringContaining(says) as string }),
    ]);
    if (!String(bytes.toString()).includes('{}'))
      expect(summary(result)).toEqual(['template.yaml:5:52 NET-01']);
  });

  test('a key that JSON has twice is said, and the last one counts', async () => {
    const path = join(folder, 'twice.json');
    await writeFile(
      path,
      '{"Resources": {"S": {"Type": "AWS::ECS::Service", "Properties": {\n  "NetworkConfiguration": {},\n  "NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}}}}}',
    );
    const result = await check(path);
    expect(summary(result)).toEqual(['twice.json:3:70 NET-01']);
    expect(result.notices).toEqual([
      expect.objectContaining({ line: 3, column: 3, because: expect.stringContaining('twice') as string }),
    ]);
  });

  test('a nested stack beside its parent is judged in its own file, with the parameters that the parent gives', async () => {
    await writeFile(
      join(folder, 'parent.yaml'),
      'Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ./child.yaml, Parameters: {Ip: ENABLED}}\n',
    );
    await writeFile(
      join(folder, 'child.yaml'),
      `Parameters: {Ip: {Type: String, Default: DISABLED}}\n${service('!Ref Ip')}`,
    );
    const result = await check(join(folder, 'parent.yaml'));
    expect(summary(result)).toEqual(['child.yaml:6:52 NET-01']);
    expect(result.notices).toEqual([]);
  });

  test('a nested stack of the AWS CDK is found by its asset', async () => {
    const stack = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: { 'Fn::Sub': 'https://s3.${AWS::URLSuffix}/assets/hash.json' } },
      Metadata: { 'aws:asset:path': 'Nested.template.json', 'aws:asset:property': 'TemplateURL' },
    };
    await writeFile(join(folder, 'parent.json'), JSON.stringify({ Resources: { Nested: stack } }));
    await writeFile(join(folder, 'Nested.template.json'), service('ENABLED'));
    expect(summary(await check(join(folder, 'parent.json')))).toEqual(['Nested.template.json:5:52 NET-01']);
  });
});
