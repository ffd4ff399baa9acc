/** AWS types that are provisioned by calls of their service's API through the local endpoint, one file per service. */
import { randomBytes } from 'node:crypto';
import type { ACM } from '@aws-sdk/client-acm';
import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { ECS } from '@aws-sdk/client-ecs';
import type { Route53 } from '@aws-sdk/client-route-53';
import type { SSM } from '@aws-sdk/client-ssm';
import type { WAFV2 } from '@aws-sdk/client-wafv2';
import type { Clock } from '../../../clock';
import type { Structure } from '../../../service';
import { ProvisionFailure, type ExistingRequest, type Provisioned, type ProvisionRequest } from '../provider';

/** The services whose types are provisioned this way. */
export interface Clients {
  readonly acm: ACM;
  readonly cloudWatch: CloudWatch;
  readonly ec2: EC2;
  readonly ecs: ECS;
  readonly route53: Route53;
  readonly ssm: SSM;
  readonly waf: WAFV2;
}

/** What an operation on a resource works with. */
export interface ApiContext<Request extends ProvisionRequest = ProvisionRequest> {
  readonly clients: Clients;
  readonly clock: Clock;
  readonly request: Request;
  /** The resource's own tags and those of the stack. */
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** How the resources of one type are provisioned. Errors of the SDK become the reason of the stack event. */
export interface ApiType {
  readonly typeName: string;
  create(context: ApiContext): Promise<Provisioned>;
  /** Absent when the resource has to be replaced. */
  update?(context: ApiContext<ExistingRequest>): Promise<Provisioned>;
  delete(context: ApiContext<ExistingRequest>): Promise<unknown>;
}

/** A name as CloudFormation generates it. */
export function generatedName({ stack, logicalId }: ProvisionRequest): string {
  return `${stack.name}-${logicalId}-${randomBytes(6).toString('hex')}`;
}

/** All tags of a resource: its own, a list or a map as its type has it, go before the stack's. */
export function allTags({ properties, stackTags }: ProvisionRequest): { Key: string; Value: string }[] {
  const { Tags = {} } = properties;
  const own = Array.isArray(Tags)
    ? Object.fromEntries(Tags.map(({ Key, Value }: Structure) => [Key, Value]))
    : Tags;
  return Object.entries<string>({ ...stackTags, ...own }).map(([Key, Value]) => ({ Key, Value }));
}

/** Longest time for which a resource may become ready, and the time between two looks at it, in virtual milliseconds. */
const READY_LIMIT = 3 * 3_600_000;
const READY_INTERVAL = 15_000;

/**
 * Look at a resource until it is as it should be.
 *
 * @param look answers undefined as long as it is not.
 * @throws ProvisionFailure when it takes too long, or the stack operation is given up.
 */
export async function waitFor<T>(
  { clock, request }: Pick<ApiContext, 'clock' | 'request'>,
  physicalId: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = clock.now() + READY_LIMIT;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (request.signal?.aborted) throw new ProvisionFailure('Resource operation cancelled', { physicalId });
    if (clock.now() > deadline) {
      throw new ProvisionFailure(`${request.type.typeName} ${physicalId} did not stabilize.`, {
        code: 'NotStabilized',
        physicalId,
      });
    }
    await clock.sleep(READY_INTERVAL);
  }
}
