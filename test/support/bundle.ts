/** The handlers' bundle, made for one run and gone after it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../../scripts/build';

const SOURCE = join(__dirname, '..', '..', 'src', 'express-service', 'handlers.ts');

/**
 * Bundle the handlers.
 *
 * @returns the path of the bundle, and the function that removes it.
 * @throws Error when the source does not compile.
 */
export async function makeBundle(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'handlers-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'handlers.js');
    await bundleFunction(SOURCE, path);
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * @param use is given the path of the bundle.
 * @returns what `use` returns.
 * @throws Error when the source does not compile.
 */
export async function withBundle<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
  const { path, remove } = await makeBundle();
  try {
    return await use(path);
  } finally {
    await remove();
  }
}
