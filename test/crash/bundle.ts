/** The handlers' bundle, made for one run and gone after it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../../scripts/build';

const SOURCE = join(__dirname, '..', '..', 'src', 'handlers.ts');

/**
 * @param use is given the path of the bundle.
 * @returns what `use` returns.
 * @throws Error when the source does not compile.
 */
export async function withBundle<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'handlers-'));
  try {
    const path = join(folder, 'handlers.js');
    await bundleFunction(SOURCE, path);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
