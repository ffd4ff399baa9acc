/** How Route 53 answers a client, with the records as they are. Caches are the client's. */
import {
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type ResourceRecordSet,
  type RRType,
} from '@aws-sdk/client-route-53';
import type { ClientOptions } from '../moto';
import type { HealthChecks } from './health-checks';

/** What a client is told. */
export interface DnsAnswer {
  /** DNS name of the load balancer that the alias record leads to. */
  readonly target: string;
  /** See `SetIdentifier` of Route 53; undefined for a simple record. */
  readonly setIdentifier?: string;
}

/** Chooses one of the records of a name. */
type Choose = (records: readonly ResourceRecordSet[], client: Client) => ResourceRecordSet | undefined;

interface Client {
  /** Region that the client is nearest to. */
  readonly region: string;
  /** From 0 up to 1, evenly distributed over the answers. */
  readonly draw: number;
}

const latency: Choose = (records, { region }) =>
  records.find(({ Region }) => Region === region) ??
  [...records].sort((one, other) => (one.Region! < other.Region! ? -1 : 1))[0];

const failover: Choose = (records) => records.find(({ Failover }) => Failover === 'PRIMARY') ?? records[0];

const weighted: Choose = (records, { draw }) => {
  const some = records.filter(({ Weight }) => Weight! > 0);
  const all = some.length > 0 ? some : records.map((record) => ({ ...record, Weight: 1 }));
  let left = draw * all.reduce((sum, { Weight }) => sum + Weight!, 0);
  return all.find(({ Weight }) => (left -= Weight!) < 0);
};

function choiceOf({ Region, Failover, Weight }: ResourceRecordSet): Choose {
  if (Region !== undefined) return latency;
  if (Failover !== undefined) return failover;
  return Weight === undefined ? ([only]) => only : weighted;
}

export class Resolver {
  private readonly client: Route53Client;
  private answers = 0;

  constructor(
    options: ClientOptions,
    private readonly healthChecks: HealthChecks,
  ) {
    this.client = new Route53Client(options);
  }

  /**
   * What a name leads to. Among the healthy records one is chosen by their routing policy; where none is healthy, all count as
   * healthy (Amazon Route 53 developer guide, "How Amazon Route 53 chooses records when health checking is configured").
   *
   * @param region that the client is nearest to.
   * @returns undefined when nothing answers.
   */
  async resolve(name: string, region: string, type: RRType = 'A'): Promise<DnsAnswer | undefined> {
    const records = (await this.recordsOf(name)).filter(({ Type }) => Type === type);
    if (records.length === 0) return undefined;
    const health = await Promise.all(records.map((record) => this.isHealthy(record)));
    const healthy = records.filter((_record, index) => health[index]);
    const candidates = healthy.length > 0 ? healthy : records;
    // Evenly distributed, and the same in every run: multiples of the golden ratio.
    const draw = (this.answers++ * 0.618_033_988_75) % 1;
    const record = choiceOf(records[0]!)(candidates, { region, draw });
    const target = record?.AliasTarget?.DNSName?.toLowerCase()
      .replace(/\.$/, '')
      .replace(/^dualstack\./, '');
    return target === undefined ? undefined : { target, setIdentifier: record!.SetIdentifier };
  }

  private async isHealthy({ HealthCheckId: id }: ResourceRecordSet): Promise<boolean> {
    return id === undefined || this.healthChecks.isHealthy(id);
  }

  private async recordsOf(name: string): Promise<ResourceRecordSet[]> {
    const { HostedZones = [] } = await this.client.send(new ListHostedZonesByNameCommand({}));
    const fullName = `${name}.`;
    const [zone] = HostedZones.filter(({ Name }) => `.${fullName}`.endsWith(`.${Name}`)).sort(
      (one, other) => other.Name!.length - one.Name!.length,
    );
    if (!zone) return [];
    const { ResourceRecordSets = [] } = await this.client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone.Id, StartRecordName: fullName }),
    );
    return ResourceRecordSets.filter(({ Name }) => Name === fullName);
  }
}
