import { type ServerResponse, createServer as createHttp1Server } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { ACMClient } from '@aws-sdk/client-acm';
import { EC2Client } from '@aws-sdk/client-ec2';
import {
  ElasticLoadBalancingV2Client,
  type ElasticLoadBalancingV2ClientConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { TaskNetwork } from '../service';
import { type ClientRequest, readClientRequest } from './client-request';
import { passOn } from './connections';
import { type ClientResponse, forwardToTarget } from './forward';
import { explanation } from './responses';
import { Router } from './router';
import { RoutingTable } from './routing-table';

/** What the data plane needs. */
export interface DataPlaneOptions {
  /** Client configuration that points straight at the emulator that holds the load balancers. */
  readonly motoOptions: ElasticLoadBalancingV2ClientConfig;
  /** The targets behind the load balancers. */
  readonly network: TaskNetwork;
  /** Measures timeouts and the life of cookies. */
  readonly clock: Clock;
  /** What ELB does where nobody knows. */
  readonly answers: Answers;
  /** TCP port on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number;
}

/** A running data plane. */
export interface LoadBalancerDataPlane {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Call after a change to load balancers, listeners, rules, security groups or web ACLs, so that the next request sees it. */
  invalidate(): void;
  /** Stop listening and drop open connections. */
  close(): Promise<void>;
}

/**
 * Start the data plane of all load balancers on one plain HTTP port, which takes HTTP/1.1 and HTTP/2 (from
 * clients that know so beforehand). The Host header selects the load balancer; the HTTPS listener answers unless
 * `X-Forwarded-Proto` or `X-Forwarded-Port` names another. Connections to Network Load Balancers carry HTTP here in any case,
 * since simulated containers speak nothing else.
 * @throws the error of `listen`, e.g. when the port is taken.
 */
export async function startLoadBalancerDataPlane(options: DataPlaneOptions): Promise<LoadBalancerDataPlane> {
  const { network, clock, answers } = options;
  const clientOptions = { maxAttempts: 1, ...options.motoOptions };
  const clients = [
    new ElasticLoadBalancingV2Client(clientOptions),
    new EC2Client(clientOptions),
    new ACMClient(clientOptions),
    new WAFV2Client(clientOptions),
  ] as const;
  const table = new RoutingTable(...clients, answers);
  const router = new Router(table, network, clock, answers);

  /** Undefined when the client is not let in. */
  async function answer(request: ClientRequest): Promise<ClientResponse | undefined> {
    const decision = await clock.work(() => router.route(request));
    if (decision.type === 'refuse') return undefined;
    if (decision.type === 'respond') return { ...decision.response, setCookies: [] };
    if (decision.type === 'connect') return passOn(request, decision.target, network);
    return forwardToTarget(request, decision, network, clock);
  }

  async function serve(
    message: Parameters<typeof readClientRequest>[0],
    response: ServerResponse | Http2ServerResponse,
    disconnect: () => void,
  ): Promise<void> {
    try {
      const given = await answer(await readClientRequest(message));
      if (given) send(response, given);
      else disconnect();
    } catch (error) {
      const reason = `The local load balancer cannot evaluate its rules (${(error as Error).name}).`;
      send(response, { ...explanation(500, reason), setCookies: [] });
    }
  }

  const http1 = createHttp1Server((message, response) => {
    void serve(message, response, () => message.socket.destroy());
  });
  http1.keepAliveTimeout = IDLE_MILLISECONDS;
  const http2 = createHttp2Server((message, response) => {
    void serve(message, response, () => message.stream.session?.destroy());
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    // A connection of HTTP/2 begins with a preface of its own (RFC 9113, section 3.4).
    socket.once('data', (head: Buffer) => {
      socket.pause();
      socket.unshift(head);
      if (head.subarray(0, HTTP2_PREFACE.length).equals(HTTP2_PREFACE)) {
        // It reads by itself what is there.
        http2.emit('connection', socket);
      } else {
        http1.emit('connection', socket);
        socket.resume();
      }
    });
  });
  await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invalidate: () => table.invalidate(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          for (const client of clients) client.destroy();
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** How long a connection without requests stays open: ELB's default idle timeout. */
const IDLE_MILLISECONDS = 60_000;

const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0');

function send(
  response: ServerResponse | Http2ServerResponse,
  { status, headers, setCookies, trailers = {}, body }: ClientResponse,
): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (setCookies.length > 0) response.setHeader('set-cookie', cookiesOf(headers, setCookies));
  response.addTrailers(trailers);
  response.end(body);
}

function cookiesOf(headers: ClientResponse['headers'], added: readonly string[]): string[] {
  const own = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'set-cookie');
  return [...own.map(([, value]) => value), ...added];
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
