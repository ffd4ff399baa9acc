/** What RegisterTaskDefinition refuses beyond the service model's own constraints. */
import { AwsError, type Structure } from '../service';
import { checkFargateSize, parseCpu, parseMemory } from './fargate-sizes';
import { checkTaskVolumes } from './volume-validation';

/** Log drivers on Fargate (API reference of LogConfiguration). */
const FARGATE_LOG_DRIVERS = ['awslogs', 'splunk', 'awsfirelens'];
const ECR_IMAGE = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\//;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/;
/** What an image may be named with, and how long the name may be (API reference of ContainerDefinition). */
const IMAGE = { characters: /^[A-Za-z0-9_.:\/@#-]*$/, longest: 255 };
/** Bytes of a task definition (Amazon ECS service quotas, "Task definition size"). */
const SIZE_LIMIT = 65_536;
/** Start and stop timeouts on Fargate, in seconds (API reference of ContainerDefinition). */
const TIMEOUTS = { least: 2, most: 120 };
/** Environment files of a container (API reference of EnvironmentFile). */
const ENVIRONMENT_FILES = { most: 10, value: /^arn:aws[a-z-]*:s3:::[^/]+\/.+$/, extension: '.env' };
/** Restart policies (API reference of ContainerRestartPolicy). */
const RESTARTS = { least: 60, most: 1800, exitCodes: 50 };
/** Names of kernel parameters (API reference of SystemControl). */
const SYSTEM_CONTROL =
  /^(net\..+|fs\.mqueue\..+|kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced))$/;
/** Name of a port (API reference of PortMapping). */
const PORT_NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/;
/** What Linux parameters Fargate has not, and the one capability that it adds (API reference of LinuxParameters). */
const NOT_ON_FARGATE = ['devices', 'sharedMemorySize', 'maxSwap', 'swappiness'];
const FARGATE_CAPABILITIES = ['SYS_PTRACE'];
/** Ephemeral storage of a Fargate task in GiB. */
const EPHEMERAL_STORAGE = { least: 21, most: 200 };

/**
 * Check a request to register a task definition.
 *
 * @param accountId of the caller, whose roles alone can be passed.
 * @throws AwsError ClientException, InvalidParameterException or AccessDeniedException, worded as ECS does.
 */
export function checkTaskDefinition(input: Structure, accountId: string): void {
  const fargate = input.requiresCompatibilities?.includes('FARGATE') ?? false;
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(input.family)) {
    refuse(
      'Family contains invalid characters: up to 255 letters (uppercase and lowercase), numbers, underscores, and hyphens are allowed.',
    );
  }
  const { tags: _tags, ...definition } = input;
  const size = Buffer.byteLength(JSON.stringify(definition));
  if (size > SIZE_LIMIT) refuse(`Actual length: '${size}'. Max allowed length is '${SIZE_LIMIT}' bytes.`);
  for (const role of [input.taskRoleArn, input.executionRoleArn]) {
    if (role === undefined) continue;
    if (!ROLE_ARN.test(role)) refuse('Role is not valid');
    if (role.split(':')[4] !== accountId) {
      throw new AwsError('AccessDeniedException', 'Cross-account pass role is not allowed.');
    }
  }
  checkContainers(input);
  checkTaskVolumes(input);
  if (fargate) checkFargate(input);
}

function checkContainers(input: Structure): void {
  const containers: Structure[] = input.containerDefinitions;
  if (containers.length === 0) refuse('Task definition must have at least one container definition.');
  for (const container of containers) checkContainer(container, input);
  const names = containers.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    refuse(`Container.name '${repeated}' is used more than once: container names must be unique.`);
  if (!containers.some(({ essential }) => essential !== false)) {
    refuse('Invalid setting for task definition. At least one container must be essential.');
  }
  const ports = containers.flatMap(({ portMappings = [] }) => portMappings as Structure[]);
  const named = ports.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (new Set(named).size < named.length)
    refuse('Port mapping names must be unique within a task definition.');
}

