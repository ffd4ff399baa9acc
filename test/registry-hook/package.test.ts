/** What is registered: the schema of the hook, and the package that `cfn submit` uploads. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import schema from '../../hooks/schema/org-ecs-governancehook.json';

const ROOT = join(__dirname, '..', '..');
const TOOLS = join(ROOT, '.venv', 'bin');

describe('the package', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'hook-package-'));
    for (const part of ['src', 'hooks', 'schema', 'scripts', 'package.json', 'tsconfig.json']) {
      await cp(join(ROOT, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rm(copy, { recursive: true }));

  const run = async (command: string, args: string[]) => {
    const env = { PATH: process.env.PATH, HOME: copy, AWS_EC2_METADATA_DISABLED: 'true' };
    const { stdout, stderr } = await promisify(execFile)(join(TOOLS, command), args, {
      cwd: join(copy, 'hooks'),
      env,
    });
    return stdout + stderr;
  };

  test('is valid, and holds the bundle with both entry points', async () => {
    await run('cfn', ['validate']);
    expect(await run('cfn', ['submit', '--dry-run'])).toContain('Dry run complete');
    const names = await run('python', ['-c', LIST_PACKAGE, 'org-ecs-governancehook.zip']);
    expect(names.trim().split('\n')).toEqual(['handlers.js']);
    const config = JSON.parse(await readFile(join(ROOT, 'hooks', '.rpdk-config'), 'utf8'));
    const bundle = require(join(copy, 'hooks', 'build', 'TypeFunction', 'handlers.js'));
    expect([config.entrypoint, config.testEntrypoint]).toEqual(
      Object.keys(bundle)
        .sort()
        .map((name) => `handlers.${name}`),
    );
  });

  test('comes with the template of its role, in which cfn-lint finds nothing', async () => {
    expect(await run('cfn-lint', ['hook-role.yaml'])).toBe('');
  });

  test('is refused by cfn when the schema is not valid', async () => {
    const path = join(copy, 'hooks', 'schema', 'org-ecs-governancehook.json');
    const broken = {
      ...schema,
      handlers: { preCreate: { ...schema.handlers.preCreate, timeoutInMinutes: 1 } },
    };
    await writeFile(path, JSON.stringify(broken));
    await expect(run('cfn', ['validate'])).rejects.toMatchObject({
      stdout: expect.stringContaining('timeoutInMinutes'),
    });
  });
});

/** Lists the files of the Lambda package inside the package that is uploaded. */
const LIST_PACKAGE = `
import io, sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
print(*zipfile.ZipFile(io.BytesIO(package.read("ResourceProvider.zip"))).namelist(), sep="\\n")
`;
