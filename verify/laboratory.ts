/** The account in which experiments are made: clients, names, waits, and the network that is there. */
import { ACMClient } from '@aws-sdk/client-acm';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { WAFV2Client } from '@aws-sdk/client-wafv2';

export interface LaboratoryOptions {
  /** Endpoint of all services; AWS's own when it is undefined. */
  readonly endpoint?: string;
  /** Region; that of the environment when it is undefined. */
  readonly region?: string;
  /** Beginning of the names of everything that is made. */
  readonly prefix: string;
  /** Seconds between two looks at what is waited for: {@link POLL_SECONDS}, or fewer where time passes faster. */
  readonly pollSeconds: number;
}

export interface Clients {
  readonly acm: ACMClient;
  readonly applicationAutoScaling: ApplicationAutoScalingClient;
  readonly cloudFormation: CloudFormationClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly route53: Route53Client;
  readonly wafv2: WAFV2Client;
}

/** The default VPC, which experiments use. */
export interface Network {
  readonly vpcId: string;
  /** Default subnets, one in each zone, at least two. */
  readonly subnetIds: readonly string[];
}

/** Seconds between two looks at what is waited for on AWS. */
export const POLL_SECONDS = 15;

/** The same at an endpoint whose time passes twenty times as fast, as that of `npm run local` does. */
export const FAST_POLL_SECONDS = POLL_SECONDS / 20;

/** What is waited for has not come; says what it was. */
export class TooLate extends Error {}

export class Laboratory {
  private names = 0;

  private constructor(
    readonly clients: Clients,
    readonly region: string,
    readonly accountId: string,
    private readonly options: LaboratoryOptions,
  ) {}

  /** @throws Error of the SDK, when there are no credentials, no Region, or they are not accepted. */
  static async open(options: LaboratoryOptions): Promise<Laboratory> {
    const configuration = { endpoint: options.endpoint, region: options.region, maxAttempts: 5 };
    const sts = new STSClient(configuration);
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    const clients = {
      acm: new ACMClient(configuration),
      applicationAutoScaling: new ApplicationAutoScalingClient(configuration),
      cloudFormation: new CloudFormationClient(configuration),
      ec2: new EC2Client(configuration),
      ecs: new ECSClient(configuration),
      elb: new ElasticLoadBalancingV2Client(configuration),
      iam: new IAMClient(configuration),
      logs: new CloudWatchLogsClient(configuration),
      route53: new Route53Client(configuration),
      wafv2: new WAFV2Client(configuration),
    };
    return new Laboratory(clients, await sts.config.region(), Account!, options);
  }

  get prefix(): string {
    return this.options.prefix;
  }

  /** A name that nothing else of this run has: the prefix, a word, a number. At most 32 characters, as ELB wants it. */
  name(word: string): string {
    return `${this.prefix}-${word}-${++this.names}`;
  }

  /** @throws Error when the Region has no default VPC with subnets in two zones. */
  async network(): Promise<Network> {
    const { Vpcs = [] } = await this.clients.ec2.send(
      new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
    );
    const vpcId = Vpcs[0]?.VpcId;
    const { Subnets = [] } = await this.clients.ec2.send(
      new DescribeSubnetsCommand({
        Filters: [
          { Name: 'vpc-id', Values: [vpcId ?? 'none'] },
          { Name: 'default-for-az', Values: ['true'] },
        ],
      }),
    );
    if (!vpcId || Subnets.length < 2) {
      throw new Error(
        `${this.region} has no default VPC with default subnets in two zones. Make one with "aws ec2 create-default-vpc", or choose another Region.`,
      );
    }
    return { vpcId, subnetIds: Subnets.slice(0, 2).map(({ SubnetId }) => SubnetId!) };
  }

  /**
   * Look again and again, until there is something to see.
   *
   * @param what for the error message, e.g. "the service deployment to end".
   * @param look gives what is waited for, or undefined.
   * @throws TooLate after so many minutes.
   */
  async until<Seen>(what: string, minutes: number, look: () => Promise<Seen | undefined>): Promise<Seen> {
    // Looks are counted, not time, because the clock of a local AWS is not that of this process.
    const looks = Math.ceil((minutes * 60) / POLL_SECONDS);
    for (let number = 0; number < looks; number++) {
      const seen = await look();
      if (seen !== undefined) return seen;
      await this.pause();
    }
    throw new TooLate(`waited ${minutes} minutes for ${what}`);
  }

  /** Wait as long as between two looks. */
  pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.options.pollSeconds * 1000));
  }
}
