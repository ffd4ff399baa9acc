/** Carrying out a service deployment: rolling or traffic-shifting, to its success or back again. */
import { now, type EcsContext } from './context';
import { announceDeployment } from './deployment-events';
import { Ending, stageTimedOut } from './endings';
import { recordEvent } from './events';
import { Interrupted, type Flow } from './flow';
import type { TrafficWeights } from './hook-function';
import { assumeInfrastructureRoles } from './infrastructure-role';
import { watchAlarms } from './alarms';
import { hooksAt, runHooks } from './lifecycle-hooks';
import { enterStage, passShift, passStage } from './lifecycle-stages';
import { atFullScale, healthyCount, scaleRevision } from './scheduler';
import { removeEndpoints } from './service-connect';
import { restoreRevision } from './service-settings';
import { trafficShifts, type TrafficShift } from './strategies';
import {
  wantedTasks,
  type Deployment,
  type Service,
  type ServiceDeployment,
  type ServiceRevision,
} from './state';
import { MINUTE_MILLISECONDS, TIMINGS } from './timings';
import {
  chooseTargetGroups,
  hasTestTraffic,
  isBehindNetworkLoadBalancer,
  shiftProductionTraffic,
  shiftTestTraffic,
} from './traffic';

/** Start to carry out a deployment that is PENDING. */
export function startRollout(context: EcsContext, deployment: ServiceDeployment): void {
  deployment.flow = context.flows.start((flow) => new Rollout(context, flow, deployment).run());
}

class Rollout {
  private readonly service: Service;
  private readonly target: ServiceRevision;
  /** The revision to go back to. */
  private candidate: ServiceRevision | undefined;
  /** How many shifts of production traffic are done. */
  private steps = 0;

  constructor(
    private readonly context: EcsContext,
    private readonly flow: Flow,
    private readonly deployment: ServiceDeployment,
  ) {
    this.service = deployment.service;
    this.target = deployment.target;
    this.candidate = this.service.stableRevision;
  }

  async run(): Promise<void> {
    let alarms: Flow | undefined;
    try {
      await this.flow.sleep(TIMINGS.deploymentPending);
      this.deployment.status = 'IN_PROGRESS';
      this.deployment.startedAt = this.touch();
      alarms = watchAlarms(this.context, this.deployment);
      await assumeInfrastructureRoles(this.context, this.target.settings.loadBalancers ?? []);
      const shifts = trafficShifts(this.deployment.configuration);
      await (shifts ? this.shiftTraffic(shifts) : this.replaceInPlace());
      this.succeed();
      await removeEndpoints(this.context, this.service);
    } catch (error) {
      const ending = endingOf(error);
      if (!ending) throw error;
      await this.end(ending);
    } finally {
      alarms?.interrupt('the deployment has ended');
    }
  }

  private async replaceInPlace(): Promise<void> {
    const followsRule = this.context.answers.holds('ecs.rolling-deployment-follows-listener-rule');
    const place = followsRule ? 'serving' : 'named';
    this.target.targetGroups = await chooseTargetGroups(this.context, this.target, place);
    const { earlySuccessCriteria: early } = this.deployment.configuration;
    await this.passHooks('PRE_SCALE_UP');
    await this.replaceTasks(this.target, early?.enable ? early.healthyPercent : undefined);
    await this.passHooks('POST_SCALE_UP');
    await this.bake();
    if (!early?.enable) return;
    this.target.followsDesiredCount = true;
    scaleRevision(this.context, this.target, this.service.desiredCount);
    if (early.sourceServiceRevisionCleanup === 'BLOCKING') await this.retireOthers(this.target);
  }

  /** A stage of a rolling deployment: it is there for its hooks alone. */
  private async passHooks(stage: string): Promise<void> {
    const { context, flow, deployment } = this;
    if (hooksAt(deployment, stage).length === 0) return;
    if (context.answers.holds('ecs.rolling-deployments-run-hooks'))
      await passStage(context, flow, deployment, stage);
  }

