import { type Outcome, when } from '../engine/outcome';
import type { Resource } from '../engine/resource';
import { all, any, not, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

/** How something starts tasks. */
export interface Launch {
  /** Where the subnets and the public IP address are said; the spelling differs from service to service. */
  readonly networks: readonly Value[];
  /** Variables that replace those of the task definition, by the names of the properties that hold them. */
  readonly overrides?: {
    readonly containers: Value;
    readonly environment: string;
    readonly name: string;
    readonly value: string;
  };
  /** What holds LaunchType and EnableExecuteCommand. */
  readonly parameters: Value;
  /** What holds PlatformVersion. */
  readonly platform: Value;
  /** The roles of the tasks, where they can be said. */
  readonly roles?: {
    readonly task: Value;
    readonly execution: Value;
    /** They replace those of a task definition, which stands elsewhere. */
    readonly areOverrides: boolean;
  };
}

const UPPER = { environment: 'Environment', name: 'Name', value: 'Value' };
const LOWER = { environment: 'environment', name: 'name', value: 'value' };
const UNKNOWN_DEFINITION = 'what is started is judged by itself';

/** How each type starts tasks. */
const LAUNCHERS: Readonly<
  Record<string, (resource: Resource, judge: (launch: Launch) => Outcome) => Outcome>
> = {
  'AWS::Events::Rule': (resource, judge) =>
    resource
      .at('Targets')
      .each(
        (target) => ofParameters(target.at('EcsParameters'), target.at('Input'), judge),
        UNKNOWN_DEFINITION,
      ),
  'AWS::Scheduler::Schedule': (resource, judge) =>
    ofParameters(resource.at('Target.EcsParameters'), resource.at('Target.Input'), judge),
  'AWS::Pipes::Pipe': (resource, judge) => {
    const parameters = resource.at('TargetParameters.EcsTaskParameters');
    return whenSet(parameters, () =>
      judge({
        networks: networksOf(parameters),
        overrides: { containers: parameters.at('Overrides.ContainerOverrides'), ...UPPER },
        parameters,
        platform: parameters,
        roles: overriddenRoles(parameters.at('Overrides'), 'TaskRoleArn', 'ExecutionRoleArn'),
      }),
    );
  },
  'AWS::StepFunctions::StateMachine': (resource, judge) => [
    ...eachState(resource.at('Definition.States'), judge),
    ...eachState(resource.at('DefinitionString').parsed().at('States'), judge),
  ],
  'AWS::Batch::JobDefinition': (resource, judge) => [
    ...whenSet(resource.at('ContainerProperties'), () =>
      judge({
        networks: [resource.at('ContainerProperties.NetworkConfiguration')],
        parameters: resource.at('ContainerProperties'),
        platform: resource.at('ContainerProperties.FargatePlatformConfiguration'),
        roles: {
          task: resource.at('ContainerProperties.JobRoleArn'),
          execution: resource.at('ContainerProperties.ExecutionRoleArn'),
          areOverrides: false,
        },
      }),
    ),
    ...resource.at('EcsProperties.TaskProperties').each(
      (task) =>
        judge({
          networks: [task.at('NetworkConfiguration')],
          parameters: task,
          platform: task,
          roles: {
            task: task.at('TaskRoleArn'),
            execution: task.at('ExecutionRoleArn'),
            areOverrides: false,
          },
        }),
      UNKNOWN_DEFINITION,
    ),
  ],
};

/** Types that start tasks, other than services of Amazon ECS. */
export const LAUNCHER_TYPES: readonly string[] = Object.keys(LAUNCHERS);

/** Judge every way in which a resource starts tasks; none where it starts none. */
export function eachLaunch(resource: Resource, judge: (launch: Launch) => Outcome): Outcome {
  return LAUNCHERS[resource.type]?.(resource, judge) ?? [];
}

/** Parameters as EventBridge and EventBridge Scheduler have them; overrides come in the input, as JSON. */
function ofParameters(parameters: Value, input: Value, judge: (launch: Launch) => Outcome): Outcome {
  return whenSet(parameters, () =>
    judge({
      networks: networksOf(parameters),
      overrides: { containers: input.parsed().at('containerOverrides'), ...LOWER },
      parameters,
      platform: parameters,
      roles: overriddenRoles(input.parsed(), 'taskRoleArn', 'executionRoleArn'),
    }),
  );
}

function overriddenRoles(overrides: Value, task: string, execution: string): Launch['roles'] {
  return { task: overrides.at(task), execution: overrides.at(execution), areOverrides: true };
}

function networksOf(parameters: Value): Value[] {
  return ['AwsVpcConfiguration', 'AwsvpcConfiguration'].map((name) =>
    parameters.at(`NetworkConfiguration.${name}`),
  );
}

function whenSet(value: Value, outcome: () => Outcome): Outcome {
  return value.isPresent().truth === false ? [] : when(value.isPresent(), outcome);
}

/** Services of Step Functions that start tasks, with any way of waiting for them. */
const RUN_TASK = ['arn:*:states:::ecs:runTask*', 'arn:*:states:::aws-sdk:ecs:runTask*'];

/** Judge the states that start tasks, also those within Parallel and Map states. */
function eachState(states: Value, judge: (launch: Launch) => Outcome): Outcome {
  return states.eachMember((state): Outcome => {
    const launches = ['Parameters', 'Arguments'].flatMap((name) => {
      const parameters = state.at(name);
      return whenSet(parameters, () =>
        judge({
          networks: networksOf(parameters),
          overrides: { containers: parameters.at('Overrides.ContainerOverrides'), ...UPPER },
          parameters,
          platform: parameters,
          roles: overriddenRoles(parameters.at('Overrides'), 'TaskRoleArn', 'ExecutionRoleArn'),
        }),
      );
    });
    return [
      ...when(state.at('Resource').matches(...RUN_TASK), () => launches),
      ...state.at('Branches').each((branch) => eachState(branch.at('States'), judge), UNKNOWN_DEFINITION),
      ...eachState(state.at('ItemProcessor.States'), judge),
      ...eachState(state.at('Iterator.States'), judge),
    ];
  }, UNKNOWN_DEFINITION);
}

/**
 * Whether a setting has a value. In a state machine it may also be a placeholder of DefinitionSubstitutions, a JSONata
 * expression, or a path into the input (`AssignPublicIp.$`).
 */
export function isLaunchedWith(parent: Value, name: string, expected: string | boolean): Test {
  return any(parent.at(name).equals(expected), isFilledIn(parent, name));
}

/** Whether a setting has a value, and another one than the given; placeholders as in `isLaunchedWith`. */
export function isLaunchedWithOther(parent: Value, name: string, accepted: string): Test {
  const value = parent.at(name);
  const filledIn = isFilledIn(parent, name);
  return filledIn.truth === false ? all(value.isSet(), not(value.equals(accepted))) : filledIn;
}

/** Undecided where a setting gets its value only when a state machine runs, else false. */
function isFilledIn(parent: Value, name: string): Test {
  const value = parent.at(name);
  const path = parent.member(`${name}.$`);
  const isPlaceholder = any(value.matches('*${*'), value.matches('{%*'));
  return any(
    isPlaceholder.truth === true
      ? value.undecided('it is filled in when the state machine runs')
      : isPlaceholder,
    path.isPresent().truth === true
      ? path.undecided('it comes from the input of the state machine')
      : path.isPresent(),
  );
}
