/** What the local AWS claims about Amazon ECS. */
import type { Claim } from './claim';

export const ECS = [
  {
    id: 'ecs.production-rule-needs-both-target-groups',
    statement:
      'CreateService refuses a production rule that forwards to one target group of the pair alone when there is no test rule.',
    source:
      'Sources contradict each other: the ECS developer guide, "Troubleshooting Amazon ECS blue/green deployments", has the refusal; a service made so was accepted on AWS (github.com/go-to-k/cdk-real-drift, issue 1730).',
    state: 'inferred',
    otherwise: 'It is accepted, and the first deployment makes the rule forward to both.',
    risk: 'None: the rule forwards to both from the beginning.',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.service-linked-role-of-a-new-account',
    statement:
      'In an account that has never used ECS, CreateCluster is InvalidParameterException "Unable to assume the service linked role. Please verify that the ECS service linked role exists." until IAM has the role, which the first call has made.',
    source:
      'Amazon ECS developer guide, "Using service-linked roles for Amazon ECS"; the error was seen on AWS (github.com/panther-labs/panther, issue 650).',
    state: 'confirmed',
    test: 'test/ecs-engine/new-account.test.ts',
  },
  {
    id: 'ecs.repeated-events-hidden',
    statement:
      'A service event that repeats a complaint is left out until its cause is resolved, or six hours have passed.',
    source: 'Amazon ECS developer guide, "Viewing Amazon ECS service event messages".',
    state: 'confirmed',
    test: 'test/ecs-engine/tasks.test.ts',
  },
  {
    id: 'ecs.unusable-infrastructure-role-fails-later',
    statement:
      'An infrastructure role that does not trust ecs.amazonaws.com, that lacks a permission, or that was made seconds ago, is accepted by CreateService and UpdateService; the deployment then rolls back because of "missing permissions on ECS Infrastructure Role".',
    source:
      'Amazon ECS developer guide, "Troubleshooting Amazon ECS blue/green deployments", for a trust policy that is missing. That a new role fails in the same way is concluded.',
    state: 'inferred',
    otherwise:
      'CreateService and UpdateService refuse it with InvalidParameterException "Unable to assume role and validate the listeners".',
    risk: 'A creation with a role of the same stack may take some minutes longer.',
    test: 'test/ecs-engine/infrastructure-role.test.ts',
  },
  {
    id: 'ecs.first-deployment-fills-alternate-target-group',
    statement:
      'The first deployment of a service by BLUE_GREEN, CANARY or LINEAR puts its tasks into the target group that the rule sends no traffic to, and shifts the traffic there; loadBalancers of DescribeServices stays as it was given.',
    source:
      'Recorded on AWS for BLUE_GREEN in github.com/go-to-k/cdk-real-drift, issue 1730; concluded for CANARY and LINEAR. The ECS developer guide on migrating from CodeDeploy names the primary target group.',
    state: 'inferred',
    otherwise: 'The tasks go into the target group that has the traffic, and none is shifted.',
    risk: 'None: weights and healthy targets are read, the order of the target groups is not.',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.first-deployment-takes-all-steps',
    statement:
      'The first deployment of a service takes the steps of its strategy, and bakes, like any other; until the last step most requests are answered 503.',
    source:
      'Concluded from reports of ECS Express Mode services whose rule reads 950 to 50 right after their creation.',
    state: 'inferred',
    otherwise: 'All traffic goes to the first tasks as soon as they are healthy, and nothing bakes.',
    risk: 'None but time: a creation ends some minutes earlier than its bake times add up to.',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.circuit-breaker-acts-in-every-strategy',
    statement: 'The deployment circuit breaker ends deployments of every strategy, not only rolling ones.',
    source:
      'Sources contradict each other: the API reference of DeploymentCircuitBreaker speaks of rolling updates only, the ECS developer guide and acceptance tests of the Terraform provider of all.',
    state: 'unverified',
    otherwise:
      'It watches rolling deployments only; others read DISABLED and try until a lifecycle stage has taken 24 hours.',
    risk: 'A deployment whose tasks keep failing ends later: when the resource type gives up on it, not when ECS does.',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.shift-keeps-stickiness',
    statement: 'When ECS shifts the weights of a rule, the rule keeps its TargetGroupStickinessConfig.',
    source:
      'Nothing is documented. One rule recorded after a deployment reads Enabled false; whether it had been on is not known.',
    state: 'unverified',
    otherwise: 'The rule reads Enabled false after each shift.',
    risk: 'Clients of a service with sticky sessions may change tasks during a deployment.',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.shifts-all-load-balancers',
    statement:
      'A deployment of a service with several load balancers shifts the production rules of all of them together.',
    source:
      'The API reference of AdvancedConfiguration gives each load balancer its own rule; how a deployment treats several is described nowhere.',
    state: 'unverified',
    otherwise:
      'It shifts the rule of the first load balancer; tasks are registered behind the others, whose weights stay.',
    risk: 'While a service moves to another load balancer, the new one sends requests nowhere until the resource type has set its weights.',
    test: 'test/ecs-engine/several-load-balancers.test.ts',
  },
  {
    id: 'ecs.lifecycle-stage-limit',
    statement: 'A lifecycle stage of a deployment that takes more than 24 hours ends the deployment.',
    source:
      'Amazon ECS developer guide, "Amazon ECS blue/green deployments", "How Amazon ECS blue/green deployments work".',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.stop-service-deployment-states',
    statement:
      'StopServiceDeployment takes deployments in PENDING, IN_PROGRESS, STOP_REQUESTED, ROLLBACK_REQUESTED and ROLLBACK_IN_PROGRESS, and is ConflictException in any other.',
    source:
      'Amazon ECS developer guide, "Stopping Amazon ECS service deployments"; API reference of StopServiceDeployment.',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.circuit-breaker-defaults',
    statement:
      'A circuit breaker reads back with resetOnHealthyTask true and a thresholdConfiguration of BOUNDED_PERCENT 50 where nothing else was given.',
    source:
      'Recorded on AWS in github.com/go-to-k/cdk-real-drift, issue 1730; API reference of DeploymentCircuitBreaker.',
    state: 'confirmed',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.deployment-history-90-days',
    statement:
      'Service deployments that were created more than 90 days ago are neither listed nor described, so that ListServiceDeployments may list none for a service that runs.',
    source:
      'Amazon ECS developer guide, "Viewing Amazon ECS service deployments": the most recent 90-day history. That the API follows the console in this is concluded.',
    state: 'inferred',
    otherwise: 'Every service deployment of a service is listed, however old it is.',
    risk: 'None: a service without a listed deployment is taken as one that nothing is deployed to.',
    test: 'test/ecs-engine/service-deployments.test.ts',
  },
  {
    id: 'ecs.list-service-deployments-newest-first',
    statement: 'ListServiceDeployments lists the newest service deployment first.',
    source:
      'No order is documented; that of DescribeServices, whose deployments begin with the newest, is taken.',
    state: 'inferred',
    otherwise: 'The oldest comes first.',
    risk: 'None: all pages are read, and the times compared.',
    test: 'test/ecs-engine/service-deployments.test.ts',
  },
  {
    id: 'ecs.circuit-breaker-threshold-bounds',
    statement:
      'A circuit breaker of type BOUNDED_PERCENT triggers after as many failed tasks as the percentage of the desired count, at least 3 and at most 200.',
    source:
      'Amazon ECS API reference, ServiceDeploymentCircuitBreaker; ECS developer guide, "How the Amazon ECS deployment circuit breaker detects failures".',
    state: 'confirmed',
    test: 'test/ecs-engine/rolling.test.ts',
  },
  {
    id: 'ecs.awslogs-stream-names',
    statement:
      'What a container writes is in the log stream <awslogs-stream-prefix>/<container name>/<task id> of its log group.',
    source: 'Amazon ECS developer guide, "Example Amazon ECS task definition: Route logs to CloudWatch".',
    state: 'confirmed',
    test: 'test/ecs-engine/container-logs.test.ts',
  },
  {
    id: 'ecs.task-definition-size',
    statement:
      'RegisterTaskDefinition of more than 65,536 bytes is ClientException "Actual length: … Max allowed length is \'65536\' bytes.".',
    source:
      'Amazon ECS service quotas, "Task definition size"; the text is from a CloudTrail event in github.com/awsdocs/amazon-ecs-developer-guide, pull request 149.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-definitions.test.ts',
  },
  {
    id: 'ecs.added-capabilities',
    statement:
      'RegisterTaskDefinition for Fargate refuses to add another Linux capability to a container than SYS_PTRACE.',
    source: 'Amazon ECS API reference, KernelCapabilities; the text of the error is not documented.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-definitions.test.ts',
  },
  {
    id: 'ecs.image-characters',
    statement:
      'RegisterTaskDefinition of an image with other characters than letters, digits and _-.:/@#, or with more than 255, is ClientException.',
    source:
      'Amazon ECS API reference, ContainerDefinition; the texts are from github.com/hashicorp/terraform-provider-aws, issue 22629, and github.com/aws-actions/amazon-ecs-render-task-definition, issue 49.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-definitions.test.ts',
  },
  {
    id: 'ecs.failed-first-deployment-hides-its-cause',
    statement:
      'A first deployment that fails ends ROLLBACK_FAILED with the status reason "No rollback candidate was found to run the rollback."; the cause is in the service events alone.',
    source:
      'Acceptance tests of the Terraform provider expect this status reason; the cause in the events is concluded.',
    state: 'inferred',
    otherwise: 'The status reason names the cause first.',
    risk: 'None: status reason, events, stopped tasks and targets are all read.',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.superseded-deployment-leaves-weights',
    statement:
      'An update during a deployment stops that one where it stands: the weights of the rule stay as they are.',
    source:
      'Concluded from the ECS developer guide, "Amazon ECS service deployments", by which the earlier deployment is stopped, not rolled back.',
    state: 'inferred',
    otherwise: 'The traffic goes back to the revision before, and then the new deployment begins.',
    risk: 'None: a deployment that is under way is rolled back before an update starts its own.',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.one-serving-target-group',
    statement:
      'A deployment that shifts traffic begins only when exactly one target group of each pair has a weight above 0; otherwise it rolls back because of "invalid networking configuration".',
    source: 'Amazon ECS developer guide, "Troubleshooting Amazon ECS blue/green deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.lifecycle-stages',
    statement:
      'A deployment that shifts traffic goes through RECONCILE_SERVICE (only when several revisions are active), PRE_SCALE_UP, SCALE_UP, POST_SCALE_UP, the traffic shifts, BAKE_TIME and CLEAN_UP.',
    source:
      'Amazon ECS API reference, ServiceDeployment, lifecycleStage; developer guide, "Amazon ECS blue/green deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.canary-configuration',
    statement: 'canaryConfiguration is refused for every strategy but CANARY.',
    source: 'Amazon ECS API reference, CanaryConfiguration.',
    state: 'confirmed',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.bake-keeps-blue',
    statement: 'Until the end of the bake time both revisions run at full scale.',
    source: 'Amazon ECS developer guide, "Amazon ECS blue/green deployments", BAKE_TIME.',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.alarm-at-start-ignored',
    statement: 'An alarm that is in ALARM when a deployment starts is not watched during that deployment.',
    source: 'Amazon ECS developer guide, "How CloudWatch alarms detect Amazon ECS deployment failures".',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.alarm-rolls-back',
    statement:
      'An alarm of the deployment configuration that goes into ALARM ends the deployment, and rolls it back where rollback is on.',
    source: 'Amazon ECS developer guide, "How CloudWatch alarms detect Amazon ECS deployment failures".',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.advanced-configuration-for-all',
    statement:
      'With a strategy other than ROLLING, every load balancer needs an advancedConfiguration; production and test rule differ, and no target group is there twice.',
    source: 'Amazon ECS developer guide, "Troubleshooting Amazon ECS blue/green deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.create-service-idempotent',
    statement:
      'CreateService may be repeated with the same client token; another request for a name that is in use is InvalidParameterException "Creation of service was not idempotent."',
    source: 'Amazon ECS API reference, CreateService, clientToken.',
    state: 'confirmed',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.draining-service',
    statement:
      'A deleted service is DRAINING until its connections are drained, and its name is not free before.',
    source: 'Amazon ECS API reference, DeleteService.',
    state: 'confirmed',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.cluster-in-use',
    statement: 'DeleteCluster is refused while the cluster has services or tasks.',
    source: 'Amazon ECS API reference, DeleteCluster.',
    state: 'confirmed',
    test: 'test/ecs-engine/clusters.test.ts',
  },
  {
    id: 'ecs.stopped-tasks-for-an-hour',
    statement: 'Stopped tasks are described for an hour.',
    source: 'Amazon ECS API reference, DescribeTasks: "at least an hour".',
    state: 'confirmed',
    test: 'test/ecs-engine/tasks.test.ts',
  },
  {
    id: 'ecs.grace-period',
    statement:
      'Failing health checks of a load balancer do not stop a task before healthCheckGracePeriodSeconds have passed.',
    source: 'Amazon ECS API reference, CreateService, healthCheckGracePeriodSeconds.',
    state: 'confirmed',
    test: 'test/ecs-engine/tasks.test.ts',
  },
  {
    id: 'ecs.throttled-restarts',
    statement: 'Tasks that keep failing are started again after growing pauses of at most 15 minutes.',
    source: 'Amazon ECS developer guide, "Amazon ECS service throttle logic".',
    state: 'confirmed',
    test: 'test/ecs-engine/rolling.test.ts',
  },
  {
    id: 'ecs.fargate-sizes',
    statement: 'RegisterTaskDefinition refuses CPU and memory that Fargate does not offer together.',
    source: 'Amazon ECS developer guide, "Amazon ECS task definition parameters for Fargate", task size.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-definitions.test.ts',
  },
  {
    id: 'ecs.scale-without-deployment',
    statement:
      'A new desired count starts and stops tasks without a deployment; revisions that are both active follow it.',
    source:
      'Amazon ECS API reference, UpdateService, desiredCount; developer guide, "Automatically scale your Amazon ECS service".',
    state: 'confirmed',
    test: 'test/ecs-engine/traffic-shifting.test.ts',
  },
  {
    id: 'ecs.task-roles-assumed-at-launch',
    statement:
      'RegisterTaskDefinition and CreateService accept an execution or task role that does not exist or does not trust ecs-tasks.amazonaws.com; no task is launched then, with the service event "failed to launch a task with (error ECS was unable to assume the role …".',
    source:
      'Service events that are quoted in github.com/boto/boto3, issue 1878, and github.com/telia-oss/terraform-aws-ecs-fargate, pull request 58.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-start.test.ts',
  },
  {
    id: 'ecs.secrets-read-at-start',
    statement:
      'A task on Fargate whose secrets name a parameter that does not exist, or the ARN of a secret with one or two of the three parts that may follow its name, stops with "ResourceInitializationError: unable to pull secrets or registry auth".',
    source:
      'Amazon ECS developer guide, "Stopped tasks error messages"; the texts are from github.com/aws/copilot-cli, issues 2095 and 5171, and github.com/floci-io/floci, pull request 2133.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-start.test.ts',
  },
] as const satisfies readonly Claim[];
