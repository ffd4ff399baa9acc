import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ElasticLoadBalancingV2Client,
  type ElasticLoadBalancingV2ClientConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Clock } from '../clock';
import type { TaskNetwork } from '../service';
import { type ClientRequest, readClientRequest } from './client-request';
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
  /** TCP port on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number;
}

/** A running data plane. */
export interface LoadBalancerDataPlane {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Call after a change to load balancers, listeners or rules, so that the next request sees it. */
  invalidate(): void;
  /** Stop listening and drop open connections. */
  close(): Promise<void>;
}

/**
 * Start the data plane of all application load balancers on one plain HTTP port. The Host header selects the load
 * balancer; the HTTPS listener answers unless `X-Forwarded-Proto` or `X-Forwarded-Port` names another.
 * @throws the error of `listen`, e.g. when the port is taken.
 */
export async function startLoadBalancerDataPlane(options: DataPlaneOptions): Promise<LoadBalancerDataPlane> {
  const { network, clock } = options;
  const elb = new ElasticLoadBalancingV2Client({ maxAttempts: 1, ...options.motoOptions });
  const table = new RoutingTable(elb);
  const router = new Router(table, network, clock);

  async function answer(request: ClientRequest): Promise<ClientResponse> {
    const decision = await clock.work(() => router.route(request));
    if (decision.type === 'respond') return { ...decision.response, setCookies: [] };
    return forwardToTarget(request, decision, network, clock);
  }

  const server = createServer(async (message, response) => {
    try {
      send(response, await answer(await readClientRequest(message)));
    } catch (error) {
      const reason = `The local load balancer cannot evaluate its rules (${(error as Error).name}).`;
      send(response, { ...explanation(500, reason), setCookies: [] });
    }
  });
  await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invalidate: () => table.invalidate(),
    close: () => close(server, elb),
  };
}

function send(response: ServerResponse, answer: ClientResponse): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  for (const cookie of answer.setCookies) response.appendHeader('set-cookie', cookie);
  response.end(answer.body);
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

function close(server: Server, elb: ElasticLoadBalancingV2Client): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      elb.destroy();
      resolve();
    });
    server.closeAllConnections();
  });
}
