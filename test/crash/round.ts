/**
 * The life of one service, from nothing to nothing, in which each operation is disturbed at one point or not at all; and
 * the judgement on what each disturbance left.
 */
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { deathAfter } from '../support/death';
import type { Account } from './account';
import { FAULTS, type Fault } from './faults';
import { undisturbedCalls, type Point, type UndisturbedCall } from './matrix';
import { beyond, isResource, withoutHistory, type Observation } from './observation';
import { OPERATION_NAMES, OPERATIONS, type Operation, type OperationName } from './operations';

/**
 * What became of a point.
 * - `same end`: the end of the undisturbed operation.
 * - `clean failure`: the operation failed, and after CloudFormation's reaction everything is as it was before.
 * - `diverged`: neither.
 * - `leaked`: neither, and resources are there that should not be.
 * - `not reached`: the call did not come; the point counts for nothing.
 */
export type Result = 'same end' | 'clean failure' | 'diverged' | 'leaked' | 'not reached';

export interface Verdict {
  readonly point: Point;
  readonly result: Result;
  /** What is wrong, for the reader; the error message of a clean failure. */
  readonly detail: string;
}

/** Undisturbed operations: their calls, and what an observer sees before and after each. */
export interface Reference {
  readonly calls: Readonly<Record<OperationName, readonly UndisturbedCall[]>>;
  /** Before the first operation. */
  readonly before: Observation;
  readonly after: Readonly<Record<OperationName, Observation>>;
  /** After operations with {@link Operation.rolledBackBy}, and an undisturbed roll-back. */
  readonly rolledBack: Readonly<Partial<Record<OperationName, Observation>>>;
}

/** Points of one round: at most one for each operation. */
export type Round = Readonly<Partial<Record<OperationName, Point>>>;

/** Operations from the creation before the first of some to the last of them, as far as they have to be measured. */
export function livesOf(chosen: readonly OperationName[] = OPERATION_NAMES): OperationName[] {
  const places = chosen.map((name) => OPERATION_NAMES.indexOf(name));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const begin = OPERATION_NAMES.findLastIndex(
    (name, place) => place <= first && OPERATIONS[name].action === 'CREATE',
  );
  return OPERATION_NAMES.slice(begin, last + 1);
}

/** Run operations undisturbed, one after the other; default: every one. @throws Error when one does not succeed. */
export async function measure(
  account: Account,
  names: readonly OperationName[] = OPERATION_NAMES,
): Promise<Reference> {
  await account.reset();
  const life = new Life(account);
  const before = await account.observe();
  const calls: Partial<Record<OperationName, UndisturbedCall[]>> = {};
  const after: Partial<Record<OperationName, Observation>> = {};
  const rolledBack: Partial<Record<OperationName, Observation>> = {};
  for (const name of names) {
    account.aws.calls.clear();
    succeeded(name, await life.run(name));
    const { action } = OPERATIONS[name];
    calls[name] = undisturbedCalls(account.aws.calls.list({ callerOperation: action }));
    after[name] = await account.observe();
    const { rolledBackBy }: Operation = OPERATIONS[name];
    if (rolledBackBy === undefined) continue;
    succeeded(name, await life.run(rolledBackBy as OperationName));
    rolledBack[name] = await account.observe();
    succeeded(name, await life.run(name));
  }
  return { calls, before, after, rolledBack } as Reference;
}

/**
 * Run one round.
 *
 * @returns a verdict on each point up to the first one that leaves another state than it should; what comes after that has
 *   lost its footing and is left out.
 * @throws Error when an operation that is not disturbed fails.
 */
