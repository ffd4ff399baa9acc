import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(join(TOOLS, command), args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd },
  });
  return stdout + stderr;
}

describe('registration', () => {
  let template: any;
  let schema: any;
  let config: any;
  beforeAll(async () => {
    const text = await readFile(join(ROOT, 'template.yml'), 'utf8');
    template = parse(text, { customTags: SHORT_FORMS as never, logLevel: 'error' });
    schema = JSON.parse(await readFile(join(ROOT, 'org-ecs-expressservice.json'), 'utf8'));
    config = JSON.parse(await readFile(join(ROOT, '.rpdk-config'), 'utf8'));
  });

  test('the role of the handlers has the permissions that the schema lists, and no others', () => {
    const listed = Object.values<{ permissions: string[] }>(schema.handlers).flatMap(
      ({ permissions }) => permissions,
    );
    const [statement] = template.Resources.TypeExecutionRole.Properties.Policies[0].PolicyDocument.Statement;
    expect(statement.Action).toEqual([...new Set<string>(listed)].sort());
  });

  test('the role of the handlers lasts as long as the longest handler may take', () => {
    const minutes = Object.values<{ timeoutInMinutes?: number }>(schema.handlers).map(
      ({ timeoutInMinutes }) => timeoutInMinutes ?? 120,
    );
    const { MaxSessionDuration } = template.Resources.TypeExecutionRole.Properties;
    expect(MaxSessionDuration).toBe(Math.min(43_200, Math.max(...minutes) * 70));
  });

  test.each([
    ['TypeFunction', 'TypeFunction'],
    ['TestEntrypoint', 'TypeFunction'],
    ['GovernanceFunction', 'HookFunction'],
  ])('%s of the template runs the bundle of %s', (resource, name) => {
    const { CodeUri, Handler } = template.Resources[resource].Properties;
    const { bundle } = FUNCTIONS.find((known) => known.name === name)!;
    expect(`${CodeUri}${Handler.split('.')[0]}.js`).toBe(bundle);
  });

  test('the registry and the template name the same handlers, runtime and type', () => {
    const { TypeFunction, TestEntrypoint, TypeVersion } = template.Resources;
    expect({
      entrypoint: config.entrypoint,
      testEntrypoint: config.testEntrypoint,
      runtime: config.runtime,
      typeName: config.typeName,
    }).toEqual({
      entrypoint: TypeFunction.Properties.Handler,
      testEntrypoint: TestEntrypoint.Properties.Handler,
      runtime: template.Globals.Function.Runtime,
      typeName: TypeVersion.Properties.TypeName,
    });
    expect(schema.typeName).toBe(config.typeName);
  });

  test('cfn-lint finds nothing in the template and the examples', async () => {
    const examples = await readdir(join(ROOT, 'examples'));
    const templates = examples.filter((file) => file.endsWith('.yml')).map((file) => join('examples', file));
    expect(await run('cfn-lint', ['template.yml', ...templates], ROOT)).toBe('');
  });

  test('cfn validates the type and packages it, with the bundle in the package', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'registration-'));
    const parts = ['src', 'hooks', 'schema', 'scripts', 'package.json', 'tsconfig.json', '.rpdk-config'];
    for (const part of [...parts, 'org-ecs-expressservice.json']) {
      await cp(join(ROOT, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    expect(await run('cfn', ['validate'], copy)).toContain('Resource schema is valid.');
    expect(await run('cfn', ['submit', '--dry-run'], copy)).toContain('Dry run complete');
    const names = await run('python', ['-c', LIST_PACKAGE, 'org-ecs-expressservice.zip'], copy);
    expect(names.trim().split('\n')).toEqual(['handlers.js']);
    await rm(copy, { recursive: true });
  });
});

/** Lists the files of the Lambda package inside the package that is uploaded. */
const LIST_PACKAGE = `
import io, sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
print(*zipfile.ZipFile(io.BytesIO(package.read("ResourceProvider.zip"))).namelist(), sep="\\n")
`;
