/**
 * The contract between the local endpoint and the services behind it.
 *
 * The endpoint decodes a request with AWS's own service model, and hands it on as an {@link AwsRequest}. A service
 * answers with the plain output structure of the operation (names as in the service model), or throws an
 * {@link AwsError}; the endpoint encodes either in the protocol the client speaks.
 */

/** A structure of an AWS service model: member names exactly as the model spells them. */
export type Structure = Record<string, any>;

/** Who makes a call, as far as the local AWS knows: the extension operation that the credentials were issued for. */
export interface Caller {
  /** Type name of the extension, e.g. `Org::ECS::ExpressService`. */
  readonly typeName: string;
  /** Operation of the extension: CREATE, READ, UPDATE, DELETE, LIST, or a hook's invocation point. */
  readonly operation: string;
  /** Unique for each invocation of the handler. */
  readonly invocationId: string;
}

/** One AWS API call, decoded from the wire. */
export interface AwsRequest {
  /** SigV4 signing name in lower case, e.g. `ecs`, `elasticloadbalancing`, `cloudcontrolapi`. */
  readonly service: string;
  /** Operation name as in the service model, e.g. `CreateService`. */
  readonly operation: string;
  readonly input: Structure;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  /** Present when the access key was issued by this local AWS to an invocation of a handler. */
  readonly caller?: Caller;
  /** Made by a waiter of botocore (AWS CLI, boto3), which only wants to know when something has ended. */
  readonly fromWaiter?: boolean;
}

/** A service implemented here rather than by moto. */
export interface AwsService {
  /** SigV4 signing name that selects the service. */
  readonly signingName: string;
  /** @throws AwsError for every refusal a client may see. */
  handle(request: AwsRequest): Promise<Structure>;
  /** Forget all state. */
  reset(): Promise<void> | void;
}

/** An error as AWS would send it; becomes the protocol's error document. */
export class AwsError extends Error {
  /**
   * @param code AWS error code, e.g. `ClusterNotFoundException`.
   * @param message text for the client.
   * @param status HTTP status, 400 unless told otherwise.
   * @param members further members of the modelled error structure.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly members: Structure = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** State of one target as ELB reports it. */
export interface TargetHealth {
  readonly State: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';
  readonly Reason?: string;
  readonly Description?: string;
}

/** How a target group speaks to its targets, as ELB names it. */
export type ProtocolVersion = 'HTTP1' | 'HTTP2' | 'GRPC';

/** What an HTTP client of the load balancer sends, and what a simulated container answers. */
export interface HttpRequest {
  readonly protocolVersion: ProtocolVersion;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Headers that follow the body, in HTTP/2. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** What the simulated containers write, on its way to CloudWatch Logs. */
export interface ContainerOutput {
  /** Bring what was written to a log group there; when the log group does not exist, it is lost. */
  deliver(region: string, logGroup: string): Promise<void>;
  /** Drop what was written to a log group: it is about to be deleted. */
  forget(region: string, logGroup: string): void;
}

/**
 * The simulated tasks, as the rest of the local AWS sees them: the ALB data plane sends requests to them, the ELB
 * guard asks for their health, and the EC2 guard for the security groups that their network interfaces hold.
 */
export interface TaskNetwork {
  /**
   * Answer of the container that listens on this address, or undefined when nothing does that speaks the protocol (the
   * ALB answers 502/504).
   */
  request(ip: string, port: number, request: HttpRequest): Promise<HttpResponse | undefined>;
  /** Health of a target registered in a target group; undefined when the address belongs to no simulated task. */
  targetHealth(targetGroupArn: string, ip: string, port: number): TargetHealth | undefined;
  /** Ids of the security groups of the network interface with this address; undefined when no simulated task has it. */
  securityGroupsOf(ip: string): readonly string[] | undefined;
  /** Ids of the security groups that are attached to a network interface of a task. */
  securityGroupsInUse(): ReadonlySet<string>;
}
