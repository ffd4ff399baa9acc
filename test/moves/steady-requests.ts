/** Clients that request a service without pause while it changes, and note every answer that was lost. */
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { requestHost } from '../../local/http-request';
import type { LocalAws } from '../../local';
import { LOAD_BALANCER_HEADER } from '../../local/load-balancer/client-request';

/** Virtual seconds between two requests of a client, unless it says otherwise. */
const PAUSE_SECONDS = 11;
/** Virtual seconds for which clients keep a DNS answer: the TTL of an alias record, and more than twice that. */
const KEEPING: readonly number[] = [60, 150];

/** What clients have seen. */
export interface Answers {
  readonly total: number;
  /** Answers other than 200, with the virtual seconds since the first request. */
  readonly lost: readonly string[];
  /** Bodies of the answers, each once, in the order in which they appeared. */
  readonly bodies: readonly string[];
}

/** Sends one request through the data plane: {@link requestHost}, or the like of it over HTTP/2. */
export type Send = (
  dataPlaneUrl: string,
  host: string,
  options: { readonly headers: Record<string, string> },
) => Promise<{ readonly status: number; readonly body: string | Buffer }>;

/**
 * Request a host while `operation` runs.
 *
 * @param send by default over HTTP/1.1, which target groups of HTTP/2 do not answer.
 * @param pauseSeconds virtual seconds between two requests of a client.
 */
export async function whileRequested<Result>(
  aws: LocalAws,
  host: string,
  hostedZoneId: string,
  operation: () => Promise<Result>,
  send: Send = requestHost,
  pauseSeconds = PAUSE_SECONDS,
): Promise<{ readonly result: Result; readonly answers: Answers }> {
  const clients = KEEPING.map((seconds) => new Client(aws, host, hostedZoneId, seconds, send, pauseSeconds));
  const running = clients.map((client) => client.run());
  let result: Result;
  try {
    result = await operation();
  } finally {
    for (const client of clients) client.stop();
    await Promise.all(running);
  }
  const answers = {
    total: clients.reduce((sum, { total }) => sum + total, 0),
    lost: clients.flatMap(({ lost }) => lost),
    bodies: [...new Set(clients.flatMap(({ bodies }) => bodies))],
  };
  return { result, answers };
}

/** A client that looks a host up, connects to the load balancer that its address leads to, and keeps that answer. */
class Client {
  total = 0;
  readonly lost: string[] = [];
  readonly bodies: string[] = [];
  private stopped = false;
  private answer: { readonly loadBalancer: string; readonly until: number } | undefined;
  private readonly route53: Route53Client;
  private readonly elb: ElasticLoadBalancingV2Client;

  constructor(
    private readonly aws: LocalAws,
    private readonly host: string,
    private readonly hostedZoneId: string,
    private readonly keepsSeconds: number,
    private readonly send: Send,
    private readonly pauseSeconds: number,
  ) {
    this.route53 = new Route53Client(aws.clientOptions());
    this.elb = new ElasticLoadBalancingV2Client(aws.clientOptions());
  }

  async run(): Promise<void> {
    const { clock } = this.aws;
    const begin = clock.now();
    while (!this.stopped) {
      await clock.work(async () => {
        const answer = await this.request();
        this.total += 1;
        if (answer.status !== 200) {
          const seconds = Math.round((clock.now() - begin) / 1000);
          this.lost.push(`${answer.status} after ${seconds} s: ${answer.body.slice(0, 120)}`);
        } else if (this.bodies.at(-1) !== answer.body) this.bodies.push(answer.body);
      });
      await clock.sleep(this.pauseSeconds * 1000);
    }
    this.route53.destroy();
    this.elb.destroy();
  }

  stop(): void {
    this.stopped = true;
  }

  private async request(): Promise<{ status: number; body: string }> {
    const loadBalancer = await this.lookUp();
    if (!loadBalancer) return { status: 0, body: 'the host has no address' };
    const { status, body } = await this.send(this.aws.dataPlaneUrl, this.host, {
      headers: { [LOAD_BALANCER_HEADER]: loadBalancer },
    });
    return { status, body: body.toString() };
  }

  /** Whether a load balancer answers at IPv6 addresses; the DNS name of one that does not has none. */
  private async hasIpv6(dnsName: string): Promise<boolean> {
    const { LoadBalancers = [] } = await this.elb.send(new DescribeLoadBalancersCommand({}));
    return LoadBalancers.some(
      ({ DNSName, IpAddressType }) => DNSName === dnsName && IpAddressType !== 'ipv4',
    );
  }

  private async lookUp(): Promise<string | undefined> {
    const now = this.aws.clock.now();
    if (this.answer && now < this.answer.until) return this.answer.loadBalancer;
    const { ResourceRecordSets = [] } = await this.route53.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: this.hostedZoneId,
        StartRecordName: this.host,
        StartRecordType: 'A',
      }),
    );
    const record = (type: 'A' | 'AAAA') =>
      ResourceRecordSets.find(({ Name, Type }) => Name === `${this.host}.` && Type === type);
    // Clients with both prefer IPv6 (RFC 6724).
    const ipv6 = record('AAAA');
    const target = (ipv6 ?? record('A'))?.AliasTarget?.DNSName;
    if (!target) return undefined;
    const loadBalancer = target.replace(/\.$/, '');
    if (ipv6 && !(await this.hasIpv6(loadBalancer))) return undefined;
    this.answer = { loadBalancer, until: now + this.keepsSeconds * 1000 };
    return loadBalancer;
  }
}
