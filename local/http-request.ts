import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** What a client of the data plane reads. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * Request a service through the load balancers' data plane, as a client that resolved `host` to the load balancer
 * would. (`fetch` does not let its caller set the Host header.)
 *
 * @param dataPlaneUrl base URL of the data plane.
 * @param options method, path, further headers and body; GET / when left out.
 */
export function requestHost(
  dataPlaneUrl: string,
  host: string,
  {
    method = 'GET',
    path = '/',
    headers = {},
    body,
  }: { method?: string; path?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, dataPlaneUrl),
      { agent, method, headers: { ...headers, host } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
