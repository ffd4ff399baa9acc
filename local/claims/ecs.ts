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
    id: 'ecs.rolling-services-share-a-rule',
    statement:
      'A ROLLING service whose load balancer has no advanced configuration is made and deployed behind its target group, whatever else the rule forwards to and with which weights.',
    source:
      'Amazon ECS developer guide, "Troubleshooting Amazon ECS blue/green deployments", has conditions on rules for the other strategies alone; two such services behind the weights of one rule are what Harness makes on AWS (developer.harness.io, "ECS Blue-Green Traffic Shifting Step").',
    state: 'confirmed',
    test: 'test/ecs-engine/health-checks.test.ts',
  },
  {
    id: 'ecs.rolling-deployment-follows-listener-rule',
    statement:
      'A rolling deployment of a service whose load balancers have an advanced configuration puts its tasks into the target group that has the traffic, whichever of the pair targetGroupArn names.',
    source:
      'Concluded from the ECS developer guide on updating from rolling to blue/green, which deploys the pair under ROLLING; acceptance tests of the Terraform provider name the serving target group when they go back.',
    state: 'inferred',
    otherwise: 'They go into the target group that targetGroupArn names.',
    risk: 'None: before a rolling deployment the target group that has the traffic is named first.',
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
    id: 'ecs.rules-may-authenticate',
    statement:
      'CreateService and UpdateService take listener rules at which users sign in (authenticate-oidc, authenticate-cognito) before their requests are forwarded.',
    source: 'Nothing is documented; what ECS refuses of rules speaks of target groups alone.',
    state: 'unverified',
    otherwise:
      'They are InvalidParameterException "The listener rule … has an authentication action, which is not supported."',
    risk: 'A service with Authentication is not made, and the failure names that property.',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.shift-keeps-authentication',
    statement: 'When ECS shifts the weights of a rule, the rule keeps actions by which users sign in.',
    source:
      'Nothing is documented. ModifyRule replaces all actions of a rule, so that ECS has to give them again.',
    state: 'unverified',
    otherwise: 'The rule has no action but forward after each shift.',
    risk: 'From the first shift of a deployment to its end users need not sign in; then the resource type restores the action.',
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
    risk: 'While a service moves to another load balancer, the new one sends requests nowhere until the resource type has set its weights. Additional load balancers send requests to tasks that have stopped, from the end of the bake time of a deployment until the resource type has set their weights.',
    test: 'test/ecs-engine/several-load-balancers.test.ts',
  },
  {
    id: 'ecs.network-load-balancer-shifts',
    statement:
      'A service behind a Network Load Balancer names listeners where one behind an Application Load Balancer names rules; BLUE_GREEN, LINEAR and CANARY shift the weights of their default actions.',
    source:
      'Amazon ECS developer guide, "Network Load Balancer resources for Amazon ECS blue/green, linear and canary deployments"; the refusal of other ARNs is in "Troubleshooting Amazon ECS blue/green deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/network-load-balancer.test.ts',
  },
  {
    id: 'ecs.network-load-balancer-delays',
    statement:
      'Behind a Network Load Balancer, TEST_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT take ten minutes longer.',
    source:
      'Amazon ECS developer guide, "Network Load Balancer resources for Amazon ECS blue/green, linear and canary deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/network-load-balancer.test.ts',
  },
  {
    id: 'ecs.network-load-balancer-delays-shifts-alone',
    statement: 'Behind a Network Load Balancer, PRE_SCALE_UP takes no longer than elsewhere.',
    source:
      'Sources contradict each other: an older page of the ECS developer guide lists this stage among those that take ten minutes longer, its present one does not.',
    state: 'inferred',
    otherwise: 'It takes ten minutes longer, too.',
    risk: 'None but time: a deployment takes ten minutes more.',
    test: 'test/ecs-engine/network-load-balancer.test.ts',
  },
  {
    id: 'ecs.network-load-balancer-delays-each-step',
    statement: 'Behind a Network Load Balancer, each step of LINEAR and CANARY takes ten minutes longer.',
    source:
      'Concluded from the ECS developer guide, by which the stage PRODUCTION_TRAFFIC_SHIFT takes longer: it is gone through at each step.',
    state: 'inferred',
    otherwise: 'The first step does, the others do not.',
    risk: 'None but time: a deployment ends earlier than the resource type allows it to.',
    test: 'test/ecs-engine/network-load-balancer.test.ts',
  },
  {
    id: 'ecs.network-load-balancer-delays-rollbacks',
    statement:
      'A rollback behind a Network Load Balancer waits ten minutes after each shift that it takes back.',
    source: 'Nothing is documented; the reason that the guide gives for the delay is as true of a rollback.',
    state: 'inferred',
    otherwise: 'It waits for nothing.',
    risk: 'Where it does not wait, clients whose connections still go to the new tasks lose them.',
    test: 'test/ecs-engine/network-load-balancer.test.ts',
  },
  {
    id: 'ecs.network-listeners-of-every-protocol',
    statement:
      'The listeners of a service behind a Network Load Balancer may be of TCP, TLS, UDP and TCP_UDP.',
    source:
      'Concluded from the ECS developer guide, by which target groups have TCP "or the protocol your application uses"; its examples are of TCP.',
    state: 'inferred',
    otherwise: 'CreateService and UpdateService refuse listeners that are not of TCP.',
    risk: 'A service whose listener is of TLS, UDP or TCP_UDP can be deployed by rolling deployments without test traffic alone, or not at all.',
    test: 'test/ecs-engine/network-load-balancer.test.ts',
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
    id: 'ecs.monitoring-makes-a-revision',
    statement: 'UpdateService with other monitoring makes a revision of the service, and deploys it.',
    source:
      'Concluded from the Amazon ECS API reference, where service revisions alone tell the monitoring; that of UpdateService does not say what a change does.',
    state: 'inferred',
    otherwise: 'It starts no deployment; the next revision has it.',
    risk: 'None: a change of it is deployed in any case.',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'ecs.managed-volumes-match-the-task-definition',
    statement:
      'CreateService and UpdateService want a volume configuration for each volume of the task definition that is configured at launch, under its name, and for no other one.',
    source:
      'Amazon ECS API reference, ServiceVolumeConfiguration and Volume; the texts of the errors are not documented.',
    state: 'confirmed',
    test: 'test/ecs-engine/volumes.test.ts',
  },
  {
    id: 'ecs.volume-failure-is-the-stop-reason',
    statement:
      'A task whose EBS volume cannot be made fails to start, with the status reason of the attachment as its own.',
    source:
      'Amazon ECS developer guide, "Status reasons for Amazon EBS volume attachment to Amazon ECS tasks". That the task has it as its own reason is concluded.',
    state: 'inferred',
    otherwise: 'The attachment alone tells it; the reason of the task is "Task failed to start".',
    risk: 'None: the attachments of tasks are looked at, too.',
    test: 'test/ecs-engine/volumes.test.ts',
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
  {
    id: 'ecs.lambda-hook-event',
    statement:
      'The function of a lifecycle hook gets executionId, lifecycleStage, resourceArn (the service deployment), executionDetails with the service, the target revision and the weights by revision, and hookDetails where there are some. Test weights are told at TEST_TRAFFIC_SHIFT, production weights at PRE_PRODUCTION_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT, and nowhere else.',
    source:
      'Amazon ECS developer guide, "Lambda hooks for Amazon ECS service deployments", "Lifecycle payloads"; an event without hookDetails is in the AWS News Blog of July 2025 on blue/green deployments.',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.lambda-hook-replies',
    statement:
      'A hook function answers with hookStatus: SUCCEEDED goes on, FAILED rolls back, IN_PROGRESS is called again after callBackDelay seconds, 30 when left out, with the hookDetails of the answer merged into those that the hook had. An exception, or an answer without hookStatus, rolls back.',
    source:
      'Amazon ECS developer guide, "Lambda hooks for Amazon ECS service deployments"; the status reasons are in "Troubleshooting Amazon ECS blue/green deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hook-role',
    statement:
      'A role of a Lambda hook that does not trust ecs.amazonaws.com, or may not invoke the function, fails the hook when it is called: "ECS was unable to assume role …", "ECS was unable to invoke hook target … due to …".',
    source: 'Amazon ECS developer guide, "Troubleshooting Amazon ECS blue/green deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hooks-in-parallel',
    statement:
      'All hooks of one stage run in parallel. The deployment goes on when all have succeeded or were continued, and rolls back as soon as one says so.',
    source:
      'Amazon ECS developer guide, "Pause hooks for Amazon ECS service deployments", "Multiple hooks at the same stage".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hook-timeouts',
    statement:
      'A hook that has not ended after timeoutInMinutes, 1440 when left out, is TIMED_OUT: the deployment rolls back, or goes on where the action is CONTINUE.',
    source:
      'Amazon ECS developer guide, "Lambda hooks for Amazon ECS service deployments", "Timeout configuration"; "Pause hooks for Amazon ECS service deployments", "Timeout behavior".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hook-limits',
    statement:
      'A service has at most 10 hooks with Lambda functions and 10 pauses; timeouts are at most 1,440 minutes for the former and 20,160 for the latter; a pause cannot be at TEST_TRAFFIC_SHIFT or PRODUCTION_TRAFFIC_SHIFT. CreateService and UpdateService refuse others.',
    source:
      'Amazon ECS developer guide, "Pause hooks for Amazon ECS service deployments", "Constraints"; "Lambda hooks for Amazon ECS service deployments", "Timeout configuration".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hooks-at-each-step',
    statement:
      'Hooks at PRE_PRODUCTION_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT run again at each step of a CANARY or LINEAR deployment, each time with another hookId.',
    source:
      'Amazon ECS developer guide, "Pause hooks for Amazon ECS service deployments", "Pause hooks with linear and canary deployments"; "Lambda hooks for Amazon ECS service deployments", "Supported lifecycle stages".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.rollback-calls-shift-hooks',
    statement:
      'A rollback calls the functions of hooks at PRODUCTION_TRAFFIC_SHIFT and TEST_TRAFFIC_SHIFT again. The target revision is still the one that was to be deployed, with the weight 0.',
    source:
      'Amazon ECS developer guide, "Lambda hooks for Amazon ECS service deployments", "Lifecycle hooks during rollback".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hooks-on-first-deployments',
    statement:
      'The hooks of a service run on its first deployment too. One that fails ends it ROLLBACK_FAILED; its cause is in the service events.',
    source:
      'Service events of a first deployment whose hook at PRE_SCALE_UP failed, in a public post-mortem of 2026; the text is that of the ECS developer guide, "Troubleshooting Amazon ECS blue/green deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hook-events',
    statement:
      'EventBridge gets an "ECS Hook State Change" when a hook begins (HOOK_IN_PROGRESS for a function, HOOK_AWAITING_ACTION for a pause) and when it ends (HOOK_SUCCEEDED, HOOK_FAILED, HOOK_TIMED_OUT); its resource is the service deployment.',
    source: 'Amazon ECS developer guide, "Amazon ECS service deployment hook state change events".',
    state: 'confirmed',
    test: 'test/ecs-engine/events.test.ts',
  },
  {
    id: 'ecs.deployment-events',
    statement:
      'EventBridge gets an "ECS Deployment State Change" when a deployment or a rollback begins, is completed, or has failed, with the rollout state reason; its resource is the service.',
    source:
      'Amazon ECS developer guide, "Amazon ECS service deployment state change events"; clusterArn in its detail is in an event recorded in February 2025.',
    state: 'confirmed',
    test: 'test/ecs-engine/events.test.ts',
  },
  {
    id: 'ecs.rolling-deployments-run-hooks',
    statement:
      'A ROLLING deployment runs its hooks at PRE_SCALE_UP before it starts the first task, and those at POST_SCALE_UP once all tasks are replaced; other stages it does not have.',
    source:
      'AWS announced pauses for rolling deployments in May 2026, and acceptance tests of the Terraform provider send Lambda hooks with ROLLING. Which stages such a deployment has is stated nowhere.',
    state: 'inferred',
    otherwise: 'It runs none of its hooks.',
    risk: 'A gate before or after a rolling deployment does not hold it.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.shift-hooks-run-after-weights',
    statement:
      'Hooks at TEST_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT run once the weights of the rules are set.',
    source: 'Nothing is documented but that traffic "is in the process of moving" in these stages.',
    state: 'unverified',
    otherwise: 'They run first, and then the weights are set.',
    risk: 'A check at such a stage may look at the revision before; at POST_TEST_TRAFFIC_SHIFT it cannot.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hook-weights-of-steps',
    statement:
      'In steps, hooks at PRODUCTION_TRAFFIC_SHIFT are told the weights of the step, and those at PRE_PRODUCTION_TRAFFIC_SHIFT the weights before it.',
    source:
      'Concluded from the examples for BLUE_GREEN in the ECS developer guide, which has none with steps.',
    state: 'inferred',
    otherwise: 'They are told 100 and 0, or 0 and 100, at each step.',
    risk: 'A function that looks at the weights cannot tell the steps apart.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.pre-production-stage-is-shown',
    statement:
      'While hooks at PRE_PRODUCTION_TRAFFIC_SHIFT run, the lifecycleStage of the service deployment is that.',
    source:
      'Concluded from the event that these hooks get; the model of the API does not list the stage for service deployments.',
    state: 'inferred',
    otherwise: 'The stage before is shown until traffic shifts.',
    risk: 'None: what a deployment waits for is read from its hooks.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.no-test-rule-no-test-stages',
    statement:
      'A deployment of a service without a test listener rule has no TEST_TRAFFIC_SHIFT and no POST_TEST_TRAFFIC_SHIFT, and the hooks at these stages do not run.',
    source: 'Nothing is documented; a test rule is optional, and without one there is no test traffic.',
    state: 'unverified',
    otherwise: 'It goes through both, with their hooks.',
    risk: 'A gate at POST_TEST_TRAFFIC_SHIFT may not hold, or may hold where none was expected, while there is no test rule.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.rollback-calls-hooks-of-its-shifts',
    statement: 'A rollback calls the hooks of those shifts alone that it takes back.',
    source: 'Concluded from what the hooks are told: traffic that moves back.',
    state: 'inferred',
    otherwise: 'It calls the hooks of both stages, whatever was shifted.',
    risk: 'A function may be told of a rollback of traffic that it was never told to have moved.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.failing-hook-does-not-stop-rollback',
    statement: 'A hook that fails while its deployment rolls back does not keep that from going on.',
    source: 'Nothing is documented.',
    state: 'unverified',
    otherwise: 'The deployment ends ROLLBACK_FAILED.',
    risk: 'A function that fails whenever it is called leaves tasks of both revisions.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hook-execution-id-is-kept',
    statement: 'A function that has answered IN_PROGRESS is called again with the same executionId.',
    source: 'Concluded from the ECS developer guide: the id is that of a hook execution.',
    state: 'inferred',
    otherwise: 'Each call has another one.',
    risk: 'None: the resource type does not look at it. A function that keeps its state by this id loses it.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.ended-hooks-stay-listed',
    statement:
      'lifecycleHookDetails of a service deployment lists hooks that have ended beside those that run.',
    source:
      'Sources contradict each other: the ECS developer guide speaks of active hooks, but lists SUCCEEDED, FAILED and TIMED_OUT among their statuses.',
    state: 'unverified',
    otherwise: 'It lists hooks that run or wait, and no others.',
    risk: 'What a hook that has failed was is told by the status reason alone.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.pause-at-reconcile-service',
    statement: 'A pause at RECONCILE_SERVICE is accepted.',
    source:
      'Sources contradict each other: the ECS developer guide, "Pause hooks for Amazon ECS service deployments", has this stage, its troubleshooting of blue/green deployments leaves it out.',
    state: 'inferred',
    otherwise: 'It is refused: "Invalid lifecycle stage provided for Pause Hook".',
    risk: 'A service with such a pause cannot be created.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.pause-hook-refuses-target',
    statement: 'A pause with a hookTargetArn or a roleArn is refused.',
    source: 'Concluded from the ECS developer guide: "Pause hooks do not use hookTargetArn or roleArn."',
    state: 'inferred',
    otherwise: 'Both are accepted, and have no effect.',
    risk: 'None: a pause that has neither is accepted in any case.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hooks-read-back-as-given',
    statement: 'Lifecycle hooks read back as they were given, without the members that were left out.',
    source: 'Nothing is documented; services with hooks are older than targetType and timeoutConfiguration.',
    state: 'unverified',
    otherwise:
      'They read back with targetType AWS_LAMBDA, and a timeoutConfiguration of 1440 minutes and ROLLBACK.',
    risk: 'Drift may be reported where there is none.',
    test: 'test/ecs-engine/lifecycle-hooks.test.ts',
  },
  {
    id: 'ecs.hook-event-types',
    statement: 'HOOK_FAILED and HOOK_TIMED_OUT are events of type ERROR, the others of type INFO.',
    source:
      'Concluded from the types of deployment events; the one example in the ECS developer guide is HOOK_AWAITING_ACTION, of type INFO.',
    state: 'inferred',
    otherwise: 'All are of type INFO.',
    risk: 'None: events are told apart by their names.',
    test: 'test/ecs-engine/events.test.ts',
  },
  {
    id: 'ecs.failed-event-needs-circuit-breaker',
    statement:
      'SERVICE_DEPLOYMENT_FAILED is sent for services whose deployment circuit breaker is on, whatever their deployment has failed of, and for no others.',
    source:
      'Amazon ECS developer guide, "Amazon ECS service deployment state change events", which does not say whether a hook that fails counts.',
    state: 'inferred',
    otherwise: 'It is sent for every deployment that fails.',
    risk: 'Who waits for the event alone does not hear of a deployment that has failed.',
    test: 'test/ecs-engine/events.test.ts',
  },
  {
    id: 'ecs.deployment-events-are-no-service-actions',
    statement:
      'SERVICE_DEPLOYMENT_IN_PROGRESS, _COMPLETED and _FAILED are sent as "ECS Deployment State Change" alone.',
    source:
      'Sources contradict each other: the ECS developer guide lists them for "ECS Service Action" too, but all examples, and events that were recorded, are of the former.',
    state: 'inferred',
    otherwise: 'They are sent as "ECS Service Action" too.',
    risk: 'A rule for all service actions matches more often.',
    test: 'test/ecs-engine/events.test.ts',
  },
  {
    id: 'ecs.clients-know-earlier-endpoints',
    statement:
      'A task that uses Service Connect knows the endpoints that were in the namespace when the deployment of its service began, and no later ones.',
    source: 'Amazon ECS developer guide, "Amazon ECS Service Connect components".',
    state: 'confirmed',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.endpoints-are-unique',
    statement:
      'Discovery names and client aliases are unique in a namespace; CreateService and UpdateService are InvalidParameterException "SC service is already used by" the namespace.',
    source:
      'Amazon ECS developer guide, "Amazon ECS Service Connect components"; the words were seen on AWS (github.com/aws/copilot-cli, issues 4313 and 4337).',
    state: 'confirmed',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.test-header-of-service-connect',
    statement:
      'Requests with the header x-amzn-ecs-blue-green-test, or with that of testTrafficRules, go to the new tasks of a deployment, where the appProtocol of the port is http, http2 or grpc.',
    source:
      'Amazon ECS developer guide, "Service Connect resources for Amazon ECS blue/green, linear, and canary deployments".',
    state: 'confirmed',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.test-header-from-test-traffic-shift',
    statement: 'In Service Connect test requests go to the new tasks from the stage TEST_TRAFFIC_SHIFT on.',
    source:
      'Concluded from the lifecycle stages; the ECS developer guide on Service Connect lets the new tasks register as a test endpoint when their deployment starts.',
    state: 'inferred',
    otherwise: 'They go there as soon as the new tasks are healthy.',
    risk: 'None: test requests meet the new tasks earlier.',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.proxies-shift-in-tenths',
    statement:
      'The proxies of Service Connect send new tasks the percentage of requests that the strategy says, to one decimal.',
    source: 'Nothing is documented of how exact they are.',
    state: 'unverified',
    otherwise: 'They send whole percentages, rounded.',
    risk: 'None but for canaries of less than one percent.',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.namespace-as-given',
    statement:
      'The namespace in serviceConnectConfiguration reads back as it was given, as a name or as an ARN.',
    source: 'Concluded from examples in the ECS developer guide; nothing states it.',
    state: 'inferred',
    otherwise: 'It reads back as an ARN.',
    risk: 'None: the names of namespaces that templates give are on record.',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.removes-endpoints',
    statement:
      'ECS deletes the Cloud Map service of an endpoint when its ECS service is deleted, and when a deployment without it has come to its end.',
    source:
      'Concluded from ECS making it; a namespace that could not be deleted afterwards was reported (github.com/aws/copilot-cli, issue 4313).',
    state: 'inferred',
    otherwise: 'It stays in the namespace.',
    risk: 'A namespace that was made here stays after its last service, and is to be deleted by hand.',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.endpoints-are-deployed-before-strategy',
    statement:
      'UpdateService refuses to change ROLLING to another strategy before a deployment with the endpoint in Service Connect has come to its end.',
    source:
      'Amazon ECS developer guide, "Updating the deployment strategy from rolling update to Amazon ECS blue/green", which wants a rolling deployment first; what happens without it is not said.',
    state: 'inferred',
    otherwise: 'It is accepted at once.',
    risk: 'None: the endpoint is deployed first in any case.',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.service-connect-changes-in-every-strategy',
    statement: 'UpdateService takes another serviceConnectConfiguration with every deployment strategy.',
    source:
      'Sources contradict each other: the ECS developer guide on service parameters speaks of rolling deployments, acceptance tests of the Terraform provider change it with BLUE_GREEN.',
    state: 'inferred',
    otherwise: 'It is InvalidParameterException with BLUE_GREEN, LINEAR and CANARY.',
    risk: 'Such an update fails, and says so; with the strategy ROLLING it can be done.',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.app-protocol-is-refused-to-change',
    statement: 'UpdateService refuses another appProtocol for the port of an endpoint.',
    source:
      'API reference of PortMapping: it cannot be changed in a service that uses Service Connect. That UpdateService tells so is concluded.',
    state: 'inferred',
    otherwise: 'It is accepted, and deployed.',
    risk: 'None: the resource type refuses the change before.',
    test: 'test/ecs-engine/service-connect.test.ts',
  },
  {
    id: 'ecs.code-deploy-services-refuse-updates',
    statement:
      'Under the controller CODE_DEPLOY UpdateService changes neither task definition nor load balancers, network, platform version or capacity, and forces no deployment.',
    source:
      'API reference of UpdateService; Amazon ECS developer guide, "Updating Amazon ECS service parameters", has the refusal of a task definition.',
    state: 'confirmed',
    test: 'test/ecs-engine/deployment-controller.test.ts',
  },
  {
    id: 'ecs.controller-transitions',
    statement:
      'UpdateService changes the controller from CODE_DEPLOY to ECS while no service deployment is in progress, and never from ECS to CODE_DEPLOY.',
    source: 'Amazon ECS developer guide, "Updating Amazon ECS service parameters", deployment controller.',
    state: 'confirmed',
    test: 'test/ecs-engine/deployment-controller.test.ts',
  },
  {
    id: 'ecs.controller-change-starts-no-deployment',
    statement: 'A service that comes from CODE_DEPLOY to ECS keeps its tasks, and no deployment starts.',
    source:
      'API reference of UpdateService, which names the controller not among the parameters that start a deployment.',
    state: 'inferred',
    otherwise: 'The same task definition is deployed once more.',
    risk: 'None: an import rolls a deployment that is under way back, or waits for it.',
    test: 'test/ecs-engine/deployment-controller.test.ts',
  },
  {
    id: 'ecs.express-services-say-so',
    statement:
      'A service of Express Mode has the resourceManagementType ECS, by which ListServices tells it from others.',
    source: 'API references of Service and ListServices.',
    state: 'confirmed',
    test: 'test/ecs-engine/deployment-controller.test.ts',
  },
] as const satisfies readonly Claim[];
