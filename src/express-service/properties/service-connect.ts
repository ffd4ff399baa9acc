/** Service Connect, as a template says it and as ECS takes it. Pure: no call to AWS. */
import type {
  LogConfiguration,
  ServiceConnectAccessLogConfiguration,
  ServiceConnectClientAlias as EcsClientAlias,
  ServiceConnectConfiguration as EcsServiceConnectConfiguration,
  ServiceConnectService,
  ServiceConnectTestTrafficHeaderRules,
  ServiceConnectTlsConfiguration,
  TimeoutConfiguration,
} from '@aws-sdk/client-ecs';
import { invalid } from '../../core/failure';
import { checkValues, specified, templateOf } from '../../core/property-values';
import { mergeRules, type MergeRules } from '../../core/three-way';
import { unlessBare } from '../../core/unset';
import type { Properties } from '../../cloudformation/extension';
import type {
  Inputs,
  ServiceConnectAccessLogs,
  ServiceConnectClientAlias,
  ServiceConnectConfiguration,
  ServiceConnectTestHeader,
  ServiceConnectTimeout,
  ServiceConnectTls,
} from '../model';
import { table, type InputRows } from './table';

const PATH = 'ServiceConnectConfiguration';

/** What a template says, in one group; ECS has it in lists of one item each. */
interface ServiceConnectSettings {
  readonly namespace?: string;
  readonly discoveryName?: string;
  readonly clientAlias?: EcsClientAlias;
  readonly timeout?: TimeoutConfiguration;
  readonly tls?: ServiceConnectTlsConfiguration;
  readonly accessLogConfiguration?: ServiceConnectAccessLogConfiguration;
  readonly testHeader?: ServiceConnectTestTrafficHeaderRules;
}

const SERVICE_CONNECT = table<ServiceConnectConfiguration, ServiceConnectSettings>(PATH, {
  // Both follow the names of the cluster and the service where the template names none.
  Namespace: {
    to: 'namespace',
    readWhenGiven: true,
    refused: {
      words: /namespace/i,
      remedy: 'Name a namespace of this Region, which is the account’s own or shared with it',
    },
  },
  DiscoveryName: {
    to: 'discoveryName',
    readWhenGiven: true,
    check: ofServers,
    refused: {
      words: /SC service|discovery ?name/i,
      remedy: 'Give another DiscoveryName and another DnsName: both are there once in a namespace',
    },
  },
  ClientAlias: {
    to: 'clientAlias',
    members: table<ServiceConnectClientAlias, EcsClientAlias>('ServiceConnectClientAlias', {
      Port: { to: 'port' },
      DnsName: { to: 'dnsName' },
    }),
    refused: { words: /client ?alias|dnsName|portName/i, remedy: 'Check ClientAlias' },
  },
  // They go to rules of the security group, by code.
  AllowedSecurityGroups: { check: ofServers },
  Timeout: {
    to: 'timeout',
    check: ofServers,
    members: table<ServiceConnectTimeout, TimeoutConfiguration>('ServiceConnectTimeout', {
      IdleTimeoutSeconds: { to: 'idleTimeoutSeconds' },
      PerRequestTimeoutSeconds: { to: 'perRequestTimeoutSeconds' },
    }),
    refused: { words: /idleTimeout|perRequestTimeout/i, remedy: 'Check Timeout' },
  },
  Tls: {
    to: 'tls',
    check: ofServers,
    members: table<ServiceConnectTls, ServiceConnectTlsConfiguration>('ServiceConnectTls', {
      CertificateAuthorityArn: {
        write: (awsPcaAuthorityArn) => ({ issuerCertificateAuthority: { awsPcaAuthorityArn } }),
        read: ({ issuerCertificateAuthority }) => issuerCertificateAuthority?.awsPcaAuthorityArn,
      },
      KmsKey: { to: 'kmsKey' },
      RoleArn: { to: 'roleArn' },
    }),
    refused: { words: /\btls\b|certificate ?authority|awsPca/i, remedy: 'Check Tls' },
  },
  AccessLogs: {
    to: 'accessLogConfiguration',
    members: table<ServiceConnectAccessLogs, ServiceConnectAccessLogConfiguration>(
      'ServiceConnectAccessLogs',
      {
        Format: { to: 'format' },
        IncludeQueryParameters: {
          write: (included) => ({ includeQueryParameters: included ? 'ENABLED' : 'DISABLED' }),
          read: ({ includeQueryParameters }) => includeQueryParameters === 'ENABLED',
        },
      },
    ),
    refused: { words: /access ?log/i, remedy: 'Check AccessLogs' },
  },
  TestHeader: {
    to: 'testHeader',
    check: ofServers,
    members: table<ServiceConnectTestHeader, ServiceConnectTestTrafficHeaderRules>(
      'ServiceConnectTestHeader',
      {
        Name: { to: 'name' },
        Value: {
          write: (exact) => ({ value: { exact } }),
          read: ({ value }) => value?.exact,
        },
      },
    ),
    refused: { words: /test ?traffic ?rules/i, remedy: 'Check TestHeader' },
  },
});

export const SERVICE_CONNECT_ROWS = {
  ServiceConnectConfiguration: {
    members: SERVICE_CONNECT,
    refused: { words: /service ?connect/i, remedy: `Check ${PATH}` },
  },
} as const satisfies InputRows<object>;

