/** AWS Cloud Map: a namespace cannot be deleted while it has services. */
import { AwsError, type Structure } from '../service';
import type { GuardContext, ServiceGuard } from './guard';

/** Target prefix of the JSON protocol of Cloud Map. */
const TARGET = 'Route53AutoNaming_v20170314';

export function serviceDiscovery({ motoOptions }: GuardContext): ServiceGuard {
  /** Call moto by hand: no SDK client of this service is among the dependencies. */
  async function call(region: string, operation: string, input: Structure): Promise<Structure> {
    const answer = await fetch(motoOptions.endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=local/20000101/${region}/servicediscovery/aws4_request`,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${TARGET}.${operation}`,
      },
      body: JSON.stringify(input),
    });
    return (await answer.json()) as Structure;
  }

  return {
    service: 'servicediscovery',
    operations: {
      async DeleteNamespace({ region, input }) {
        const Filters = [{ Name: 'NAMESPACE_ID', Values: [input.Id], Condition: 'EQ' }];
        const { Services = [] } = await call(region, 'ListServices', { Filters });
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