export async function runRound(account: Account, round: Round, reference: Reference): Promise<Verdict[]> {
  await account.reset();
  const life = new Life(account);
  const verdicts: Verdict[] = [];
  const first = OPERATION_NAMES.findIndex((name) => round[name]);
  const last = OPERATION_NAMES.findLastIndex((name) => round[name]);
  // What several updates come to a creation comes to as well, but for the history of the service.
  const former = OPERATION_NAMES.slice(0, first);
  const start = former.findLastIndex((name) => !(OPERATIONS[name] as Operation).leavesVersion);
  const begin = former[start];
  const isThere = begin !== undefined && OPERATIONS[begin].action !== 'DELETE';
  if (isThere) succeeded('create', await life.create(begin));
  for (const name of former.slice(start + 1)) succeeded(name, await life.run(name));
  let state = { before: isThere ? reference.after[former.at(-1)!] : reference.before, hasHistory: !isThere };
  for (const name of OPERATION_NAMES.slice(first, last + 1)) {
    const after = reference.after[name];
    const point = round[name];
    if (!point) succeeded(name, await life.run(name));
    else {
      const verdict = await disturb(account, life, point, {
        ...state,
        after,
        rolledBack: reference.rolledBack[name],
      });
      verdicts.push(verdict);
      if (verdict.result === 'diverged' || verdict.result === 'leaked') break;
      if (verdict.result === 'clean failure') {
        state = { ...state, hasHistory: false };
        if (OPERATIONS[name].action !== 'DELETE') succeeded(name, await life.run(name));
      }
    }
    state = { ...state, before: after };
  }
  return verdicts;
}

/** The states that a disturbed operation may end in. */
interface Expectation {
  /** That before the operation. */
  readonly before: Observation;
  /** That after the undisturbed operation. */
  readonly after: Observation;
  /** That after a roll-back which does not bring back all that was removed. */
  readonly rolledBack?: Observation;
  /** Whether the service has been through the same updates as in the {@link Reference}, and no more. */
  readonly hasHistory: boolean;
}

async function disturb(
  account: Account,
  life: Life,
  point: Point,
  { before, after, rolledBack, hasHistory }: Expectation,
): Promise<Verdict> {
  const { faults } = account.aws;
  const fault: Fault = FAULTS[point.fault];
  const { service, operation, occurrence: nth } = point.call;
  const id = faults.add({ ...fault.rule, service, operation, nth, extensionsOnly: true });
  const applied = () => faults.list().find((active) => active.id === id)!.applied > 0;
  account.watch = fault.death && deathAfter(applied, fault.death);
  const complaints: string[] = [];
  try {
    const outcome = await life.run(point.operation);
    const reached = applied();
    if (outcome.status === 'SUCCESS') {
      faults.clear();
      complaints.push(...differences(await account.observe(), after, hasHistory));
      return verdict(point, reached ? 'same end' : 'not reached', complaints);
    }
    complaints.push(...wrongWords(outcome, fault, point));
    if (!fault.lasting) faults.clear();
    let reaction = await life.react(point.operation, outcome);
    if (reaction.status === 'FAILED' && fault.lasting) {
      complaints.push(...wrongWords(reaction, fault, point));
      faults.clear();
      reaction = await life.react(point.operation, outcome);
    }
    faults.clear();
    if (reaction.status === 'FAILED') {
      complaints.push(`CloudFormation's reaction failed: ${reaction.errorCode}: ${reaction.message}`);
    }
    const isDeletion = OPERATIONS[point.operation].action === 'DELETE';
    // Of the update that has failed and of its roll-back there are task definitions.
    const observation = await account.observe();
    const left = differences(observation, isDeletion ? after : before, false);
    const isAsRolledBack = rolledBack && differences(observation, rolledBack, false).length === 0;
    complaints.push(...(isAsRolledBack ? [] : left));
    return verdict(point, 'clean failure', complaints, outcome.message);
  } catch (error) {
    return verdict(point, 'diverged', [(error as Error).stack ?? String(error)]);
  } finally {
    faults.clear();
    account.watch = undefined;
  }
}

function verdict(point: Point, result: Result, complaints: readonly string[], detail = ''): Verdict {
  if (complaints.length === 0) return { point, result, detail };
  const leaked = complaints.some((complaint) => complaint.startsWith(LEFT));
  return { point, result: leaked ? 'leaked' : 'diverged', detail: complaints.join('\n') };
}

