/** The handlers' sources, in this process. Jest, or test/model-fuzz/sdk-v2.ts, finds the modules that they need. */
import type { InvocationResult } from '../../local/lambda';
import { entrypoint } from '../../src/express-service/handlers';
import type { Handlers, HandlersOf } from './handlers';

export const fromSource: HandlersOf = (aws) => new SourceHandlers(aws.endpoint);

class SourceHandlers implements Handlers {
  log = '';
  private running = 0;
  private write = process.stdout.write;

  constructor(endpoint: string) {
    process.env.AWS_ENDPOINT_URL = endpoint;
  }

  async invoke(event: unknown, invocationId: string): Promise<InvocationResult> {
    this.keepLog();
    try {
      const payload = await entrypoint(JSON.parse(JSON.stringify(event)), { awsRequestId: invocationId });
      return { invocationId, payload: JSON.parse(JSON.stringify(payload)), output: '' };
    } finally {
      if (--this.running === 0) process.stdout.write = this.write;
    }
  }

  die(): void {
    throw new Error('The process of the sources is this one; use a bundle.');
  }

  close(): void {
    delete process.env.AWS_ENDPOINT_URL;
  }

  /** What is written while an invocation runs is the handlers' log. */
  private keepLog(): void {
    if (this.running++ > 0) return;
    this.write = process.stdout.write;
    process.stdout.write = (line: string | Uint8Array) => {
      this.log += String(line);
      return true;
    };
  }
}
