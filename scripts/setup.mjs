// Makes a fresh clone runnable: npm packages as locked, and a Python virtual environment with the tools that stand in
// for AWS. Both are skipped when they are up to date. Uses nothing but Node, because it runs before anything is there.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const fingerprint = (file) =>
  createHash('sha256')
    .update(readFileSync(join(root, file)))
    .digest('hex');

/** Run a command in the project's root; its output is shown only when it fails. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => reject(new Error(`cannot run ${command}: ${error.message}`)));
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${command} ${args.join(' ')} failed:\n${Buffer.concat(output)}`)),
    );
  });
}

/** Run `install` unless `stamp` says that it has already run for this content of `file`. */
async function once(label, file, stamp, install) {
  const path = join(root, stamp);
  const wanted = fingerprint(file);
  if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return;
  const started = Date.now();
  process.stderr.write(`set-up: ${label} …\n`);
  await install();
  writeFileSync(path, wanted);
  process.stderr.write(`set-up: ${label} done in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

/** A Python virtual environment with what a file of requirements names. */
const environment = (label, requirements, folder) =>
  once(label, requirements, `${folder}/.set-up`, async () => {
    await run('python3', ['-m', 'venv', '--clear', folder]);
    const python = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await run(join(root, folder, python), install);
  });

try {
  const results = await Promise.allSettled([
    once('npm packages', 'package-lock.json', 'node_modules/.set-up', () =>
      run('npm', ['ci', '--no-audit', '--no-fund']),
    ),
    environment('Python tools (about a minute)', 'requirements.txt', '.venv'),
    // Tests alone need it.
    process.argv.includes('--sam') &&
      environment('SAM CLI (about a minute)', 'requirements-sam.txt', '.venv-sam'),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
} catch (error) {
  process.stderr.write(
    `set-up failed: ${error.message}\nNeeded: Node 22 (20.19 or newer works too) with npm, Python 3.9 or newer with venv, and the npm and PyPI registries.\n`,
  );
  process.exit(1);
}
