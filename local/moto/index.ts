/** The moto process that keeps the state of every service that is not implemented here. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Options that make an SDK v3 client talk to one local endpoint; credentials are placeholders, never real. */
export interface ClientOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts?: number;
}

/** A running moto process. */
export interface Moto {
  /** Base URL, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Options for SDK clients that talk to moto directly, past the guards, faults and log of the endpoint. */
  readonly clientOptions: ClientOptions;
  /** Forget all state. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const PYTHON = join('.venv', 'bin', 'python');

const ENVIRONMENT = {
  // Certificates are issued at once here; the ACM guard holds them back in virtual time.
  MOTO_ACM_VALIDATION_WAIT: '0',
  MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
  // Machine images take a third of a second at each start and reset, and no task needs them.
  MOTO_EC2_LOAD_DEFAULT_AMIS: 'false',
  PYTHONUNBUFFERED: '1',
};

/**
 * Start moto on a free port and wait until it answers. The process ends with this one, however this one ends.
 *
 * @param region default region of {@link Moto.clientOptions}.
 * @throws Error that says what to do when the Python environment is missing or moto does not start.
 */
export async function startMoto(region: string): Promise<Moto> {
  const root = join(__dirname, '..', '..');
  const python = join(root, PYTHON);
  if (!existsSync(python)) {
    throw new Error(
      `${PYTHON} does not exist: run \`npm ci && node scripts/setup.mjs\` in the repository first.`,
    );
  }
  const child = spawn(python, [join(__dirname, 'server.py')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...ENVIRONMENT },
  });
  const url = `http://127.0.0.1:${await readPort(child)}`;
  for (const handle of [child, child.stdin, child.stdout, child.stderr] as unknown as { unref(): void }[]) {
    handle.unref();
  }
  return {
    url,
    clientOptions: {
      region,
      endpoint: url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    },
    async reset() {
      const answer = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`moto could not be reset: HTTP ${answer.status}.`);
    },
    close: () => end(child),
  };
}

function readPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let trouble = '';
    child.stderr!.on('data', (data: Buffer) => (trouble = (trouble + data).slice(-2000)));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`moto ended with code ${code} before it answered.\n${trouble}`)),
    );
    createInterface({ input: child.stdout! }).once('line', (line) => resolve(Number(line)));
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.ref();
    child.kill('SIGKILL');
  });
}
