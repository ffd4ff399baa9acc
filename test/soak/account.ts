/** The account of a soak: one local AWS, the provider in processes of its own, and what a platform team sets up first. */
import type { LocalAws, LocalAwsOptions } from '../../local';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { ACCOUNT_ID, makePrivateSubnets, makeWebAcl, REGION, type Roles } from '../support/account';
import { makeBundle } from '../support/bundle';
import { Driver } from '../support/driver';
import { inLambda } from '../support/handlers';

export { BASE_DOMAIN } from '../support/account';

/**
 * Virtual seconds in each real one. Time does not stand still while a handler works, as it would in the mode `jump`: then
 * only handlers that begin at the same moment would meet.
 */
const RATE = 40;

/** Real seconds for one invocation, many more than Lambda's: where this machine is slow, nothing is to be cut short. */
const PATIENCE = 900;

/** Operations that change something. */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export class Account {
  readonly aws: LocalAws;
  readonly roles: Roles;

  private constructor(
    private readonly driver: Driver,
    private readonly removeBundle: () => Promise<void>,
    /** Subnets without a route to an internet gateway. */
    readonly privateSubnetIds: readonly string[],
    readonly webAclArn: string,
    /** Everything that was there before the first service. */
    private readonly beginning: ReadonlySet<string>,
  ) {
    this.aws = driver.aws;
    this.roles = driver.roles;
  }

  /** @param limits quotas and delays of the local AWS that differ from the usual ones. */
  static async open(limits: LocalAwsOptions['limits'] = {}): Promise<Account> {
    const bundle = await makeBundle();
    const driver = await Driver.start({
      clock: { rate: RATE },
      limits,
      handlers: inLambda(bundle.path, PATIENCE),
      withoutTimeouts: true,
    });
    const { privateSubnetIds } = await makePrivateSubnets(driver.aws);
    const webAclArn = await makeWebAcl(driver.aws, 'soak');
    const beginning = new Set(await driver.inventory());
    return new Account(driver, bundle.remove, privateSubnetIds, webAclArn, beginning);
  }

  /** ARN of the service of this name. */
  serviceArn(name: string): string {
    return `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:service/default/${name}`;
  }

  /**
   * Carry out an operation, invocation by invocation, as CloudFormation does, but without its timeouts: time runs on while
   * this machine is busy.
   */
  operate(action: Operation, model: Structure, previousModel?: Structure): Promise<HandlerOutcome> {
    return this.driver.run(action, model, previousModel, { logicalResourceId: model.ServiceName });
  }

  /** ARNs of all services that the LIST handler finds. */
  async listed(): Promise<string[]> {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const outcome = await this.driver.list(nextToken);
      if (outcome.status === 'FAILED') throw new Error(`LIST failed: ${outcome.message}`);
      arns.push(...(outcome.models ?? []).map(({ ServiceArn }) => ServiceArn));
      nextToken = outcome.nextToken;
    } while (nextToken);
    return arns;
  }

  /** What is there now and was not in the beginning, and what was there then and is not now. */
  async difference(): Promise<string[]> {
    const now = new Set(await this.driver.inventory());
    return [
      ...[...now].filter((resource) => !this.beginning.has(resource)).map((resource) => `left ${resource}`),
      ...[...this.beginning].filter((resource) => !now.has(resource)).map((resource) => `lost ${resource}`),
    ];
  }

  async close(): Promise<void> {
    await this.driver.close();
    await this.removeBundle();
  }
}
