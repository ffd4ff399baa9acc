/** Node.js of the versions that Lambda runs, for tests that need another one than theirs. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');

/** Releases on npm (package `node`), by major version. */
const RELEASES = { 20: '20.19.5', 22: '22.23.3' } as const;

export type Major = keyof typeof RELEASES;

/**
 * Path of a Node.js of this major version: the one that runs this process, or else one from npm, which is kept in `build/`.
 *
 * @throws Error when it cannot be installed.
 */
export async function nodeOf(major: Major): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const release = RELEASES[major];
  const directory = join(ROOT, 'build', 'node', release);
  const executable = join(directory, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(executable)) {
    await mkdir(directory, { recursive: true });
    const options = ['--prefix', directory, '--no-save', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', ['install', ...options, `node@${release}`], { cwd: directory });
  }
  return executable;
}
