/** What `--format sarif` writes, by the schema of SARIF 2.1.0. */
import Ajv from 'ajv';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../hooks/adapters/command-line';

// A schema of draft 4, of which it uses nothing that later drafts read in another way.
const {
  $schema: _,
  id: __,
  ...schema
} = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as Record<string, unknown>;

const validate = new Ajv({
  strict: false,
  allErrors: true,
  // One pattern of the schema is no regular expression of Unicode.
  unicodeRegExp: false,
  formats: {
    uri: (text) => URL.canParse(text),
    'uri-reference': (text) => !/[\s\\]/.test(text) && URL.canParse(text, 'https://example.com/'),
    'date-time': (text) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text),
  },
}).compile(schema);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sarif-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly kind: string;
  readonly level: string;
  readonly suppressions: readonly { readonly kind: string }[];
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
  }[];
}

async function sarif(paths: readonly string[], input = ''): Promise<{ log: unknown; results: Result[] }> {
  let out = '';
  await run(['check', ...paths, '--format', 'sarif'], {
    out: (text) => (out += text),
    error: () => undefined,
    readInput: async () => input,
  });
  const log = JSON.parse(out) as {
    runs: { tool: { driver: { rules: { id: string }[] } }; results: Result[] }[];
  };
  const [{ tool, results }] = log.runs as [(typeof log.runs)[0]];
  for (const { ruleId, ruleIndex } of results)
    if (ruleIndex >= 0) expect(tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
  return { log, results };
}

/** Asserts that a log is SARIF, and shows what is wrong otherwise. */
function expectSarif(log: unknown): void {
  validate(log);
  expect(validate.errors ?? []).toEqual([]);
}

const service = (properties: object, rest: object = {}) => ({
  Parameters: { Ip: { Type: 'String' } },
  Resources: {
    Web: {
      Type: 'AWS::ECS::Service',
      Properties: {
        NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], ...properties } },
      },
      ...rest,
    },
  },
});
const REFUSED = service({ AssignPublicIp: 'ENABLED' });

describe('every kind of result is valid', () => {
  test('nothing found', async () => {
    const { log, results } = await sarif([file('t.json', { Resources: {} })]);
    expect(results).toEqual([]);
    expectSarif(log);
  });

  test('refused, warnings and undecided', async () => {
    const { log, results } = await sarif([file('t.json', service({ AssignPublicIp: { Ref: 'Ip' } }))]);
    const refused = await sarif([file('r.json', REFUSED)]);
    expect(results.map(({ kind, level }) => `${kind} ${level}`)).toContain('open none');
    expect(new Set(refused.results.map(({ kind, level }) => `${kind} ${level}`))).toEqual(
      new Set(['fail error', 'fail warning', 'open none']),
    );
    expectSarif(log);
    expectSarif(refused.log);
  });

  test('exempt by the governance team, by the template, and known from a baseline', async () => {
    const exemption = { rule: 'NET-01', reason: 'r', owner: 'o', expires: '2999-01-01' };
    const exemptions = file('exemptions.json', { exemptions: [exemption] });
    const own = service(
      { AssignPublicIp: 'ENABLED' },
      { Metadata: { 'Org::ECS::Governance': { Exemptions: [{ Rule: 'NET-01', Reason: 'r' }] } } },
    );
    const profile = file('profile.json', { name: 'p', description: 'd', templateExemptions: ['governance'] });
    const baseline = join(folder, 'baseline.json');
    const template = file('t.json', REFUSED);
    await run(['baseline', template, '--output', baseline], {
      out: () => undefined,
      error: () => undefined,
      readInput: async () => '',
    });
    const logs = await Promise.all([
      sarif([template, '--exemptions', exemptions]),
      sarif([file('own.json', own), '--profile', profile]),
      sarif([template, '--baseline', baseline]),
    ]);
    const kinds = logs.map(
      ({ results }) => results.find(({ ruleId }) => ruleId === 'NET-01')!.suppressions[0]?.kind,
    );
    expect(kinds).toEqual(['external', 'inSource', 'external']);
    for (const { log } of logs) expectSarif(log);
  });

  test('a file that is no template, beside one that is', async () => {
    const { log, results } = await sarif([file('broken.yml', 'Resources: ['), file('t.json', REFUSED)]);
    expect(results.map(({ ruleId }) => ruleId)).toEqual(expect.arrayContaining(['TEMPLATE', 'NET-01']));
    expectSarif(log);
  });

  test('Guard rules, also for a template as a whole', async () => {
    const guard = file('a.guard', 'rule a { Resources.*.Properties.Tags exists }\nrule b { Outputs exists }');
    const { log, results } = await sarif([file('t.json', REFUSED), '--guard', guard]);
    const own = results.filter(({ ruleId }) => /^[ab]$/.test(ruleId));
    expect(own.map(({ ruleIndex }) => ruleIndex >= 0)).toEqual([true, true]);
    expectSarif(log);
  });

  test('names of files with blanks and other letters, and standard input', async () => {
    const { log, results } = await sarif(
      [file('my größte #1 template%.json', REFUSED), '-'],
      JSON.stringify(REFUSED),
    );
    const uris = new Set(results.map(({ locations }) => locations[0]!.physicalLocation.artifactLocation.uri));
    expect([...uris].map((uri) => decodeURIComponent(uri))).toEqual([
      join(folder, 'my größte #1 template%.json'),
      'stdin',
    ]);
    expect([...uris][0]).not.toContain('#');
    expectSarif(log);
  });
});

test('the schema refuses what is no SARIF', async () => {
  const { log } = await sarif([file('t.json', REFUSED)]);
  expect(validate({ ...(log as object), version: '2.0.0' })).toBe(false);
  expect(validate(JSON.parse(JSON.stringify(log).replaceAll('"startLine":', '"line":')))).toBe(false);
});
