/**
 * Who deploys a service. Under CODE_DEPLOY that is AWS CodeDeploy, whose deployments are not simulated: such a service has the one task
 * set with which it was made. Source: ECS developer guide, "Updating Amazon ECS service parameters", and API reference of UpdateService;
 * the guide has the
 * text for task definitions, and those for the others are worded alike.
 */
import { AwsError, type Structure } from '../service';
import { deploymentInProgress, type Service } from './state';

/** Controllers that a service may be given, by the one that it has. */
const TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  ECS: ['ECS', 'EXTERNAL'],
  CODE_DEPLOY: ['CODE_DEPLOY', 'ECS', 'EXTERNAL'],
  EXTERNAL: ['EXTERNAL', 'ECS'],
};

/** What UpdateService does not change under CODE_DEPLOY, and what its refusal calls it. */
const OF_CODE_DEPLOY: readonly (readonly [member: string, refusal: string])[] = [
  ['taskDefinition', 'Unable to update task definition'],
  ['networkConfiguration', 'Unable to update network parameters'],
  ['platformVersion', 'Unable to update platform version'],
  ['loadBalancers', 'Unable to update load balancers'],
  ['serviceRegistries', 'Unable to update service registries'],
  ['capacityProviderStrategy', 'Unable to update capacity provider strategy'],
  ['serviceConnectConfiguration', 'Unable to update service connect configuration'],
  ['volumeConfigurations', 'Unable to update volume configurations'],
  ['forceNewDeployment', 'Cannot force a new deployment'],
];

/** Who deploys a service with these settings. */
export function controllerOf({ deploymentController }: Structure): string {
  return deploymentController?.type ?? 'ECS';
}

/** Check the controller of a new service. @throws AwsError InvalidParameterException. */
export function checkNewController(input: Structure): void {
  if (controllerOf(input) !== 'CODE_DEPLOY') return;
  const loadBalancers: Structure[] = input.loadBalancers ?? [];
  if (loadBalancers.length !== 1 || loadBalancers[0]!.advancedConfiguration) {
    refuse('A service with a CODE_DEPLOY deployment controller has one load balancer with one target group.');
  }
}

/** Check what an update asks of the controller. @throws AwsError InvalidParameterException. */
export function checkController(input: Structure, service: Service): void {
  const before = controllerOf(service.settings);
  const after = input.deploymentController?.type ?? before;
  if (!TRANSITIONS[before]!.includes(after)) {
    refuse(`Updating the deployment controller from ${before} to ${after} is not supported.`);
  }
  if (after !== before && deploymentInProgress(service)) {
    refuse('The deployment controller cannot be updated while a service deployment is in progress.');
  }
  if (after !== 'CODE_DEPLOY') return;
  const refused = OF_CODE_DEPLOY.find(([member]) => input[member] !== undefined && input[member] !== false);
  if (!refused) return;
  refuse(
    `${refused[1]} on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.`,
  );
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
