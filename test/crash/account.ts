/** An AWS account in which operations are carried out as CloudFormation does, on handlers that can die. */
import {
  CreateRouteTableCommand,
  AssociateRouteTableCommand,
  CreateSubnetCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { randomUUID } from 'node:crypto';
import { startLocalAws, type LocalAws, type LocalAwsOptions } from '../../local';
import { createHostedZone, createRole, issueCertificate } from '../../local/account';
import {
  createResourceHandler,
  type HandlerOutcome,
  type ResourceHandler,
} from '../../local/extension/resource-handler';
import type { Lambda } from '../../local/lambda';
import type { Structure } from '../../local/service';
import { makeForeignResources } from './foreign';
import { HandlerFunction } from './function';
import { Observer, type Observation } from './observation';
import type { Surroundings } from './operations';

const TYPE_NAME = 'Org::ECS::ExpressService';
const ACCOUNT_ID = '123456789012';
const REGION = 'us-east-1';
const BASE_DOMAIN = 'apps.example.com';

/** Waits that handlers only take look after look at, shorter than AWS's: each look more is the same look again. */
const LIMITS: NonNullable<LocalAwsOptions['limits']> = {
  loadBalancerProvisioning: 30_000,
  networkInterfaceRelease: 20_000,
};

/** What a disturbance of the process is told of each invocation, and may say about it. */
export interface Watch {
  /** @returns whether the process dies now, and whether its answer still arrives. */
  ended(): 'goes on' | 'dies with its answer' | 'dies without answer';
}

export class Account {
  surroundings!: Surroundings;
  /** Set while an operation is disturbed. */
  watch: Watch | undefined;
  /** Id of the zone of the base domain. */
  hostedZoneId = '';
  private readonly handle: ResourceHandler;
  private readonly observer: Observer;
  /** The parts of {@link aws} that set-up and looks need; their clients share connections. */
  private readonly user: Pick<LocalAws, 'clientOptions' | 'clock'>;

  private constructor(
    readonly aws: LocalAws,
    readonly handlers: HandlerFunction,
  ) {
    const { clock, registry, callers } = aws;
    const lambda = { invoke: this.invoke.bind(this) } as unknown as Lambda;
    this.handle = createResourceHandler({ clock, registry, callers, lambda });
    const options = aws.clientOptions();
    const { requestHandler } = new EC2Client(options).config;
    this.user = { clock, clientOptions: () => ({ ...options, requestHandler }) };
    this.observer = new Observer(this.user.clientOptions());
  }

  /**
   * Open an account with roles, a hosted zone, a wildcard certificate, private subnets, and what is somebody else's.
   *
   * @param bundle path of the handlers' bundle.
   */
  static async open(bundle: string, options: LocalAwsOptions = {}): Promise<Account> {
    const aws = await startLocalAws({ ...options, limits: { ...LIMITS, ...options.limits } });
    try {
      const environment = {
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_REGION: REGION,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      };
      const account = new Account(aws, new HandlerFunction(bundle, environment));
      await account.prepare();
      return account;
    } catch (error) {
      await aws.close();
      throw error;
    }
  }

  /** Forget everything and prepare the account again. */
  async reset(): Promise<void> {
    await this.aws.reset();
    this.handlers.die();
    await this.prepare();
  }

  close(): Promise<void> {
    return this.aws.close();
  }

  /** Carry out one operation. `previous` are the properties of the template before an update. */
  run(
    action: 'CREATE' | 'READ' | 'UPDATE' | 'DELETE',
    model: Structure,
    previousModel?: Structure,
  ): Promise<HandlerOutcome> {
    return this.handle({
      action,
      model: structuredClone(model),
      previousModel,
      type: this.aws.registry.privateType(TYPE_NAME),
      logicalResourceId: 'Service',
      requestToken: randomUUID(),
      region: REGION,
      accountId: ACCOUNT_ID,
    });
  }

  /** Everything there is, without what belongs to one run alone. */
  observe(): Promise<Observation> {
    return this.observer.observe(this.hostedZoneId);
  }

  private async invoke(_name: string, event: unknown, { invocationId }: { invocationId: string }) {
    const payload = await this.handlers.invoke(event, invocationId);
    const fate = this.watch?.ended() ?? 'goes on';
    if (fate !== 'goes on') this.handlers.die();
    if (fate !== 'dies without answer') return { invocationId, payload, output: '' };
    const errorMessage = 'Runtime exited';
    return { invocationId, payload: { errorMessage }, functionError: 'Unhandled' as const, output: '' };
  }

  private async prepare(): Promise<void> {
    const { aws, user } = this;
    // moto then draws the same ids for the network of every account; names depend on them.
    await fetch(`${aws.moto.url}/moto-api/seed?a=1`, { method: 'POST' });
    const network = await makeNetwork(new EC2Client(user.clientOptions()));
    const [executionRoleArn, infrastructureRoleArn, hostedZoneId] = await Promise.all([
      createRole(user, 'execution', 'ecs-tasks.amazonaws.com'),
      createRole(user, 'infrastructure', 'ecs.amazonaws.com'),
      createHostedZone(user, BASE_DOMAIN),
    ]);
    this.hostedZoneId = hostedZoneId;
    this.surroundings = { executionRoleArn, infrastructureRoleArn, privateSubnetIds: network.private };
    await makeForeignResources(user, { hostedZoneId, vpcId: network.vpcId, subnetIds: network.public });
    aws.registry.setTypeConfiguration(TYPE_NAME, {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: hostedZoneId,
      CertificateArn: await issueCertificate(user, hostedZoneId, `*.${BASE_DOMAIN}`),
    });
    aws.calls.clear();
  }
}

/** The default VPC with its public subnets, and two beside them without a way to the internet. */
async function makeNetwork(ec2: EC2Client) {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const zones = Subnets.sort((a, b) => (a.AvailabilityZone! < b.AvailabilityZone! ? -1 : 1)).slice(0, 2);
  const VpcId = zones[0].VpcId!;
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const made: string[] = [];
  for (const [index, { AvailabilityZone }] of zones.entries()) {
    const CidrBlock = `172.31.${200 + index}.0/24`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, AvailabilityZone, CidrBlock }));
    const SubnetId = Subnet!.SubnetId!;
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: RouteTable!.RouteTableId, SubnetId }));
    made.push(SubnetId);
  }
  return { vpcId: VpcId, public: zones.map(({ SubnetId }) => SubnetId!), private: made };
}
