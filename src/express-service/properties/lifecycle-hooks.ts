/** Lifecycle hooks of deployments: rows, what ECS refuses, and how long they may hold a deployment up. Pure. */
import type {
  DeploymentConfiguration as EcsDeploymentConfiguration,
  DeploymentLifecycleHook as EcsLifecycleHook,
  DeploymentLifecycleHookStage,
  DeploymentLifecycleHookTimeoutConfiguration,
} from '@aws-sdk/client-ecs';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import {
  DeploymentLifecycleHook,
  HookTimeoutConfiguration,
  type DeploymentConfiguration,
  type Inputs,
} from '../model';
import { strategyOf, strategyOfModel, type StrategyInputs } from './strategies';
import { table } from './table';

type Hook = Properties<DeploymentLifecycleHook>;
type TargetType = NonNullable<Hook['TargetType']>;

/** A type of hook. */
interface HookType {
  /** How many a service may have. */
  readonly most: number;
  /** Minutes that one may take. */
  readonly mostMinutes: number;
  /** Minutes where the template names none. */
  readonly defaultMinutes: number;
  /** Properties that name its target; none where it has none. */
  readonly needs: readonly (keyof Hook)[];
  /** Stages at which it is not possible, with those to name instead. */
  readonly notAt: Partial<Readonly<Record<DeploymentLifecycleHookStage, string>>>;
}

/**
 * Source: API reference of DeploymentLifecycleHook, and Amazon ECS Developer Guide; but for the minutes where the template names none:
 * ECS waits a day for each stage and step, of which two would be more than an operation has time for.
 */
const HOOK_TYPES: Readonly<Record<TargetType, HookType>> = {
  AWS_LAMBDA: {
    most: 10,
    mostMinutes: 1440,
    defaultMinutes: 60,
    needs: ['HookTargetArn', 'RoleArn'],
    notAt: {},
  },
  PAUSE: {
    most: 10,
    mostMinutes: 20160,
    defaultMinutes: 720,
    needs: [],
    notAt: {
      TEST_TRAFFIC_SHIFT: 'POST_SCALE_UP or POST_TEST_TRAFFIC_SHIFT',
      PRODUCTION_TRAFFIC_SHIFT: 'PRE_PRODUCTION_TRAFFIC_SHIFT or POST_PRODUCTION_TRAFFIC_SHIFT',
    },
  },
};

/** Stages that each step of a strategy has for itself (Amazon ECS Developer Guide). */
const STAGES_OF_A_STEP: readonly string[] = ['PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'];

function nameOfType({ TargetType = DeploymentLifecycleHook.DEFAULTS.TargetType }: Hook): TargetType {
  return TargetType;
}

function typeOf(hook: Hook): HookType {
  return HOOK_TYPES[nameOfType(hook)];
}

export const LIFECYCLE_HOOKS = table<DeploymentLifecycleHook, EcsLifecycleHook>('DeploymentLifecycleHook', {
  TargetType: { to: 'targetType' },
  HookTargetArn: {
    to: 'hookTargetArn',
    check: checkTarget,
    refused: { words: /hookTargetArn|hook target/i, remedy: 'Check HookTargetArn of all LifecycleHooks' },
  },
  RoleArn: { to: 'roleArn', check: checkTarget },
  LifecycleStages: {
    to: 'lifecycleStages',
    check: checkStages,
    refused: { words: /lifecycle ?stage/i, remedy: 'Check LifecycleStages of all LifecycleHooks' },
  },
  HookDetails: {
    to: 'hookDetails',
    check: checkTarget,
    refused: { words: /hook ?details/i, remedy: 'Check HookDetails of all LifecycleHooks' },
  },
  TimeoutConfiguration: {
    default: (hook) => ({
      ...HookTimeoutConfiguration.DEFAULTS,
      TimeoutInMinutes: typeOf(hook).defaultMinutes,
    }),
    to: 'timeoutConfiguration',
    members: table<HookTimeoutConfiguration, DeploymentLifecycleHookTimeoutConfiguration>(
      'HookTimeoutConfiguration',
      { TimeoutInMinutes: { to: 'timeoutInMinutes' }, Action: { to: 'action' } },
    ),
    check: checkTimeout,
    refused: {
      words: /timeoutInMinutes|hook timeout/i,
      remedy: 'Check TimeoutConfiguration of all LifecycleHooks',
    },
  },
});

/** Refuse what belongs to a target, where the type has none. */
function checkTarget(_value: unknown, path: string, hook: Hook): void {
  if (typeOf(hook).needs.length > 0) return;
  throw invalid(
    path,
    `is of hooks with a target; TargetType is ${nameOfType(hook)}`,
    'Remove it, or make TargetType AWS_LAMBDA',
  );
}

