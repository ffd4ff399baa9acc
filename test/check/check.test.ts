/** `npm run check` sees each kind of mistake: a copy of the repository with one mistake, and the checker that must see it. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const longSuites: readonly string[] = require('../support/long-suites.js');

const ROOT = join(__dirname, '..', '..');
/** What is installed or made, and no source. */
const NO_SOURCES: ReadonlySet<string> = new Set(['.git', '.venv', '.venv-sam', 'build', 'node_modules']);

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'check-'));
  cpSync(ROOT, copy, { recursive: true, filter: (path) => !NO_SOURCES.has(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What a command of `node_modules/.bin` prints in the copy, and whether it succeeds. */
function run(command: string, ...options: readonly string[]): { succeeds: boolean; output: string } {
  try {
    const output = execFileSync(join(ROOT, 'node_modules', '.bin', command), options, {
      cwd: copy,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return { succeeds: true, output };
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return { succeeds: false, output: `${stdout}${stderr}` };
  }
}

/** Write files into the copy. @returns their paths. */
function write(files: Readonly<Record<string, string>>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  return Object.keys(files);
}

test('the checkers are those of npm run check', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const checker of ['oxlint', ...GENERATORS.map(([, generator]) => `tsx ${generator} --check`)]) {
    expect(scripts.check).toContain(checker);
  }
});

test('commands side by side fail when one of them fails, and all of them run', () => {
  const script = join(ROOT, 'scripts', 'side-by-side.mjs');
  const commands = ['echo one', 'exit 3', 'echo two'];
  const { status, stderr } = spawnSync(process.execPath, [script, ...commands], { encoding: 'utf8' });
  expect([status, stderr.split('\n').filter(Boolean).sort()]).toEqual([1, ['failed: exit 3', 'one', 'two']]);
  expect(spawnSync(process.execPath, [script, 'true']).status).toBe(0);
});

test('the linter knows every room, and lets none import one that stands above it', () => {
  const { overrides } = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8'));
  const rows: [room: string, forbidden: RegExp][] = overrides.flatMap(({ files, rules }: any) => {
    const room = /^src\/express-service\/([\w-]+)(?:\/\*\*|\.ts)$/.exec(files[0])?.[1];
    // The models stand below all rooms, and import nothing beside them.
    return room && room !== 'model' && files.length === 1
      ? [[room, new RegExp(rules['no-restricted-imports'][1].patterns[0].regex)]]
      : [];
  });
  const rooms = rows.map(([room]) => room);
  const folders = readdirSync(join(ROOT, 'src/express-service'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(rooms).toEqual(expect.arrayContaining(folders));
  for (const [index, [, forbidden]] of rows.entries()) {
    const refused = rooms.filter((room) => forbidden.test(`../${room}/file`));
    expect(refused).toEqual(rooms.slice(index + 1));
  }
});

test('every row of the long suites is one', () => {
  const suites = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.test.ts'),
  );
  for (const row of longSuites) {
    expect(suites).toContainEqual(expect.stringMatching(new RegExp(`^${row}`)));
  }
});

/** Files that the linter refuses, each in its own name, and the rule that says why. */
const MISTAKES: readonly (readonly [what: string, files: Readonly<Record<string, string>>, rule: string])[] =
  [
    [
      'a low room that imports a higher one',
      { 'src/core/upwards.ts': "export { identityOf } from '../express-service/identity/identity';\n" },
      'no-restricted-imports',
    ],
    [
      'a room of the service that imports a higher one',
      { 'src/express-service/memory/upwards.ts': "export { read } from '../read/read';\n" },
      'no-restricted-imports',
    ],
    [
      'the provider that imports the local AWS',
      { 'src/express-service/read/local.ts': "export { startLocalAws } from '../../../local';\n" },
      'no-restricted-imports',
    ],
    [
      'hooks that import the provider',
      { 'hooks/provider.ts': "export { identityOf } from '../src/express-service/identity/identity';\n" },
      'no-restricted-imports',
    ],
    [
      'the local AWS that imports the provider',
      { 'local/provider.ts': "export { allOf } from '../src/core/all-of';\n" },
      'no-restricted-imports',
    ],
    [
      'files that import each other, be it types only',
      {
        'src/aws/one.ts': "import type { Other } from './other';\nexport type One = Other | 1;\n",
        'src/aws/other.ts': "import type { One } from './one';\nexport type Other = One[];\n",
      },
      'no-cycle',
    ],
    [
      'a promise that nobody waits for',
      { 'src/aws/floating.ts': 'export async function look(): Promise<void> {}\nlook();\n' },
      'no-floating-promises',
    ],
    [
      'a promise where none is expected',
      { 'src/aws/misused.ts': "process.on('exit', async () => {});\nexport {};\n" },
      'no-misused-promises',
    ],
  ];

describe('the linter', () => {
  const without = 'src/core/all-of.ts';
  let succeeds: boolean;
  let diagnostics: readonly { filename: string; code: string; severity: string }[];

  beforeAll(() => {
    const paths = write(Object.assign({}, ...MISTAKES.map(([, files]) => files)));
    // Once for all: it takes seconds to learn the types.
    const result = run('oxlint', '--format', 'json', ...paths, without);
    for (const path of paths) rmSync(join(copy, path));
    succeeds = result.succeeds;
    ({ diagnostics } = JSON.parse(result.output));
  });

  test('fails', () => expect(succeeds).toBe(false));

  test.each(MISTAKES)('refuses %s', (_what, files, rule) => {
    for (const filename of Object.keys(files)) {
      expect(diagnostics).toContainEqual(
        expect.objectContaining({ filename, severity: 'error', code: expect.stringContaining(rule) }),
      );
    }
  });

  test('finds nothing in a file without a mistake', () => {
    expect(diagnostics.filter(({ filename }) => filename === without)).toEqual([]);
  });
});

test('the compiler refuses an item that may not be there', () => {
  const [path] = write({
    'src/aws/mistake.ts': 'export const first = (texts: string[]): number => texts[0].length;\n',
  });
  const { succeeds, output } = run('tsc', '-p', '.');
  rmSync(join(copy, path!));
  expect(output).toMatch(/^src\/aws\/mistake\.ts.*error TS2532: Object is possibly 'undefined'/m);
  expect(succeeds).toBe(false);
});

/** What is generated, by which script. */
const GENERATORS: readonly (readonly [what: string, generator: string, path: string])[] = [
  ['the model', 'schema/generate.ts', 'src/express-service/model.ts'],
  ['the reference of properties', 'schema/generate.ts', 'docs/reference/properties.md'],
  ['the catalogue of rules', 'hooks/generate-catalogue.ts', 'hooks/rules/catalogue.ts'],
  ['the reference of rules', 'hooks/generate-reference.ts', 'docs/rules.md'],
  ['the reference of claims', 'local/claims/generate-reference.ts', 'docs/reference/aws-claims.md'],
];

test.each(GENERATORS)('%s is stale', (_what, generator, path) => {
  const text = readFileSync(join(copy, path), 'utf8');
  expect(run('tsx', generator, '--check')).toMatchObject({ succeeds: true });
  appendFileSync(join(copy, path), '\nA line that nobody generated.\n');
  const { succeeds, output } = run('tsx', generator, '--check');
  writeFileSync(join(copy, path), text);
  expect(output).toContain(path);
  expect(succeeds).toBe(false);
});
