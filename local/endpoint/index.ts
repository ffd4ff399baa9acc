/** The one HTTP endpoint of the local AWS: every service, every protocol, on one port. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Clock } from '../clock';
import type { Faults, Treatment } from '../faults';
import type { Guards } from '../guards';
import { AwsError, type AwsRequest, type AwsService, type Caller } from '../service';
import type { CallerRegistry } from './callers';
import type { CallLog } from './call-log';
import type { Control } from './control';
import { errorCodeOf, toAwsError } from './errors';
import { createForward, type Forward, type ForwardedTo } from './forward';
import { serviceModel, type Operation, type ServiceModel } from './models';
import { protocolOf, type HttpAnswer, type HttpMessage, type Protocol } from './protocols';
import { credentialScope } from './scope';
import { StaleReads } from './stale-reads';
import { validate } from './validation';

/** The account in which everything happens. It is also moto's. */
export const ACCOUNT_ID = '123456789012';

/** Paths under it are control calls of the local AWS itself, not calls of AWS. */
const CONTROL = '/_local/';

export interface EndpointOptions {
  /** TCP port on 127.0.0.1; 0 for any free one. */
  readonly port: number;
  readonly moto: ForwardedTo;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly callers: CallerRegistry;
  readonly guards: Guards;
  /** Services that are implemented here, by signing name. */
  readonly services: ReadonlyMap<string, AwsService>;
  readonly control: Control;
  /** Told of every call that was carried out without an error. */
  readonly onSuccess: (request: AwsRequest) => void;
  /** Kills the process of an invocation, for the fault of that name. */
  readonly onKill: (caller: Caller) => void;
}

export interface Endpoint {
  /** Base URL, e.g. `http://127.0.0.1:4566`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The options, and what an endpoint has beside them. */
interface Parts extends EndpointOptions {
  readonly staleReads: StaleReads;
}

/** A request that has been understood. */
interface Understood {
  readonly model: ServiceModel;
  readonly protocol: Protocol;
  readonly operation: Operation;
  readonly request: AwsRequest;
}

/** Start to listen. @throws Error saying so when the port is taken. */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { forward, close } = createForward(options.moto);
  const staleReads = new StaleReads(options.faults);
  const server = createServer((incoming, response) => {
    answerRequest({ ...options, staleReads }, forward, incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Port ${options.port} is in use. Stop what listens there or choose another port.`)
          : error,
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        close();
      }),
  };
}

async function answerRequest(
  options: Parts,
  forward: Forward,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (incoming.url!.startsWith(CONTROL)) {
    // Not inside clock.work: a control call may advance the clock, which waits for all work to end.
    const message = await readMessage(incoming);
    return send(response, await options.control(message.method, message.path.slice(CONTROL.length), message));
  }
  await options.clock.work(async () => {
    const answer = await answerCall(options, forward, await readMessage(incoming));
    if (answer) send(response, answer);
    else response.destroy();
  });
}

/** Answer one AWS call; undefined when the connection is to be cut instead. */
async function answerCall(
  options: Parts,
  forward: Forward,
  message: HttpMessage,
): Promise<HttpAnswer | undefined> {
  const requestId = randomUUID();
  let understood: Understood;
  try {
    understood = understand(options.callers, message);
  } catch (error) {
    const { model, awsError } = withModel(message, error);
    return protocolOf(model, message).encodeError(model, awsError, requestId);
  }
  const { request } = understood;
  const record = { time: options.clock.now(), realTime: Date.now(), ...pick(request) };
  const start = performance.now();
  const treatment = options.faults.treat(request);
  const answer = await treated(options, forward, understood, message, treatment, requestId);
  options.calls.add({
    ...record,
    status: answer?.status ?? 0,
    errorCode: answer ? errorCodeOf(answer) : undefined,
    durationMs: performance.now() - start,
  });
  return answer;
}

function pick({ service, operation, caller }: AwsRequest) {
  return { service, operation, caller };
}

async function treated(
  options: Parts,
  forward: Forward,
  understood: Understood,
  message: HttpMessage,
  { delay, error, cut, kill }: Treatment,
  requestId: string,
): Promise<HttpAnswer | undefined> {
  if (delay > 0) await wait(delay);
  const { model, protocol } = understood;
  if (error) return protocol.encodeError(model, error, requestId);
  let answer: HttpAnswer | undefined;
  if (cut !== 'before') {
    answer = await options.staleReads
      .around(understood.request, () => carryOut(options, forward, understood, message, requestId))
      .catch((thrown: unknown) => protocol.encodeError(model, toAwsError(thrown), requestId));
    if (answer.status < 400) options.onSuccess(understood.request);
  }
  if (kill) options.onKill(kill);
  return cut ? undefined : answer;
}

/** botocore names the features that a request comes from in its user agent, `m/Z,B`; B is a waiter. */
const WAITER = /(?:^| )m\/(?:\w+,)*B(?:,|\s|$)/;

/** What the request asks for. @throws AwsError when that cannot be told. */
function understand(callers: CallerRegistry, message: HttpMessage): Understood {
  const { service, region, accessKeyId } = credentialScope(message.headers.authorization, message.query);
  const model = serviceModel(service);
  if (!model)
    throw new AwsError('UnknownService', `AWS has no service with the signing name ${service}.`, 400);
  const protocol = protocolOf(model, message);
  const name = protocol.operationName(model, message);
  const operation = name === undefined ? undefined : model.operations[name];
  if (!operation) {
    const query = ['query', 'ec2'].includes(model.metadata.protocol);
    throw new AwsError(
      query ? 'InvalidAction' : 'UnknownOperationException',
      `${service} has no operation ${name ?? `at ${message.method} ${message.path}`}.`,
    );
  }
  const input = protocol.decode(model, operation, message);
  const caller = callers.find(accessKeyId);
  return {
    model,
    protocol,
    operation,
    request: {
      service,
      operation: operation.name,
      input,
      region,
      accountId: ACCOUNT_ID,
      accessKeyId,
      caller,
      fromWaiter: WAITER.test(message.headers['user-agent'] ?? ''),
    },
  };
}

/** The model by which to encode the refusal of a request that was not understood. */
function withModel(message: HttpMessage, error: unknown): { model?: ServiceModel; awsError: AwsError } {
  const awsError = toAwsError(error);
  try {
    return {
      model: serviceModel(credentialScope(message.headers.authorization, message.query).service),
      awsError,
    };
  } catch {
    return { awsError };
  }
}

async function carryOut(
  { services, guards }: EndpointOptions,
  forward: Forward,
  { model, protocol, operation, request }: Understood,
  message: HttpMessage,
  requestId: string,
): Promise<HttpAnswer> {
  validate(request.service, model, operation, request.input);
  const service = services.get(request.service);
  const answer = service
    ? { output: await service.handle(request) }
    : await guards.around(request, () => forward(request, message));
  return 'output' in answer ? protocol.encode(model, operation, answer.output, requestId) : answer.forwarded;
}

async function readMessage(incoming: IncomingMessage): Promise<HttpMessage> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const url = incoming.url!;
  const question = url.indexOf('?');
  return {
    method: incoming.method!,
    path: question < 0 ? url : url.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
    headers: incoming.headers,
    body: incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw,
  };
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
