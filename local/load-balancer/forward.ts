import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock';
import type { HttpRequest, HttpResponse, ProtocolVersion, TaskNetwork } from '../service';
import { type ClientRequest, LOAD_BALANCER_HEADER, SOURCE_IP_HEADER } from './client-request';
import { setCookieName } from './cookies';
import type { Arrival, Forward } from './decision';
import { spokenToTarget } from './protocol-versions';
import { ownResponse } from './responses';

/** An answer for the client, with the `Set-Cookie` headers that the load balancer adds. */
export interface ClientResponse extends HttpResponse {
  readonly setCookies: readonly string[];
}

/** Headers that belong to one connection and are not passed on (RFC 9110 §7.6.1), and our own control header. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  LOAD_BALANCER_HEADER,
  SOURCE_IP_HEADER,
]);

/** What the names of headers begin with that tell who has signed in. */
const CLAIM_HEADERS = 'x-amzn-oidc-';

/** What the attribute `routing.http.xff_header_processing.mode` does with X-Forwarded-For. */
const FORWARDED_FOR: Record<string, (sent: string | undefined, sourceIp: string) => string | undefined> = {
  append: (sent, sourceIp) => (sent ? `${sent}, ${sourceIp}` : sourceIp),
  preserve: (sent) => sent,
  remove: () => undefined,
};

/**
 * Send a request on to its target. Nobody listening: 502. No answer within the load balancer's idle timeout (virtual
 * time): 504.
 */
export async function forwardToTarget(
  request: ClientRequest,
  { target, protocolVersion, claims, cookies, ...arrival }: Forward,
  network: TaskNetwork,
  clock: Clock,
): Promise<ClientResponse> {
  const seconds = Number(arrival.loadBalancer.attributes['idle_timeout.timeout_seconds'] ?? 60);
  let response: HttpResponse | undefined | 'timeout';
  try {
    const spoken = spokenToTarget(request, protocolVersion);
    const answer = network.request(target.ip, target.port, targetRequest(request, spoken, arrival, claims));
    response = await within(clock, seconds * 1000, answer);
  } catch {
    response = undefined;
  }
  if (response === 'timeout') return { ...ownResponse(504), setCookies: [] };
  if (!response) return { ...ownResponse(502), setCookies: [] };
  const own = Object.entries(response.headers).filter(([name]) => name.toLowerCase() === 'set-cookie');
  return { ...response, setCookies: cookies(new Set(own.map(([, value]) => setCookieName(value)))) };
}

/** The request as the target sees it. */
function targetRequest(
  request: ClientRequest,
  protocolVersion: ProtocolVersion,
  { loadBalancer, listener }: Arrival,
  claims: Forward['claims'],
): HttpRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(
      ([name]) => !NOT_FORWARDED.has(name) && !(claims && name.startsWith(CLAIM_HEADERS)),
    ),
  );
  Object.assign(headers, claims);
  const mode = loadBalancer.attributes['routing.http.xff_header_processing.mode'] ?? 'append';
  const forwardedFor = FORWARDED_FOR[mode]?.(headers['x-forwarded-for'], request.sourceIp);
  delete headers['x-forwarded-for'];
  if (forwardedFor !== undefined) headers['x-forwarded-for'] = forwardedFor;
  headers['x-forwarded-proto'] = listener.protocol.toLowerCase();
  headers['x-forwarded-port'] = String(listener.port);
  headers['x-amzn-trace-id'] ??= traceId();
  const { method, path, query, body } = request;
  return { protocolVersion, method, path, query, headers, body };
}

/** A new root trace id: time in seconds and 96 random bits, both in hexadecimal. */
function traceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}

/** The result, or `timeout` when it has not come after so many virtual milliseconds. */
function within<T>(clock: Clock, milliseconds: number, result: Promise<T>): Promise<T | 'timeout'> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(milliseconds, () => resolve('timeout'));
    result.then(resolve, reject).finally(cancel);
  });
}
