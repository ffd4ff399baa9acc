/** The handlers' bundle as a Lambda function within this process, which can die and be started again in milliseconds. */
import { readFileSync } from 'node:fs';
import { runInThisContext, Script } from 'node:vm';

/** What the bundle exports. */
interface Handlers {
  readonly entrypoint: (event: unknown, context: { readonly awsRequestId: string }) => Promise<unknown>;
}

type Evaluate = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  process: object,
  setTimeout: (run: () => void, milliseconds?: number) => unknown,
) => void;

/** How a promise's own `resolve` reads as text: a timer that runs it does nothing but end a pause. */
const RESOLVE = 'function () { [native code] }';

/** Makes objects of the bundle's own realm, which that of a test runner is not. */
const parse = runInThisContext('JSON.parse') as typeof JSON.parse;

/** One Lambda function. */
export class HandlerFunction {
  /** Everything that the handlers have written to their log. */
  log = '';
  private readonly evaluate: Evaluate;
  private handlers: Handlers | undefined;

  /**
   * @param bundle path of the CommonJS bundle that exports `entrypoint`.
   * @param environment its environment variables.
   */
  constructor(
    bundle: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    const source = `(function (exports, require, module, process, setTimeout) {${readFileSync(bundle, 'utf8')}\n})`;
    this.evaluate = new Script(source, { filename: bundle }).runInThisContext() as Evaluate;
  }

  /** Whatever the process held in memory is lost; the next invocation begins in a new one. */
  die(): void {
    this.handlers = undefined;
  }

  /** Invoke the function. @returns the answer as it comes over the wire. */
  async invoke(event: unknown, invocationId: string): Promise<unknown> {
    this.handlers ??= this.start();
    const answer = await this.handlers.entrypoint(parse(JSON.stringify(event)), {
      awsRequestId: invocationId,
    });
    return JSON.parse(JSON.stringify(answer));
  }

  private start(): Handlers {
    const module = { exports: {} };
    const write = (line: string) => {
      this.log += line;
      return true;
    };
    const ownProcess = Object.create(process, {
      env: { value: this.environment },
      stdout: { value: { write } },
      stderr: { value: { write } },
    }) as object;
    this.evaluate(module.exports, require, module, ownProcess, withoutPauses);
    return module.exports as Handlers;
  }
}

/** The SDK's pauses before it tries a call again take no time here; timers that watch over something take theirs. */
function withoutPauses(run: () => void, milliseconds?: number): unknown {
  return String(run) === RESOLVE ? setImmediate(run) : setTimeout(run, milliseconds);
}
