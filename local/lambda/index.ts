/** AWS Lambda as far as extensions need it: functions that run a bundle of this repository in processes of their own. */
import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { AwsError, type AwsRequest, type AwsService, type Structure } from '../service';
import { Worker } from './worker';

/** A Lambda function. */
export interface LambdaFunction {
  readonly name: string;
  /** Absolute path of the bundle, a CommonJS module. */
  readonly bundle: string;
  /** Name under which the bundle exports the handler, e.g. `entrypoint`. */
  readonly handler: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Longest duration of an invocation, in real seconds. Default 60. */
  readonly timeoutSeconds?: number;
  /** A fresh process for every invocation, as after a cold start. Default false. */
  readonly cold?: boolean;
}

/** Choices for one invocation. */
export interface InvocationOptions {
  /** Request id of the invocation; it is what {@link Lambda.kill} takes. A random one by default. */
  readonly invocationId?: string;
  /** Upper bound in real seconds, on top of the function's own timeout. */
  readonly timeoutSeconds?: number;
}

/** What an invocation answers. */
export interface InvocationResult {
  readonly invocationId: string;
  /** The handler's answer, or `{errorType, errorMessage}` when `functionError` is set. */
  readonly payload: any;
  /** Set when the handler threw, timed out or its process ended. */
  readonly functionError?: 'Unhandled';
  /** What the handler wrote to standard output and standard error. */
  readonly output: string;
}

/** A Node.js runtime of Lambda, and what stands in for it. */
export interface NodeRuntime {
  /** Identifier of the runtime, e.g. `nodejs22.x`. */
  readonly identifier: string;
  /** Absolute path of a Node.js of that version. */
  readonly executable: string;
}

/** The Node.js that runs this process. */
const OWN_RUNTIME: NodeRuntime = {
  identifier: `nodejs${process.versions.node.split('.')[0]}.x`,
  executable: process.execPath,
};

export interface LambdaOptions {
  /** URL of the local endpoint; functions find it in AWS_ENDPOINT_URL. */
  readonly endpoint: () => string;
  /** URL at which all load balancers answer; `fetch` of functions reaches them there by their hosts. */
  readonly dataPlaneUrl: () => string;
  readonly region?: string;
  readonly accountId?: string;
  /** Processes that one function may have at a time; more invocations wait. Default 10. */
  readonly concurrency?: number;
  /** Runtime of all functions; default: the Node.js that runs this process. */
  readonly runtime?: NodeRuntime;
}

export interface Lambda {
  readonly service: AwsService;
  /** Add a function, or replace the one of the same name. */
  register(definition: LambdaFunction): void;
  /** Remove a function, if there is one of this name. */
  remove(name: string): void;
  /** Whether there is a function of this name or ARN. */
  has(nameOrArn: string): boolean;
  /** Amazon Resource Name of a function. */
  arn(nameOrArn: string): string;
  /**
   * Run a function and wait for its answer.
   *
   * @param nameOrArn name or ARN of a registered function.
   * @param payload any JSON value.
   * @throws AwsError ResourceNotFoundException when there is no such function.
   */
  invoke(nameOrArn: string, payload: unknown, options?: InvocationOptions): Promise<InvocationResult>;
  /** Kill the process of a running invocation. False when it does not run. */
  kill(invocationId: string): boolean;
  /** Stop all processes, and wait for their ends: one that still goes would keep this process from ending. */
  close(): Promise<void>;
}

/** AWS's Node.js runtime brings the SDK in a folder that `require` searches last; here that of this repository stands in. */
const RUNTIME_MODULES = join(__dirname, '..', '..', 'node_modules');

const DEFAULT_TIMEOUT_SECONDS = 60;
const LOG_TAIL_BYTES = 4096;

