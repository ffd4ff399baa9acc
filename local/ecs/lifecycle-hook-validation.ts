/** What ECS refuses in the lifecycle hooks of a service. */
import type { Answers } from '../claims/answers';
import { AwsError, type Structure } from '../service';

/** What a type of hooks may be (ECS developer guide, "Lambda hooks …" and "Pause hooks for Amazon ECS service deployments"). */
interface Rules {
  /** Most hooks of this type that a service may have. */
  readonly most: number;
  /** Longest timeout, in minutes. */
  readonly longestTimeout: number;
  /** Members that it needs, and those that are for other types. */
  readonly needs: readonly string[];
  readonly refuses: readonly string[];
  /** Stages at which it cannot be, and what ECS says then. */
  readonly closedStages: readonly string[];
  readonly closed: string;
}

const RULES: Readonly<Record<string, Rules>> = {
  AWS_LAMBDA: {
    most: 10,
    longestTimeout: 1440,
    needs: ['hookTargetArn', 'roleArn'],
    refuses: [],
    closedStages: [],
    closed: '',
  },
  PAUSE: {
    most: 10,
    longestTimeout: 20_160,
    needs: [],
    refuses: ['hookTargetArn', 'roleArn'],
    closedStages: ['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'],
    closed: 'Invalid lifecycle stage provided for Pause Hook',
  },
};

/** A pause at this stage is in one table of the developer guide, and missing in another. */
const DISPUTED_STAGE = 'RECONCILE_SERVICE';

/** Check the hooks of a deployment configuration. @throws AwsError InvalidParameterException. */
export function checkLifecycleHooks(answers: Answers, hooks: readonly Structure[]): void {
  for (const [type, rules] of Object.entries(RULES)) {
    const ofType = hooks.filter(({ targetType = 'AWS_LAMBDA' }) => targetType === type);
    if (ofType.length > rules.most)
      refuse(`A service can have at most ${rules.most} lifecycle hooks of type ${type}.`);
    for (const hook of ofType) checkHook(answers, type, rules, hook);
  }
}

function checkHook(answers: Answers, type: string, rules: Rules, hook: Structure): void {
  const { lifecycleStages = [], timeoutConfiguration } = hook;
  if (lifecycleStages.length === 0) refuse('lifecycleStages can not be empty in lifecycleHooks.');
  const closedStages = [
    ...rules.closedStages,
    ...(type === 'PAUSE' && !answers.holds('ecs.pause-at-reconcile-service') ? [DISPUTED_STAGE] : []),
  ];
  if (lifecycleStages.some((stage: string) => closedStages.includes(stage))) refuse(rules.closed);
  if (rules.needs.some((member) => !hook[member])) {
    refuse(`${rules.needs.join(' and ')} are required for lifecycle hooks of type ${type}.`);
  }
  if (rules.refuses.some((member) => hook[member]) && answers.holds('ecs.pause-hook-refuses-target')) {
    refuse(`${rules.refuses.join(' and ')} are not supported for lifecycle hooks of type ${type}.`);
  }
  const minutes: number | undefined = timeoutConfiguration?.timeoutInMinutes;
  if (minutes !== undefined && (minutes < 1 || minutes > rules.longestTimeout)) {
    refuse(
      `timeoutInMinutes must be between 1 and ${rules.longestTimeout} for lifecycle hooks of type ${type}.`,
    );
  }
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
