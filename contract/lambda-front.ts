import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalAws } from '../local';

/** The Lambda endpoint that `cfn test` calls. */
export interface LambdaFront {
  /** Base URL for `cfn test --endpoint`. */
  readonly url: string;
  close(): Promise<void>;
}

/** A failed operation, as the handler reported it. */
export interface HandlerFailure {
  readonly action: string;
  readonly errorCode: string;
  readonly message: string;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Lambda's Invoke operation for `cfn test`, which sends it unsigned and lets real time pass between invocations. Here
 * the callback delay passes on the virtual clock before the answer is given, and the answer asks for none: the suite
 * sees the same answers in the same order without the minutes of a real deployment.
 * @param onFailure told of each answer that reports a failure, expected or not; the suite itself does not print them.
 */
export async function startLambdaFront(
  aws: LocalAws,
  onFailure: (failure: HandlerFailure) => void,
): Promise<LambdaFront> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = INVOKE.exec(request.url ?? '')?.[1];
    if (request.method !== 'POST' || !name) {
      response.writeHead(404).end();
      return;
    }
    try {
      const event = (await readJson(request)) as { action?: string };
      const { payload, functionError } = await aws.clock.work(() =>
        aws.lambda.invoke(decodeURIComponent(name), event),
      );
      const answer = await passDelay(aws, payload);
      if (functionError) response.setHeader('x-amz-function-error', functionError);
      if (answer?.status !== 'SUCCESS' && answer?.status !== 'IN_PROGRESS') {
        const { errorCode, errorType, message, errorMessage } = answer ?? {};
        onFailure({
          action: event.action ?? '',
          errorCode: errorCode ?? errorType ?? '',
          message: message ?? errorMessage ?? '',
        });
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: (error as Error).message }));
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ProgressEvent {
  readonly status?: string;
  readonly callbackDelaySeconds?: number;
}

async function passDelay<Answer extends ProgressEvent | null>(
  aws: LocalAws,
  answer: Answer,
): Promise<Answer> {
  if (answer?.status !== 'IN_PROGRESS' || !answer.callbackDelaySeconds) return answer;
  await aws.clock.sleep(answer.callbackDelaySeconds * 1000);
  return { ...answer, callbackDelaySeconds: 0 };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
