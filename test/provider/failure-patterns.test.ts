/** What AWS says when a deployment fails: each kind is told from the others by words that were seen or are documented. */
import { LONGEST_MESSAGE } from '../../src/core/failure';
import { explain } from '../../src/express-service/diagnosis/failure-explanation';
import { FAILURE_PATTERNS } from '../../src/express-service/diagnosis/failure-patterns';

const INIT = 'ResourceInitializationError: ';
const PULL = 'CannotPullContainerError: ';
const SECRETS = `${INIT}unable to pull secrets or registry auth: execution resource retrieval failed: `;
const FAILED = 'Service deployment rolled back because of invalid networking configuration. ';
const UNPLACED = '(service hello) was unable to place a task. Reason: ';
const USER = 'User: arn:aws:sts::123456789012:assumed-role/role/ecs-service-scheduler';

/** By id, what AWS says; stop reasons of tasks, events, target health and reasons of deployments alike. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  'infrastructure-role': [
    `${FAILED}ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role 'arn:aws:iam::123456789012:role/Admin'.`,
    `(service hello) failed to register targets in target-group hello with (error ${USER} is not authorized to perform: elasticloadbalancing:RegisterTargets on resource: arn:x because no identity-based policy allows the elasticloadbalancing:RegisterTargets action)`,
    `Service deployment rolled back because PRODUCTION_TRAFFIC_SHIFT lifecycle hook(s) failed. ${USER} is not authorized to perform: elasticloadbalancing:ModifyRule on resource: arn:x`,
  ],
  'role-changed': [
    'IAM trust relationship has been misconfigured or changed, and ECS can no longer maintain your (service hello). Please reconfigure your IAM role.',
    'IAM permissions policies have been misconfigured or changed, and ECS can no longer maintain your (service hello).',
  ],
  'role-of-the-task': [
    "(service hello) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::123456789012:role/execution' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).",
  ],
  'role-of-a-hook': [
    'Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. ECS was unable to assume role arn:aws:iam::123456789012:role/hooks',
    'Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. ECS was unable to invoke hook target arn:x due to User: arn:aws:sts::123456789012:assumed-role/hooks/ECS-Lambda-Execution is not authorized to perform: lambda:InvokeFunction on resource: arn:x because no identity-based policy allows the lambda:InvokeFunction action',
  ],
  'hook-not-invoked': [
    'Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. ECS was unable to invoke hook target arn:x due to Function not found: arn:x',
  ],
  'hook-without-status': [
    'Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. ECS was unable to parse the response from arn:x due to: HookStatus must not be null.',
  ],
  'hook-said-no': [
    'Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. Lifecycle hook target arn:x returned FAILED status.',
  ],
  'hook-timed-out': [
    'Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. Lifecycle hook target arn:x timed out.',
    'Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out.',
  ],
  'rolled-back-at-a-pause': [
    'Service deployment rolled back because PRE_PRODUCTION_TRAFFIC_SHIFT pause hook was rolled back.',
  ],
  'two-target-groups-serve': [
    `${FAILED}productionListenerRule arn:aws:elasticloadbalancing:us-west-2:123456789012:listener-rule/app/a/b/c/d should have exactly one target group serving traffic but found 2 target groups which are serving traffic`,
  ],
  'foreign-target-group': [
    `${FAILED}Production listener rule is forwarding traffic to unexpected target group arn:x. Expected traffic to be forwarded to either targetGroupArn: arn:y or alternateTargetGroupArn: arn:z`,
  ],
  'target-group-without-rule': [
    `${FAILED}Target group arn:x is not associated with either productionListenerRule or testListenerRule.`,
  ],
  'rule-authenticates': [
    `${FAILED}Listener rule arn:x has an unsupported action authenticate-oidc`,
    `${FAILED}The listener rule arn:x has an authentication action, which is not supported.`,
  ],
  'rule-gone': [`${FAILED}One or more rules not found`],
  'target-group-gone': [
    '(service hello) (task 1) failed health checks in (target-group arn:x) due to TARGET GROUP IS NOT FOUND.',
  ],
  'group-stickiness': [
    'You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups',
  ],
  'zone-not-enabled': [
    '(service hello) (port 80) is unhealthy in (target-group arn:x) due to (reason Target is in an Availability Zone that is not enabled for the load balancer)',
  ],
  'secret-without-key': [
    `${SECRETS}unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key uri`,
  ],
  'secret-not-found': [
    `${SECRETS}unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:x from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
  ],
  'parameter-not-found': [
    `${SECRETS}unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /hello/key`,
  ],
  'secret-permission': [
    `${SECRETS}unable to retrieve secret from asm: AccessDeniedException: ${USER} is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:x`,
    `${SECRETS}unable to retrieve secrets from ssm: AccessDeniedException: ${USER} is not authorized to perform: ssm:GetParameters on resource: arn:x`,
  ],
  'key-permission': [
    `${SECRETS}unable to retrieve secret from asm: AccessDeniedException: Access to KMS is not allowed`,
    `${SECRETS}unable to retrieve secrets from ssm: AccessDeniedException: ${USER} is not authorized to perform: kms:Decrypt on resource: arn:x`,
  ],
  'secrets-manager-unreachable': [
    `${INIT}unable to pull secrets or registry auth: unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret arn:x from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded`,
  ],
  'parameter-store-unreachable': [
    `${INIT}unable to pull secrets or registry auth: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your task network configuration. RequestCanceled: request context canceled caused by: context deadline exceeded`,
  ],
  'secrets-unreachable': [
    `${SECRETS}unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded`,
  ],
  'environment-file-permission': [
    `${INIT}failed to download env files: file download command: non empty error stream: AccessDenied: Access Denied status code: 403, request id: 1`,
  ],
  'environment-files-unreachable': [
    `${INIT}failed to download env files: file download command: non empty error stream: RequestCanceled: request context canceled caused by: context deadline exceeded`,
  ],
  'environment-file': [
    `${INIT}failed to download env files: file download command: non empty error stream: NoSuchKey: The specified key does not exist.`,
  ],
  'logs-unreachable': [
    `${INIT}failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. signal: killed`,
  ],
  'logs-permission': [
    `${INIT}failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: ${USER} is not authorized to perform: logs:CreateLogStream on resource: arn:x`,
  ],
  'log-group-not-found': [
    `${INIT}failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1`,
  ],
  'log-options': [
    `${INIT}failed to validate logger args: unable to get awslogs driver arguments: awslogs-region is required`,
  ],
  'file-system': [
    `${INIT}failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve "fs-1.efs.us-east-1.amazonaws.com" - check that your file system ID is correct`,
    `${INIT}failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection timed out`,
  ],
  'volume-role': [
    "task 1: ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::123456789012:role/volumes'. Please verify that the role being passed has the proper trust relationship with Amazon ECS",
  ],
  'volume-key': [
    'ECS failed to set up the EBS volume. Encountered IdempotentParameterMismatch"; "The client token you have provided is associated with a resource that is already deleted. Please use a different client token."',
  ],
  'volume-file-system': ['ECS timed out while configuring the EBS volume attachment to your Task'],
  'registry-sign-in-unreachable': [
    `${INIT}unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. RequestError: send request failed caused by: Post "https://api.ecr.us-east-1.amazonaws.com/": dial tcp 10.0.0.1:443: i/o timeout`,
    `${SECRETS}unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post https://api.ecr.us-east-1.amazonaws.com/: dial tcp 10.0.0.1:443: i/o timeout`,
  ],
  'image-architecture': [
    `${PULL}pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'`,
  ],
  'image-permission': [
    `${PULL}The task can’t pull the image. Check that the role has the permissions to pull images from the registry. Error response from daemon: pull access denied for 123456789012.dkr.ecr.us-east-1.amazonaws.com/hello, repository does not exist or may require 'docker login': denied`,
    `${PULL}pull image manifest has been retried 1 time(s): ${USER} is not authorized to perform: ecr:BatchGetImage on resource: arn:x`,
  ],
  'image-credentials': [
    `${PULL}pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/org/hello:1: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    `${PULL}failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`,
  ],
  'image-rate': [
    `${PULL}inspect image has been retried 5 time(s): httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
  ],
  'image-size': [`${PULL}write /var/lib/docker/tmp/GetImageBlob111111111: no space left on device`],
  'image-layers-unreachable': [
    `${PULL}ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code`,
    `${PULL}ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/x: 403 Forbidden`,
    'pull command failed: panic: runtime error: invalid memory address or nil pointer dereference',
  ],
  'registry-unreachable': [
    `${PULL}The task cannot pull hello:1 from the registry docker.io. There is a connection issue between the task and the registry. Check your task network configuration. : failed to copy: httpReadSeeker: failed open: dial tcp`,
    `${PULL}The task can’t pull the image. Check your network configuration`,
    `${PULL}API error (500): Get https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/: net/http: request canceled while waiting for connection`,
    `${PULL}pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/library/nginx:1: failed to do request: Head "https://registry-1.docker.io/v2/library/nginx/manifests/1": dial tcp 10.0.0.1:443: i/o timeout`,
  ],
  'image-not-found': [
    `${PULL}The task can’t pull the image. Check whether the image exists. Error response from daemon: x`,
    `${PULL}pull image manifest has been retried 1 time(s): failed to resolve ref example/hello:cannot-pull: not found`,
    `${PULL}Error response from daemon: manifest for example/hello:2 not found: manifest unknown: Requested image not found`,
  ],
  'image-moved': [
    `${PULL}pull image manifest has been retried 5 time(s): failed to resolve ref example/hello:latest`,
  ],
  image: [`${PULL}something that was never seen`],
  initialization: [`${INIT}something that was never seen`],
  'command-not-found': [
    'CannotStartContainerError: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "serve": executable file not found in $PATH: unknown',
    'CannotStartContainerError: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "./main": stat ./main: no such file or directory: unknown',
    'container Main exited with code 127',
  ],
  'executable-format': ['CannotStartContainerError: exec /app: exec format error'],
  'out-of-memory': [
    'container Main exited with code 137: OutOfMemoryError: Container killed due to memory usage',
  ],
  'start-refused': ['CannotStartContainerError: failed to get container status: x'],
  killed: ['container Main exited with code 137'],
  crash: ['container Main exited with code 139'],
  ended: ['container Main exited with code 0'],
  exit: ['container Main exited with code 1', 'Essential container in task exited'],
  'no-addresses': [
    "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet",
  ],
  'interface-tags': [
    'Unexpected EC2 error while attempting to tag the network interface: TagPolicyViolation',
  ],
  quota: [
    `${UNPLACED}You’ve reached the limit on the number of vCPUs you can run concurrently`,
    `${UNPLACED}You've reached the limit on the number of tasks you can run concurrently`,
    `${UNPLACED}The requested MEMORY configuration is above your limit.`,
  ],
  'zone-without-fargate': [`${UNPLACED}Internal error.`],
  capacity: [
    `${UNPLACED}Capacity is unavailable at this time. Please try again later or in a different availability zone.`,
  ],
  provisioning: [
    'Timeout waiting for network interface provisioning to complete.',
    'Timeout waiting for EphemeralStorage provisioning to complete.',
    '(service hello) was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.',
  ],
  'runtime-timeout': [
    'ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m0s',
  ],
  throttling: ['(service hello) operations are being throttled. Will try again later.'],
  'no-room': [
    '(service hello) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
  ],
  'container-health-check': [
    'Task failed container health checks',
    '(service hello) (task 1) failed container health checks.',
  ],
  'health-check-not-found': ['Target.ResponseCodeMismatch Health checks failed with these codes: [404]'],
  'health-check-denied': [
    'Health checks failed with these codes: [401]',
    'Health checks failed with these codes: [403]',
  ],
  'health-check-matcher': ['Health checks failed with these codes: [200]'],
  'health-check-redirected': ['Health checks failed with these codes: [302]'],
  'health-check-error': [
    '(service hello) (port 80) is unhealthy in (target-group arn:x) due to (reason Health checks failed with these codes: [503])',
  ],
  'health-check-timeout': [
    'Target.Timeout Request timed out',
    '(service hello) (port 80) is unhealthy in (target-group arn:x) due to (reason Request timed out)',
  ],
  'health-check': [
    'Task failed ELB health checks in (target-group arn:x)',
    'Target.FailedHealthChecks Health checks failed',
  ],
  alarm: [
    'alarm default/hello/RollbackAlarm went off',
    'Service deployment rolled back because of CloudWatch alarm(s) in ALARM state: default/hello/RollbackAlarm.',
    '(service hello) (deployment ecs-svc/1) deployment failed: alarm detected.',
  ],
  'tasks-kept-failing': [
    'Service deployment rolled back because the circuit breaker threshold was exceeded.',
    '(service hello) (deployment ecs-svc/1) deployment failed: tasks failed to start.',
    '(service hello) is unable to consistently start tasks successfully.',
  ],
};

/** What AWS says when nothing is wrong, or nothing that it would tell the cause of. */
const OTHER = [
  '(service hello) has started 2 tasks: (task 1) (task 2).',
  '(service alarm) has reached a steady state.',
  'Scaling activity initiated by (deployment ecs-svc/1)',
  'Service deployment rolled back because of a request to stop the service deployment.',
];

