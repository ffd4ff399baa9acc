import { createHash } from 'node:crypto';
import { HandlerError, invalid } from '../../core/failure';

/** Which service is meant. Everything that is made for it is named after and tagged with this. */
export interface Identity {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly clusterName: string;
  readonly serviceName: string;
  /**
   * ARN of the service's name: the primary identifier of the resource. It follows from cluster and name alone, so that it is
   * known before anything is made, and it stays while the ECS services behind the name come and go. An ECS service of that
   * very name has it as its own ARN; there may be others that belong to the resource beside it.
   */
  readonly serviceArn: string;
  /**
   * Name of the additional load balancer that is meant. Behind a slash it ends {@link serviceName} and {@link serviceArn}
   * then, so that what is made for it is never taken for what is made for the service itself.
   */
  readonly loadBalancer?: string;
}

/** An ECS service that belongs to the resource, by what names it in the APIs of AWS. */
export interface EcsService {
  readonly clusterName: string;
  readonly name: string;
  readonly arn: string;
}

/** Identity of what a service has for an additional load balancer. */
export interface LoadBalancerIdentity extends Identity {
  readonly loadBalancer: string;
}

/** The {@link LoadBalancerIdentity} of an additional load balancer of a service. */
export function identityOfLoadBalancer(service: Identity, loadBalancer: string): LoadBalancerIdentity {
  const { serviceName, serviceArn } = service;
  return {
    ...service,
    serviceName: `${serviceName}/${loadBalancer}`,
    serviceArn: `${serviceArn}/${loadBalancer}`,
    loadBalancer,
  };
}

/** Identity of the service itself. */
export function identityOfService({ loadBalancer, ...identity }: Identity): Identity {
  if (loadBalancer === undefined) return identity;
  const own = (name: string) => name.slice(0, -`/${loadBalancer}`.length);
  return { ...identity, serviceName: own(identity.serviceName), serviceArn: own(identity.serviceArn) };
}

/**
 * The ECS service behind the name that carries it. Nothing else says which ECS service is meant: whatever is done with one
 * is told it (`Scope.ecsService`).
 */
export function ecsServiceOf(identity: Identity): EcsService {
  const { clusterName, serviceName, serviceArn } = identityOfService(identity);
  return { clusterName, name: serviceName, arn: serviceArn };
}

/**
 * Whether an ECS service is one of several versions that stand side by side, rather than the one whose tasks are replaced.
 */
export function isVersion(identity: Identity, ecsService: EcsService): boolean {
  return ecsService.name !== identityOfService(identity).serviceName;
}

/** Where a request is carried out. */
export interface Location {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/**
 * Identity of a service from its names.
 *
 * @param cluster name or ARN of the cluster.
 */
export function identityOf(location: Location, cluster: string, serviceName: string): Identity {
  const clusterName = clusterNameOf(cluster);
  const { partition, region, accountId } = location;
  const serviceArn = `arn:${partition}:ecs:${region}:${accountId}:service/${clusterName}/${serviceName}`;
  return { partition, region, accountId, clusterName, serviceName, serviceArn };
}

/**
 * Identity of a service from its ARN.
 *
 * @throws HandlerError NotFound when the text is no ARN of an ECS service: no service can have it.
 */
export function identityOfArn(serviceArn: string): Identity {
  const match = /^arn:([a-z-]+):ecs:([a-z0-9-]+):(\d{12}):service\/([^/]+)\/([^/]+)$/.exec(serviceArn);
  if (!match) {
    throw new HandlerError('NotFound', `no service has the ARN "${serviceArn}"`, {
      propertyPath: '/properties/ServiceArn',
    });
  }
  const [, partition, region, accountId, clusterName, serviceName] = match as unknown as string[];
  return { partition, region, accountId, clusterName, serviceName, serviceArn } as Identity;
}

/** Name of a cluster from its name or ARN. */
export function clusterNameOf(cluster: string): string {
  return cluster.slice(cluster.lastIndexOf('/') + 1);
}

/**
 * Check that a cluster given by its ARN is where the service is to be.
 *
 * @param cluster name or ARN.
 * @throws HandlerError InvalidRequest.
 */
export function checkCluster(cluster: string | undefined, { region, accountId }: Location): void {
  const parts = cluster?.split(':') ?? [];
  if (parts.length > 1 && (parts[3] !== region || parts[4] !== accountId)) {
    throw invalid(
      'Cluster',
      `${cluster} is in another account or Region`,
      `Name a cluster of account ${accountId} in ${region}`,
    );
  }
}

/**
 * Name for a service whose author gave none: the logical id and a suffix that is the same for every invocation of
 * one create operation, and another one when the resource is replaced.
 *
 * @param clientRequestToken token of the operation, the same over re-invocations.
 */
export function generatedServiceName(logicalId: string | undefined, clientRequestToken: string): string {
  const stem = (logicalId ?? 'express').replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 200);
  return `${stem}-${shortHash(clientRequestToken, 12)}`;
}

/** The first `length` hexadecimal digits (at most 64) of the SHA-256 of a text; for names that AWS limits. */
export function shortHash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/**
 * A name of at most `longest` characters: `readable` where it fits, else its beginning and a hash of all of it.
 */
export function fittingName(readable: string, longest: number): string {
  return readable.length <= longest
    ? readable
    : `${readable.slice(0, longest - 13)}-${shortHash(readable, 12)}`;
}
