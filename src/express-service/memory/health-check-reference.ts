/**
 * What the CallerReference of a health check says: whose it is, and what it checks. Health checks have no names, and get their
 * tags only after they are made; the reference is there from the beginning, and never changes. Route 53 takes none a second
 * time, also when the health check was deleted, so that each operation that makes one has its own.
 */
import { shortHash, type Identity } from '../identity/identity';

/** What is checked: one of the two target groups, or the Region, by both. */
export type HealthCheckRole = '1' | '2' | 'region';

const PREFIX = 'org-ecs-express';

/** The reference of a health check that an operation makes. */
export function healthCheckReference(
  identity: Identity,
  role: HealthCheckRole,
  operationToken: string,
): string {
  return [...referenceOf(identity), role, shortHash(operationToken, 16)].join('/');
}

/** What a health check of the service checks; undefined when it is not the service's. */
export function roleOfHealthCheck(identity: Identity, reference: string): HealthCheckRole | undefined {
  const [prefix, service, role] = reference.split('/');
  const [ownPrefix, ownService] = referenceOf(identity);
  return prefix === ownPrefix && service === ownService ? (role as HealthCheckRole) : undefined;
}

function referenceOf({ serviceArn }: Identity): [prefix: string, service: string] {
  return [PREFIX, shortHash(serviceArn, 16)];
}
