/** The account of a soak: one local AWS, the provider in processes of its own, and what a platform team sets up first. */
import {
  AssociateRouteTableCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAws, type LocalAws, type LocalAwsOptions } from '../../local';
import { createHostedZone, createRole, issueCertificate } from '../../local/account';
import { createResourceHandler, type HandlerOutcome } from '../../local/extension/resource-handler';
import { TYPE_FUNCTION } from '../../local/extension/repository';
import type { Lambda } from '../../local/lambda';
import { takeInventory } from '../../local/inventory';
import type { Structure } from '../../local/service';
import { bundleFunction } from '../../scripts/build';

const TYPE_NAME = 'Org::ECS::ExpressService';
const ACCOUNT_ID = '123456789012';
export const BASE_DOMAIN = 'apps.example.com';

/**
 * Virtual seconds in each real one. Time does not stand still while a handler works, as it would in the mode `jump`: then
 * only handlers that begin at the same moment would meet.
 */
const RATE = 40;

/** Real seconds for one invocation, many more than Lambda's: where this machine is slow, nothing is to be cut short. */
const PATIENCE = 900;

/** Two private subnets in different zones, beside those of the default VPC (172.31.0.0/16). */
const PRIVATE_SUBNETS = [
  { AvailabilityZone: 'us-east-1a', CidrBlock: '172.31.128.0/20' },
  { AvailabilityZone: 'us-east-1b', CidrBlock: '172.31.144.0/20' },
];

/** Operations that change something. */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export class Account {
  private constructor(
    readonly aws: LocalAws,
    private readonly folder: string,
    /** Subnets without a route to an internet gateway. */
    readonly privateSubnetIds: readonly string[],
    readonly webAclArn: string,
    readonly roles: { readonly execution: string; readonly infrastructure: string },
    /** Everything that was there before the first service. */
    readonly beginning: ReadonlySet<string>,
  ) {}

  /** @param limits quotas and delays of the local AWS that differ from the usual ones. */
  static async open(limits: LocalAwsOptions['limits'] = {}): Promise<Account> {
    const folder = await mkdtemp(join(tmpdir(), 'soak-'));
    const bundle = join(folder, 'handlers.js');
    await bundleFunction(join(__dirname, '..', '..', 'src', 'handlers.ts'), bundle);
    const aws = await startLocalAws({ clock: { rate: RATE }, limits });
    aws.lambda.register({ name: TYPE_FUNCTION, bundle, handler: 'entrypoint', timeoutSeconds: PATIENCE });
    const hostedZoneId = await createHostedZone(aws, BASE_DOMAIN);
    aws.registry.setTypeConfiguration(TYPE_NAME, {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: hostedZoneId,
      CertificateArn: await issueCertificate(aws, hostedZoneId, `*.${BASE_DOMAIN}`),
    });
    const roles = {
      execution: await createRole(aws, 'execution', 'ecs-tasks.amazonaws.com'),
      infrastructure: await createRole(aws, 'infrastructure', 'ecs.amazonaws.com'),
    };
    const subnetIds = await createPrivateSubnets(aws);
    const webAclArn = await createWebAcl(aws);
    const beginning = new Set(await takeInventory(aws.clientOptions()));
    return new Account(aws, folder, subnetIds, webAclArn, roles, beginning);
  }

  /** ARN of the service of this name. */
  serviceArn(name: string): string {
    return `arn:aws:ecs:${this.aws.clientOptions().region}:${ACCOUNT_ID}:service/default/${name}`;
  }

  /**
   * Carry out an operation, invocation by invocation, as CloudFormation does, but without its timeouts: time runs on while
   * this machine is busy.
   */
  operate(action: Operation, model: Structure, previousModel?: Structure): Promise<HandlerOutcome> {
    const { clock, registry, callers } = this.aws;
    const lambda: Lambda = {
      ...this.aws.lambda,
      invoke: (name, payload, { invocationId } = {}) =>
        this.aws.lambda.invoke(name, payload, { invocationId, timeoutSeconds: PATIENCE }),
    };
    return createResourceHandler({ clock, lambda, registry, callers })({
      action,
      type: Object.create(registry.privateType(TYPE_NAME), { timeout: { value: () => Infinity } }),
      model,
      previousModel,
      logicalResourceId: model.ServiceName,
      requestToken: randomUUID(),
      region: this.aws.clientOptions().region,
      accountId: ACCOUNT_ID,
    });
  }

  /** ARNs of all services that the LIST handler finds. */
  async listed(): Promise<string[]> {
    const { clock, lambda, registry, callers } = this.aws;
    const handle = createResourceHandler({ clock, lambda, registry, callers });
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const outcome = await handle({
        action: 'LIST',
        type: registry.privateType(TYPE_NAME),
        model: {},
        nextToken,
        requestToken: randomUUID(),
        region: this.aws.clientOptions().region,
        accountId: ACCOUNT_ID,
      });
      if (outcome.status === 'FAILED') throw new Error(`LIST failed: ${outcome.message}`);
      arns.push(...(outcome.models ?? []).map(({ ServiceArn }) => ServiceArn));
      nextToken = outcome.nextToken;
    } while (nextToken);
    return arns;
  }

  /** What is there now and was not in the beginning, and what was there then and is not now. */
  async difference(): Promise<string[]> {
    const now = new Set(await takeInventory(this.aws.clientOptions()));
    return [
      ...[...now].filter((resource) => !this.beginning.has(resource)).map((resource) => `left ${resource}`),
      ...[...this.beginning].filter((resource) => !now.has(resource)).map((resource) => `lost ${resource}`),
    ];
  }

  async close(): Promise<void> {
    await this.aws.close();
    await rm(this.folder, { recursive: true });
  }
}

async function createPrivateSubnets(aws: LocalAws): Promise<string[]> {
  const ec2 = new EC2Client(aws.clientOptions());
  const { Vpcs = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const { VpcId } = Vpcs[0]!;
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const ids: string[] = [];
  for (const subnet of PRIVATE_SUBNETS) {
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, ...subnet }));
    const { SubnetId } = Subnet!;
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: RouteTable!.RouteTableId, SubnetId }));
    ids.push(SubnetId!);
  }
  return ids;
}

async function createWebAcl(aws: LocalAws): Promise<string> {
  const { Summary } = await new WAFV2Client(aws.clientOptions()).send(
    new CreateWebACLCommand({
      Name: 'soak',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: {
        SampledRequestsEnabled: false,
        CloudWatchMetricsEnabled: false,
        MetricName: 'soak',
      },
    }),
  );
  return Summary!.ARN!;
}
