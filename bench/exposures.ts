/** What the life of a service costs in each exposure: the only service of its account, from its creation to its deletion. */
import type { LocalAws } from '../local';
import { createResourceHandler } from '../local/extension/resource-handler';
import type { Structure } from '../local/service';
import { arnOf, timeOf, type OperationTime } from './added-seconds';
import { costOf, holdUp, TYPE_NAME, type OperationCost } from './operations';

/** Properties of a service in each exposure, beside those of all services. */
export const EXPOSURES: Readonly<Record<string, (all: Structure) => Structure>> = {
  'shared load balancer': (all) => all,
  'Network Load Balancer': (all) => ({ ...all, LoadBalancerConfiguration: { Type: 'network' } }),
  'shared load balancer and Service Connect': (all) => ({
    ...all,
    ServiceConnectConfiguration: { Namespace: 'bench', ClientAlias: { Port: 80 } },
  }),
  'no load balancer': ({ InfrastructureRoleArn: _, ...others }) => ({
    ...others,
    LoadBalancerConfiguration: { Type: 'none' },
  }),
};

/** One operation in one exposure. */
export type ExposureCost = { readonly exposure: string } & Omit<OperationCost, 'present'> &
  Pick<OperationTime, 'seconds' | 'added'>;

/**
 * Measure creation, an update to a new image, and deletion.
 *
 * @param exposure a name of {@link EXPOSURES}.
 * @param all properties that every service has.
 */
export async function measureExposure(
  aws: LocalAws,
  exposure: string,
  all: Structure,
): Promise<ExposureCost[]> {
  holdUp(aws);
  const handle = createResourceHandler(aws);
  const ServiceName = 'bench-exposed';
  const made = EXPOSURES[exposure]!({ ...all, ServiceName });
  const identified = { ...made, ServiceArn: arnOf(aws, ServiceName) };
  const updated = { ...identified, PrimaryContainer: { Image: 'bench:2' } };
  const { ServiceArn } = identified;
  const life = [
    { operation: 'create', action: 'CREATE', model: made },
    { operation: 'update, new image', action: 'UPDATE', model: updated, previousModel: identified },
    { operation: 'delete', action: 'DELETE', model: { ServiceArn } },
  ] as const;
  const costs: ExposureCost[] = [];
  for (const { operation, ...request } of life) {
    const after = aws.calls.list().at(-1)?.sequence ?? 0;
    const { seconds, added } = await timeOf(aws, handle, request);
    const calls = aws.calls.list({ typeName: TYPE_NAME, callerOperation: request.action, after });
    costs.push({ exposure, operation, ...costOf(calls), seconds, added });
  }
  return costs;
}
