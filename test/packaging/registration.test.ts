import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { FUNCTIONS } from '../../scripts/build';

const ROOT = join(__dirname, '..', '..');
const TOOLS = join(ROOT, '.venv', 'bin');

/** Short forms of intrinsic functions, which the comparisons here do not look into. */
const SHORT_FORMS = ['Ref', 'Sub', 'GetAtt', 'Not', 'Equals'].map((name) => ({
  tag: `!${name}`,
  resolve: (value: unknown) => value,
  collection: undefined,
}));

/** All that a tool of the virtual environment prints, whether it succeeds or not. */
async function run(command: string, args: string[], cwd: string): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: cwd };
  const { stdout, stderr } = await promisify(execFile)(join(TOOLS, command), args, { cwd, env }).catch(
    (failure: { stdout: string; stderr: string }) => failure,
  );
  return stdout + stderr;
}

describe('registration', () => {
  let template: any;
  let schema: any;
  let config: any;
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'registration-'));
    const text = await readFile(join(ROOT, 'template.yml'), 'utf8');
    template = parse(text, { customTags: SHORT_FORMS as never, logLevel: 'error' });
    schema = JSON.parse(await readFile(join(ROOT, 'org-ecs-expressservice.json'), 'utf8'));
    config = JSON.parse(await readFile(join(ROOT, '.rpdk-config'), 'utf8'));
  });

  afterAll(() => rm(copy, { recursive: true }));

  test('the role of the handlers has the permissions that the schema lists, and no others', async () => {
    const role = parse(await readFile(join(ROOT, 'resource-role.yaml'), 'utf8')).Resources.ExecutionRole;
    const listed = Object.values<{ permissions: string[] }>(schema.handlers).flatMap(
      ({ permissions }) => permissions,
    );
    const statements: { Action: string | string[]; Condition?: object }[] =
      role.Properties.Policies[0].PolicyDocument.Statement;
    const permitted = statements.flatMap(({ Action }) => Action);
    expect(new Set(permitted)).toEqual(new Set(listed));
    expect(permitted).toHaveLength(new Set(listed).size);
    // Roles can be passed to Amazon ECS alone.
    expect(statements.filter(({ Action }) => Action.includes('iam:PassRole'))).toMatchObject([
      {
        Action: 'iam:PassRole',
        Condition: {
          StringEquals: { 'iam:PassedToService': ['ecs.amazonaws.com', 'ecs-tasks.amazonaws.com'] },
        },
      },
    ]);
  });

  test('the function of the template has its handler in the bundle of the governance hook', () => {
    const { Handler } = template.Resources.GovernanceFunction.Properties;
    const { bundle } = FUNCTIONS.find(({ name }) => name === 'HookFunction')!;
    expect(`${Handler.split('.')[0]}.js`).toBe(basename(bundle));
  });

  test('the registry and the template name the same runtime', () => {
    expect(config.runtime).toBe(template.Resources.GovernanceFunction.Properties.Runtime);
  });

  test('one line of README.md switches the runtime of everything that is registered', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const [line] = /perl -pi -e 's[^`]+/.exec(readme)!;
    const folder = await mkdtemp(join(tmpdir(), 'runtime-'));
    const files = line.split(' ').slice(4);
    for (const file of files) await cp(join(ROOT, file), join(folder, file), { recursive: true });
    await promisify(execFile)('sh', ['-c', line], { cwd: folder });
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    expect(texts.map((text) => text.match(/nodejs\d+\.x/g))).toEqual(files.map(() => ['nodejs20.x']));
    expect(files).toEqual(['.rpdk-config', 'hooks/.rpdk-config', 'template.yml']);
    await rm(folder, { recursive: true });
  });

  test('cfn-lint finds nothing in the template and the examples', async () => {
    const examples = await readdir(join(ROOT, 'examples'));
    const templates = examples.filter((file) => file.endsWith('.yml')).map((file) => join('examples', file));
    expect(await run('cfn-lint', ['template.yml', 'resource-role.yaml', ...templates], ROOT)).toBe('');
  });

  test('cfn validates the type and packages it, with the bundle in the package', async () => {
    const parts = ['src', 'hooks', 'schema', 'scripts', 'package.json', 'tsconfig.json', '.rpdk-config'];
    for (const part of [...parts, 'org-ecs-expressservice.json']) {
      await cp(join(ROOT, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    expect(await run('cfn', ['validate'], copy)).toContain('Resource schema is valid.');
    expect(await run('cfn', ['submit', '--dry-run'], copy)).toContain('Dry run complete');
    const names = await run('python', ['-c', LIST_PACKAGE, 'org-ecs-expressservice.zip'], copy);
    expect(names.trim().split('\n')).toEqual(['handlers.js']);
  });
});

/** Lists the files of the Lambda package inside the package that is uploaded. */
const LIST_PACKAGE = `
import io, sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
print(*zipfile.ZipFile(io.BytesIO(package.read("ResourceProvider.zip"))).namelist(), sep="\\n")
`;
