/** Refusals of AWS, in words that were reported by its users, and the properties that they speak of. */
import { isCertain, refusedProperty } from '../../src/express-service/properties/refused-properties';

const REGISTER = 'ecs:RegisterTaskDefinition';
const CREATE = 'ecs:CreateService';
const TARGET_GROUP = 'elasticloadbalancing:CreateTargetGroup';
const ROLE =
  'Unable to assume role and validate the listeners configured on your load balancer. Please verify that the ECS service role being passed has the proper permissions.';

test.each([
  [REGISTER, "Actual length: '66420'. Max allowed length is '65536' bytes.", 'PrimaryContainer/Environment'],
  [REGISTER, 'Role is not valid', 'ExecutionRoleArn'],
  [REGISTER, 'Container.image contains invalid characters.', 'PrimaryContainer/Image'],
  [
    REGISTER,
    'The Systems Manager parameter ARN has a different account ID than the current account.',
    'PrimaryContainer/Secrets',
  ],
  [
    REGISTER,
    'Fargate requires task definition to have execution role ARN to support log driver awslogs.',
    'ExecutionRoleArn',
  ],
  [REGISTER, 'Log driver awslogs requires options: awslogs-group', 'PrimaryContainer/AwsLogsConfiguration'],
  [REGISTER, "Unknown volume 'data'.", 'Volumes'],
  [REGISTER, 'No Fargate configuration exists for given values: 256 CPU, 4096 memory', 'Memory'],
  [
    REGISTER,
    "The 'memory' setting for container 'Main' is greater than for the task.",
    'PrimaryContainer/Memory',
  ],
  [
    REGISTER,
    'The container has an invalid tmpfs size value specified. It must be a non-zero, non-negative integer.',
    'PrimaryContainer/LinuxParameters',
  ],
  [REGISTER, "The environment file 'a' must have the extension .env.", 'PrimaryContainer/EnvironmentFiles'],
  [
    CREATE,
    'AvailabilityZoneRebalancing does not support maximumPercent <= 100.',
    'AvailabilityZoneRebalancing',
  ],
  [
    'elasticloadbalancing:ModifyTargetGroupAttributes',
    'Slow start duration must be between 30 and 900 seconds',
    'TargetGroupConfiguration/SlowStartDurationSeconds',
  ],
  [CREATE, ROLE, 'InfrastructureRoleArn'],
  [
    'ecs:UpdateService',
    "ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::123456789012:role/a'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.",
    'InfrastructureRoleArn',
  ],
  [CREATE, 'subnets can have at most 16 items.', 'NetworkConfiguration/Subnets'],
  [CREATE, 'securityGroups can have at most 5 items.', 'NetworkConfiguration/SecurityGroups'],
  [
    CREATE,
    'The specified capacity provider was not found. Specify a valid name or ARN and try again.',
    'CapacityProviderStrategy',
  ],
  [
    TARGET_GROUP,
    "Health check path '{' must begin with a '/' and can only consist of the characters: a-z",
    'HealthCheckPath',
  ],
  [
    TARGET_GROUP,
    "Health check timeout '10' must be smaller than or equal to the interval '5'",
    'TargetGroupConfiguration/HealthCheck/TimeoutSeconds',
  ],
  [TARGET_GROUP, "HTTP code '600' is not valid", 'TargetGroupConfiguration/HealthCheck/Matcher'],
  [
    'elasticloadbalancing:ModifyTargetGroup',
    'Unhealthy threshold count must be between 2 and 10',
    'TargetGroupConfiguration/HealthCheck/UnhealthyThresholdCount',
  ],
  [
    'elasticloadbalancing:ModifyRule',
    "The path pattern '<' contains characters that are not valid",
    'PathPatterns',
  ],
  [
    'elasticloadbalancing:CreateLoadBalancer',
    'You must specify subnets with an associated IPv6 CIDR block.',
    'LoadBalancerConfiguration/IpAddressType',
  ],
  ['elasticloadbalancing:CreateRule', 'A rule can only have 5 condition values', 'AdditionalDomains'],
])('%s: "%s" speaks of %s', (action, message, propertyPath) => {
  expect(refusedProperty(action, message)).toEqual({ propertyPath, remedy: expect.any(String) });
});

test('what speaks of no property is told as it is', () => {
  expect(refusedProperty(CREATE, 'Creation of service was not idempotent.')).toBeUndefined();
  expect(refusedProperty('ecs:DeleteService', ROLE)).toBeUndefined();
  expect(refusedProperty(undefined, ROLE)).toBeUndefined();
});

test.each([
  ['All subnets must belong to the same VPC.', true],
  [ROLE, false],
  ['Unable to assume the service linked role. Please verify that the ECS service linked role exists.', false],
  // The group was made by the same operation.
  [
    "Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist (ErrorCode: InvalidGroup.NotFound)",
    false,
  ],
  ['Something else.', false],
])('whether waiting cannot help: "%s" %s', (message, expected) => {
  expect(isCertain(CREATE, message)).toBe(expected);
});