const patternOf = (words: string) => FAILURE_PATTERNS.find((pattern) => pattern.words.test(words));

test('every pattern has its words here', () => {
  expect(Object.keys(SAID)).toEqual(FAILURE_PATTERNS.map(({ id }) => id));
});

test.each(Object.entries(SAID).flatMap(([id, said]) => said.map((words) => [id, words] as const)))(
  '%s: %s',
  (id, words) => {
    expect(patternOf(words)?.id).toBe(id);
  },
);

test.each(OTHER)('no pattern: %s', (words) => {
  expect(patternOf(words)).toBeUndefined();
});

test.each(FAILURE_PATTERNS.map((pattern) => [pattern.id, pattern] as const))(
  '%s: cause and remedy are told in full, as sentences',
  (id, { cause, remedy, propertyPath = '' }) => {
    const { message } = explain({
      deployment: { status: 'STOPPED', statusReason: SAID[id]![0] },
      deployed: 'example/hello:2',
      stoppedTasks: [],
      targets: [],
      events: [],
    });
    expect(message.length).toBeLessThan(LONGEST_MESSAGE);
    expect(message.startsWith(propertyPath)).toBe(true);
    expect(message.endsWith(cause ? `. ${cause}. ${remedy}.` : `. ${remedy}.`)).toBe(true);
    for (const sentence of [cause ?? remedy, remedy]) expect(sentence).toMatch(/^[A-Z].*[^.]$/);
  },
);
