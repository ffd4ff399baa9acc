/** The provider of all types that are provisioned by API calls. */
import { ACM } from '@aws-sdk/client-acm';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EC2 } from '@aws-sdk/client-ec2';
import { ECS } from '@aws-sdk/client-ecs';
import { Route53 } from '@aws-sdk/client-route-53';
import { SSM } from '@aws-sdk/client-ssm';
import { WAFV2 } from '@aws-sdk/client-wafv2';
import type { Clock } from '../../../clock';
import { ProvisionFailure, type ProvisionRequest, type ResourceProvider } from '../provider';
import { certificate } from './acm';
import { allTags, type ApiContext, type ApiType, type Clients } from './api-type';
import { alarm } from './cloudwatch';
import { securityGroupEgress, securityGroupIngress } from './ec2';
import { cluster, ecsService, taskDefinition } from './ecs';
import { parameter } from './ssm';
import { webAcl, webAclAssociation } from './waf';

const TYPES = new Map<string, ApiType>(
  [
    ...[alarm, certificate, cluster, ecsService, parameter, securityGroupEgress, securityGroupIngress],
    ...[taskDefinition, webAcl, webAclAssociation],
  ].map((type) => [type.typeName, type]),
);

/** Errors that say that a resource does not exist. */
const ABSENT = new Set([
  ...[
    'ClusterNotFoundException',
    'InvalidGroup.NotFound',
    'InvalidSecurityGroupRuleId.NotFound',
    'ParameterNotFound',
    'ResourceNotFound',
    'ResourceNotFoundException',
    'ServiceNotFoundException',
  ],
  'WAFNonexistentItemException',
]);

export interface ApiProviderOptions {
  readonly clock: Clock;
  /** URL of the local endpoint. */
  readonly endpoint: () => string;
}

export function apiProvider({ clock, endpoint }: ApiProviderOptions): ResourceProvider {
  const clientsByRegion = new Map<string, Clients>();

  function clientsOf(region: string): Clients {
    let clients = clientsByRegion.get(region);
    if (!clients) {
      const options = {
        region,
        endpoint: endpoint(),
        credentials: { accessKeyId: 'cloudformation', secretAccessKey: 'local' },
      };
      clients = {
        acm: atWork(new ACM(options)),
        cloudWatch: atWork(new CloudWatch(options)),
        ec2: atWork(new EC2(options)),
        ecs: atWork(new ECS(options)),
        route53: atWork(new Route53(options)),
        ssm: atWork(new SSM(options)),
        waf: atWork(new WAFV2(options)),
      };
      clientsByRegion.set(region, clients);
    }
    return clients;
  }

  /** Virtual time stands still during a call. */
  function atWork<Client extends { middlewareStack: { add(middleware: any, options: object): void } }>(
    client: Client,
  ): Client {
    const middleware = (next: (args: unknown) => Promise<unknown>) => (args: unknown) =>
      clock.work(() => next(args));
    client.middlewareStack.add(middleware, { step: 'initialize', name: 'virtualClock' });
    return client;
  }

  async function run<Request extends ProvisionRequest, T>(
    request: Request,
    operation: ((context: ApiContext<Request>) => Promise<T>) | undefined,
  ): Promise<T> {
    if (!operation)
      throw new ProvisionFailure('This type cannot be updated in place.', { code: 'NotUpdatable' });
    let physicalId = request.current?.physicalId;
    const onPhysicalId = (id: string) => request.onPhysicalId((physicalId = id));
    try {
      const context = { clients: clientsOf(request.stack.region), clock, tags: allTags(request) };
      return await operation({ ...context, request: { ...request, onPhysicalId } });
    } catch (error) {
      if (error instanceof ProvisionFailure) throw error;
      const { name, message } = error as Error;
      const code = ABSENT.has(name) ? 'NotFound' : 'GeneralServiceException';
      throw new ProvisionFailure(`${message} (${name}, HandlerErrorCode: ${code})`, { code, physicalId });
    }
  }

  const typeOf = (request: ProvisionRequest) => TYPES.get(request.type.typeName)!;
  return {
    handles: ({ typeName, functionName }) => functionName === undefined && TYPES.has(typeName),
    async create(request) {
      const result = await run(request, typeOf(request).create);
      request.onPhysicalId(result.physicalId);
      return result;
    },
    update: (request) => run(request, typeOf(request).update),
    async delete(request) {
      try {
        await run(request, typeOf(request).delete);
      } catch (error) {
        if (!(error instanceof ProvisionFailure && error.code === 'NotFound')) throw error;
      }
    },
    // All attributes are known from the creation.
    read: async () => ({}),
  };
}
