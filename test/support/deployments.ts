/** Deployments of a service: until they end, and until somebody decides on those that lifecycle hooks hold up. */
import {
  ContinueServiceDeploymentCommand,
  ListServiceDeploymentsCommand,
  type DeploymentLifecycleHookAction,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import type { Structure } from '../../local/service';
import { Driver } from './driver';
import { inVirtualTime } from './eventually';

/**
 * The deployment that READ tells of, once it waits for somebody.
 *
 * @param stage at which it is to wait; by default any.
 */
export async function heldDeployment(driver: Driver, serviceArn: string, stage?: string): Promise<Structure> {
  let deployment: Structure | undefined;
  const isHeld = async () => {
    deployment = Driver.modelOf(await driver.read(serviceArn)).CurrentDeployment;
    return (
      deployment?.AwaitedActions !== undefined && (stage === undefined || deployment.LifecycleStage === stage)
    );
  };
  // READ asks twenty times; a stage takes minutes.
  await inVirtualTime(driver.aws.clock, `the deployment waits at ${stage ?? 'a stage'}`, isHeld, 20);
  return deployment!;
}

/** Let a deployment go on, or have it rolled back. */
export async function decide(
  ecs: ECSClient,
  deployment: Structure,
  action: DeploymentLifecycleHookAction,
): Promise<void> {
  await ecs.send(
    new ContinueServiceDeploymentCommand({
      serviceDeploymentArn: deployment.ServiceDeploymentArn,
      hookId: deployment.AwaitedActions[0].HookId,
      action,
    }),
  );
}

/** Stages at which ECS takes hooks, in the order in which deployments come to them. */
export const HOOK_STAGES = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
] as const;

export const STRATEGIES = ['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Deployment configurations with short bake times, and steps that clients notice. */
export const CONFIGURATIONS: Readonly<Record<Strategy, Structure>> = {
  ROLLING: { Strategy: 'ROLLING', BakeTimeInMinutes: 1 },
  BLUE_GREEN: { Strategy: 'BLUE_GREEN', BakeTimeInMinutes: 1 },
  LINEAR: {
    Strategy: 'LINEAR',
    BakeTimeInMinutes: 1,
    LinearConfiguration: { StepPercent: 25, StepBakeTimeInMinutes: 2 },
  },
  CANARY: {
    Strategy: 'CANARY',
    BakeTimeInMinutes: 1,
    CanaryConfiguration: { CanaryPercent: 10, CanaryBakeTimeInMinutes: 2 },
  },
};

/** Wait until the newest deployment of a service has ended. */
export async function deploymentEnded({ aws }: Driver, ecs: ECSClient, service: string): Promise<void> {
  await inVirtualTime(
    aws.clock,
    'the deployment ends',
    async () => {
      const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ service }));
      return serviceDeployments![0]!.finishedAt !== undefined;
    },
    15,
  );
}
