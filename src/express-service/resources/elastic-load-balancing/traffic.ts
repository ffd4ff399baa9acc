import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTargetHealthCommand, type Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDeepStrictEqual } from 'node:util';
import { allOf } from '../../../core/all-of';
import { HandlerError } from '../../../core/failure';
import { done, wait, waitedFor, type Outcome, type Wait } from '../../../core/outcome';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { ofVersion } from '../../composition/version';
import {
  groupToServe,
  ruleAt,
  TRAFFIC_WEIGHT_ACTIONS,
  weightsOf,
  type Weight,
} from '../../deployments/traffic-weights';
import { partOfTheWay, setWeights, VERSION_WEIGHT_ACTIONS } from '../../deployments/version-weights';
import { startTasks, stopTasks, VERSION_TASK_ACTIONS } from '../../deployments/version-tasks';
import { publish } from '../../events/publish';
import {
  isOtherContent,
  isOtherTraffic,
  TARGET_GROUPS_PER_RULE,
  type VersionsSpec,
} from '../../properties/versions';
import { rollbackAlarmName, type ObservedRollbackAlarm } from '../cloudwatch/rollback-alarm';
import { recordVersions } from '../ec2/service-security-group';
import type { ObservedServiceDeployment } from '../ecs/service-deployment';
import type { ObservedListenerRule } from './service-rule';
import { groupsOfVersions, type NeedsOfVersions } from './version-groups';
import type { ObservedVersionRules } from './version-rules';

/** Which versions answer. */
export interface ObservedTraffic {
  /** Weights by the ids of the versions. */
  readonly weights: Readonly<Record<string, number>>;
}

