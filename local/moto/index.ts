/** The moto process that keeps the state of every service that is not implemented here. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HttpHandlerUserInput } from '@smithy/core/protocols';
import { RememberedAnswers } from './remembered-answers';
import { createRequestHandler } from './request-handler';

/** Options that make an SDK v3 client talk to one local endpoint; credentials are placeholders, never real. */
export interface ClientOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts?: number;
  readonly requestHandler?: HttpHandlerUserInput;
}

/** A running moto process. */
export interface Moto {
  /** Base URL, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Options for SDK clients that talk to moto directly, past the guards, faults and log of the endpoint. */
  readonly clientOptions: ClientOptions;
  /** To be told of every request that does not come from such a client. */
  readonly answers: RememberedAnswers;
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
  // No browser asks.
  MOTO_DISABLE_GLOBAL_CORS: 'true',
  PYTHONUNBUFFERED: '1',
};

/**
 * Path of the socket of a {@link startForkServer}. Where it is set, motos are forked rather than started.
 */
const FORK_SERVER = 'LOCAL_AWS_FORK_SERVER';

/** A process or connection that a moto lives as long as. */
interface Life {
  readonly port: number;
  end(): Promise<void>;
}

/**
 * Start moto on a free port and wait until it answers. The process ends with this one, however this one ends.
 *
 * @param region default region of {@link Moto.clientOptions}.
 * @throws Error that says what to do when the Python environment is missing or moto does not start.
 */
export async function startMoto(region: string): Promise<Moto> {
  const forkServer = process.env[FORK_SERVER];
  const { port, end } = await (forkServer ? fork(forkServer) : start());
  const url = `http://127.0.0.1:${port}`;
  const answers = new RememberedAnswers();
  return {
    url,
    answers,
    clientOptions: {
      region,
      endpoint: url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler: createRequestHandler(answers),
    },
    async reset() {
      const answer = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`moto could not be reset: HTTP ${answer.status}.`);
      answers.forget();
    },
    close: end,
  };
}

/**
 * Start a process that forks motos, each in milliseconds rather than more than a second: for whoever starts many of them.
 * {@link startMoto} uses it in this process and in those that inherit its environment.
 *
 * @returns the function that ends it; it also ends with this process, however this one ends.
 * @throws Error that says what to do when the Python environment is missing.
 */
export async function startForkServer(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'moto-'));
  const path = join(folder, 'socket');
  const child = spawnServer(path);
  await firstLine(child);
  process.env[FORK_SERVER] = path;
  return async () => {
    delete process.env[FORK_SERVER];
    await end(child);
    await rm(folder, { recursive: true });
  };
}

async function start(): Promise<Life> {
  const child = spawnServer();
  return { port: Number(await firstLine(child)), end: () => end(child) };
}

function fork(path: string): Promise<Life> {
  return new Promise((resolve, reject) => {
    const connection = connect(path);
    const closed = new Promise<void>((ended) => connection.once('close', () => ended()));
    connection.once('error', reject);
    void closed.then(() => reject(new Error(`The fork server at ${path} gave no moto.`)));
    createInterface({ input: connection }).once('line', (line) => {
      connection.unref();
      resolve({
        port: Number(line),
        end() {
          connection.ref();
          connection.end();
          return closed;
        },
      });
    });
  });
}

/** @param args arguments of server.py. */
function spawnServer(...args: string[]): ChildProcess {
  const root = join(__dirname, '..', '..');
  const python = join(root, PYTHON);
  if (!existsSync(python)) {
    throw new Error(
      `${PYTHON} does not exist: run \`npm ci && node scripts/setup.mjs\` in the repository first.`,
    );
  }
  return spawn(python, [join(__dirname, 'server.py'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...ENVIRONMENT },
  });
}

/** First line of a process's output; from then on the process keeps this one from ending no more. */
async function firstLine(child: ChildProcess): Promise<string> {
  const line = await new Promise<string>((resolve, reject) => {
    let trouble = '';
    child.stderr!.on('data', (data: Buffer) => (trouble = (trouble + data).slice(-2000)));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`moto ended with code ${code} before it answered.\n${trouble}`)),
    );
    createInterface({ input: child.stdout! }).once('line', resolve);
  });
  for (const handle of [child, child.stdin, child.stdout, child.stderr] as unknown as { unref(): void }[]) {
    handle.unref();
  }
  return line;
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.ref();
    child.kill('SIGKILL');
  });
}