function checkStages(stages: readonly DeploymentLifecycleHookStage[], path: string, hook: Hook): void {
  const { notAt } = typeOf(hook);
  const stage = stages.find((each) => each in notAt);
  if (!stage) return;
  const problem = `has ${stage}, at which a hook of TargetType ${nameOfType(hook)} is not possible`;
  throw invalid(path, problem, `Name ${notAt[stage]}`);
}

function checkTimeout(
  { TimeoutInMinutes }: Properties<HookTimeoutConfiguration>,
  path: string,
  hook: Hook,
): void {
  const { mostMinutes: most } = typeOf(hook);
  if (TimeoutInMinutes === undefined || TimeoutInMinutes <= most) return;
  throw invalid(
    `${path}/TimeoutInMinutes`,
    `is ${TimeoutInMinutes}, more than the ${most} that ECS takes for ${nameOfType(hook)}`,
    `Give at most ${most}`,
  );
}

/** Refuse hooks that name no function to invoke, and more of a type than ECS takes. */
export function checkHooks(hooks: readonly Hook[], path: string): void {
  for (const [index, hook] of hooks.entries()) {
    const missing = typeOf(hook).needs.find((name) => hook[name] === undefined);
    if (!missing) continue;
    throw invalid(
      `${path}/${index}/${missing}`,
      'is missing',
      'Give the ARN of a Lambda function and of a role that may invoke it, or make TargetType PAUSE',
    );
  }
  for (const [type, { most }] of Object.entries(HOOK_TYPES)) {
    const count = hooks.filter((hook) => nameOfType(hook) === type).length;
    if (count <= most) continue;
    throw invalid(
      path,
      `has ${count} hooks of type ${type}; ECS takes ${most}`,
      'Give several stages to one hook',
    );
  }
}

/** Stages that a deployment has only where test requests have a listener rule, or an endpoint (Amazon ECS Developer Guide). */
const TEST_STAGES: readonly string[] = ['TEST_TRAFFIC_SHIFT', 'POST_TEST_TRAFFIC_SHIFT'];

/** Refuse hooks at stages that the deployments of the service may never come to: a pause there would hold nothing up. */
export function checkStagesAreReached(
  { LifecycleHooks = [] }: Properties<DeploymentConfiguration>,
  path: string,
  model: StrategyInputs & Pick<Partial<Inputs>, 'TestTraffic'>,
): void {
  const hasTestTraffic =
    model.TestTraffic ??
    model.ServiceConnectConfiguration?.ClientAlias ??
    model.LoadBalancerConfiguration?.Listener?.TestPort;
  const { name, hookStages } = strategyOfModel(model);
  for (const [index, { LifecycleStages = [] }] of LifecycleHooks.entries()) {
    const at = `${path}/LifecycleHooks/${index}/LifecycleStages`;
    const missing = hookStages && LifecycleStages.find((stage) => !hookStages.includes(stage));
    if (missing) {
      const remedy = `Name ${hookStages.join(' or ')}, or another Strategy`;
      throw invalid(at, `has ${missing}, to which deployments with the strategy ${name} do not come`, remedy);
    }
    const test = LifecycleStages.find((stage) => TEST_STAGES.includes(stage));
    if (!test || hasTestTraffic) continue;
    throw invalid(
      at,
      `has ${test}, to which a deployment comes only with test requests`,
      model.LoadBalancerConfiguration?.Type === 'network'
        ? 'Give LoadBalancerConfiguration/Listener/TestPort, or name another stage'
        : 'Give TestTraffic or ServiceConnectConfiguration/ClientAlias, or name another stage',
    );
  }
}

/** What one stage of a deployment may wait for at most. */
export interface StageWait {
  readonly stage: string;
  readonly minutes: number;
}

/**
 * How long the hooks of a deployment may hold it up. Those of one stage are waited for at once, and each step of the strategy
 * has its own.
 */
export function hookWaits(configuration: EcsDeploymentConfiguration): StageWait[] {
  const { lifecycleHooks = [] } = configuration;
  const { steps } = strategyOf(configuration);
  const stages = [...new Set(lifecycleHooks.flatMap(({ lifecycleStages = [] }) => lifecycleStages))];
  return stages.map((stage) => {
    const hooks = lifecycleHooks.filter(({ lifecycleStages = [] }) => lifecycleStages.includes(stage));
    const longest = Math.max(...hooks.map(minutesOf));
    const times = steps && STAGES_OF_A_STEP.includes(stage) ? steps.count(configuration) + 1 : 1;
    return { stage, minutes: longest * times };
  });
}

/** Minutes that ECS waits where nothing is said (API reference of DeploymentLifecycleHookTimeoutConfiguration). */
const ECS_DEFAULT_MINUTES = 1440;

function minutesOf({ timeoutConfiguration }: EcsLifecycleHook): number {
  return timeoutConfiguration?.timeoutInMinutes ?? ECS_DEFAULT_MINUTES;
}
