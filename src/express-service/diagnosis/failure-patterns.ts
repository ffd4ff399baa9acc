/**
 * What AWS says when a deployment fails, what that means, and what to do about it.
 *
 * Sources: Amazon ECS developer guide, "Amazon ECS stopped tasks error messages", "CannotPullContainer task errors in
 * Amazon ECS", "Service event messages" and "Troubleshooting Amazon ECS blue/green deployments"; Elastic Load Balancing
 * guide of Application Load Balancers, "Target health reason codes"; for exit codes, the POSIX shell's: 128 and the signal.
 */

/** How near something that AWS says is to what has to be changed, the nearest first. */
export const DEPTHS = ['cause', 'symptom', 'wrapper'] as const;

/**
 * `cause`: what has to be changed; `symptom`: what came of it, in the tasks or on the load balancer; `wrapper`: that the
 * deployment therefore failed.
 */
export type Depth = (typeof DEPTHS)[number];

/** One kind of failure. */
export interface FailurePattern {
  /** Unique in {@link FAILURE_PATTERNS}. */
  readonly id: string;
  /** What AWS says, as far as its words can be relied upon. */
  readonly words: RegExp;
  readonly depth: Depth;
  /** Property to change, if it is one. Those of the primary container stand for the same ones of a sidecar. */
  readonly propertyPath?: string;
  /** What that means, as a sentence; absent where AWS's words say it. */
  readonly cause?: string;
  /** What to do, as a sentence. */
  readonly remedy: string;
  /** Whether containers write it too, so that it is looked for in their output. */
  readonly inOutput?: true;
}

const WAY_OUT =
  'Give the subnets a NAT gateway, or VPC endpoints with private DNS, and let the security groups out on port 443';

const READ_OUTPUT =
  "Read the container's output in its log group, which LogGroupDeletionPolicy Retain keeps when a failed creation is rolled back";

/** Path of the hooks of deployments. */
const LIFECYCLE_HOOKS = 'DeploymentConfiguration/LifecycleHooks';

/** Id of the pattern that the infrastructure role lacks rights, or cannot be assumed. */
export const INFRASTRUCTURE_ROLE = 'infrastructure-role';

