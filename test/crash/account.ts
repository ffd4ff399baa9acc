/** An AWS account in which operations are carried out as CloudFormation does, on handlers that can die. */
import { EC2Client } from '@aws-sdk/client-ec2';
import type { LocalAws, LocalAwsOptions } from '../../local';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { makePrivateSubnets } from '../support/account';
import { Driver, type DriverOptions, type Watch } from '../support/driver';
import { fromBundle } from '../support/handlers';
import { makeForeignResources } from './foreign';
import { Observer, type Observation } from './observation';
import type { Surroundings } from './operations';

/** Waits that handlers only take look after look at, shorter than AWS's: each look more is the same look again. */
const LIMITS: NonNullable<LocalAwsOptions['limits']> = {
  loadBalancerProvisioning: 30_000,
  networkInterfaceRelease: 20_000,
};

export class Account {
  surroundings!: Surroundings;
  readonly aws: LocalAws;
  private readonly observer: Observer;
  /** The part of {@link aws} that set-up and looks need; its clients share connections. */
  private readonly user: Pick<LocalAws, 'clientOptions'>;

  private constructor(private readonly driver: Driver) {
    this.aws = driver.aws;
    const options = this.aws.clientOptions();
    const { requestHandler } = new EC2Client(options).config;
    this.user = { clientOptions: () => ({ ...options, requestHandler }) };
    this.observer = new Observer(this.user.clientOptions());
  }

  /**
   * Open an account with what {@link Driver.start} prepares, private subnets, and what is somebody else's.
   *
   * @param bundle path of the handlers' bundle.
   */
  static async open(
    bundle: string,
    options: LocalAwsOptions & Pick<DriverOptions, 'isPunctual'> = {},
  ): Promise<Account> {
    const limits = { ...LIMITS, ...options.limits };
    const driver = await Driver.start({
      ...options,
      limits,
      handlers: fromBundle(bundle),
      isSeeded: true,
    });
    try {
      const account = new Account(driver);
      await account.prepare();
      return account;
    } catch (error) {
      await driver.close();
      throw error;
    }
  }

  /** Id of the zone of the base domain. */
  get hostedZoneId(): string {
    return this.driver.hostedZoneId;
  }

  /** Set while an operation is disturbed. */
  set watch(watch: Watch | undefined) {
    this.driver.watch = watch;
  }

  /** Forget everything and prepare the account again. */
  async reset(): Promise<void> {
    await this.driver.reset();
    this.driver.handlers.die();
    await this.prepare();
  }

  close(): Promise<void> {
    return this.driver.close();
  }

  /** Carry out one operation. `previous` are the properties of the template before an update. */
  run(
    action: 'CREATE' | 'READ' | 'UPDATE' | 'DELETE',
    model: Structure,
    previousModel?: Structure,
  ): Promise<HandlerOutcome> {
    return this.driver.run(action, model, previousModel);
  }

  /** Everything there is, without what belongs to one run alone. */
  observe(): Promise<Observation> {
    return this.observer.observe(this.hostedZoneId);
  }

  private async prepare(): Promise<void> {
    const { vpcId, publicSubnetIds, privateSubnetIds } = await makePrivateSubnets(this.user);
    const { execution, infrastructure } = this.driver.roles;
    this.surroundings = {
      executionRoleArn: execution,
      infrastructureRoleArn: infrastructure,
      privateSubnetIds,
    };
    await makeForeignResources(this.user, {
      hostedZoneId: this.hostedZoneId,
      vpcId,
      subnetIds: publicSubnetIds,
    });
    // Until the load balancer among them is active.
    await this.aws.clock.sleep(LIMITS.loadBalancerProvisioning!);
    this.aws.calls.clear();
  }
}
