/** Target groups of Network Load Balancers: their health checks and attributes. */
import type {
  CreateTargetGroupCommandInput,
  TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../service';

const NETWORK: ReadonlySet<string | undefined> = new Set(['TCP', 'TLS', 'UDP', 'TCP_UDP']);

/** Attributes of target groups of Application Load Balancers alone (API reference of TargetGroupAttribute). */
const APPLICATION_ATTRIBUTES = new RegExp(
  String.raw`^(load_balancing\.algorithm|slow_start|stickiness\.(app|lb)_cookie)\.`,
);
/** Attributes of target groups of Network Load Balancers alone. */
const NETWORK_ATTRIBUTES =
  /^(deregistration_delay\.connection_termination|preserve_client_ip|proxy_protocol_v2|target_health_state)\./;

/** Defaults of a health check by HTTP or HTTPS where the protocol of the target group is another. */
const HTTP_HEALTH_CHECK = {
  HealthCheckPath: '/',
  HealthCheckTimeoutSeconds: 6,
  Matcher: { HttpCode: '200-399' },
};

/** What a health check is made of. */
type HealthCheck = Pick<
  CreateTargetGroupCommandInput,
  'HealthCheckProtocol' | 'HealthCheckPath' | 'Matcher' | 'ProtocolVersion'
>;

/** The input with the defaults of a target group of a Network Load Balancer, which moto leaves out. */
export function withNetworkDefaults(input: CreateTargetGroupCommandInput): CreateTargetGroupCommandInput {
  const isByHttp = NETWORK.has(input.Protocol) && (input.HealthCheckProtocol ?? 'TCP') !== 'TCP';
  return isByHttp ? { ...HTTP_HEALTH_CHECK, ...input } : input;
}

/**
 * Check a health check against the protocol of its target group (API reference of CreateTargetGroup; the texts of the errors
 * are not documented).
 *
 * @throws AwsError ValidationError.
 */
export function checkHealthCheck(
  protocol: string | undefined,
  { HealthCheckProtocol, HealthCheckPath, Matcher, ProtocolVersion }: HealthCheck,
): void {
  const isNetwork = NETWORK.has(protocol);
  const allowed = isNetwork ? ['HTTP', 'HTTPS', 'TCP'] : ['HTTP', 'HTTPS'];
  if (HealthCheckProtocol !== undefined && !allowed.includes(HealthCheckProtocol)) {
    refuse(`Health check protocol '${HealthCheckProtocol}' must be one of '${allowed.join(', ')}'`);
  }
  if (!isNetwork) return;
  if (ProtocolVersion !== undefined) {
    refuse(`A protocol version cannot be specified for target groups with the ${protocol} protocol`);
  }
  const isByTcp = (HealthCheckProtocol ?? 'TCP') === 'TCP';
  if (isByTcp && HealthCheckPath !== undefined) {
    refuse(`Health check path is not supported for health checks with the TCP protocol`);
  }
  if (isByTcp && Matcher !== undefined) {
    refuse(`Matcher is not supported for health checks with the TCP protocol`);
  }
}

/** @throws AwsError InvalidConfigurationRequest for an attribute that target groups of this protocol do not have. */
export function checkTargetGroupAttributes(
  protocol: string | undefined,
  attributes: readonly TargetGroupAttribute[],
): void {
  const unsupported = NETWORK.has(protocol) ? APPLICATION_ATTRIBUTES : NETWORK_ATTRIBUTES;
  if (attributes.some(({ Key }) => unsupported.test(Key!))) {
    throw new AwsError('InvalidConfigurationRequest', 'The provided target group attribute is not supported');
  }
  const isDatagram = protocol?.includes('UDP');
  const hidesClients = attributes.some(
    ({ Key, Value }) => Key === 'preserve_client_ip.enabled' && Value === 'false',
  );
  if (isDatagram && hidesClients) {
    throw new AwsError(
      'InvalidConfigurationRequest',
      `Client IP preservation cannot be disabled for target groups with the ${protocol} protocol`,
    );
  }
}

function refuse(message: string): never {
  throw new AwsError('ValidationError', message);
}
