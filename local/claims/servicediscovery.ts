/** What the local AWS claims about AWS Cloud Map. */
import type { Claim } from './claim';

export const SERVICE_DISCOVERY = [
  {
    id: 'servicediscovery.namespace-in-use',
    statement: 'DeleteNamespace is ResourceInUse while the namespace contains services.',
    source: 'AWS Cloud Map API reference, DeleteNamespace.',
    state: 'confirmed',
    test: 'test/local/guards/services.test.ts',
  },
  {
    id: 'servicediscovery.namespace-names-are-unique',
    statement:
      'CreateHttpNamespace is NamespaceAlreadyExists where there is a namespace of the name, and DuplicateRequest while one is being made.',
    source: 'AWS Cloud Map API reference, CreateHttpNamespace.',
    state: 'confirmed',
    test: 'test/local/guards/services.test.ts',
  },
  {
    id: 'servicediscovery.operations',
    statement:
      'ListOperations lists the making of a namespace, by its type, as SUBMITTED or PENDING until the namespace is there, then as SUCCESS.',
    source: 'AWS Cloud Map API reference, ListOperations, OperationFilter and Operation.',
    state: 'confirmed',
    test: 'test/local/guards/services.test.ts',
  },
] as const satisfies readonly Claim[];
