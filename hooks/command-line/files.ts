import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error';

/** Read a file of the user as UTF-8 text; see readBytes. */
export async function readText(path: string, purpose: string): Promise<string> {
  return (await readBytes(path, purpose)).toString('utf8');
}

/**
 * Read a file of the user.
 *
 * @param purpose what the file is for, e.g. `profile`.
 * @throws UsageError when it cannot be read.
 */
export async function readBytes(path: string, purpose: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read';
    throw new UsageError(`${purpose} ${path}: ${reason}.`);
  }
}

/**
 * Read a JSON file of the user.
 *
 * @throws UsageError when it cannot be read or is not JSON.
 */
export async function readJson(path: string, purpose: string): Promise<unknown> {
  const text = await readText(path, purpose);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${purpose} ${path} is not JSON: ${(error as Error).message}.`);
  }
}
