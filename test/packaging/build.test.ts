import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../../scripts/build';

describe('bundling a Lambda function', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'build-'));
    const sdk = join(directory, 'node_modules', 'aws-sdk');
    await mkdir(join(sdk, 'clients'), { recursive: true });
    await writeFile(join(sdk, 'clients', 'lambda.js'), 'module.exports = class Lambda {};');
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function source(name: string, text: string): Promise<string> {
    const path = join(directory, `${name}.ts`);
    await writeFile(path, text);
    return path;
  }

  test('makes one CommonJS file that exports the handlers and needs nothing else', async () => {
    const outfile = join(directory, 'out', 'handlers.js');
    const size = await bundleFunction(
      await source(
        'whole',
        `import { basename } from 'node:path';
         export const entrypoint = async (event: { name: string }) => basename(event.name);
         export const testEntrypoint = entrypoint;`,
      ),
      outfile,
    );
    const bundle = require(outfile);
    expect(await bundle.entrypoint({ name: '/a/b' })).toBe('b');
    expect(bundle.testEntrypoint).toBe(bundle.entrypoint);
    expect(size.raw).toBeGreaterThan(size.gzip / 2);
  });

  test('the modules of SDK v2 that the CloudFormation library requires are replaced', async () => {
    const outfile = join(directory, 'out', 'aliased.js');
    await bundleFunction(
      await source('aliased', `import all from 'aws-sdk/clients/all'; export const value = typeof all;`),
      outfile,
    );
    expect(require(outfile).value).toBe('function');
  });

  test.each([
    [
      'another module of SDK v2',
      `export { default } from 'aws-sdk/clients/lambda';`,
      undefined,
      'holds SDK v2',
    ],
    ['a module that does not exist', `export * from './none';`, undefined, 'Could not resolve "./none"'],
    [
      'more bytes than allowed',
      `export const text = '${'x'.repeat(2000)}';`,
      1000,
      'more than 1000; its largest inputs are',
    ],
  ])('%s is refused', async (name, text, maximumBytes, message) => {
    const path = await source(name.replace(/\W/g, '-'), text);
    await expect(bundleFunction(path, join(directory, 'out', 'refused.js'), maximumBytes)).rejects.toThrow(
      message,
    );
  });
});