  private async shiftTraffic(shifts: readonly TrafficShift[]): Promise<void> {
    const { context, flow, deployment, target } = this;
    if (deployment.sources.length > 1) await this.reconcile();
    const first = this.candidate === undefined ? firstDeployment(context) : LATER_DEPLOYMENT;
    target.targetGroups = await chooseTargetGroups(context, target, first.place);
    await passStage(context, flow, deployment, 'PRE_SCALE_UP');
    if (!context.answers.holds('ecs.network-load-balancer-delays-shifts-alone')) await this.delay();
    enterStage(context, deployment, 'SCALE_UP');
    target.followsDesiredCount = true;
    scaleRevision(context, target, this.service.desiredCount);
    await this.within('SCALE_UP', () => atFullScale(target));
    await passStage(context, flow, deployment, 'POST_SCALE_UP');
    if (hasTestTraffic(target) || !context.answers.holds('ecs.no-test-rule-no-test-stages'))
      await this.shiftTest();
    for (const shift of first.takesSteps ? shifts : shifts.slice(-1)) await this.shiftProduction(shift);
    await passStage(context, flow, deployment, 'POST_PRODUCTION_TRAFFIC_SHIFT');
    if (first.takesSteps) await this.bake();
    enterStage(context, deployment, 'CLEAN_UP');
    await this.retireOthers(target);
  }

  /** Several revisions have tasks, as after a deployment that was stopped: keep the one that serves traffic. */
  private async reconcile(): Promise<void> {
    await passStage(this.context, this.flow, this.deployment, 'RECONCILE_SERVICE');
    const bindings = await chooseTargetGroups(this.context, this.target, 'serving');
    const withTraffic = bindings.map(({ targetGroupArn }) => targetGroupArn);
    const serving = this.deployment.sources.find((source) =>
      source.targetGroups.some(({ targetGroupArn }) => withTraffic.includes(targetGroupArn)),
    );
    this.candidate = serving ?? this.candidate;
    if (!this.candidate) return;
    this.candidate.followsDesiredCount = true;
    await this.retireOthers(this.candidate);
  }

  /** Wait in a lifecycle stage, for as long as one may take. @throws Ending, through the flow, when it takes longer. */
  private async within(stage: string, condition: () => boolean): Promise<void> {
    const { context, flow, service } = this;
    const cancel = context.clock.schedule(TIMINGS.lifecycleStageLimit, () =>
      flow.interrupt(stageTimedOut(stage)),
    );
    try {
      await flow.until(condition, service.changes);
    } finally {
      cancel();
    }
  }

  private async shiftTest(): Promise<void> {
    const { context, flow, deployment } = this;
    enterStage(context, deployment, 'TEST_TRAFFIC_SHIFT');
    await passShift(context, flow, deployment, 'TEST_TRAFFIC_SHIFT', { test: this.divided(100) }, () =>
      shiftTestTraffic(context, deployment, 100),
    );
    await flow.sleep(TIMINGS.lifecycleStage);
    await this.delay();
    await passStage(context, flow, deployment, 'POST_TEST_TRAFFIC_SHIFT');
  }

  private async shiftProduction({ percent, bakeMinutes }: TrafficShift): Promise<void> {
    const { context, flow, deployment } = this;
    const inSteps = context.answers.holds('ecs.hook-weights-of-steps');
    const [before, after] = inSteps ? [deployment.productionWeight, percent] : [0, 100];
    await this.prepareShift(before);
    enterStage(context, deployment, 'PRODUCTION_TRAFFIC_SHIFT');
    const weights = { production: this.divided(after) };
    await passShift(context, flow, deployment, 'PRODUCTION_TRAFFIC_SHIFT', weights, () =>
      shiftProductionTraffic(context, deployment, percent),
    );
    await flow.sleep(TIMINGS.lifecycleStage);
    const isFirst = this.steps++ === 0;
    if (isFirst || context.answers.holds('ecs.network-load-balancer-delays-each-step')) await this.delay();
    await flow.sleep(bakeMinutes * MINUTE_MILLISECONDS);
  }

  /** Give a Network Load Balancer the time to follow its weights. */
  private async delay(): Promise<void> {
    if (isBehindNetworkLoadBalancer(this.target)) await this.flow.sleep(TIMINGS.networkLoadBalancerShift);
  }

