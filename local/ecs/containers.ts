/**
 * Simulated containers. What one does is chosen by the tag of its image, so that a template can ask for a failure;
 * any other image answers every HTTP request with 200.
 */
import type { HttpRequest, HttpResponse, ProtocolVersion, Structure } from '../service';
import { grpcAnswer } from './grpc';
import type { Task } from './state';

/** What a container does. */
export interface ContainerBehaviour {
  /** Its image cannot be pulled. */
  readonly cannotPull?: true;
  /** It exits with this code as soon as it starts. */
  readonly exitCode?: number;
  /** Seconds from its start until it listens on its ports. */
  readonly listensAfter: number;
  /** HTTP status of its answer to a request for a load balancer's health check path, and to any other. */
  readonly healthCheckStatus: number;
  readonly status: number;
  /** The only path on which it knows health checks; others are 404 to it. */
  readonly healthCheckPath?: string;
  /** What it understands. */
  readonly speaks: readonly ProtocolVersion[];
  /** It takes encrypted connections alone. */
  readonly encrypts?: true;
}

const HEALTHY: ContainerBehaviour = {
  listensAfter: 0,
  healthCheckStatus: 200,
  status: 200,
  speaks: ['HTTP1', 'HTTP2'],
};

const BY_TAG: Readonly<Record<string, ContainerBehaviour>> = {
  'cannot-pull': { ...HEALTHY, cannotPull: true },
  exits: { ...HEALTHY, exitCode: 1 },
  unhealthy: { ...HEALTHY, healthCheckStatus: 503 },
  slow: { ...HEALTHY, listensAfter: 90 },
  errors: { ...HEALTHY, status: 500 },
  http1: { ...HEALTHY, speaks: ['HTTP1'] },
  grpc: { ...HEALTHY, speaks: ['GRPC'] },
  https: { ...HEALTHY, encrypts: true },
};

/** `knows-ready` answers health checks on `/ready` alone. */
const KNOWS = /^knows-(.+)$/;

/** What a container of this image does: `repository/name:tag`, with or without a digest. */
export function behaviourOf(image: string): ContainerBehaviour {
  const tag = /:([^:/@]+)(?:@[^@]*)?$/.exec(image)?.[1];
  if (tag === undefined) return HEALTHY;
  const known = KNOWS.exec(tag)?.[1];
  if (known !== undefined) return { ...HEALTHY, healthCheckPath: `/${known}` };
  return BY_TAG[tag] ?? HEALTHY;
}

/** The container of a task that has a port mapping for this port. */
export function containerOnPort(task: Task, port: number): Structure | undefined {
  const containers = task.revision.taskDefinition.definition.containerDefinitions as Structure[];
  return containers.find((container) =>
    container.portMappings.some((mapping: Structure) => mapping.containerPort === port),
  );
}

/** HTTP status that a container answers a path with, given the health check paths of its target groups. */
export function statusFor(container: Structure, path: string, healthCheckPaths: readonly string[]): number {
  const { healthCheckStatus, healthCheckPath = path, status } = behaviourOf(container.image);
  if (!healthCheckPaths.includes(path)) return status;
  return path === healthCheckPath ? healthCheckStatus : 404;
}

/**
 * The answer of a container: a JSON document that tells which container, image, revision and task gave it. A gRPC server
 * answers it as the string in its message.
 *
 * @returns undefined when the container does not speak the protocol of the request.
 */
export function answer(
  task: Task,
  container: Structure,
  request: HttpRequest,
  status: number,
): HttpResponse | undefined {
  if (!behaviourOf(container.image).speaks.includes(request.protocolVersion)) return undefined;
  const { taskDefinition } = task.revision;
  const body = {
    image: container.image,
    container: container.name,
    taskDefinition: `${taskDefinition.family}:${taskDefinition.revision}`,
    revision: taskDefinition.revision,
    task: task.id,
    method: request.method,
    path: request.path,
  };
  const text = JSON.stringify(body);
  if (request.protocolVersion === 'GRPC') return grpcAnswer(request.path, text);
  return { status, headers: { 'content-type': 'application/json' }, body: `${text}\n` };
}