/** What is kept while requests move to other versions. */
interface Token {
  /** ARN of the listener rule. */
  readonly rule: string;
  readonly before: readonly Weight[];
  readonly after: readonly Weight[];
  /** Number of the step that the weights are at; the last one is that of {@link after}. */
  readonly step: number;
  /** Names of the alarms that send the requests back. */
  readonly alarmNames: readonly string[];
  /** Target groups of the versions, by their ids. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

type Needs = NeedsOfVersions & {
  ListenerRule: ObservedListenerRule;
  RollbackAlarm: ObservedRollbackAlarm;
  ServiceDeployment?: ObservedServiceDeployment;
  VersionRules?: ObservedVersionRules;
};

/** Seconds between looks at alarms while requests move. */
const POLL_SECONDS = 15;

/** Seconds for which a version that is to answer may take to be healthy, and between looks. */
const HEALTHY = { seconds: 15 * 60, look: 5 };

/**
 * The weights of the versions on the service's listener rule: the end of an update, once what the template runs is healthy. They
 * change only where the template says so, or runs something else and names no versions; else they stay as they are, also where
 * people have set them.
 *
 * A version that has not answered before gets its requests step by step, and an alarm sends them back. To versions that have proven
 * themselves they go at once, so that going back takes one call.
 */
export const traffic: Component<ObservedTraffic, Needs, object, Token> = {
  kind: 'Traffic',
  needs: ['ListenerRule', 'RollbackAlarm', 'ServiceDeployment', 'TargetGroups', 'VersionRules'],
  acrossVersions: true,
  volatile: true,
  permissions: {
    observe: ['elasticloadbalancing:DescribeRules'],
    apply: [
      ...VERSION_WEIGHT_ACTIONS,
      ...TRAFFIC_WEIGHT_ACTIONS,
      ...VERSION_TASK_ACTIONS,
      'cloudwatch:DescribeAlarms',
      'ec2:CreateTags',
      'elasticloadbalancing:DescribeTargetHealth',
    ],
    remove: [],
  },

  async observe(scope, { ListenerRule, ...needs }) {
    if (!scope.versions || !ListenerRule || scope.isRemoval) return undefined;
    return observed(scope, await ruleAt(scope, ListenerRule.arn), needs);
  },

  async apply(scope, needs) {
    const { spec, versions } = scope;
    if (!versions || !spec.versions) return done({ weights: {} });
    const rule = await ruleAt(scope, needs.ListenerRule.arn);
    await tellOfNewVersion(scope, rule, needs);
    if (!isToMove(scope, spec.versions)) return done(observed(scope, rule, needs));
    const after = await wantedWeights(scope, spec.versions, rule, needs);
    const before = formerWeights(scope, rule, needs);
    const gaining = after.filter(
      ({ targetGroupArn, weight }) => weight > 0 && weightIn(rule, targetGroupArn) === 0,
    );
    await startTasks(scope);
    const unready = await allOf(gaining.map((each) => isUnready(scope, each)));
    const missing = gaining.find((_each, index) => unready[index]);
    if (missing) return healthy(scope, missing.targetGroupArn, needs);
    const groups = groupsById(scope, needs);
    const token = {
      rule: rule.RuleArn!,
      before,
      after,
      groups,
      alarmNames: [],
      step: lastStep(spec.versions),
    };
    if (areProven(scope, token)) {
      await move(scope, rule, after, groups);
      return finish(scope, token);
    }
    const step = stepOf(spec.versions, token, rule);
    const names = alarmNames(scope, token);
    // Once requests have begun to move, none that goes off is an old story.
    const watched = step === undefined ? await quietAlarms(scope, names) : names;
    return take(scope, { ...token, alarmNames: watched, step: step ?? 0 }, rule);
  },

  /** Moves requests on, or back: nothing else may go on meanwhile. */
  async proceed(scope, token) {
    const { spec } = scope as ApplyScope;
    const alarms = await alarmsOf(scope, token.alarmNames);
    const rule = await ruleAt(scope, token.rule);
    if (alarms.length > 0) {
      await move(scope as ApplyScope, rule, token.before, token.groups);
      await tellOfRollback(scope as ApplyScope, token, weightsOf(rule));
      throw new HandlerError(
        'NotStabilized',
        `${alarms.join(', ')} went off while requests moved to ${labels(scope, token)}, so that they go where they went before`,
        {
          propertyPath: 'Version',
          remedy: 'Look at the metrics of the alarm and at the logs of that version, then try again',
        },
      );
    }
    if (waitedFor(scope.time, whatOf(token)) < minutesAt(spec.versions!, token.step) * 60) {
      return baking(scope as ApplyScope, token);
    }
    return token.step === lastStep(spec.versions!)
      ? finish(scope as ApplyScope, token)
      : take(scope as ApplyScope, { ...token, step: token.step + 1 }, rule);
  },
};

/** Whether an update changes which versions answer. */
function isToMove({ previousSpec }: ApplyScope, spec: VersionsSpec): boolean {
  const previous = previousSpec?.versions;
  if (spec.takesAll || isOtherTraffic(spec, previous)) return true;
  return spec.traffic === undefined && isOtherContent(spec, previous);
}

/** Weights that the rule is to have; versions that get none stay on it as far as there is room. */
async function wantedWeights(
  scope: ApplyScope,
  { traffic: shares, label }: VersionsSpec,
  rule: Rule,
  needs: NeedsOfVersions,
): Promise<Weight[]> {
  const groups = groupsOfVersions(scope, needs);
  const wanted = (shares ?? [{ label, weight: 1 }]).filter(({ weight }) => weight > 0);
  const serving = await allOf(
    wanted.map(async ({ label: name, weight }) => {
      const index = scope.versions!.findIndex((each) => each.label === name);
      return { targetGroupArn: await groupOf(scope, groups[index]!.targetGroupArns, rule), weight };
    }),
  );
  const arns = serving.map(({ targetGroupArn }) => targetGroupArn);
  const others = [
    ...groups.flatMap(({ targetGroupArns }) => targetGroupArns),
    ...weightsOf(rule).map((each) => each.targetGroupArn),
  ];
  const waiting = [...new Set(others)].filter((arn) => !arns.includes(arn));
  return [
    ...serving,
    ...waiting
      .filter((arn) => weightsOf(rule).some(({ targetGroupArn }) => targetGroupArn === arn))
      .slice(0, TARGET_GROUPS_PER_RULE - serving.length)
      .map((targetGroupArn) => ({ targetGroupArn, weight: 0 })),
  ];
}

/** Of the pair of an ECS service that was made before there were versions, the one with its tasks. */
async function groupOf(scope: Scope, arns: readonly string[], rule: Rule): Promise<string> {
  const serving = arns.find((arn) => weightIn(rule, arn) > 0);
  if (serving !== undefined || arns.length === 1) return serving ?? arns[0]!;
  return groupToServe(
    scope,
    arns.map((targetGroupArn) => ({ targetGroupArn, weight: 0 })),
  );
}

/**
 * Weights that the requests go back to: those of the rule; of an update that goes on after it was cut off, those that the
 * template asked for before.
 */
function formerWeights(scope: ApplyScope, rule: Rule, needs: NeedsOfVersions): Weight[] {
  const { previousSpec, versions = [] } = scope;
  const [newest] = versions;
  const weights = weightsOf(rule);
  const groups = groupsOfVersions(scope, needs);
  const own = groups[0]!.targetGroupArns;
  const isUnderWay = newest?.state !== 'proven' && own.some((arn) => weightIn(rule, arn) > 0);
  const previous = previousSpec?.versions;
  if (!isUnderWay || !previous) return [...weights];
  const shares = previous.traffic ?? [{ label: previous.label, weight: 1 }];
  const before = new Map(
    shares.flatMap(({ label, weight }) => {
      const index = versions.findIndex((version) => version.label === label);
      const arn = groups[index]?.targetGroupArns[0];
      return arn === undefined ? [] : [[arn, weight] as const];
    }),
  );
  return [...before.values()].some((weight) => weight > 0)
    ? weights.map(({ targetGroupArn }) => ({ targetGroupArn, weight: before.get(targetGroupArn) ?? 0 }))
    : [...weights];
}

/** Whether nothing speaks against sending all requests at once. */
function areProven({ versions = [] }: Scope, { after, groups }: Token): boolean {
  return idsWithRequests(after, groups).every(
    (id) => versions.find((version) => version.id === id)?.state === 'proven',
  );
}

async function take(scope: ApplyScope, token: Token, rule: Rule): Promise<Outcome<ObservedTraffic, Token>> {
  const { versions: spec } = scope.spec;
  await move(scope, rule, weightsAt(spec!, token), token.groups);
  if (minutesAt(spec!, token.step) > 0) return baking(scope, token);
  if (token.step === lastStep(spec!)) return finish(scope, token);
  return take(scope, { ...token, step: token.step + 1 }, await ruleAt(scope, token.rule));
}

async function finish(scope: ApplyScope, token: Token): Promise<Outcome<ObservedTraffic, Token>> {
  const { after, groups } = token;
  await tellOfPromotion(scope, token);
  const ids = idsWithRequests(after, groups);
  const proven = scope.versions!.filter(({ id, state }) => ids.includes(id) && state !== 'proven');
  if (proven.length > 0) {
    await recordVersions(
      scope,
      proven.map((version) => ({ ...version, state: 'proven' as const })),
    );
  }
  await stopTasks(scope);
  return done({ weights: weightsByVersion(after, groups) });
}

function baking(scope: ApplyScope, token: Token): Wait<Token> {
  const { versions: spec } = scope.spec;
  const last = lastStep(spec!);
  const minutes = minutesAt(spec!, token.step);
  const share =
    token.step === last ? 'all of its requests' : `${percent(spec!.steps.parts[token.step]!)} of the way`;
  const left = Math.max(minutes * 60 - waitedFor(scope.time, whatOf(token)), 1);
  return wait(
    `the bake time of ${minutes} minutes at step ${token.step + 1} of ${last + 1}: ${labels(scope, token)} has ${share}`,
    Math.min(left, POLL_SECONDS),
    {
      token,
      limit: {
        what: whatOf(token),
        seconds: minutes * 60 + HEALTHY.seconds,
        remedy: 'Try the operation again',
      },
    },
  );
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`;
}

function whatOf({ step }: Token): string {
  return `traffic at step ${step}`;
}

function weightsAt({ steps: { parts } }: VersionsSpec, { before, after, step }: Token): readonly Weight[] {
  const part = parts[step];
  return part === undefined ? after : partOfTheWay(before, after, part);
}

function minutesAt({ steps }: VersionsSpec, step: number): number {
  return step < steps.parts.length ? steps.minutes : steps.bakeMinutes;
}

function lastStep({ steps: { parts } }: VersionsSpec): number {
  return parts.length;
}

/** The step that the weights of the rule are at; undefined when they are at none. */
function stepOf(spec: VersionsSpec, token: Token, rule: Rule): number | undefined {
  const steps = Array.from({ length: lastStep(spec) + 1 }, (_, step) => step);
  return steps.find((step) =>
    weightsAt(spec, { ...token, step }).every(
      ({ targetGroupArn, weight }) => weightIn(rule, targetGroupArn) === weight,
    ),
  );
}

function weightIn(rule: Rule, arn: string): number {
  return weightsOf(rule).find(({ targetGroupArn }) => targetGroupArn === arn)?.weight ?? 0;
}

/** Names of the alarms that can send requests back. */
function alarmNames(scope: ApplyScope, { after, groups }: Token): string[] {
  const { alarmNames: given } = scope.spec.versions!;
  if (!given) return [];
  const made = idsWithRequests(after, groups).map((id) => rollbackAlarmName(ofVersion(scope, id).ecsService));
  return [...new Set([...made, ...given])];
}

/** Those that do not go off before anything has moved. */
async function quietAlarms(scope: ApplyScope, names: readonly string[]): Promise<string[]> {
  const loud = await alarmsOf(scope, names);
  return names.filter((name) => !loud.includes(name));
}

/** Those of the alarms that go off. */
async function alarmsOf({ clients }: Scope, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { MetricAlarms = [], CompositeAlarms = [] } = await clients.cloudWatch.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...names],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    }),
  );
  return [...MetricAlarms, ...CompositeAlarms].flatMap(({ AlarmName, StateValue }) =>
    StateValue === 'ALARM' ? [AlarmName!] : [],
  );
}

/** Whether fewer tasks of a version are healthy than it is to begin with. */
async function isUnready({ clients, spec }: ApplyScope, { targetGroupArn }: Weight): Promise<boolean> {
  const { TargetHealthDescriptions = [] } = await clients.elasticLoadBalancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
  );
  const count = TargetHealthDescriptions.filter(
    ({ TargetHealth }) => TargetHealth?.State === 'healthy',
  ).length;
  return count < (spec.versions!.standby.taskCount === undefined ? 1 : spec.scaling.minTaskCount);
}

function healthy(scope: Scope, targetGroupArn: string, needs: NeedsOfVersions): Wait<never> {
  const index = groupsOfVersions(scope, needs).findIndex(({ targetGroupArns }) =>
    targetGroupArns.includes(targetGroupArn),
  );
  const label = scope.versions![index]!.label;
  return wait(`version ${label} to be healthy`, HEALTHY.look, {
    limit: {
      seconds: HEALTHY.seconds,
      problem: `version ${label} has too few healthy tasks, so that no requests were sent to it`,
      propertyPath: 'Traffic',
      remedy:
        'Look at the events of its ECS service and at its logs, or send the requests to another version',
    },
  });
}

/** Give the rule other weights, and tell the event bus. */
async function move(
  scope: ApplyScope,
  rule: Rule,
  weights: readonly Weight[],
  groups: Token['groups'],
): Promise<void> {
  await setWeights(scope, rule, weights);
  const [from, to] = [weightsOf(rule), weights].map((each) => labelled(scope, each, groups));
  if (!isDeepStrictEqual(from, to)) await publish(scope, { kind: 'trafficChanged', from: from!, to: to! });
}

/** Tell the event bus of a version that has all requests, where it has not had all before. */
async function tellOfPromotion(scope: ApplyScope, { before, after, groups }: Token): Promise<void> {
  const [id, ...others] = idsWithRequests(after, groups);
  if (others.length > 0 || isDeepStrictEqual(idsWithRequests(before, groups), [id])) return;
  const { label } = scope.versions!.find((version) => version.id === id)!;
  const [from, to] = [before, after].map((weights) => labelled(scope, weights, groups));
  await publish(scope, { kind: 'promoted', serviceVersion: label, from: from!, to: to! });
}

/** Tell the event bus of the versions that were to get more requests. @param weights before the alarm. */
async function tellOfRollback(scope: ApplyScope, token: Token, weights: readonly Weight[]): Promise<void> {
  const [from, to] = [weights, token.before].map((each) => labelled(scope, each, token.groups));
  for (const label of gaining(scope, token)) {
    await publish(scope, { kind: 'rolledBack', serviceVersion: label, from: from!, to: to! });
  }
}

/** Record that what the template runs is healthy, and tell the event bus of it, where it was not so before. */
async function tellOfNewVersion(scope: ApplyScope, rule: Rule, needs: NeedsOfVersions): Promise<void> {
  const [newest] = scope.versions!;
  if (newest!.state !== 'new') return;
  const weights = labelled(scope, weightsOf(rule), groupsById(scope, needs));
  await publish(scope, { kind: 'created', serviceVersion: newest!.label, from: weights, to: weights });
  await recordVersions(scope, [{ ...newest!, state: 'ready' }]);
}

function labelled(
  { versions = [] }: Scope,
  weights: readonly Weight[],
  groups: Token['groups'],
): { readonly version: string; readonly weight: number }[] {
  const by = weightsByVersion(weights, groups);
  return versions.map(({ id, label }) => ({ version: label, weight: by[id] ?? 0 }));
}

function groupsById(scope: Scope, needs: NeedsOfVersions): Token['groups'] {
  return Object.fromEntries(
    groupsOfVersions(scope, needs).map(({ id, targetGroupArns }) => [id, targetGroupArns]),
  );
}

function idsWithRequests(weights: readonly Weight[], groups: Token['groups']): string[] {
  const by = weightsByVersion(weights, groups);
  return Object.keys(by).filter((id) => by[id]! > 0);
}

function weightsByVersion(weights: readonly Weight[], groups: Token['groups']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(groups).map(([id, arns]) => [
      id,
      weights
        .filter(({ targetGroupArn }) => arns.includes(targetGroupArn))
        .reduce((sum, { weight }) => sum + weight, 0),
    ]),
  );
}

function observed(scope: Scope, rule: Rule, needs: NeedsOfVersions): ObservedTraffic {
  return { weights: weightsByVersion(weightsOf(rule), groupsById(scope, needs)) };
}

/** What requests move to, for messages. */
function labels(scope: Scope, token: Token): string {
  return `version ${gaining(scope, token).join(' and ')}`;
}

/** Labels of the versions that are to get a greater part of the requests, or of all that are to answer, where none is. */
function gaining({ versions = [] }: Scope, { before, after, groups }: Token): string[] {
  const [former, next] = [before, after].map((weights) => sharesByVersion(weights, groups));
  const gaining = versions.filter(({ id }) => next![id]! > former![id]!);
  const named = gaining.length > 0 ? gaining : versions.filter(({ id }) => next![id]! > 0);
  return named.map(({ label }) => label);
}

function sharesByVersion(weights: readonly Weight[], groups: Token['groups']): Record<string, number> {
  const byVersion = weightsByVersion(weights, groups);
  const sum = Object.values(byVersion).reduce((one, other) => one + other, 0);
  return Object.fromEntries(Object.entries(byVersion).map(([id, weight]) => [id, sum && weight / sum]));
}