/** The first that matches is meant, so that the more specific stand before the more general. */
export const FAILURE_PATTERNS: readonly FailurePattern[] = [
  // Roles.
  {
    id: INFRASTRUCTURE_ROLE,
    words: /missing permissions on ECS Infrastructure Role|not authorized to perform: elasticloadbalancing:/i,
    depth: 'cause',
    propertyPath: 'InfrastructureRoleArn',
    cause: 'Amazon ECS cannot manage the load balancer with this role',
    remedy:
      'Let ecs.amazonaws.com assume the role, and attach the managed policy AmazonECSInfrastructureRolePolicyForLoadBalancers to it',
  },
  {
    id: 'role-changed',
    words: /IAM (permissions policies|trust relationship) ha(ve|s) been misconfigured or changed/i,
    depth: 'cause',
    propertyPath: 'InfrastructureRoleArn',
    remedy: 'Restore the policies and the trust relationship of the role',
  },
  {
    id: 'role-of-the-task',
    words: /unable to assume the role/i,
    depth: 'cause',
    propertyPath: 'ExecutionRoleArn',
    cause: 'The execution role or the task role does not exist, or ECS tasks may not assume it',
    remedy: 'Let ecs-tasks.amazonaws.com assume the role',
  },

  // Lifecycle hooks.
  {
    id: 'role-of-a-hook',
    words: /unable to assume role|not authorized to perform: lambda:InvokeFunction/i,
    depth: 'cause',
    propertyPath: LIFECYCLE_HOOKS,
    cause: 'Amazon ECS cannot invoke the function of a lifecycle hook with the role of the hook',
    remedy:
      'Let ecs.amazonaws.com assume RoleArn of the hook, and permit lambda:InvokeFunction on its HookTargetArn',
  },
  {
    id: 'hook-not-invoked',
    words: /unable to invoke hook target/i,
    depth: 'cause',
    propertyPath: LIFECYCLE_HOOKS,
    cause: 'The function of a lifecycle hook could not be invoked',
    remedy: 'Check that HookTargetArn names a function of this Region, and read its log',
  },
  {
    id: 'hook-without-status',
    words: /unable to parse the response from/i,
    depth: 'cause',
    propertyPath: LIFECYCLE_HOOKS,
    cause: 'The function of a lifecycle hook has failed, or answered something else than its status',
    remedy: 'Let it answer {"hookStatus": "SUCCEEDED"}, "FAILED" or "IN_PROGRESS", and read its log',
  },
  {
    id: 'hook-said-no',
    words: /hook target .* returned FAILED status/i,
    depth: 'cause',
    propertyPath: LIFECYCLE_HOOKS,
    cause: 'The function of a lifecycle hook has refused the deployment',
    remedy: 'Read the log of the function to see why',
  },
  {
    id: 'hook-timed-out',
    words: /hook target .* timed out|pause hook timed out/i,
    depth: 'cause',
    propertyPath: LIFECYCLE_HOOKS,
    cause: 'A lifecycle hook came to no end in time',
    remedy: 'Continue the deployment in time, or raise TimeoutInMinutes, or make its Action CONTINUE',
  },
  {
    id: 'rolled-back-at-a-pause',
    words: /pause hook was rolled back/i,
    depth: 'cause',
    propertyPath: LIFECYCLE_HOOKS,
    cause: 'Somebody rolled the deployment back while it waited at a lifecycle hook',
    remedy: 'Ask who did; an update of the stack deploys again',
  },

  // Listener rules and target groups.
  {
    id: 'two-target-groups-serve',
    words: /exactly one target group serving traffic/i,
    depth: 'cause',
    cause: 'The listener rule splits the traffic, as a deployment that was cut short leaves it',
    remedy: 'Update the stack again: the traffic then goes to the target group that answers',
  },
  {
    id: 'foreign-target-group',
    words: /forwarding traffic to unexpected target group/i,
    depth: 'cause',
    cause: "Somebody has put another target group into the service's listener rule",
    remedy: 'Take that target group out of the rule',
  },
  {
    id: 'target-group-without-rule',
    words: /is not associated with either productionListenerRule or testListenerRule/i,
    depth: 'cause',
    cause: "Somebody has taken a target group out of the service's listener rule",
    remedy: 'Put both target groups of the service into the rule',
  },
  {
    id: 'rule-authenticates',
    words: /authenticate-(oidc|cognito)|authentication action/i,
    depth: 'cause',
    propertyPath: 'Authentication',
    cause: 'Amazon ECS does not deploy behind a listener rule at which users sign in',
    remedy: 'Remove Authentication, and let the service itself ask users to sign in',
  },
  {
    id: 'rule-gone',
    words: /rules? not found/i,
    depth: 'cause',
    cause: 'The listener rule was deleted by hand',
    remedy: 'Update the stack again, which makes the rule again',
  },
  {
    id: 'target-group-gone',
    words: /TARGET GROUP IS NOT FOUND/i,
    depth: 'cause',
    cause: 'A target group was deleted by hand',
    remedy: 'Update the stack again, which makes the target group again',
  },
  {
    id: 'group-stickiness',
    words: /enable group stickiness/,
    depth: 'cause',
    propertyPath: 'TargetGroupConfiguration/StickinessDurationSeconds',
    remedy:
      'Leave StickinessDurationSeconds out: Amazon ECS takes the stickiness off the listener rule when it moves the traffic',
  },
  {
    id: 'zone-not-enabled',
    words: /Availability Zone that is not enabled for the load balancer/i,
    depth: 'cause',
    propertyPath: 'LoadBalancerConfiguration/Subnets',
    remedy: 'Name a subnet of the load balancer in each Availability Zone of the tasks',
  },

  // What a task needs before its containers start.
  {
    id: 'secret-without-key',
    words: /did not contain json key/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Secrets',
    cause: 'The secret has no value of that key',
    remedy: 'Correct the key after the ARN in ValueFrom, or add it to the secret',
  },
  {
    id: 'secret-not-found',
    words: /can.t find the specified secret/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Secrets',
    cause: 'The secret does not exist in this account and Region',
    remedy: 'Give the whole ARN of the secret, with the six characters at its end, in ValueFrom',
  },
  {
    id: 'parameter-not-found',
    words: /invalid ssm parameters/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Secrets',
    cause: 'The parameter does not exist in this account and Region',
    remedy: 'Create the parameter, or correct its name in ValueFrom',
  },
  {
    id: 'secret-permission',
    words: /not authorized to perform: (ssm:GetParameters?|secretsmanager:GetSecretValue)/i,
    depth: 'cause',
    propertyPath: 'ExecutionRoleArn',
    cause: 'The execution role, which is not the task role, may not read a secret or parameter',
    remedy: 'Allow the action on its ARN in a policy of the execution role',
  },
  {
    id: 'key-permission',
    words: /Access to KMS is not allowed|not authorized to perform: kms:Decrypt/i,
    depth: 'cause',
    propertyPath: 'ExecutionRoleArn',
    cause: 'The execution role may not decrypt with the KMS key of a secret or parameter',
    remedy: 'Allow kms:Decrypt in a policy of the execution role, and in the policy of the key',
  },
  {
    id: 'secrets-manager-unreachable',
    words: /connection issue between the task and AWS Secrets Manager/i,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach AWS Secrets Manager',
    remedy: WAY_OUT,
  },
  {
    id: 'parameter-store-unreachable',
    words: /connection issue between the task and AWS Systems ?Manager/i,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach AWS Systems Manager Parameter Store',
    remedy: WAY_OUT,
  },
  {
    id: 'secrets-unreachable',
    words: /unable to retrieve secrets? from (ssm|asm).*(deadline exceeded|timeout)/is,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach the store of the secrets',
    remedy: WAY_OUT,
  },
  {
    id: 'environment-file-permission',
    words: /failed to download env files.*(AccessDenied|Access Denied|not authorized to perform: s3:)/is,
    depth: 'cause',
    propertyPath: 'ExecutionRoleArn',
    cause: 'The execution role, which is not the task role, may not read an environment file',
    remedy:
      'Allow s3:GetObject of the file and s3:GetBucketLocation of its bucket in a policy of the execution role',
  },
  {
    id: 'environment-files-unreachable',
    words: /failed to download env files.*(RequestCanceled|deadline exceeded|timeout|dial tcp)/is,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach Amazon S3',
    remedy: WAY_OUT,
  },
  {
    id: 'environment-file',
    words: /failed to download env files/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/EnvironmentFiles',
    cause: 'An environment file cannot be read',
    remedy: 'Look whether there is an object of that ARN, of lines VARIABLE=VALUE',
  },
  {
    // ECS says first that the log group cannot be found, which is not what is wrong.
    id: 'logs-unreachable',
    words: /connection issue between the task and Amazon CloudWatch/i,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach Amazon CloudWatch Logs',
    remedy: WAY_OUT,
  },
  {
    id: 'logs-permission',
    words: /not authorized to perform: logs:/i,
    depth: 'cause',
    propertyPath: 'ExecutionRoleArn',
    cause: 'The execution role may not write to the log group',
    remedy: 'Allow logs:CreateLogStream and logs:PutLogEvents in a policy of the execution role',
  },
  {
    id: 'log-group-not-found',
    words: /log group does not exist/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/AwsLogsConfiguration/LogGroup',
    remedy: 'Create the log group, correct its name, or leave it out to have one made',
  },
  {
    id: 'log-options',
    words: /unable to get awslogs driver arguments/i,
    depth: 'cause',
    propertyPath: 'TaskDefinitionArn',
    cause: 'The log configuration of the task definition is not complete',
    remedy: 'Give it awslogs-group, awslogs-region and awslogs-stream-prefix',
  },
  {
    id: 'file-system',
    words: /failed to invoke EFS utils/i,
    depth: 'cause',
    propertyPath: 'Volumes',
    cause: 'The EFS file system cannot be mounted',
    remedy:
      "Give it a mount target in each Availability Zone of the tasks that lets them in on TCP port 2049, DNS host names to the VPC, and the task role the access that the file system's policy asks for",
  },

  {
    id: 'volume-role',
    words: /unable to assume the configured ECS Infrastructure Role/i,
    depth: 'cause',
    propertyPath: 'Volumes',
    cause: 'Amazon ECS cannot make the EBS volume with the role of ManagedEBSVolume',
    remedy:
      'Let ecs.amazonaws.com assume RoleArn of the volume, which is InfrastructureRoleArn where it is left out, and attach the managed policy AmazonECSInfrastructureRolePolicyForVolumes to it',
  },
  {
    id: 'volume-key',
    words: /failed to set up the EBS volume/i,
    depth: 'cause',
    propertyPath: 'Volumes',
    cause: 'The EBS volume cannot be made, as when its key is wrong or does not permit the role to use it',
    remedy: 'Check KmsKeyId, SnapshotId and RoleArn of ManagedEBSVolume, and the policy of the key',
  },
  {
    id: 'volume-file-system',
    words: /timed out while configuring the EBS volume attachment/i,
    depth: 'cause',
    propertyPath: 'Volumes',
    cause: 'The EBS volume cannot be mounted',
    remedy: 'Give FilesystemType of ManagedEBSVolume that of the snapshot',
  },

  // The image.
  {
    id: 'registry-sign-in-unreachable',
    words:
      /cannot pull registry auth.*connection issue|retrieve ecr registry auth.*(timeout|deadline exceeded)/is,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach Amazon ECR to sign in',
    remedy: `${WAY_OUT}; the endpoint for signing in is ecr.api`,
  },
  {
    id: 'image-architecture',
    words: /descriptor matching platform|no match for platform in manifest/i,
    depth: 'cause',
    propertyPath: 'CpuArchitecture',
    cause: 'The image is not made for this CPU architecture',
    remedy: 'Set CpuArchitecture to that of the image, or build the image for several platforms',
  },
  {
    id: 'image-permission',
    words:
      /role has the permissions to pull images|not authorized to perform: ecr:|pull access denied.*assumed-role/is,
    depth: 'cause',
    propertyPath: 'ExecutionRoleArn',
    cause: 'The execution role may not pull the image',
    remedy:
      "Check that the image exists, attach the managed policy AmazonECSTaskExecutionRolePolicy to the role, and allow the role in the repository's policy if that is in another account",
  },
  {
    id: 'image-credentials',
    words:
      /pull access denied|access to the resource is denied|failed to authorize.*(401|403)|401 Unauthorized|no basic auth credentials/is,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/RepositoryCredentials',
    cause: 'The registry asks for credentials, or has no such image',
    remedy:
      'Check the name of the image; for a private registry, give RepositoryCredentials a secret that the execution role may read',
  },
  {
    id: 'image-rate',
    words: /toomanyrequests|pull rate limit/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Image',
    cause: 'The registry gives no more images to callers that it does not know',
    remedy: 'Use an Amazon ECR pull through cache, or give RepositoryCredentials',
  },
  {
    id: 'image-size',
    words: /no space left on device/i,
    depth: 'cause',
    propertyPath: 'EphemeralStorage/SizeInGiB',
    cause: "The image does not fit into the task's storage, which has 20 GiB by default",
    remedy: 'Raise EphemeralStorage, or make the image smaller',
  },
  {
    id: 'image-layers-unreachable',
    words:
      /invalid memory address or nil pointer dereference|httpReade?r?Seeker: failed open: unexpected status code/i,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach Amazon S3, where Amazon ECR keeps the layers of images',
    remedy:
      'Add an S3 gateway endpoint to the route tables of the subnets, with a policy that lets the layers through, and let the security groups out to it',
  },
  {
    id: 'registry-unreachable',
    words:
      /connection issue between the task and (the registry|Amazon ECR)|can.t pull the image\. Check your network configuration|waiting for connection|CannotPull.*(i\/o timeout|deadline exceeded|context canceled)/is,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration',
    cause: 'The tasks do not reach the registry',
    remedy: `${WAY_OUT}; for Amazon ECR these are ecr.api, ecr.dkr and a gateway endpoint for S3`,
  },
  {
    id: 'image-not-found',
    words:
      /whether the image exists|repository .{0,200}(not found|does not exist)|manifest unknown|: not found/is,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Image',
    cause: 'The registry has no such image',
    remedy:
      'Check that the image exists, with this registry, Region, name and tag, and that no lifecycle policy of the repository has removed it',
  },
  {
    id: 'image-moved',
    words: /failed to resolve ref/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Image',
    cause: 'The image cannot be found; ECS keeps to the digest that the tag had when the deployment began',
    remedy: 'Check that the image exists, and name it by a digest or a tag that is never moved',
  },
  {
    id: 'image',
    words: /CannotPull/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Image',
    cause: 'The image cannot be pulled',
    remedy:
      'Check that the image exists for this CPU architecture, that the execution role may pull it, and that the subnets reach the registry',
  },
  {
    id: 'initialization',
    words: /ResourceInitializationError/i,
    depth: 'cause',
    cause: 'Something that a task needs before its containers start cannot be had',
    remedy:
      'Check that the execution role may read the secrets and write the logs, and that the subnets reach these services',
  },

  // The process in the container.
  {
    id: 'command-not-found',
    words: /executable file not found|no such file or directory: unknown|exited with code 12[67]\b/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer/Command',
    cause: 'The image has no such command, or it cannot be executed',
    remedy: 'Check Command, EntryPoint, and those of the image',
  },
  {
    id: 'executable-format',
    words: /exec format error/i,
    inOutput: true,
    depth: 'cause',
    propertyPath: 'CpuArchitecture',
    cause: 'The program in the image is not made for this CPU architecture',
    remedy: 'Set CpuArchitecture to that of the image, or build the image for several platforms',
  },
  {
    id: 'out-of-memory',
    words: /OutOfMemory|heap out of memory/i,
    inOutput: true,
    depth: 'cause',
    propertyPath: 'Memory',
    cause: 'A container used more memory than it may',
    remedy: "Raise Memory, or limit what the container's runtime takes",
  },
  {
    id: 'start-refused',
    words: /CannotStartContainer|CannotCreateContainer|failed to create (shim|containerd) task/i,
    depth: 'cause',
    propertyPath: 'PrimaryContainer',
    cause: 'The container runtime refuses to start the container',
    remedy: 'Check Command, EntryPoint and User, and that Memory is enough',
  },
  {
    id: 'killed',
    words: /exited with code 137\b/i,
    depth: 'symptom',
    propertyPath: 'Memory',
    cause: 'The process was killed, as one is that uses more memory than it may',
    remedy: 'Raise Memory, or read the output of the container for another reason',
  },
  {
    id: 'crash',
    words: /exited with code 139\b/i,
    depth: 'symptom',
    cause: 'The process has accessed memory that it does not have',
    remedy: 'Check native libraries and the base image, and that both are made for this CPU architecture',
  },
  {
    id: 'ended',
    words: /exited with code 0\b/i,
    depth: 'symptom',
    propertyPath: 'PrimaryContainer/Command',
    cause: 'The process came to its end without an error, while a service is to go on',
    remedy: 'Run the server in the foreground',
  },
  {
    id: 'exit',
    words: /exited with code|Essential container in task exited/i,
    depth: 'symptom',
    remedy: READ_OUTPUT,
  },

  // Capacity.
  {
    id: 'no-addresses',
    words: /InsufficientFreeAddressesInSubnet/i,
    depth: 'cause',
    propertyPath: 'NetworkConfiguration/Subnets',
    cause: 'A subnet has no free IP addresses; a deployment needs them for twice the tasks',
    remedy: 'Use larger subnets, or more of them',
  },
  {
    id: 'interface-tags',
    words: /TagPolicyViolation/i,
    depth: 'cause',
    propertyPath: 'Tags',
    cause: 'A tag policy of the organization refuses the tags of network interfaces',
    remedy: 'Give the service the tags that the policy asks for',
  },
  {
    id: 'quota',
    words:
      /limit on the number of (vCPUs|tasks) you can run|requested (CPU|MEMORY) configuration is above your limit/i,
    depth: 'cause',
    propertyPath: 'ScalingTarget',
    cause: 'The Fargate quota of the account is reached; a deployment runs twice the tasks for a while',
    remedy:
      'Raise "Fargate On-Demand vCPU resource count" with Service Quotas, or ask for fewer or smaller tasks',
  },
  {
    id: 'zone-without-fargate',
    words: /unable to place a task\. Reason: Internal error/i,
    depth: 'symptom',
    propertyPath: 'NetworkConfiguration/Subnets',
    cause: 'A subnet may be in an Availability Zone that has no Fargate',
    remedy: 'Try again, or name subnets in other Availability Zones',
  },
  {
    id: 'capacity',
    words: /Capacity is unavailable/i,
    depth: 'symptom',
    propertyPath: 'NetworkConfiguration/Subnets',
    cause: 'Fargate has no capacity for these tasks at the moment',
    remedy: 'Try again later, or name subnets in more Availability Zones',
  },
  {
    id: 'provisioning',
    words:
      /Timeout waiting for (network interface|EphemeralStorage) provisioning|tasks provisioning capacity limit/i,
    depth: 'symptom',
    cause: 'Fargate did not provide a task in time',
    remedy: 'Try again',
  },
  {
    id: 'runtime-timeout',
    words: /ContainerRuntimeTimeoutError/i,
    depth: 'symptom',
    cause: 'The container runtime did not answer in time',
    remedy: 'Try again; a smaller image starts faster',
  },
  {
    id: 'throttling',
    words: /operations are being throttled/i,
    depth: 'symptom',
    cause: 'The account makes more calls than AWS takes',
    remedy: 'Try again, with fewer updates at the same time',
  },
  {
    id: 'no-room',
    words: /Update the minimumHealthyPercent or maximumPercent/i,
    depth: 'cause',
    propertyPath: 'DeploymentConfiguration/MaximumPercent',
    cause: 'MinimumHealthyPercent and MaximumPercent leave no room for a new task beside the old ones',
    remedy: 'Use 100 and 200',
  },

  // Health checks.
  {
    id: 'container-health-check',
    words: /container health check/i,
    depth: 'symptom',
    propertyPath: 'PrimaryContainer/HealthCheck',
    cause: 'The command of the health check fails in the container',
    remedy: 'Check that the image has the programs of Command, and that StartPeriod is long enough',
  },
  {
    id: 'health-check-not-found',
    words: /failed with these codes: \[404\]/i,
    depth: 'symptom',
    propertyPath: 'HealthCheckPath',
    cause: 'The container does not know the path',
    remedy: 'Make HealthCheckPath one that the container answers with 200 at ContainerPort',
  },
  {
    id: 'health-check-denied',
    words: /failed with these codes: \[40[13]\]/i,
    depth: 'symptom',
    propertyPath: 'HealthCheckPath',
    cause: "The container asks the load balancer's health check for credentials or a host name",
    remedy: 'Make the container answer 200 on HealthCheckPath to everybody, whatever the host',
  },
  {
    id: 'health-check-matcher',
    words: /failed with these codes: \[2\d\d\]/i,
    depth: 'symptom',
    propertyPath: 'TargetGroupConfiguration/HealthCheck/Matcher',
    cause: 'The container answers the health check, but not with a code that Matcher permits',
    remedy: 'Permit the code in Matcher, or make the container answer with one that it permits',
  },
  {
    id: 'health-check-redirected',
    words: /failed with these codes: \[30\d\]/i,
    depth: 'symptom',
    propertyPath: 'HealthCheckPath',
    cause: 'The container redirects the health check',
    remedy:
      'Make the container answer 200 on HealthCheckPath without a redirection, or permit it in TargetGroupConfiguration/HealthCheck/Matcher',
  },
  {
    id: 'health-check-error',
    words: /failed with these codes: \[5\d\d\]/i,
    depth: 'symptom',
    propertyPath: 'HealthCheckPath',
    cause:
      'The container runs but says that it is not well, as when something that it needs does not answer it',
    remedy:
      'Make the container answer 200 on HealthCheckPath when it can serve, and read its output for what it lacks',
  },
  {
    id: 'health-check-timeout',
    words: /Target\.Timeout|Request timed out/i,
    depth: 'symptom',
    propertyPath: 'PrimaryContainer/ContainerPort',
    cause: 'The container does not answer the health check in time',
    remedy: 'Make it listen at ContainerPort on all addresses (0.0.0.0, not 127.0.0.1)',
  },
  {
    id: 'health-check',
    words: /health check|Target\.FailedHealthChecks/i,
    depth: 'symptom',
    propertyPath: 'HealthCheckPath',
    cause: 'The load balancer gets no healthy answer from the container',
    remedy:
      'Make the container answer 200 on HealthCheckPath at ContainerPort within five minutes of its start',
  },
  {
    id: 'alarm',
    words: /alarm .* went off|alarm\(s\) in ALARM state|alarm detected/i,
    depth: 'symptom',
    remedy: 'Look at the metrics of the alarm and the output of the containers',
  },

  // That it failed, not why.
  {
    id: 'tasks-kept-failing',
    words: /circuit breaker|tasks failed to start|unable to consistently start tasks/i,
    depth: 'wrapper',
    remedy:
      'Look at the stopped tasks in the ECS console, which keeps them for an hour, at the events of the service, and at the output of the containers',
  },
];
