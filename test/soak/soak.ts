/**
 * Services of one VPC that are created, updated and deleted at random, all at the same time, by handlers in separate
 * processes. What must hold is read through list calls and requested through the load balancers, while they are at it
 * and whenever it is quiet.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { SERVICES_PER_LOAD_BALANCER } from '../../src/express-service/exposures';
import { Account, type Operation } from './account';
import { changeByHand } from './by-hand';
import * as invariants from './invariants';
import { INVARIANTS, type Invariant } from './invariants';
import type { PlacedLoadBalancer } from './placement';
import { Random } from './random';
import { KINDS, pair, placeOf, servicesOf, VERSION_HEADER, type Kind, type Service } from './services';
import { Tally, type Finding } from './tally';
import { isBroken } from './versions';

export interface SoakOptions {
  /** How many services there are at most. */
  readonly services: number;
  readonly seed: number;
  /** Random operations on each service, between its first creation and its last deletion. */
  readonly operations: number;
  /** Quota of the local AWS for rules on a load balancer, when it is to be lower than what services keep to themselves. */
  readonly servicesPerLoadBalancer?: number;
  /** What services there are. Default: all kinds. */
  readonly kinds?: readonly Kind[];
  /** Pairs of services that want the same host, and are made and deleted at the same time. Default: one for ten services. */
  readonly pairs?: number;
  readonly onProgress?: (line: string) => void;
}

export interface SoakReport {
  readonly services: number;
  readonly seed: number;
  /** Operations that were carried out, by kind. */
  readonly operations: Readonly<Record<Operation, number>>;
  /** Greatest number of load balancers that were seen at one time. */
  readonly mostLoadBalancers: number;
  readonly findings: readonly Finding[];
}

/** Real milliseconds between two looks at the load balancers, and between two requests, while operations run. */
const LOOK_EVERY = 3_000;
const REQUEST_EVERY = 500;

/** Of a hundred random operations on a service that exists, so many delete it, or fewer where its pace is greater; the others update it. */
const DELETIONS = 35;

/** Of a hundred updates, so many also draw another kind, which may move the service to another load balancer. */
const MOVES = 30;

/** Before so many of a hundred updates somebody changes something by hand. */
const CHANGES_BY_HAND = 25;