  /** The stage before each shift of production traffic: it is there for its hooks alone. */
  private async prepareShift(weight: number): Promise<void> {
    const { context, flow, deployment } = this;
    const stage = 'PRE_PRODUCTION_TRAFFIC_SHIFT';
    if (hooksAt(deployment, stage).length === 0) return;
    if (context.answers.holds('ecs.pre-production-stage-is-shown')) enterStage(context, deployment, stage);
    await runHooks(context, flow, deployment, stage, { production: this.divided(weight) });
  }

  /** Percentages of traffic when the target revision has this one, by service revision ARN. */
  private divided(percent: number): Record<string, number> {
    const { target, candidate } = this;
    return {
      [target.arn]: percent,
      // As whole as percentages are given: to one decimal.
      ...(candidate && { [candidate.arn]: Math.round((100 - percent) * 10) / 10 }),
    };
  }

  private async bake(): Promise<void> {
    const minutes: number = this.deployment.configuration.bakeTimeInMinutes ?? 0;
    if (minutes === 0) return;
    enterStage(this.context, this.deployment, 'BAKE_TIME');
    await this.flow.sleep(minutes * MINUTE_MILLISECONDS);
  }

  /** Stop the tasks of every revision but one. */
  private async retireOthers(kept: ServiceRevision): Promise<void> {
    const others = this.service.revisions.filter((revision) => revision !== kept);
    for (const revision of others) {
      revision.followsDesiredCount = false;
      scaleRevision(this.context, revision, 0);
    }
    await this.flow.until(
      () => others.every((revision) => wantedTasks(revision).length === 0),
      this.service.changes,
    );
    this.service.revisions = [kept, this.target].filter(
      (revision, index, all) => all.indexOf(revision) === index,
    );
  }

  /**
   * Replace tasks of all other revisions by tasks of this one, within the bounds of the deployment configuration.
   *
   * @param enoughPercent of the desired count that must be healthy to go on, whatever else runs; default: all, and nothing else.
   */
  private async replaceTasks(wanted: ServiceRevision, enoughPercent?: number): Promise<void> {
    const { service, context } = this;
    wanted.followsDesiredCount = false;
    for (;;) {
      const others = service.revisions.filter((revision) => revision !== wanted);
      const { maximumPercent, minimumHealthyPercent } = this.deployment.configuration;
      const { desiredCount } = service;
      if (
        enoughPercent !== undefined &&
        healthyCount(wanted) >= Math.ceil((desiredCount * enoughPercent) / 100)
      ) {
        return;
      }
      const most = Math.floor((desiredCount * maximumPercent) / 100);
      const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
      const old = others.reduce((sum, revision) => sum + wantedTasks(revision).length, 0);
      const room = Math.max(0, most - old - wanted.requestedCount);
      const requested = Math.min(desiredCount, wanted.requestedCount + room);
      if (requested !== wanted.requestedCount) scaleRevision(context, wanted, requested);
      let spare = [wanted, ...others].reduce((sum, revision) => sum + healthyCount(revision), 0) - least;
      for (const revision of others) {
        revision.followsDesiredCount = false;
        const healthy = Math.min(healthyCount(revision), Math.max(0, healthyCount(revision) - spare));
        spare -= healthyCount(revision) - healthy;
        if (wantedTasks(revision).length > healthy || revision.requestedCount > healthy) {
          scaleRevision(context, revision, healthy);
        }
      }
      const remaining = others.some((revision) => wantedTasks(revision).length > 0);
      if (!remaining && atFullScale(wanted) && wanted.requestedCount === desiredCount) break;
      await this.flow.nextChange(service.changes);
    }
    wanted.followsDesiredCount = true;
    service.revisions = [wanted];
  }

  private succeed(): void {
    const { deployment, service, target } = this;
    service.stableRevision = target;
    deployment.productionWeight = 100;
    this.complete(deployment.deployment);
    this.finish('SUCCESSFUL');
    if (service.revisions.length > 1) {
      this.context.clock.schedule(TIMINGS.deferredCleanup, () => this.stopFormerTasks());
    }
  }