function checkContainer(container: Structure, input: Structure): void {
  if (!container.name) refuse('Container.name should not be null or empty.');
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(container.name)) refuse('Container.name contains invalid characters.');
  if (!container.image) refuse('Container.image should not be null or empty.');
  if (container.image.length > IMAGE.longest)
    refuse(`Container.image should be ${IMAGE.longest} characters or less.`);
  if (!IMAGE.characters.test(container.image)) refuse('Container.image contains invalid characters.');
  const others = input.containerDefinitions.map(({ name }: Structure) => name);
  for (const { containerName } of container.dependsOn ?? []) {
    if (!others.includes(containerName)) {
      refuse(
        `Container '${container.name}' depends on container '${containerName}', which is not in the task definition.`,
      );
    }
  }
  const volumes = (input.volumes ?? []).map(({ name }: Structure) => name);
  for (const { sourceVolume } of container.mountPoints ?? []) {
    if (!volumes.includes(sourceVolume)) refuse(`Unknown volume '${sourceVolume}'.`);
  }
  checkSettings(container, (message) =>
    refuse(`Invalid setting for container '${container.name}'. ${message}`),
  );
  if (input.networkMode === 'awsvpc') {
    for (const { hostPort, containerPort } of container.portMappings ?? []) {
      if (hostPort && hostPort !== containerPort) {
        refuse('When networkMode=awsvpc, the host ports and container ports in port mappings must match.');
      }
    }
  }
  if (container.logConfiguration?.logDriver === 'awslogs')
    checkAwslogs(container.logConfiguration.options ?? {});
}

/** What a container says of itself alone. */
function checkSettings(container: Structure, refuseIt: (message: string) => never): void {
  const { environmentFiles = [], ulimits = [], systemControls = [], portMappings = [] } = container;
  const { restartPolicy, linuxParameters, memory, memoryReservation } = container;
  if (environmentFiles.length > ENVIRONMENT_FILES.most)
    refuseIt(`At most ${ENVIRONMENT_FILES.most} environment files can be specified.`);
  for (const { value } of environmentFiles) {
    if (!ENVIRONMENT_FILES.value.test(value)) refuseIt(`Invalid ARN of an environment file: '${value}'.`);
    if (!value.endsWith(ENVIRONMENT_FILES.extension))
      refuseIt(`The environment file '${value}' must have the extension ${ENVIRONMENT_FILES.extension}.`);
  }
  for (const { name, softLimit, hardLimit } of ulimits) {
    if (hardLimit >= 0 && (softLimit < 0 || softLimit > hardLimit))
      refuseIt(`The soft limit of ulimit '${name}' is greater than its hard limit.`);
  }
  for (const { namespace = '' } of systemControls) {
    if (!SYSTEM_CONTROL.test(namespace)) refuseIt(`System control '${namespace}' is not supported.`);
  }
  for (const { name } of portMappings) {
    if (name !== undefined && !PORT_NAME.test(name)) refuseIt(`Port mapping name '${name}' is not valid.`);
  }
  if (memory !== undefined && memoryReservation !== undefined && memoryReservation >= memory)
    refuseIt("'memory' must be greater than 'memoryReservation'.");
  const { restartAttemptPeriod, ignoredExitCodes = [] } = restartPolicy ?? {};
  if (restartAttemptPeriod < RESTARTS.least || restartAttemptPeriod > RESTARTS.most)
    refuseIt(`restartAttemptPeriod must be between ${RESTARTS.least} and ${RESTARTS.most} seconds.`);
  if (ignoredExitCodes.length > RESTARTS.exitCodes)
    refuseIt(`At most ${RESTARTS.exitCodes} exit codes can be ignored by a restart policy.`);
  if (linuxParameters?.tmpfs?.some(({ size }: Structure) => !(size > 0)))
    refuse(
      'The container has an invalid tmpfs size value specified. It must be a non-zero, non-negative integer.',
    );
}

