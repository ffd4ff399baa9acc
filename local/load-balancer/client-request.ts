import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { ProtocolVersion } from '../service';

/**
 * A request as it reaches the load balancer. The fields that rules look at keep the client's spelling; matching decides
 * about case.
 */
export interface ClientRequest {
  /** What the client speaks; gRPC is told by its content type. */
  readonly protocol: ProtocolVersion;
  readonly method: string;
  /** Host header without a port. */
  readonly host: string;
  /** Path with its leading slash, as sent (not decoded). */
  readonly path: string;
  /** Query string without the question mark, as sent; empty when there is none. */
  readonly query: string;
  /** Header names in lower case; repeated headers are joined with a comma (cookies with a semicolon). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** IP address of the client: {@link SOURCE_IP_HEADER} when sent, else that of the connection. */
  readonly sourceIp: string;
  /** DNS name of the load balancer that the client has connected to; undefined when the Host header is to tell. */
  readonly loadBalancer?: string;
  /** Listener that the client wants, undefined when it does not care. */
  readonly listener: { readonly port?: number; readonly protocol?: string };
  /** The connection that it came over; requests that share one have the same object. */
  readonly connection: object;
}

/** Request header with which a client of the data plane pretends to come from another address. */
export const SOURCE_IP_HEADER = 'x-local-source-ip';

/** Request header by which a client that has followed DNS says which load balancer it is connected to: its DNS name. */
export const LOAD_BALANCER_HEADER = 'x-local-load-balancer';

/**
 * Read a whole request from the wire.
 *
 * One plain HTTP port stands for all ports of all load balancers, so the headers that a load balancer would add say
 * here which listener is meant: `X-Forwarded-Port: 8443`, or `X-Forwarded-Proto: http`. A request with
 * `X-Forwarded-Proto: udp` stands for a datagram.
 */
export async function readClientRequest(
  message: IncomingMessage | Http2ServerRequest,
): Promise<ClientRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    // HTTP/2 has method, path and host as headers too.
    if (value !== undefined && !name.startsWith(':')) headers[name] = [value].flat().join(', ');
  }
  if ('authority' in message) headers.host ??= message.authority;
  const { path, query } = splitTarget(message.url ?? '/');
  return {
    protocol: protocolOf(message.httpVersionMajor, headers['content-type']),
    method: message.method ?? 'GET',
    host: (headers.host ?? '').replace(/:\d+$/, ''),
    path,
    query,
    headers,
    body: Buffer.concat(chunks),
    sourceIp: headers[SOURCE_IP_HEADER] ?? plainAddress(message.socket.remoteAddress ?? ''),
    loadBalancer: headers[LOAD_BALANCER_HEADER],
    listener: {
      port: headers['x-forwarded-port'] ? Number(headers['x-forwarded-port']) : undefined,
      protocol: headers['x-forwarded-proto']?.toUpperCase(),
    },
    connection: connectionOf(message),
  };
}

/** The sockets of HTTP/2 streams are made anew for each; their session is not. */
function connectionOf(message: IncomingMessage | Http2ServerRequest): object {
  return 'stream' in message ? message.stream.session! : message.socket;
}

function protocolOf(httpVersion: number, contentType = ''): ProtocolVersion {
  if (httpVersion < 2) return 'HTTP1';
  return contentType.startsWith('application/grpc') ? 'GRPC' : 'HTTP2';
}

/** Path and query of a request target, which proxies may send in absolute form (`http://host/path?query`). */
function splitTarget(target: string): { path: string; query: string } {
  const origin = target.replace(/^[a-z]+:\/\/[^/?]*/i, '');
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  return { path: path || '/', query: mark < 0 ? '' : origin.slice(mark + 1) };
}

/** An IPv4 address that a dual-stack socket reports as IPv6 (`::ffff:127.0.0.1`), in IPv4 form. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/i, '');
}