export function createLambda(options: LambdaOptions): Lambda {
  const region = options.region ?? 'us-east-1';
  const accountId = options.accountId ?? '123456789012';
  const functions = new Map<string, Pool>();
  const arn = (name: string) => `arn:aws:lambda:${region}:${accountId}:function:${name}`;

  function find(nameOrArn: string): Pool {
    const pool = functions.get(functionName(nameOrArn));
    if (pool) return pool;
    const known = [...functions.keys()].join(', ') || 'none';
    throw new AwsError(
      'ResourceNotFoundException',
      `Function not found: ${arn(functionName(nameOrArn))}. Functions of the local AWS: ${known}.`,
      404,
    );
  }

  async function invoke(
    nameOrArn: string,
    payload: unknown,
    choices: InvocationOptions = {},
  ): Promise<InvocationResult> {
    return find(nameOrArn).invoke(choices.invocationId ?? randomUUID(), payload, choices.timeoutSeconds);
  }

  const operations: Record<string, (request: AwsRequest) => Promise<Structure>> = {
    async Invoke({ input }) {
      find(input.FunctionName);
      if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
      if (input.InvocationType === 'Event') {
        throw new AwsError(
          'NotImplemented',
          'The local AWS runs Lambda functions with InvocationType RequestResponse only.',
          501,
        );
      }
      const result = await invoke(input.FunctionName, parsePayload(input.Payload));
      return {
        StatusCode: 200,
        ExecutedVersion: '$LATEST',
        ...(result.functionError && { FunctionError: result.functionError }),
        ...(input.LogType === 'Tail' && {
          LogResult: Buffer.from(result.output).subarray(-LOG_TAIL_BYTES).toString('base64'),
        }),
        Payload: Buffer.from(JSON.stringify(result.payload)),
      };
    },
    async GetFunction({ input }) {
      return { Configuration: find(input.FunctionName).configuration(), Code: {} };
    },
    async ListFunctions() {
      return { Functions: [...functions.values()].map((pool) => pool.configuration()) };
    },
  };

  return {
    service: {
      signingName: 'lambda',
      async handle(request) {
        const operation = operations[request.operation];
        if (operation) return operation(request);
        throw new AwsError(
          'NotImplemented',
          `The local AWS has no Lambda operation ${request.operation}.`,
          501,
        );
      },
      async reset() {
        await Promise.all([...functions.values()].map((pool) => pool.abandon()));
      },
    },
    register(definition) {
      void functions.get(definition.name)?.close();
      const environment = () => ({
        PATH: process.env.PATH ?? '',
        AWS_ENDPOINT_URL: options.endpoint(),
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_LAMBDA_FUNCTION_NAME: definition.name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        NODE_PATH: RUNTIME_MODULES,
        TZ: ':UTC',
        // Credentials come with the event only; none may be picked up from the machine.
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        AWS_CONFIG_FILE: devNull,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...definition.environment,
      });
      functions.set(
        definition.name,
        new Pool(
          definition,
          arn(definition.name),
          environment,
          options.dataPlaneUrl,
          options.runtime ?? OWN_RUNTIME,
          options.concurrency ?? 10,
        ),
      );
    },
    remove(name) {
      void functions.get(name)?.close();
      functions.delete(name);
    },
    has: (nameOrArn) => functions.has(functionName(nameOrArn)),
    arn: (nameOrArn) => arn(functionName(nameOrArn)),
    invoke,
    kill: (invocationId) => [...functions.values()].some((pool) => pool.kill(invocationId)),
    async close() {
      await Promise.all([...functions.values()].map((pool) => pool.close()));
    },
  };
}

/** The processes of one function: idle ones are used again, new ones are started up to the limit. */
class Pool {
  private readonly workers = new Set<Worker>();
  private readonly idle: Worker[] = [];
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private closed = false;

  constructor(
    private readonly definition: LambdaFunction,
    private readonly arn: string,
    private readonly environment: () => Readonly<Record<string, string>>,
    private readonly dataPlaneUrl: () => string,
    private readonly runtime: NodeRuntime,
    private readonly concurrency: number,
  ) {}

  async invoke(invocationId: string, payload: unknown, bound?: number): Promise<InvocationResult> {
    await this.enter();
    const worker = this.take();
    try {
      const seconds = Math.min(this.definition.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS, bound ?? Infinity);
      const answer = await worker.invoke(invocationId, JSON.stringify(payload ?? null), seconds * 1000);
      return {
        invocationId,
        payload: JSON.parse(answer.payload),
        ...(answer.failed && { functionError: 'Unhandled' as const }),
        output: answer.output,
      };
    } finally {
      this.release(worker);
      this.leave();
    }
  }

  kill(invocationId: string): boolean {
    const worker = [...this.workers].find((candidate) => candidate.requestId === invocationId);
    worker?.kill();
    return worker !== undefined;
  }

  /** Kill what runs, and wait until it has ended. */
  async abandon(): Promise<void> {
    const busy = [...this.workers].filter((worker) => worker.requestId !== undefined);
    for (const worker of busy) worker.kill();
    await Promise.all(busy.map((worker) => worker.closed));
  }

  async close(): Promise<void> {
    this.closed = true;
    this.idle.length = 0;
    const workers = [...this.workers];
    for (const worker of workers) worker.kill();
    await Promise.all(workers.map(({ closed }) => closed));
  }

  configuration(): Structure {
    return {
      FunctionName: this.definition.name,
      FunctionArn: this.arn,
      Runtime: this.runtime.identifier,
      Handler: this.definition.handler,
      Timeout: this.definition.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      State: 'Active',
      LastUpdateStatus: 'Successful',
      Version: '$LATEST',
    };
  }

  private async enter(): Promise<void> {
    if (this.running < this.concurrency) this.running++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  }

  private take(): Worker {
    for (let worker = this.idle.pop(); worker; worker = this.idle.pop()) {
      if (worker.alive) return worker;
      this.workers.delete(worker);
    }
    const worker = new Worker({
      executable: this.runtime.executable,
      bundle: this.definition.bundle,
      handler: this.definition.handler,
      functionName: this.definition.name,
      functionArn: this.arn,
      dataPlaneUrl: this.dataPlaneUrl(),
      environment: this.environment(),
    });
    this.workers.add(worker);
    return worker;
  }

  private release(worker: Worker): void {
    if (worker.alive && !this.definition.cold && !this.closed) this.idle.push(worker);
    else {
      worker.kill();
      this.workers.delete(worker);
    }
  }
}

function functionName(nameOrArn: string): string {
  return /:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

function parsePayload(payload: Uint8Array | string | undefined): unknown {
  if (payload === undefined || payload.length === 0) return {};
  try {
    return JSON.parse(typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8'));
  } catch {
    throw new AwsError(
      'InvalidRequestContentException',
      'Could not parse request body into json: the payload is not JSON.',
    );
  }
}
