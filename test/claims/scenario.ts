/** Runs the scenario under one sheet of answers, and says what is wrong. */
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import type { Account } from '../crash/account';
import { beyond } from '../crash/observation';
import { whileRequested } from '../moves/steady-requests';
import type { Sheet } from './sheets';
import { HOST, STEPS, type Step } from './steps';

/** What came of one scenario. */
export interface Verdict {
  readonly sheet: string;
  /** What is wrong, each with the step; none when all is well. */
  readonly faults: readonly string[];
  /** Steps that failed as the answers allow, with the cause that was named. */
  readonly allowed: readonly string[];
  /** Virtual minutes of each step. */
  readonly minutes: Readonly<Record<string, number>>;
}

const MINUTE = 60_000;

/** Run all steps in an account that is made anew. */
export async function runScenario(account: Account, sheet: Sheet): Promise<Verdict> {
  await account.reset();
  account.aws.answers.give(sheet.answers);
  return new Scenario(account, sheet).run();
}

class Scenario {
  private readonly faults: string[] = [];
  private readonly allowed: string[] = [];
  private readonly minutes: Record<string, number> = {};
  private serviceArn: string | undefined;
  /** The template that the service was brought to last. */
  private template: Structure | undefined;
  private readonly elb: ElasticLoadBalancingV2Client;

  constructor(
    private readonly account: Account,
    private readonly sheet: Sheet,
  ) {
    this.elb = new ElasticLoadBalancingV2Client(account.aws.clientOptions());
  }

  async run(): Promise<Verdict> {
    const before = await this.account.observe();
    for (const step of STEPS) {
      if (!(await this.carryOut(step))) break;
    }
    const after = await this.account.observe();
    for (const line of beyond(after, before)) this.faults.push(`in the end, left: ${line}`);
    for (const line of beyond(before, after)) this.faults.push(`in the end, missing: ${line}`);
    this.elb.destroy();
    const { faults, allowed, minutes } = this;
    return { sheet: this.sheet.name, faults, allowed, minutes };
  }

  /** @returns whether the next step can begin. */
  private async carryOut(step: Step): Promise<boolean> {
    const { clock } = this.account.aws;
    if (step.after) await clock.sleep(step.after);
    const begin = clock.now();
    const desired = step.template?.(this.account.surroundings);
    const outcome = await this.requested(step, () => this.operation(step, desired));
    const took = clock.now() - begin;
    this.minutes[step.name] = Math.round((took / MINUTE) * 10) / 10;
    if (took > step.within) this.complain(step, `took ${Math.round(took / MINUTE)} minutes`);
    if (outcome.status === 'SUCCESS') {
      if (step.fails) this.complain(step, 'succeeded');
      this.template = desired;
      if (step.action === 'CREATE') this.serviceArn = outcome.identifier;
    } else {
      this.judgeFailure(step, outcome);
      if (step.action !== 'UPDATE') {
        await this.remove(step, outcome);
        return step.fails !== undefined;
      }
      // What CloudFormation does.
      const back = await this.requested(step, () => this.update(this.template!, desired!));
      if (back.status === 'FAILED') this.complain(step, `the roll-back failed: ${back.message}`);
    }
    if (step.action !== 'DELETE') await this.checkRules(step);
    return true;
  }

  private operation({ action }: Step, desired: Structure | undefined): Promise<HandlerOutcome> {
    if (action === 'CREATE') return this.account.run('CREATE', desired!);
    if (action === 'DELETE') return this.account.run('DELETE', { ServiceArn: this.serviceArn });
    return this.update(desired!, this.template!);
  }

  private update(desired: Structure, previous: Structure): Promise<HandlerOutcome> {
    const identifier = { ServiceArn: this.serviceArn };
    return this.account.run('UPDATE', { ...desired, ...identifier }, { ...previous, ...identifier });
  }

  private async remove(step: Step, { identifier }: HandlerOutcome): Promise<void> {
    if (!identifier) return;
    const outcome = await this.account.run('DELETE', { ServiceArn: identifier });
    if (outcome.status === 'FAILED') this.complain(step, `the deletion failed: ${outcome.message}`);
  }

  /** Carry out an update while clients request the host without pause: none may lose an answer. */
  private async requested(step: Step, operation: () => Promise<HandlerOutcome>): Promise<HandlerOutcome> {
    if (step.action !== 'UPDATE') return operation();
    const { aws, hostedZoneId } = this.account;
    const { result, answers } = await whileRequested(aws, HOST, hostedZoneId, operation);
    if (answers.lost.length > 0) {
      this.complain(step, `${answers.lost.length} of ${answers.total} answers lost: ${answers.lost[0]}`);
    }
    return result;
  }

  private judgeFailure(step: Step, { errorCode, message }: HandlerOutcome & { status: 'FAILED' }): void {
    if (step.fails?.test(message)) return;
    if (this.sheet.causes.some((cause) => cause.test(message))) {
      this.allowed.push(`${step.name}: ${message}`);
    } else this.complain(step, `failed: ${errorCode}: ${message}`);
  }

  /** Each rule of the service sends all requests to target groups with healthy targets, and is as sticky as these are. */
  private async checkRules(step: Step): Promise<void> {
    const isSticky = this.template?.TargetGroupConfiguration.StickinessDurationSeconds !== undefined;
    for (const { RuleArn, Actions = [] } of await this.rules()) {
      for (const { ForwardConfig: { TargetGroups = [], TargetGroupStickinessConfig } = {} } of Actions) {
        if (TargetGroups.length < 2) continue;
        const serving = TargetGroups.filter(({ Weight }) => Weight! > 0);
        if (serving.length !== 1) this.complain(step, `the traffic of ${RuleArn} is split`);
        for (const { TargetGroupArn } of serving) {
          const { TargetHealthDescriptions = [] } = await this.elb.send(
            new DescribeTargetHealthCommand({ TargetGroupArn }),
          );
          if (!TargetHealthDescriptions.some(({ TargetHealth }) => TargetHealth?.State === 'healthy')) {
            this.complain(step, `${RuleArn} sends requests to ${TargetGroupArn}, where no target is healthy`);
          }
        }
        if (isSticky && TargetGroupStickinessConfig?.Enabled !== true) {
          this.complain(step, `${RuleArn} is not sticky any more`);
        }
      }
    }
  }

  /** Rules of the service: those that name its host. */
  private async rules(): Promise<Rule[]> {
    const { LoadBalancers = [] } = await this.elb.send(new DescribeLoadBalancersCommand({}));
    const rules: Rule[] = [];
    for (const { LoadBalancerArn } of LoadBalancers) {
      const { Listeners = [] } = await this.elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
      for (const { ListenerArn } of Listeners) {
        rules.push(...((await this.elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules ?? []));
      }
    }
    return rules.filter(({ Conditions = [] }) =>
      Conditions.some(({ HostHeaderConfig }) => HostHeaderConfig?.Values?.includes(HOST)),
    );
  }

  private complain(step: Step, fault: string): void {
    this.faults.push(`${step.name}: ${fault}`);
  }
}