  /** What early success criteria have left for afterwards. A later deployment replaces those tasks itself. */
  private stopFormerTasks(): void {
    const { service, target } = this;
    if (service.serviceDeployments[0] !== this.deployment) return;
    for (const revision of service.revisions.filter((each) => each !== target)) {
      revision.followsDesiredCount = false;
      scaleRevision(this.context, revision, 0);
    }
    service.revisions = [target];
  }

  private async end(ending: Ending): Promise<void> {
    const { deployment, context, service } = this;
    this.stopMonitors();
    if (ending.rolloutStateReason) {
      deployment.deployment.rolloutState = 'FAILED';
      deployment.deployment.rolloutStateReason = ending.rolloutStateReason;
      announceDeployment(context, deployment.deployment, 'SERVICE_DEPLOYMENT_FAILED');
      recordEvent(
        context,
        service,
        `(deployment ${deployment.deployment.id}) deployment failed: ${ending.eventText ?? ending.message}`,
      );
    }
    if (ending.action === 'ROLLBACK') return this.rollBack(ending);
    if (ending.isSuperseded && !context.answers.holds('ecs.superseded-deployment-leaves-weights')) {
      await this.giveTrafficBack();
    }
    this.stopScheduling(this.target);
    deployment.stoppedAt = this.touch();
    this.finish('STOPPED', ending.message);
  }

  /** What is said of a deployment that has failed and that nothing was before. */
  private withoutCandidate({ message }: Ending): string {
    const reason = 'No rollback candidate was found to run the rollback.';
    const isHidden = this.context.answers.holds('ecs.failed-first-deployment-hides-its-cause');
    return isHidden ? reason : `${message} ${reason}`;
  }

  private async rollBack(ending: Ending): Promise<void> {
    const { deployment, context, service, candidate, flow } = this;
    if (!candidate) {
      this.stopScheduling(this.target);
      return this.finish('ROLLBACK_FAILED', this.withoutCandidate(ending));
    }
    flow.resume();
    deployment.status = 'ROLLBACK_REQUESTED';
    deployment.statusReason = ending.message;
    deployment.rollback = {
      reason: ending.message,
      startedAt: this.touch(),
      serviceRevisionArn: candidate.arn,
    };
    restoreRevision(service, candidate);
    const entry = this.addRollbackEntry(candidate);
    recordEvent(context, service, `rolling back to deployment ${entry.id}.`);
    try {
      await flow.sleep(TIMINGS.lifecycleStage);
      deployment.status = 'ROLLBACK_IN_PROGRESS';
      await this.shiftBack();
      await this.replaceTasks(candidate);
    } catch (error) {
      const failure = endingOf(error);
      if (!failure) throw error;
      entry.rolloutState = 'FAILED';
      entry.rolloutStateReason = `ECS deployment ${entry.id} failed.`;
      announceDeployment(context, entry, 'SERVICE_DEPLOYMENT_FAILED');
      this.stopScheduling(candidate);
      return this.finish('ROLLBACK_FAILED', failure.message);
    }
    service.stableRevision = candidate;
    this.complete(entry);
    this.finish('ROLLBACK_SUCCESSFUL', ending.message);
    await removeEndpoints(context, service);
  }

  /**
   * Take traffic away from the target revision, with the hooks of those shifts (ECS developer guide, "Lambda hooks for Amazon
   * ECS service deployments", "Lifecycle hooks during rollback").
   */
  private async shiftBack(): Promise<void> {
    const { context, deployment } = this;
    const none = this.divided(0);
    await this.takeBack('PRODUCTION_TRAFFIC_SHIFT', deployment.productionWeight, { production: none }, () =>
      shiftProductionTraffic(context, deployment, 0),
    );
    await this.takeBack('TEST_TRAFFIC_SHIFT', deployment.testWeight, { test: none }, () =>
      shiftTestTraffic(context, deployment, 0),
    );
  }

  /** @param weight that the target revision has. */
  private async takeBack(
    stage: 'TEST_TRAFFIC_SHIFT' | 'PRODUCTION_TRAFFIC_SHIFT',
    weight: number,
    weights: TrafficWeights,
    shift: () => Promise<void>,
  ): Promise<void> {
    const { context, flow, deployment } = this;
    if (weight > 0) await shift();
    else if (context.answers.holds('ecs.rollback-calls-hooks-of-its-shifts')) return;
    await runHooks(context, flow, deployment, stage, weights).catch((error: unknown) => {
      const isOfHook = error instanceof Ending;
      if (!isOfHook || !context.answers.holds('ecs.failing-hook-does-not-stop-rollback')) throw error;
    });
    if (weight > 0 && context.answers.holds('ecs.network-load-balancer-delays-rollbacks')) await this.delay();
  }

