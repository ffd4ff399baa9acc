/** The account of a soak: one local AWS, the provider in processes of its own, and what a platform team sets up first. */
import {
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  waitUntilLoadBalancerAvailable,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  DeleteHealthCheckCommand,
  Route53Client,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { LocalAws, LocalAwsOptions } from '../../local';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { makeForeignResources } from '../crash/foreign';
import { beyond, Observer, type Observation } from '../crash/observation';
import { ACCOUNT_ID, makePrivateSubnets, makeWebAcl, REGION, type Roles } from '../support/account';
import { makeBundle } from '../support/bundle';
import { Driver } from '../support/driver';
import { inLambda } from '../support/handlers';
import { HoldingsReader, type Holdings } from './holdings';
import { healthyTargets, placement, ruleAt, type PlacedLoadBalancer, type PlacedRule } from './placement';
import { nameOf } from './versions';

export { BASE_DOMAIN, REGION } from '../support/account';

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
  private readonly balancing: ElasticLoadBalancingV2Client;
  private readonly dns: Route53Client;
  private readonly reader: HoldingsReader;

  private constructor(
    private readonly driver: Driver,
    private readonly removeBundle: () => Promise<void>,
    /** Subnets without a route to an internet gateway. */
    readonly privateSubnetIds: readonly string[],
    readonly webAclArn: string,
    /** Everything that was there before the first service. */
    private readonly beginning: Observation,
    /** Identifiers of it, as {@link takeInventory} tells them; of records without the hosted zone. */
    private readonly foreign: ReadonlySet<string>,
  ) {
    this.aws = driver.aws;
    this.roles = driver.roles;
    const options = driver.aws.clientOptions();
    this.balancing = new ElasticLoadBalancingV2Client(options);
    this.dns = new Route53Client(options);
    this.reader = new HoldingsReader(options, this.balancing, driver.hostedZoneId);
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
    const { hostedZoneId } = driver;
    const { vpcId, publicSubnetIds, privateSubnetIds } = await makePrivateSubnets(driver.aws);
    const webAclArn = await makeWebAcl(driver.aws, 'soak');
    await makeForeignResources(driver.aws, { vpcId, subnetIds: publicSubnetIds, hostedZoneId });
    const client = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
    await waitUntilLoadBalancerAvailable({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, {});
    const inventory = await driver.inventory();
    const foreign = new Set(inventory.map((line) => line.replace(/^\S+ (\/hostedzone\/\S+ )?/, '')));
    const beginning = await new Observer(driver.aws.clientOptions()).observe(hostedZoneId);
    return new Account(driver, bundle.remove, privateSubnetIds, webAclArn, beginning, foreign);
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

  /** Who is on which load balancer. */
  placement(): Promise<PlacedLoadBalancer[]> {
    return placement(this.balancing, (arn) => this.isForeign(arn));
  }

  /** What there is of services beside their places. */
  async holdings(): Promise<Holdings> {
    return this.reader.look((id) => this.isForeign(id));
  }

  /** ARNs of the tasks of an ECS service. @param arn of that service. */
  tasksOf(arn: string): Promise<string[]> {
    return this.reader.tasksOf(nameOf(arn));
  }

  /** ARNs of target groups that a rule has requests go to, and that have no healthy target; undefined when it changes meanwhile. */
  async deadTargetGroups(rule: PlacedRule): Promise<string[] | undefined> {
    const arns = Object.keys(rule.weights).filter((arn) => rule.weights[arn]! > 0);
    const live = await this.liveTargetGroups(arns);
    const now = await ruleAt(this.balancing, rule.arn);
    if (JSON.stringify(now?.weights) !== JSON.stringify(rule.weights)) return undefined;
    return arns.filter((arn) => !live.includes(arn));
  }

  /** Those of target groups that have a healthy target. */
  async liveTargetGroups(arns: readonly string[]): Promise<string[]> {
    const counts = await Promise.all(arns.map((arn) => healthyTargets(this.balancing, arn)));
    return arns.filter((_arn, index) => counts[index]! > 0);
  }

  /** Set the weights of a rule by hand. @param weights by the ARNs of target groups. */
  async setWeights({ arn }: PlacedRule, weights: Readonly<Record<string, number>>): Promise<void> {
    const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
      TargetGroupArn,
      Weight,
    }));
    await this.balancing.send(
      new ModifyRuleCommand({
        RuleArn: arn,
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
      }),
    );
  }

  /** Change a record by hand. */
  async changeRecord(ResourceRecordSet: ResourceRecordSet): Promise<void> {
    const Changes = [{ Action: 'UPSERT' as const, ResourceRecordSet }];
    await this.dns.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: this.driver.hostedZoneId,
        ChangeBatch: { Changes },
      }),
    );
  }

  /** Delete a health check by hand. */
  async deleteHealthCheck(HealthCheckId: string): Promise<void> {
    await this.dns.send(new DeleteHealthCheckCommand({ HealthCheckId }));
  }

  /** What is there now and was not in the beginning, and what was there then and is not now; with all settings. */
  async difference(): Promise<string[]> {
    const now = await new Observer(this.aws.clientOptions()).observe(this.driver.hostedZoneId);
    return [
      ...beyond(now, this.beginning).map((line) => `left ${line}`),
      ...beyond(this.beginning, now).map((line) => `lost ${line}`),
    ];
  }

  async close(): Promise<void> {
    this.reader.close();
    this.balancing.destroy();
    this.dns.destroy();
    await this.driver.close();
    await this.removeBundle();
  }

  /** Whether something was there before the first service. */
  private isForeign(id: string): boolean {
    return this.foreign.has(id);
  }
}