/** Refuse what belongs to an endpoint, where the service is a client only. */
function ofServers(
  _value: unknown,
  path: string,
  { ClientAlias }: Properties<ServiceConnectConfiguration>,
): void {
  if (ClientAlias) return;
  throw invalid(path, 'is of a service that others connect to', 'Give ClientAlias, or remove it');
}

/** Service Connect that a template asks for. */
export interface ServiceConnectSpec {
  readonly settings: ServiceConnectSettings;
  /** Name of the namespace, which is made where there is none; undefined when the template has an ARN. */
  readonly namespaceName?: string;
  /** Of the endpoint; undefined when the service is a client only. */
  readonly endpoint?: {
    readonly appProtocol: AppProtocol;
    /** Undefined means the addresses of the VPC. */
    readonly allowedSecurityGroupIds?: readonly string[];
  };
}

/** What the container speaks, in the words of a port mapping (API reference of PortMapping). */
export type AppProtocol = 'http' | 'http2' | 'grpc';

const APP_PROTOCOLS = { HTTP1: 'http', HTTP2: 'http2', GRPC: 'grpc' } as const;

/** Names of discovery (API reference of ServiceConnectService). */
const DISCOVERY_NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

/**
 * Service Connect that a template asks for; undefined when it does not.
 *
 * @param names of the cluster and the service.
 * @throws HandlerError InvalidRequest.
 */
export function serviceConnectSpec(
  {
    ServiceConnectConfiguration: given,
    TargetGroupConfiguration: { ProtocolVersion = 'HTTP1' } = {},
  }: Pick<Partial<Inputs>, 'ServiceConnectConfiguration' | 'TargetGroupConfiguration'>,
  names: { readonly clusterName: string; readonly serviceName: string },
): ServiceConnectSpec | undefined {
  if (!given) return undefined;
  checkValues(SERVICE_CONNECT, given, `${PATH}/`);
  const namespace = given.Namespace ?? names.clusterName;
  const settings: ServiceConnectSettings = { ...specified(SERVICE_CONNECT, given), namespace };
  const namespaceName = namespace.startsWith('arn:') ? undefined : namespace;
  if (!given.ClientAlias) return { settings, namespaceName };
  return {
    settings: { ...settings, discoveryName: given.DiscoveryName ?? discoveryNameOf(names.serviceName) },
    namespaceName,
    endpoint: {
      appProtocol: APP_PROTOCOLS[ProtocolVersion],
      allowedSecurityGroupIds: given.AllowedSecurityGroups && [...given.AllowedSecurityGroups].sort(),
    },
  };
}

function discoveryNameOf(serviceName: string): string {
  const name = serviceName.toLowerCase();
  if (DISCOVERY_NAME.test(name)) return name;
  throw invalid(
    `${PATH}/DiscoveryName`,
    `is missing, and the name of the service, ${serviceName}, is none of up to 64 characters without a hyphen at its beginning`,
    'Give one',
  );
}

/** What the configuration is made of beside the template. */
export interface ServiceConnectReferences {
  /** Name of the port mapping that the traffic comes in at. */
  readonly portName: string;
  /** Where the proxy writes; undefined when the containers of the task do not write to CloudWatch Logs. */
  readonly logConfiguration?: LogConfiguration;
}

/** The configuration as ECS takes it. */
export function serviceConnectConfiguration(
  { settings, endpoint }: ServiceConnectSpec,
  { portName, logConfiguration }: ServiceConnectReferences,
): EcsServiceConnectConfiguration {
  const { namespace, discoveryName, clientAlias, timeout, tls, accessLogConfiguration, testHeader } =
    settings;
  const alias = { ...clientAlias!, ...(testHeader && { testTrafficRules: { header: testHeader } }) };
  const service = {
    portName,
    discoveryName,
    clientAliases: [alias],
    ...(timeout && { timeout }),
    ...(tls && { tls }),
  };
  return {
    enabled: true,
    namespace,
    ...(endpoint && { services: [service] }),
    ...(logConfiguration && { logConfiguration }),
    ...(accessLogConfiguration && { accessLogConfiguration }),
  };
}

/** How two configurations are merged: what people have added to ECS's, such as a port of the proxy, stays. */
export const SERVICE_CONNECT_MERGE: MergeRules = {
  services: {
    keyOf: ({ portName }: ServiceConnectService) => portName,
    members: {
      ...mergeRules(SERVICE_CONNECT),
      // There is one at most.
      clientAliases: { keyOf: () => 'alias' },
    },
  },
};

/**
 * What a template would say of a configuration; undefined when Service Connect is not used.
 *
 * @param allowedSecurityGroupIds of the rules that let clients in; undefined where these let in addresses.
 */
export function serviceConnectInput(
  configuration: EcsServiceConnectConfiguration | undefined,
  allowedSecurityGroupIds: readonly string[] | undefined,
): Properties<ServiceConnectConfiguration> | undefined {
  if (!configuration?.enabled) return undefined;
  const { namespace, accessLogConfiguration, services: [service] = [] } = configuration;
  const { testTrafficRules, ...clientAlias } = service?.clientAliases?.[0] ?? ({} as EcsClientAlias);
  const read = templateOf(SERVICE_CONNECT, {
    namespace,
    accessLogConfiguration,
    discoveryName: service?.discoveryName,
    clientAlias: unlessBare(clientAlias),
    timeout: service?.timeout,
    tls: service?.tls,
    testHeader: testTrafficRules?.header,
  });
  return service && allowedSecurityGroupIds
    ? { ...read, AllowedSecurityGroups: [...allowedSecurityGroupIds] }
    : read;
}
