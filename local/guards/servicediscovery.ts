/** AWS Cloud Map: namespaces, which take some seconds to be made, have a name each, and are kept while they hold services. */
import {
  GetOperationCommand,
  GetServiceCommand,
  ListServicesCommand,
  paginateListOperations,
  paginateListNamespaces,
  ServiceDiscoveryClient,
  type NamespaceSummary,
} from '@aws-sdk/client-servicediscovery';
import { allItems } from '../pages';
import { AwsError, type Structure } from '../service';
import { regional, type GuardContext, type ServiceGuard } from './guard';

/** What a namespace can be listed by. */
const FILTERS: Readonly<Record<string, (namespace: NamespaceSummary) => string | undefined>> = {
  NAME: ({ Name }) => Name,
  HTTP_NAME: ({ Properties }) => Properties?.HttpProperties?.HttpName,
  TYPE: ({ Type }) => Type,
};

export function serviceDiscovery({ motoOptions, clock, limits }: GuardContext): ServiceGuard {
  const clients = regional(ServiceDiscoveryClient, motoOptions);
  /** When a namespace that was asked for is there, by Region and name. */
  const readyAt = new Map<string, number>();

  const all = (region: string) =>
    allItems(paginateListNamespaces({ client: clients(region) }, {}), ({ Namespaces }) => Namespaces);
  const isReady = (region: string, { Name }: NamespaceSummary) =>
    clock.now() >= (readyAt.get(`${region} ${Name}`) ?? 0);

  /** Operations as they stand. moto knows neither filters nor operations that have not ended. */
  async function operationsIn(region: string): Promise<Readonly<Record<string, string | undefined>>[]> {
    const client = clients(region);
    const [namespaces, listed] = await Promise.all([
      all(region),
      allItems(paginateListOperations({ client }, {}), ({ Operations }) => Operations),
    ]);
    const operations = listed.map(async ({ Id }) => {
      const { Operation } = await client.send(new GetOperationCommand({ OperationId: Id }));
      const { Type, Targets, Status } = Operation!;
      const made = namespaces.find((namespace) => namespace.Id === Targets?.NAMESPACE);
      const isPending = Type === 'CREATE_NAMESPACE' && made !== undefined && !isReady(region, made);
      return { ID: Id, TYPE: Type, STATUS: isPending ? 'PENDING' : Status };
    });
    return Promise.all(operations);
  }

  /** Ids of the services in a namespace. moto's own list knows no filters. */
  async function servicesIn(region: string, namespaceId: string): Promise<string[]> {
    const client = clients(region);
    const { Services = [] } = await client.send(new ListServicesCommand({}));
    const described = await Promise.all(Services.map(({ Id }) => client.send(new GetServiceCommand({ Id }))));
    return described.flatMap(({ Service }) => (Service?.NamespaceId === namespaceId ? Service.Id! : []));
  }

  return {
    service: 'servicediscovery',
    operations: {
      async CreateHttpNamespace({ region, input }) {
        const existing = (await all(region)).find(({ Name }) => Name === input.Name);
        if (existing && isReady(region, existing)) {
          throw new AwsError('NamespaceAlreadyExists', `The namespace ${input.Name} already exists.`, 400, {
            NamespaceId: existing.Id,
          });
        }
        if (existing) throw new AwsError('DuplicateRequest', 'The operation is already in progress.');
        readyAt.set(`${region} ${input.Name}`, clock.now() + limits.namespaceCreation);
        return undefined;
      },
      async ListNamespaces({ region, input }) {
        const filters: Structure[] = input.Filters ?? [];
        const Namespaces = (await all(region)).filter(
          (namespace) =>
            isReady(region, namespace) &&
            filters.every(({ Name, Values }) => Values.includes(FILTERS[Name]?.(namespace))),
        );
        return { Namespaces };
      },
      async ListOperations({ region, input }) {
        const filters: Structure[] = input.Filters ?? [];
        const operations = (await operationsIn(region)).filter((operation) =>
          filters.every(({ Name, Values }) => Values.includes(operation[Name])),
        );
        return { Operations: operations.map(({ ID, STATUS }) => ({ Id: ID, Status: STATUS })) };
      },
      async DeleteNamespace({ region, input }) {
        const services = await servicesIn(region, input.Id);
        if (services.length > 0) {
          throw new AwsError(
            'ResourceInUse',
            `The namespace ${input.Id} contains services and cannot be deleted: ${services.join(', ')}`,
          );
        }
        return undefined;
      },
    },
    reset: () => readyAt.clear(),
  };
}
