/** One warm process of a Lambda function. It runs one invocation at a time, as a Lambda execution environment does. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** What an invocation ended with. */
export interface WorkerAnswer {
  /** JSON text: the handler's answer, or the error document when `failed`. */
  readonly payload: string;
  /** The handler threw, timed out or its process ended. */
  readonly failed: boolean;
  /** What the handler wrote to standard output and standard error. */
  readonly output: string;
}

/** How the process of a function is started. */
export interface WorkerOptions {
  /** Absolute path of Node.js. */
  readonly executable: string;
  readonly bundle: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  /** URL at which all load balancers answer. */
  readonly dataPlaneUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

type Message =
  | { kind: 'output'; text: string }
  | { kind: 'answer'; requestId: string; payload: string }
  | { kind: 'error'; requestId: string; error: { errorType: string; errorMessage: string; trace: string[] } };

interface Invocation {
  readonly requestId: string;
  readonly timeout: number;
  readonly timer: NodeJS.Timeout;
  readonly finish: (payload: string, failed: boolean) => void;
  output: string;
  timedOut: boolean;
}

const OUTPUT_LIMIT = 1_000_000;

export class Worker {
  private readonly child: ChildProcess;
  private invocation: Invocation | undefined;
  private ended = false;
  /** Resolves when the process has ended. */
  readonly closed: Promise<void>;

  constructor(options: WorkerOptions) {
    this.child = fork(
      join(__dirname, 'runner.js'),
      [options.bundle, options.handler, options.functionName, options.functionArn, options.dataPlaneUrl],
      {
        execPath: options.executable,
        env: options.environment,
        execArgv: [],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.child.on('message', (message: Message) => this.receive(message));
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => this.append(chunk.toString('utf8')));
    }
    this.child.on('error', () => this.end('the process could not be started'));
    this.closed = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        this.end(signal ? `signal: ${signalName(signal)}` : `exit status ${code}`);
        resolve();
      });
    });
  }

  /** False once the process has ended; it takes no more invocations then. */
  get alive(): boolean {
    return !this.ended;
  }

  /** Id of the invocation that runs now. */
  get requestId(): string | undefined {
    return this.invocation?.requestId;
  }

  /** Run the handler once. `timeout` in real milliseconds. */
  invoke(requestId: string, payload: string, timeout: number): Promise<WorkerAnswer> {
    return new Promise((resolve) => {
      const invocation: Invocation = {
        requestId,
        timeout,
        output: '',
        timedOut: false,
        timer: setTimeout(() => {
          invocation.timedOut = true;
          this.kill();
        }, timeout),
        finish: (answer, failed) => {
          clearTimeout(invocation.timer);
          this.invocation = undefined;
          resolve({ payload: answer, failed, output: invocation.output });
        },
      };
      this.invocation = invocation;
      this.child.send({ requestId, payload, timeout });
    });
  }

  /** End the process at once, whatever it does. A running invocation fails. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private append(text: string): void {
    const invocation = this.invocation;
    if (invocation) invocation.output = (invocation.output + text).slice(-OUTPUT_LIMIT);
  }

  private receive(message: Message): void {
    if (message.kind === 'output') return this.append(message.text);
    if (message.requestId !== this.invocation?.requestId) return;
    if (message.kind === 'answer') this.invocation.finish(message.payload, false);
    else this.invocation.finish(JSON.stringify(message.error), true);
  }

  /** The error documents are those of AWS Lambda. */
  private end(cause: string): void {
    if (this.ended) return;
    this.ended = true;
    const invocation = this.invocation;
    if (!invocation) return;
    const { requestId, timedOut, timeout } = invocation;
    const error = timedOut
      ? {
          errorType: 'Sandbox.Timedout',
          errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeout / 1000).toFixed(2)} seconds`,
        }
      : {
          errorType: 'Runtime.ExitError',
          errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${cause}`,
        };
    invocation.finish(JSON.stringify(error), true);
  }
}

function signalName(signal: NodeJS.Signals): string {
  return signal === 'SIGKILL' ? 'killed' : signal;
}
