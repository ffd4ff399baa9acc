/** The data plane of Service Connect: requests from one task to another by the name of an endpoint. */
import { EC2Client } from '@aws-sdk/client-ec2';
import type { FindRoute, ServerTask } from '../ecs/service-connect-routes';
import { Rotation } from '../load-balancer/rotation';
import type { ClientOptions } from '../moto';
import { readSecurityGroups } from '../security-groups';
import type { HttpResponse, ProtocolVersion, TaskNetwork } from '../service';

/** A request that a container of a task makes. */
export interface ConnectRequest {
  /** ARN of the task. */
  readonly task: string;
  /** `http://<name>:<port>/<path>`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** HTTP1 when left out. */
  readonly protocolVersion?: ProtocolVersion;
}

export interface ServiceConnectDataPlane {
  /**
   * Send a request through the proxy of a task.
   *
   * @returns 503 of the proxy when no healthy task can be reached.
   * @throws Error when the task knows no such endpoint, as when a name cannot be resolved.
   */
  request(request: ConnectRequest): Promise<Pick<HttpResponse, 'status' | 'body'>>;
}

export function createServiceConnectDataPlane(
  findRoute: FindRoute,
  network: TaskNetwork,
  motoOptions: ClientOptions,
): ServiceConnectDataPlane {
  const rotation = new Rotation();
  return {
    async request({ task, url, headers = {}, protocolVersion = 'HTTP1' }) {
      const { hostname, port, pathname, search } = new URL(url);
      const route = findRoute(task, hostname, Number(port || 80), headers);
      if (!route) throw new Error(`getaddrinfo ENOTFOUND ${hostname}: task ${task} knows no such endpoint`);
      const endpoint = `${task} ${hostname}:${port}`;
      const way = rotation.next(
        endpoint,
        route.ways,
        ({ name }) => name,
        ({ weight }) => weight,
      );
      const client = new EC2Client({ ...motoOptions, region: route.region });
      const groups = await readSecurityGroups(client).finally(() => client.destroy());
      const reached = (way?.tasks ?? []).filter((server) =>
        groups.connect(route.client, server, server.port),
      );
      const server = rotation.next(`${endpoint} ${way?.name}`, reached, identify);
      const answer =
        server &&
        (await network.request(server.address, server.port, {
          protocolVersion,
          method: 'GET',
          path: pathname,
          query: search,
          headers,
          body: Buffer.alloc(0),
        }));
      return answer ?? { status: 503, body: 'no healthy upstream' };
    },
  };
}

function identify({ address, port }: ServerTask): string {
  return `${address}:${port}`;
}
