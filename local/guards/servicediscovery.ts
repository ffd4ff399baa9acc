/** AWS Cloud Map: a namespace cannot be deleted while it has services. */
import { callMoto, CLOUD_MAP } from '../moto/call';
import { AwsError, type Structure } from '../service';
import type { GuardContext, ServiceGuard } from './guard';

export function serviceDiscovery({ motoOptions }: GuardContext): ServiceGuard {
  return {
    service: 'servicediscovery',
    operations: {
      async DeleteNamespace({ region, input }) {
        const Filters = [{ Name: 'NAMESPACE_ID', Values: [input.Id], Condition: 'EQ' }];
        const { Services = [] } = await callMoto(motoOptions, CLOUD_MAP, region, 'ListServices', { Filters });
        if (Services.length > 0) {
          throw new AwsError(
            'ResourceInUse',
            `The namespace ${input.Id} contains services and cannot be deleted: ` +
              Services.map(({ Id }: Structure) => Id).join(', '),
          );
        }
        return undefined;
      },
    },
  };
}