function checkAwslogs(options: Structure): void {
  const missing = ['awslogs-group', 'awslogs-region'].filter((option) => !options[option]);
  if (missing.length > 0) refuse(`Log driver awslogs requires options: ${missing.join(', ')}`);
}

function checkFargate(input: Structure): void {
  if (input.networkMode !== 'awsvpc') refuse('Fargate only supports network mode ‘awsvpc’.');
  for (const setting of ['cpu', 'memory']) {
    if (!input[setting]) refuse(`Fargate requires that '${setting}' be defined at the task level.`);
  }
  const memory = parseMemory(input.memory);
  const cpu = parseCpu(input.cpu);
  checkFargateSize(cpu, memory);
  const storage = input.ephemeralStorage?.sizeInGiB;
  if (storage !== undefined && (storage < EPHEMERAL_STORAGE.least || storage > EPHEMERAL_STORAGE.most)) {
    refuse(
      `Invalid ephemeral storage size '${storage}': it must be between ${EPHEMERAL_STORAGE.least} and ${EPHEMERAL_STORAGE.most} GiB.`,
    );
  }
  const reserved = input.containerDefinitions.map(
    (container: Structure) => container.memoryReservation ?? container.memory ?? 0,
  );
  if (reserved.reduce((sum: number, amount: number) => sum + amount, 0) > memory) {
    refuse("Invalid 'memory' setting for task: the memory of its containers exceeds that of the task.");
  }
  const units = input.containerDefinitions.map((container: Structure) => container.cpu ?? 0);
  if (units.reduce((sum: number, amount: number) => sum + amount, 0) > cpu) {
    refuse("Invalid 'cpu' setting for task: the CPU units of its containers exceed those of the task.");
  }
  const larger = input.containerDefinitions.find((container: Structure) => container.memory > memory);
  if (larger) refuse(`The 'memory' setting for container '${larger.name}' is greater than for the task.`);
  for (const container of input.containerDefinitions) checkFargateContainer(container, input);
}

function checkFargateContainer(container: Structure, input: Structure): void {
  const driver = container.logConfiguration?.logDriver;
  if (driver !== undefined && !FARGATE_LOG_DRIVERS.includes(driver)) {
    refuse(
      `Invalid log driver '${driver}' for container '${container.name}': Fargate supports ${FARGATE_LOG_DRIVERS.join(', ')}.`,
    );
  }
  if (container.privileged)
    refuse(`Container '${container.name}' is privileged, which Fargate does not support.`);
  for (const setting of ['startTimeout', 'stopTimeout']) {
    const seconds = container[setting];
    if (seconds < TIMEOUTS.least || seconds > TIMEOUTS.most) {
      refuse(
        `Invalid '${setting}' setting for container '${container.name}': it must be between ${TIMEOUTS.least} and ${TIMEOUTS.most} seconds.`,
      );
    }
  }
  const linux: Structure = container.linuxParameters ?? {};
  const unsupported = NOT_ON_FARGATE.find(
    (name) => ![undefined, 0].includes(linux[name]?.length ?? linux[name]),
  );
  if (unsupported) refuse(`Fargate does not support '${unsupported}' in linuxParameters.`);
  const capability = (linux.capabilities?.add ?? []).find(
    (name: string) => !FARGATE_CAPABILITIES.includes(name),
  );
  if (capability) refuse(`Fargate does not support adding the capability '${capability}'.`);
  if (input.executionRoleArn) return;
  const needs: [boolean, string][] = [
    [driver === 'awslogs', 'log driver awslogs'],
    [ECR_IMAGE.test(container.image), 'ECR images'],
    [container.secrets?.length > 0, 'secrets'],
    [container.environmentFiles?.length > 0, 'environment files'],
    [container.repositoryCredentials !== undefined, 'private registry authentication'],
  ];
  const need = needs.find(([needed]) => needed);
  if (need) refuse(`Fargate requires task definition to have execution role ARN to support ${need[1]}.`);
}

function refuse(message: string): never {
  throw new AwsError('ClientException', message);
}
