/** Every duration and limit of the ECS engine, in virtual milliseconds unless the name says otherwise. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long things take. Where ECS states no figure, what is usual on Fargate. */
export const TIMINGS = {
  /** A service deployment stays PENDING. */
  deploymentPending: 2 * SECOND,
  /** A lifecycle stage in which nothing has to be waited for. */
  lifecycleStage: 5 * SECOND,
  /** From a change of weights on a Network Load Balancer until the deployment goes on (ECS developer guide, "Network Load Balancer resources for Amazon ECS blue/green, linear and canary deployments"). */
  networkLoadBalancerShift: 10 * MINUTE,
  /** From the success of a deployment with DEFERRED cleanup until its former tasks stop; ECS may take up to two weeks. */
  deferredCleanup: MINUTE,
  /** Longest time in one lifecycle stage (ECS developer guide, "Amazon ECS blue/green deployments": 24 hours). */
  lifecycleStageLimit: 24 * 60 * MINUTE,
  /** A task in PROVISIONING: its network interface is made and attached. */
  taskProvisioning: 15 * SECOND,
  /** A task in PENDING: images are pulled and containers made. */
  imagePull: 5 * SECOND,
  /** A task in ACTIVATING: its address is registered in target groups. */
  taskActivating: 2 * SECOND,
  /** A container that exits at once does so after this. */
  containerExit: 1 * SECOND,
  /** A task in STOPPING: containers obey SIGTERM. */
  taskStopping: 2 * SECOND,
  /** A task in DEPROVISIONING: its network interface is detached and deleted. */
  taskDeprovisioning: 10 * SECOND,
  /** How long an event is not repeated (ECS developer guide, "Amazon ECS service event messages": six hours). */
  repeatedEventSilence: 6 * 60 * MINUTE,
  /** From the first use of ECS in an account until IAM has the service-linked role. */
  serviceLinkedRole: 15 * SECOND,
  /** Between two looks at the CloudWatch alarms of a deployment. */
  alarmPolling: 15 * SECOND,
  /** First pause before a failed task is replaced; it doubles with each further failure. */
  replacementBackoff: 10 * SECOND,
  /** Longest pause before a failed task is replaced (ECS developer guide, service throttling: 15 minutes). */
  replacementBackoffLimit: 15 * MINUTE,
  /** From a change of a role until ECS can use it (IAM user guide, troubleshooting, "Changes that I make are not always immediately visible"). */
  rolePropagation: 10 * SECOND,
  /** How far back service deployments are shown (ECS developer guide, "Viewing Amazon ECS service deployments": 90 days). */
  deploymentHistory: 90 * 24 * 60 * MINUTE,
  /** Stopped tasks are described for at least an hour (API reference of DescribeTasks). */
  stoppedTaskRetention: 60 * MINUTE,
} as const;

/** One minute in virtual milliseconds: the unit of bake times in the API. */
export const MINUTE_MILLISECONDS = MINUTE;

/** One second in virtual milliseconds: the unit of health check settings in the API. */
export const SECOND_MILLISECONDS = SECOND;