const LEFT = 'should not be there: AWS::';

/** @param withHistory whether task definitions have to be as many as expected too. */
function differences(observation: Observation, expectation: Observation, withHistory: boolean): string[] {
  const expected = withHistory ? expectation : withoutHistory(expectation, expectation);
  const seen = withHistory ? observation : withoutHistory(observation, expectation);
  const missing = beyond(expected, seen);
  const extra = beyond(seen, expected);
  return [
    ...extra.map((line) => `should not be there: ${line}`),
    ...missing.map((line) => `is missing: ${line}`),
  ].sort((a, b) => Number(isResource(b.split(': ')[1]!)) - Number(isResource(a.split(': ')[1]!)));
}

/** What is wrong about the words of a failure. */
function wrongWords(
  { errorCode, message }: HandlerOutcome & { readonly status: 'FAILED' },
  fault: Fault,
  { call }: Point,
): string[] {
  const said = `: ${errorCode}: ${message}`;
  const complaints = [];
  if (fault.lasting && (errorCode !== 'AccessDenied' || !message.includes(`:${call.operation}`))) {
    complaints.push(`the failure does not name the action${said}`);
  }
  if (errorCode === 'InternalFailure') complaints.push(`the failure says nothing to a user${said}`);
  if (/^\s+at .*:\d+:\d+/m.test(message)) complaints.push(`the failure shows a stack${said}`);
  return complaints;
}

function succeeded(name: OperationName, outcome: HandlerOutcome): void {
  if (outcome.status === 'SUCCESS') return;
  throw new Error(`${name} failed without being disturbed: ${outcome.errorCode}: ${outcome.message}`);
}

/** A service as CloudFormation knows it: its identifier, and the template it was last brought to. */
export class Life {
  private serviceArn: string | undefined;
  private template: Structure | undefined;

  constructor(private readonly account: Account) {}

  /** Create the service with the template of an operation. */
  async create(name: OperationName): Promise<HandlerOutcome> {
    const { template }: Operation = OPERATIONS[name];
    this.template = template!(this.account.surroundings);
    return this.carryOut('CREATE', this.template, undefined);
  }

  /** Carry out an operation. */
  async run(name: OperationName): Promise<HandlerOutcome> {
    const operation: Operation = OPERATIONS[name];
    const { template } = this;
    const desired = operation.template?.(this.account.surroundings);
    const outcome = await this.carryOut(operation.action, desired, template);
    if (outcome.status === 'SUCCESS') this.template = desired;
    return outcome;
  }

  /**
   * What CloudFormation does after a failure: it deletes what it was creating, brings back the template before, or deletes
   * again.
   */
  async react(name: OperationName, failure: HandlerOutcome): Promise<HandlerOutcome> {
    const operation: Operation = OPERATIONS[name];
    if (operation.action === 'UPDATE') {
      const failed = operation.template!(this.account.surroundings);
      return this.carryOut('UPDATE', this.template, failed);
    }
    if (!failure.identifier) return failure.status === 'FAILED' ? { status: 'SUCCESS' } : failure;
    const outcome = await this.carryOut('DELETE', undefined, undefined, failure.identifier);
    const gone = outcome.status === 'FAILED' && outcome.errorCode === 'NotFound';
    return gone ? { status: 'SUCCESS' } : outcome;
  }

  private async carryOut(
    action: Operation['action'],
    desired: Structure | undefined,
    previous: Structure | undefined,
    serviceArn = this.serviceArn,
  ): Promise<HandlerOutcome> {
    const identifier = serviceArn && { ServiceArn: serviceArn };
    const outcome = await this.account.run(
      action,
      action === 'CREATE' ? desired! : { ...desired, ...identifier },
      action === 'UPDATE' ? { ...previous, ...identifier } : undefined,
    );
    if (action === 'CREATE' && outcome.status === 'SUCCESS') this.serviceArn = outcome.identifier;
    return outcome;
  }
}