/**
 * Create all, let everybody do random operations, create again those that are gone, delete all.
 *
 * @throws Error when something other than the provider fails.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { servicesPerLoadBalancer: rulesPerLoadBalancer } = options;
  const account = await Account.open(rulesPerLoadBalancer === undefined ? {} : { rulesPerLoadBalancer });
  try {
    return await new Soak(account, options).run();
  } finally {
    await account.close();
  }
}

class Soak {
  private readonly tally = new Tally<Invariant>(Object.keys(INVARIANTS) as Invariant[]);
  private readonly random: Random;
  /** Draws what is looked at: how often, depends on the machine, and is not to change what is done. */
  private readonly looks: Random;
  private readonly kinds: readonly Kind[];
  private readonly services: readonly Service[];
  private readonly limit: number;
  private readonly operations: Record<Operation, number> = { CREATE: 0, UPDATE: 0, DELETE: 0 };
  private mostLoadBalancers = 0;
  /** How many services of a kind there were at one time. */
  private readonly mostServices = new Map<string, number>();

  constructor(
    private readonly account: Account,
    private readonly options: SoakOptions,
  ) {
    this.random = new Random(options.seed);
    this.looks = this.random.fork();
    this.kinds = options.kinds ?? KINDS;
    this.services = servicesOf(options.services, this.kinds);
    this.limit = options.servicesPerLoadBalancer ?? SERVICES_PER_LOAD_BALANCER;
  }

  async run(): Promise<SoakReport> {
    await this.phase('create all', (service) => this.create(service));
    await this.quiet('exact', (kind) => [this.needed(kind), this.needed(kind)]);

    await this.phase('create, update and delete at random', (service, random) => this.live(service, random));
    const left = await this.quiet('bounded', (kind) => [
      0,
      Math.ceil((this.mostServices.get(kind) ?? 0) / this.limit),
    ]);

    await this.allPairs();

    await this.phase('create those that are gone', async (service) => {
      if (!service.model) await this.create(service);
    });
    await this.quiet('refilled', (kind) => [0, Math.max(left.get(kind)!, this.needed(kind))]);

    await this.phase('delete all', async (service) => {
      if (service.model) await this.delete(service);
    });
    this.check('inventory', await this.account.difference());
    return {
      services: this.options.services,
      seed: this.options.seed,
      operations: this.operations,
      mostLoadBalancers: this.mostLoadBalancers,
      findings: this.tally.findings().map(({ invariant, ...finding }) => ({
        invariant: INVARIANTS[invariant as Invariant],
        ...finding,
      })),
    };
  }

  /** Let all services do something at the same time, and look meanwhile. */
  private async phase(
    title: string,
    step: (service: Service, random: Random) => Promise<void>,
  ): Promise<void> {
    const start = performance.now();
    const ended = new AbortController();
    const { signal } = ended;
    const working = Promise.all(this.services.map((service) => step(service, this.random.fork())));
    await Promise.all([
      working.finally(() => ended.abort()),
      repeat(LOOK_EVERY, signal, () => this.look()),
      repeat(REQUEST_EVERY, signal, () => this.request()),
    ]);
    const { CREATE, UPDATE, DELETE } = this.operations;
    this.options.onProgress?.(
      `${title}: ${((performance.now() - start) / 1000).toFixed(0)} s; so far ${CREATE} creations, ${UPDATE} updates, ` +
        `${DELETE} deletions; ${this.existing().length} services exist`,
    );
  }

  /** A few random operations on one service, one after the other. */
  private async live(service: Service, random: Random): Promise<void> {
    const { pace = 1 } = service.kind;
    for (let n = 0; n < this.options.operations * pace; n++) {
      if (!service.model) await this.create(service);
      else if (random.next() * 100 * pace < DELETIONS) await this.delete(service);
      else await this.update(service, random);
    }
  }

  private async allPairs(): Promise<void> {
    const { services, pairs = Math.ceil(services / 10) } = this.options;
    await Promise.all(Array.from({ length: pairs }, (_, index) => this.pair(index)));
    this.options.onProgress?.(`create and delete two services of one host at the same time: ${pairs} times`);
  }

  /** Two services want one host at the same time; both are deleted at the same time. */
  private async pair(index: number): Promise<void> {
    const models = pair(index, this.account);
    const made = await Promise.all(models.map((model) => this.account.operate('CREATE', model)));
    this.operations.CREATE += made.length;
    const refused = made.flatMap((outcome) => (outcome.status === 'FAILED' ? outcome.errorCode : []));
    this.check(
      'pairs',
      refused.join() === 'ResourceConflict' ? [] : [`pair ${index} was refused with: ${refused.join(', ')}`],
    );
    const deleted = await Promise.all(
      models.map(({ ServiceName }) =>
        this.account.operate('DELETE', { ServiceArn: this.account.serviceArn(ServiceName) }),
      ),
    );
    this.operations.DELETE += deleted.length;
    this.check(
      'pairs',
      deleted.flatMap((outcome) =>
        outcome.status === 'FAILED' ? [`pair ${index}: ${outcome.errorCode}: ${outcome.message}`] : [],
      ),
    );
  }

  private async create(service: Service): Promise<void> {
    const model = service.initialModel(this.account);
    service.model = model;
    this.countMost(placeOf(service.kind));
    const outcome = await this.operate('CREATE', service, model);
    const isMade = this.succeeded('CREATE', service, outcome);
    service.answers = isMade && !service.kind.hasNoRules;
    // As CloudFormation does when a creation fails.
    if (!isMade) await this.delete(service);
    else this.follow(service, outcome, model, undefined);
  }

  private async update(service: Service, random: Random): Promise<void> {
    if (random.next() * 100 < CHANGES_BY_HAND) await changeByHand(this.account, service, random);
    const previous = service.model!;
    const drawn = random.next() * 100 < MOVES ? random.pick(this.kinds) : service.kind;
    const kind = service.canBecome(drawn) ? drawn : service.kind;
    const change = random.pick(service.changesTo(kind));
    // Of a worker a change of what it has not changes nothing.
    const changed = service.modelOf(kind, this.account, change(previous, random, service.versions));
    service.becomes = kind;
    service.answers &&= !kind.hasNoRules;
    this.countMost(placeOf(kind));
    if (isBroken(changed)) await this.failAndRollBack(service, changed, previous);
    else await this.succeed(service, kind, changed, previous);
    service.becomes = undefined;
  }

  private async succeed(
    service: Service,
    kind: Kind,
    changed: Structure,
    previous: Structure,
  ): Promise<void> {
    const [described] = service.versions.standing;
    const there = kind.isVersioned ? service.versions.describedBy(changed) : undefined;
    const returning = there === described ? undefined : there;
    const tasks = returning ? await this.account.tasksOf(returning.serviceArn) : [];
    const outcome = await this.operate('UPDATE', service, changed, previous);
    if (!this.succeeded('UPDATE', service, outcome)) return;
    service.model = changed;
    service.kind = kind;
    service.answers = !kind.hasNoRules;
    if (service.routesOtherwise(previous)) service.weightByHand = undefined;
    this.follow(service, outcome, changed, previous);
    if (returning) this.check('returns', await this.madeAgain(service, returning.serviceArn, tasks));
  }

  /** An update that fails is rolled back, as CloudFormation does. */
  private async failAndRollBack(service: Service, broken: Structure, previous: Structure): Promise<void> {
    const outcome = await this.operate('UPDATE', service, broken, previous);
    const code = outcome.status === 'FAILED' ? outcome.errorCode : outcome.status;
    this.check(
      'operation',
      code === 'NotStabilized' ? [] : [`UPDATE of ${service.name} to what is broken: ${code}`],
    );
    const rolledBack = await this.operate('UPDATE', service, previous, broken);
    if (this.succeeded('UPDATE', service, rolledBack)) this.follow(service, rolledBack, previous, broken);
  }

  private async delete(service: Service): Promise<void> {
    service.answers = false;
    service.deletions++;
    const model = { ServiceArn: this.account.serviceArn(service.name) };
    const outcome = await this.operate('DELETE', service, model);
    if (!this.succeeded('DELETE', service, outcome)) return;
    service.model = undefined;
    service.versions.clear();
    service.weightByHand = undefined;
  }

  private async operate(
    operation: Operation,
    { name }: Service,
    model: Structure,
    previous?: Structure,
  ): Promise<HandlerOutcome> {
    const identified =
      operation === 'UPDATE' ? { ...model, ServiceArn: this.account.serviceArn(name) } : model;
    const outcome = await this.account.operate(operation, identified, previous);
    this.operations[operation]++;
    return outcome;
  }

  private succeeded(operation: Operation, { name }: Service, outcome: HandlerOutcome): boolean {
    this.check(
      'operation',
      outcome.status === 'FAILED' ? [`${operation} ${name}: ${outcome.errorCode}: ${outcome.message}`] : [],
    );
    return outcome.status === 'SUCCESS';
  }

  /** Which versions are to stand now. */
  private follow(
    { kind, versions }: Service,
    outcome: HandlerOutcome,
    model: Structure,
    previous: Structure | undefined,
  ): void {
    if (!kind.isVersioned) return versions.clear();
    const { Versions = [] } = outcome.status === 'SUCCESS' ? outcome.model! : {};
    this.check('versions', versions.follow(model, previous, Versions));
  }

  /** What is not as it was of a version that the template describes again. @param tasks that it had. */
  private async madeAgain(
    { name, versions }: Service,
    arn: string,
    tasks: readonly string[],
  ): Promise<string[]> {
    const now = await this.account.tasksOf(arn);
    return [
      ...(versions.standing[0]!.serviceArn === arn ? [] : [`${name} does not run ${arn} again`]),
      ...tasks.filter((task) => !now.includes(task)).map((task) => `${name}: ${task} is gone`),
    ];
  }

  /** What must hold at any moment. */
  private async look(): Promise<readonly PlacedLoadBalancer[]> {
    const placed = await this.account.placement();
    this.mostLoadBalancers = Math.max(this.mostLoadBalancers, placed.length);
    this.check('limit', invariants.tooMany(placed, this.limit));
    this.check('priorities', invariants.samePriorities(placed));
    this.check('kinds', invariants.mixedKinds(placed, this.services));
    await this.lookAtTargets(placed);
    return placed;
  }

  /** What gets requests of one of the services that exist must have targets. */
  private async lookAtTargets(placed: readonly PlacedLoadBalancer[]): Promise<void> {
    const answering = this.services.filter(({ answers }) => answers);
    if (answering.length === 0) return;
    const service = this.looks.pick(answering);
    const { deletions, hostName } = service;
    const rule = invariants.ruleOf(placed, hostName);
    const dead = rule && (await this.account.deadTargetGroups(rule));
    if (!dead || service.deletions !== deletions || !service.answers) return;
    this.check(
      'healthy',
      dead.map((arn) => `${hostName} leads to ${arn}, which has no healthy target`),
    );
  }

  /** Request one of the services that exist. */
  private async request(): Promise<void> {
    const answering = this.services.filter(({ answers }) => answers);
    if (answering.length === 0) return;
    const service = this.looks.pick(answering);
    const { deletions } = service;
    const { status, body } = await requestHost(this.account.aws.dataPlaneUrl, service.hostName);
    // Its deletion, or its move away from the load balancer, may have begun meanwhile.
    if (service.deletions !== deletions || !service.answers) return;
    this.check('answers', status === 200 ? [] : [`${service.hostName} answered ${status} ${body.trim()}`]);
  }

  /**
   * What must hold when no operation runs.
   *
   * @param bounds least and greatest number of load balancers of a kind of services.
   * @returns the number of load balancers by kind.
   */
  private async quiet(
    invariant: Invariant,
    bounds: (kind: string) => readonly [least: number, greatest: number],
  ): Promise<ReadonlyMap<string, number>> {
    const placed = await this.look();
    const existing = this.existing();
    const exposed = existing.filter(({ kind }) => !kind.hasNoRules);
    this.check('places', invariants.misplaced(placed, exposed));
    this.check('empty', invariants.emptyOnes(placed));
    for (const service of exposed) {
      for (const host of service.hostNames) this.check('images', await this.wrongImage(service, host));
    }
    this.check('list', await this.wronglyListed(existing));
    await this.quietHoldings(placed, existing);
    const numbers = new Map<string, number>();
    for (const { name, additional } of this.kinds.filter(
      ({ hasNoRules, sharesWith }) => !hasNoRules && !sharesWith,
    )) {
      const times = additional === undefined ? 1 : 2;
      const number = invariants.loadBalancersOfKind(placed, this.services, name) / times;
      const [least, greatest] = bounds(name);
      const isWrong = number < least || number > greatest;
      const wanted = least === greatest ? `${greatest}` : `at most ${greatest}`;
      this.check(
        invariant,
        isWrong
          ? [`${name}: ${number} load balancers for ${this.existing(name).length} services, not ${wanted}`]
          : [],
      );
      numbers.set(name, number);
    }
    return numbers;
  }

  /** What must hold of versions and records when no operation runs. */
  private async quietHoldings(
    placed: readonly PlacedLoadBalancer[],
    existing: readonly Service[],
  ): Promise<void> {
    const holdings = await this.account.holdings();
    const versioned = existing.filter(({ kind }) => kind.isVersioned);
    this.check('leftovers', invariants.leftovers(placed, holdings, existing));
    this.check('weights', invariants.wrongWeights(placed, holdings, versioned));
    this.check('records', invariants.wrongRecords(placed, holdings, existing));
    this.check('checks', invariants.wrongHealthChecks(holdings));
    for (const service of versioned.filter(({ model }) => model!.VersionTraffic)) {
      this.check('images', await this.wronglyReached(service));
    }
  }

  private async wrongImage({ model, versions }: Service, hostName: string): Promise<string[]> {
    const { answering } = versions;
    const images = (answering.length > 0 ? answering.map(({ content }) => content) : [model!]).map(
      ({ PrimaryContainer }) => PrimaryContainer.Image as string,
    );
    const { status, body } = await requestHost(this.account.aws.dataPlaneUrl, hostName);
    return status === 200 && images.some((image) => body.includes(`"${image}"`))
      ? []
      : [`${hostName}, of image ${images.join(' or ')}, answered ${status} ${body.trim()}`];
  }

  /** Versions that do not answer requests for their labels. Those without weight may have no tasks, where the template says so. */
  private async wronglyReached({ hostName, model, versions }: Service): Promise<string[]> {
    const mayBeEmpty = model!.Standby?.TaskCount !== undefined;
    const running = mayBeEmpty ? versions.answering : versions.standing;
    const answers = running.map(async ({ label, content }) => {
      const { Image } = content.PrimaryContainer;
      const headers = { [VERSION_HEADER]: label };
      const { status, body } = await requestHost(this.account.aws.dataPlaneUrl, hostName, { headers });
      return body.includes(`"${Image}"`) ? [] : [`${label} of ${hostName} answered ${status} ${body.trim()}`];
    });
    return (await Promise.all(answers)).flat();
  }

  private async wronglyListed(existing: readonly Service[]): Promise<string[]> {
    const found = await this.account.listed();
    const wanted = existing.map(({ name }) => this.account.serviceArn(name));
    return [
      ...wanted.filter((arn) => !found.includes(arn)).map((arn) => `${arn} is not listed`),
      ...found.filter((arn) => !wanted.includes(arn)).map((arn) => `${arn} is listed and does not exist`),
      ...(new Set(found).size < found.length ? ['a service is listed twice'] : []),
    ];
  }

  /** Services that exist, all or those on the load balancers of a kind. */
  private existing(place?: string): readonly Service[] {
    return this.services.filter((service) => service.model && (!place || service.isAt(place)));
  }

  /** Note how many services of a kind there are now, if there have never been more. */
  private countMost(kind: string): void {
    this.mostServices.set(kind, Math.max(this.existing(kind).length, this.mostServices.get(kind) ?? 0));
  }

  /** Load balancers that the services of a kind need at least. */
  private needed(kind: string): number {
    return Math.ceil(this.existing(kind).length / this.limit);
  }

  private check(invariant: Invariant, problems: readonly string[]): void {
    this.tally.check(invariant, problems);
    for (const problem of problems)
      this.options.onProgress?.(`violated: ${INVARIANTS[invariant]}: ${problem}`);
  }
}

/** Do something again and again, with a pause, until told to stop. */
async function repeat(milliseconds: number, signal: AbortSignal, run: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await run();
    // Being told to stop ends the pause.
    await pause(milliseconds, undefined, { signal }).catch(() => undefined);
  }
}
