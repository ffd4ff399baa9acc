/** Clients of the load balancers' data plane that speak HTTP/2. */
import { connect, type IncomingHttpHeaders } from 'node:http2';

/** What a client of HTTP/2 reads. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a gRPC client gets from a unary call. */
export interface GrpcAnswer {
  /** HTTP status; 200 for every answer of a gRPC server. */
  readonly status: number;
  /** Status code of the call; undefined when no gRPC server has answered. */
  readonly grpcStatus: number | undefined;
  /** The message, without its frame. */
  readonly message: Buffer;
}

/** Bytes before each message of gRPC: whether it is compressed, and its length. */
const FRAME = 5;

/**
 * Request a service through the data plane over HTTP/2, as a client that resolved `host` to the load balancer would.
 *
 * @param dataPlaneUrl base URL of the data plane.
 * @param options method, path, further headers and body; GET / when left out.
 */
export function requestHttp2(
  dataPlaneUrl: string,
  host: string,
  {
    method = 'GET',
    path = '/',
    headers = {},
    body = Buffer.alloc(0),
  }: { method?: string; path?: string; headers?: Record<string, string>; body?: Buffer } = {},
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(dataPlaneUrl);
    session.on('error', reject);
    const stream = session.request(
      { ...headers, ':method': method, ':path': path, ':authority': host },
      { endStream: false },
    );
    let answered: IncomingHttpHeaders & { ':status'?: number } = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on('response', (received) => (answered = received));
    stream.on('trailers', (received) => (trailers = received));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      session.close();
      const { ':status': status, ...headersOnly } = answered;
      if (status === undefined) reject(new Error('The connection was closed without an answer.'));
      else resolve({ status, headers: headersOnly, trailers, body: Buffer.concat(chunks) });
    });
    stream.end(body);
  });
}

/**
 * Make a unary gRPC call through the data plane.
 *
 * @param method `/package.Service/Method`.
 * @param message as Protocol Buffers encode it; empty when left out.
 */
export async function callGrpc(
  dataPlaneUrl: string,
  host: string,
  method: string,
  message: Buffer = Buffer.alloc(0),
): Promise<GrpcAnswer> {
  const frame = Buffer.alloc(FRAME);
  frame.writeUInt32BE(message.length, 1);
  const { status, headers, trailers, body } = await requestHttp2(dataPlaneUrl, host, {
    method: 'POST',
    path: method,
    headers: { 'content-type': 'application/grpc', te: 'trailers' },
    body: Buffer.concat([frame, message]),
  });
  const code = trailers['grpc-status'] ?? headers['grpc-status'];
  return {
    status,
    grpcStatus: code === undefined ? undefined : Number(code),
    message: body.subarray(FRAME),
  };
}