  /** Send the traffic back to the revision before. A rule that cannot be changed stays as it is. */
  private async giveTrafficBack(): Promise<void> {
    const { productionWeight } = this.deployment;
    if (productionWeight === 0 || !this.candidate || this.candidate === this.target) return;
    await shiftProductionTraffic(this.context, this.deployment, 0).catch(() => undefined);
  }

  /** The service's newest deployment is now the one that goes back. */
  private addRollbackEntry(candidate: ServiceRevision): Deployment {
    const { service, deployment, context } = this;
    for (const earlier of service.deployments) earlier.status = 'ACTIVE';
    const id = `ecs-svc/${context.identifiers.decimal()}`;
    const entry: Deployment = {
      id,
      revision: candidate,
      createdAt: now(context),
      updatedAt: now(context),
      status: 'PRIMARY',
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `${rollbackCause(deployment)}: rolling back to deploymentId ${id}.`,
    };
    service.deployments = [entry, ...service.deployments];
    announceDeployment(context, entry, 'SERVICE_DEPLOYMENT_IN_PROGRESS');
    return entry;
  }

  /** Leave a failed revision with the tasks it has, and start no more. */
  private stopScheduling(revision: ServiceRevision): void {
    revision.followsDesiredCount = false;
    revision.requestedCount = wantedTasks(revision).length;
  }

  private complete(entry: Deployment): void {
    const { context, service } = this;
    entry.rolloutState = 'COMPLETED';
    entry.rolloutStateReason = `ECS deployment ${entry.id} completed.`;
    entry.updatedAt = now(context);
    service.deployments = [entry];
    announceDeployment(context, entry, 'SERVICE_DEPLOYMENT_COMPLETED');
    recordEvent(context, service, `(deployment ${entry.id}) deployment completed.`);
    recordEvent(context, service, 'has reached a steady state.');
  }

  private finish(status: string, reason?: string): void {
    const { deployment } = this;
    deployment.status = status;
    deployment.statusReason = reason;
    deployment.finishedAt = this.touch();
    this.context.moments.add('service deployment', deployment.arn, deployment.finishedAt.getTime());
    this.stopMonitors();
    this.service.changes.notify();
  }

  private stopMonitors(): void {
    for (const monitor of [this.deployment.circuitBreaker, this.deployment.alarms]) {
      if (monitor.status === 'MONITORING') monitor.status = 'MONITORING_COMPLETE';
    }
  }

  private touch(): Date {
    this.deployment.updatedAt = now(this.context);
    return this.deployment.updatedAt;
  }
}

/** How a deployment that shifts traffic begins. */
interface Beginning {
  /** Where the new tasks are put. */
  readonly place: 'serving' | 'idle';
  /** Whether traffic moves in the steps of the strategy, with its bake times. */
  readonly takesSteps: boolean;
}

const LATER_DEPLOYMENT: Beginning = { place: 'idle', takesSteps: true };

/** The first deployment of a service, beside which nothing runs. */
function firstDeployment({ answers }: EcsContext): Beginning {
  // Where the tasks are in the serving target group already, there is nothing to shift.
  if (!answers.holds('ecs.first-deployment-fills-alternate-target-group'))
    return { place: 'serving', takesSteps: false };
  return { place: 'idle', takesSteps: answers.holds('ecs.first-deployment-takes-all-steps') };
}

function rollbackCause({ circuitBreaker }: ServiceDeployment): string {
  return circuitBreaker.status === 'TRIGGERED' ? 'ECS deployment circuit breaker' : 'ECS deployment failed';
}

/** The ending that an error carries; undefined when it is none, as when everything is reset. */
function endingOf(error: unknown): Ending | undefined {
  const cause = error instanceof Interrupted ? error.reason : error;
  return cause instanceof Ending ? cause : undefined;
}
