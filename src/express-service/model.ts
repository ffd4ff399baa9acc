/**
 * Generated from the resource type's schema by "npm run generate". Do not edit: change the schema.
 *
 * Not the output of "cfn generate": that types integers as bigint, which they never are on the wire, loses enums and
 * descriptions, lowers the first letter of every name, and deletes docs/ on its way.
 *
 * Fields are declared, not defined: a defined field would wipe out what the constructor has just assigned.
 */

import { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { Expose, Transform, Type } from 'class-transformer';
import type { Properties } from '../cloudformation/extension/properties';
import { toBoolean, toNumber, toText } from '../cloudformation/extension/recast';

/** How the requests are told that meet the new tasks of a deployment before all others do, from its stage TEST_TRAFFIC_SHIFT on: they meet every member that is given. They get a listener rule of their own, for the host names and paths of the service, right before that of all other requests; a port of their own is not offered. Host names, paths, values of RequiredHttpHeader and these values are five at most. Not with the strategy ROLLING, whose new tasks get ordinary requests at once. */
export class TestTraffic extends BaseModel {
  constructor(properties?: Properties<TestTraffic>) {
    super(properties);
  }

  /** A header of test requests. */
  @Expose()
  @Type(() => TestHttpHeader)
  declare HttpHeader?: TestHttpHeader;

  /** Parameters of which a request has at least one. */
  @Expose()
  @Type(() => TestQueryString)
  declare QueryStrings?: TestQueryString[];

  /** A cookie of test requests. Of the five values of the listener rule it takes four, for its places among other cookies. */
  @Expose()
  @Type(() => TestCookie)
  declare Cookie?: TestCookie;
}

/** Users sign in at a user pool of Amazon Cognito. */
export class AuthenticateCognito extends BaseModel {
  static readonly DEFAULTS = {
    OnUnauthenticatedRequest: 'authenticate',
    Scope: 'openid',
    SessionCookieName: 'AWSELBAuthSessionCookie',
    SessionTimeout: 604800,
  } as const;
  constructor(properties?: Properties<AuthenticateCognito>) {
    super(properties);
  }

  /** ARN of the user pool. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare UserPoolArn?: string;

  /** Id of a client of the user pool that has a secret. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare UserPoolClientId?: string;

  /** Domain of the user pool, or its prefix. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare UserPoolDomain?: string;

  /** What becomes of requests of users who have not signed in. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare OnUnauthenticatedRequest?: 'authenticate' | 'allow' | 'deny';

  /** Claims that are asked for. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Scope?: string;

  /** Name of the cookie of a session. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SessionCookieName?: string;

  /** Seconds after which users sign in again. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare SessionTimeout?: number;

  /** Further parameters of the request to sign in, ten at most. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AuthenticationRequestExtraParams?: Record<string, string>;
}

/** Users sign in at an identity provider that speaks OpenID Connect. */
export class AuthenticateOidc extends BaseModel {
  static readonly DEFAULTS = {
    OnUnauthenticatedRequest: 'authenticate',
    Scope: 'openid',
    SessionCookieName: 'AWSELBAuthSessionCookie',
    SessionTimeout: 604800,
  } as const;
  constructor(properties?: Properties<AuthenticateOidc>) {
    super(properties);
  }

  /** Issuer, as the identity provider names it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Issuer?: string;

  /** Where users sign in. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AuthorizationEndpoint?: string;

  /** Where the load balancer gets tokens. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TokenEndpoint?: string;

  /** Where the load balancer gets claims. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare UserInfoEndpoint?: string;

  /** Id of the client. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ClientId?: string;

  /** Secret of the client, as a dynamic reference to AWS Secrets Manager. READ does not answer it; another secret behind the same reference takes effect with the next change of the reference. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ClientSecret?: string;

  /** What becomes of requests of users who have not signed in. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare OnUnauthenticatedRequest?: 'authenticate' | 'allow' | 'deny';

  /** Claims that are asked for. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Scope?: string;

  /** Name of the cookie of a session. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SessionCookieName?: string;

  /** Seconds after which users sign in again. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare SessionTimeout?: number;

  /** Further parameters of the request to sign in, ten at most. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AuthenticationRequestExtraParams?: Record<string, string>;
}

/** How users sign in before their requests reach the service: Cognito or Oidc. */
export class Authentication extends BaseModel {
  constructor(properties?: Properties<Authentication>) {
    super(properties);
  }

  /** Users sign in at a user pool of Amazon Cognito. */
  @Expose()
  @Type(() => AuthenticateCognito)
  declare Cognito?: AuthenticateCognito;

  /** Users sign in at an identity provider that speaks OpenID Connect. */
  @Expose()
  @Type(() => AuthenticateOidc)
  declare Oidc?: AuthenticateOidc;
}

/** A header without which requests do not reach the service, such as a custom header that Amazon CloudFront adds. It is a condition of the listener rules: a request without it is for whatever rule comes next, and at last for the default action of the listener, which answers 404 on a shared load balancer. Health checks need none. Of the first load balancer alone. Host names, paths and values are five at most. */
export class RequiredHttpHeader extends BaseModel {
  constructor(properties?: Properties<RequiredHttpHeader>) {
    super(properties);
  }

  /** Name of the header, in any case. Where it changes, requests need the former one until the update ends, and then the new one. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Values of which the header has one, in any case, as dynamic references to AWS Secrets Manager: 16 to 128 letters, digits and punctuation other than * ? \ and ". Name the old and the new one while a secret changes. READ does not answer them; another secret behind the same reference takes effect with the next change of the reference. Their order has no meaning. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Values?: string[];
}

/** A header of test requests. */
export class TestHttpHeader extends BaseModel {
  constructor(properties?: Properties<TestHttpHeader>) {
    super(properties);
  }

  /** Name of the header, in any case. For the headers Host and Cookie there are DomainName and TestTraffic/Cookie. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Values of which the header has one, in any case, with * for any characters and ? for one. Their order has no meaning. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Values?: string[];
}

/** A parameter in the query string of test requests. */
export class TestQueryString extends BaseModel {
  constructor(properties?: Properties<TestQueryString>) {
    super(properties);
  }

  /** Name of the parameter, as Value. Default: any. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Key?: string;

  /** Value of the parameter, in any case, with * for any characters and ? for one. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Value?: string;
}

/** A cookie of test requests. Of the five values of the listener rule it takes four, for its places among other cookies. */
export class TestCookie extends BaseModel {
  constructor(properties?: Properties<TestCookie>) {
    super(properties);
  }

  /** Name of the cookie, in any case. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Value of the cookie, in any case. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Value?: string;
}

/** Amazon ECS Service Connect: tasks of services in one namespace reach each other by name, through a proxy that ECS adds to each task. An empty object connects the service as a client, which others do not connect to; with ClientAlias others do, at the port of PrimaryContainer. Clients know the endpoints that were there when they were deployed, so that they are to depend on the services that they connect to. The proxy takes of the task's CPU and memory: ECS recommends 256 units and 64 MiB more. */
export class ServiceConnectConfiguration extends BaseModel {
  constructor(properties?: Properties<ServiceConnectConfiguration>) {
    super(properties);
  }

  /** Name or ARN of a namespace in AWS Cloud Map. One of that name is made where there is none, and goes with the last service that uses it; an ARN names one that is there, also one that another account shares. Default: the name of the cluster. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Namespace?: string;

  /** Name of the service in the namespace, where there may be one of the name. Default: ServiceName in lower case. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare DiscoveryName?: string;

  /** Where clients connect to. */
  @Expose()
  @Type(() => ServiceConnectClientAlias)
  declare ClientAlias?: ServiceConnectClientAlias;

  /** Security groups of clients that may connect to the tasks. Empty: none but those that other rules of the security group of the tasks let in. Default: all addresses of the VPC. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AllowedSecurityGroups?: string[];

  /** How long the proxies wait; 0 means for ever. */
  @Expose()
  @Type(() => ServiceConnectTimeout)
  declare Timeout?: ServiceConnectTimeout;

  /** TLS between the proxies. */
  @Expose()
  @Type(() => ServiceConnectTls)
  declare Tls?: ServiceConnectTls;

  /** Access logs of the proxies, beside their other logs in the log group of PrimaryContainer. */
  @Expose()
  @Type(() => ServiceConnectAccessLogs)
  declare AccessLogs?: ServiceConnectAccessLogs;

  /** Header of the requests that meet the new tasks of a deployment before all others do. Default of ECS: x-amzn-ecs-blue-green-test with any value. */
  @Expose()
  @Type(() => ServiceConnectTestHeader)
  declare TestHeader?: ServiceConnectTestHeader;
}

/** Where clients connect to. */
export class ServiceConnectClientAlias extends BaseModel {
  constructor(properties?: Properties<ServiceConnectClientAlias>) {
    super(properties);
  }

  /** Port in the tasks of clients. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Port?: number;

  /** Name in the tasks of clients. Default: DiscoveryName, a point, and the name of the namespace. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare DnsName?: string;
}

/** How long the proxies wait; 0 means for ever. */
export class ServiceConnectTimeout extends BaseModel {
  constructor(properties?: Properties<ServiceConnectTimeout>) {
    super(properties);
  }

  /** For a connection without requests. Default of ECS: 300. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare IdleTimeoutSeconds?: number;

  /** For the answer to a request. Default of ECS: 15. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare PerRequestTimeoutSeconds?: number;
}

/** TLS between the proxies. */
export class ServiceConnectTls extends BaseModel {
  constructor(properties?: Properties<ServiceConnectTls>) {
    super(properties);
  }

  /** Private certificate authority that signs for the service; it bears the tag AmazonECSManaged. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CertificateAuthorityArn?: string;

  /** Key that encrypts the private keys. Default of ECS: one of AWS. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare KmsKey?: string;

  /** Role with which ECS has certificates signed. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare RoleArn?: string;
}

/** Access logs of the proxies, beside their other logs in the log group of PrimaryContainer. */
export class ServiceConnectAccessLogs extends BaseModel {
  static readonly DEFAULTS = { IncludeQueryParameters: false } as const;
  constructor(properties?: Properties<ServiceConnectAccessLogs>) {
    super(properties);
  }

  /** How requests are written down. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Format?: 'TEXT' | 'JSON';

  /** Whether parameters of requests are written down, too. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare IncludeQueryParameters?: boolean;
}

/** Header of the requests that meet the new tasks of a deployment before all others do. Default of ECS: x-amzn-ecs-blue-green-test with any value. */
export class ServiceConnectTestHeader extends BaseModel {
  constructor(properties?: Properties<ServiceConnectTestHeader>) {
    super(properties);
  }

  /** Name of the header. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Its exact value. Default: any. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Value?: string;
}

/** A tag of the service and of everything that is made for it. */
export class Tag extends BaseModel {
  constructor(properties?: Properties<Tag>) {
    super(properties);
  }

  /** Name of the tag; may not begin with aws:. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Key?: string;

  /** Value of the tag. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Value?: string;
}

/** An environment variable. */
export class KeyValuePair extends BaseModel {
  constructor(properties?: Properties<KeyValuePair>) {
    super(properties);
  }

  /** Name of the variable. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Value of the variable, in plain text. Use Secrets for anything confidential. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Value?: string;
}

/** An environment variable whose value ECS reads from AWS Secrets Manager or the Systems Manager Parameter Store when a task starts. */
export class Secret extends BaseModel {
  constructor(properties?: Properties<Secret>) {
    super(properties);
  }

  /** Name of the variable. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** ARN of the secret, or ARN or name of the parameter. For one value of a secret in JSON, its key, version stage and version id follow the ARN of the secret, each after a colon; those that do not matter are empty, e.g. :password::. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ValueFrom?: string;
}

/** Where the container's output goes, instead of a log group made for the service. */
export class AwsLogsConfiguration extends BaseModel {
  static readonly DEFAULTS = { LogStreamPrefix: 'ecs' } as const;
  constructor(properties?: Properties<AwsLogsConfiguration>) {
    super(properties);
  }

  /** Name of an existing log group. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LogGroup?: string;

  /** Prefix of the log stream names. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LogStreamPrefix?: string;
}

/** Credentials of a private registry. */
export class RepositoryCredentials extends BaseModel {
  constructor(properties?: Properties<RepositoryCredentials>) {
    super(properties);
  }

  /** ARN of the secret that holds the registry's credentials. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CredentialsParameter?: string;
}

/** A command in the container that tells ECS whether it is healthy. */
export class HealthCheck extends BaseModel {
  static readonly DEFAULTS = { Interval: 30, Timeout: 5, Retries: 3 } as const;
  constructor(properties?: Properties<HealthCheck>) {
    super(properties);
  }

  /** The command: CMD and its arguments, or CMD-SHELL and one line for the shell. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Command?: string[];

  /** Seconds between two runs. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Interval?: number;

  /** Seconds after which a run counts as failed. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Timeout?: number;

  /** Failed runs in a row that make the container unhealthy. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Retries?: number;

  /** Seconds after the start in which failed runs do not count. Default: none. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StartPeriod?: number;
}

/** A container that another one waits for. */
export class ContainerDependency extends BaseModel {
  constructor(properties?: Properties<ContainerDependency>) {
    super(properties);
  }

  /** Name of the container that is waited for; the primary container is Main. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ContainerName?: string;

  /** What it must have come to. COMPLETE and SUCCESS are for containers that are not essential, HEALTHY for those with a HealthCheck. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Condition?: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';
}

/** A volume in a container. */
export class MountPoint extends BaseModel {
  static readonly DEFAULTS = { ReadOnly: false } as const;
  constructor(properties?: Properties<MountPoint>) {
    super(properties);
  }

  /** Name of the volume, one of Volumes. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SourceVolume?: string;

  /** Path at which it appears. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ContainerPath?: string;

  /** Whether the container may only read it. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare ReadOnly?: boolean;
}

/** A file with environment variables. */
export class EnvironmentFile extends BaseModel {
  constructor(properties?: Properties<EnvironmentFile>) {
    super(properties);
  }

  /** ARN of the file, an object in Amazon S3 whose name ends in .env. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Value?: string;

  /** Where the file is. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Type?: 's3';
}

/** A limit of a resource for the processes of a container, in bytes, in seconds or as a number, depending on Name; -1 means none. */
export class Ulimit extends BaseModel {
  constructor(properties?: Properties<Ulimit>) {
    super(properties);
  }

  /** The limit. On Fargate nofile, the number of open files, is 65535 where nothing is said. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?:
    | 'core'
    | 'cpu'
    | 'data'
    | 'fsize'
    | 'locks'
    | 'memlock'
    | 'msgqueue'
    | 'nice'
    | 'nofile'
    | 'nproc'
    | 'rss'
    | 'rtprio'
    | 'rttime'
    | 'sigpending'
    | 'stack';

  /** What applies until a process raises it; at most HardLimit. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare SoftLimit?: number;

  /** What a process may raise it to. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare HardLimit?: number;
}

/** A parameter of the kernel. Those of the network count for all containers of a task: of different values the one of the container that starts last. */
export class SystemControl extends BaseModel {
  constructor(properties?: Properties<SystemControl>) {
    super(properties);
  }

  /** Name of the parameter. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Namespace?: string;

  /** Its value. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Value?: string;
}

/** Whether a container that ends is started again by itself, without a new task. */
export class RestartPolicy extends BaseModel {
  static readonly DEFAULTS = { RestartAttemptPeriod: 300 } as const;
  constructor(properties?: Properties<RestartPolicy>) {
    super(properties);
  }

  /** Whether it is started again. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Enabled?: boolean;

  /** Exit codes after which it is not started again. Their order has no meaning. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare IgnoredExitCodes?: number[];

  /** Seconds that it must have run to be started again. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare RestartAttemptPeriod?: number;
}

/** Linux capabilities of a container, beside or without those that containers have by default. */
export class KernelCapabilities extends BaseModel {
  constructor(properties?: Properties<KernelCapabilities>) {
    super(properties);
  }

  /** Capabilities that are added; Fargate has one for that. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Add?: 'SYS_PTRACE'[];

  /** Capabilities that are taken away; ALL takes all away but those of Add. Their order has no meaning. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Drop?: (
    | 'ALL'
    | 'AUDIT_CONTROL'
    | 'AUDIT_WRITE'
    | 'BLOCK_SUSPEND'
    | 'CHOWN'
    | 'DAC_OVERRIDE'
    | 'DAC_READ_SEARCH'
    | 'FOWNER'
    | 'FSETID'
    | 'IPC_LOCK'
    | 'IPC_OWNER'
    | 'KILL'
    | 'LEASE'
    | 'LINUX_IMMUTABLE'
    | 'MAC_ADMIN'
    | 'MAC_OVERRIDE'
    | 'MKNOD'
    | 'NET_ADMIN'
    | 'NET_BIND_SERVICE'
    | 'NET_BROADCAST'
    | 'NET_RAW'
    | 'SETFCAP'
    | 'SETGID'
    | 'SETPCAP'
    | 'SETUID'
    | 'SYS_ADMIN'
    | 'SYS_BOOT'
    | 'SYS_CHROOT'
    | 'SYS_MODULE'
    | 'SYS_NICE'
    | 'SYS_PACCT'
    | 'SYS_PTRACE'
    | 'SYS_RAWIO'
    | 'SYS_RESOURCE'
    | 'SYS_TIME'
    | 'SYS_TTY_CONFIG'
    | 'SYSLOG'
    | 'WAKE_ALARM'
  )[];
}

/** A directory that is kept in memory, and ends with the container. */
export class Tmpfs extends BaseModel {
  constructor(properties?: Properties<Tmpfs>) {
    super(properties);
  }

  /** Path at which it appears. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ContainerPath?: string;

  /** Its greatest size in MiB. It is part of the memory of the container. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Size?: number;

  /** Options of the mount. Their order has no meaning. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare MountOptions?: (
    | 'defaults'
    | 'ro'
    | 'rw'
    | 'suid'
    | 'nosuid'
    | 'dev'
    | 'nodev'
    | 'exec'
    | 'noexec'
    | 'sync'
    | 'async'
    | 'dirsync'
    | 'remount'
    | 'mand'
    | 'nomand'
    | 'atime'
    | 'noatime'
    | 'diratime'
    | 'nodiratime'
    | 'bind'
    | 'rbind'
    | 'unbindable'
    | 'runbindable'
    | 'private'
    | 'rprivate'
    | 'shared'
    | 'rshared'
    | 'slave'
    | 'rslave'
    | 'relatime'
    | 'norelatime'
    | 'strictatime'
    | 'nostrictatime'
    | 'mode'
    | 'uid'
    | 'gid'
    | 'nr_inodes'
    | 'nr_blocks'
    | 'mpol'
  )[];
}

/** Settings of Linux for a container. */
export class LinuxParameters extends BaseModel {
  constructor(properties?: Properties<LinuxParameters>) {
    super(properties);
  }

  /** Whether an init process runs in the container, which hands signals on and collects processes that have ended. Default: true in the primary container, false in sidecars. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare InitProcessEnabled?: boolean;

  /** Linux capabilities of a container, beside or without those that containers have by default. */
  @Expose()
  @Type(() => KernelCapabilities)
  declare Capabilities?: KernelCapabilities;

  /** Directories that are kept in memory. Their order has no meaning. */
  @Expose()
  @Type(() => Tmpfs)
  declare Tmpfs?: Tmpfs[];
}

/** The container that receives the service's traffic. Its name in the task definition is Main. */
export class PrimaryContainer extends BaseModel {
  static readonly DEFAULTS = {
    ContainerPort: 80,
    Interactive: false,
    PseudoTerminal: false,
    Cpu: 0,
  } as const;
  constructor(properties?: Properties<PrimaryContainer>) {
    super(properties);
  }

  /** Container image, with registry and tag or digest, e.g. public.ecr.aws/nginx/nginx:1.27. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Image?: string;

  /** TCP port that the container listens on. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare ContainerPort?: number;

  /** Ports that the container listens on beside ContainerPort. The load balancer does not reach them. Their order has no meaning. */
  @Expose()
  @Type(() => PortMapping)
  declare PortMappings?: PortMapping[];

  /** Where the container's output goes, instead of a log group made for the service. */
  @Expose()
  @Type(() => AwsLogsConfiguration)
  declare AwsLogsConfiguration?: AwsLogsConfiguration;

  /** Credentials of a private registry. */
  @Expose()
  @Type(() => RepositoryCredentials)
  declare RepositoryCredentials?: RepositoryCredentials;

  /** Command that replaces the image's. An empty list means none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Command?: string[];

  /** Environment variables. Their order has no meaning. */
  @Expose()
  @Type(() => KeyValuePair)
  declare Environment?: KeyValuePair[];

  /** Files of environment variables, which are read in their order when a task starts; variables of Environment count before them. The task execution role needs s3:GetObject of the files and s3:GetBucketLocation of their buckets. */
  @Expose()
  @Type(() => EnvironmentFile)
  declare EnvironmentFiles?: EnvironmentFile[];

  /** Environment variables read from secrets. Their order has no meaning. */
  @Expose()
  @Type(() => Secret)
  declare Secrets?: Secret[];

  /** Entry point that replaces the image's. An empty list means none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare EntryPoint?: string[];

  /** User, and group after a colon, that the processes run as, by name or id. Default: the image's. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare User?: string;

  /** Whether the container's root file system is read-only. Default: false. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare ReadonlyRootFilesystem?: boolean;

  /** Directory in which the command runs. Default: the image's. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare WorkingDirectory?: string;

  /** Whether the standard input stays open. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Interactive?: boolean;

  /** Whether the container gets a terminal. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare PseudoTerminal?: boolean;

  /** Labels of the container, by their names. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare DockerLabels?: Record<string, string>;

  /** CPU units of the task that the container gets before others when all of them are busy; those of all containers together are at most those of the task. 0 means none of its own. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Cpu?: number;

  /** Memory in MiB above which the container is stopped; at most that of the task. Default: no limit but the task's. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Memory?: number;

  /** Memory in MiB that is kept for the container, less than Memory; what is kept for all containers, or else their Memory, is together at most that of the task. Default: none. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MemoryReservation?: number;

  /** Limits of resources for the processes of the container. Their order has no meaning. */
  @Expose()
  @Type(() => Ulimit)
  declare Ulimits?: Ulimit[];

  /** Parameters of the kernel. Their order has no meaning. */
  @Expose()
  @Type(() => SystemControl)
  declare SystemControls?: SystemControl[];

  /** Settings of Linux for a container. */
  @Expose()
  @Type(() => LinuxParameters)
  declare LinuxParameters?: LinuxParameters;

  /** Whether a container that ends is started again by itself, without a new task. */
  @Expose()
  @Type(() => RestartPolicy)
  declare RestartPolicy?: RestartPolicy;

  /** Seconds after which containers that wait for this one to end or to be healthy give up, and the task stops. Default: ECS decides. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StartTimeout?: number;

  /** Seconds between the signal to stop and the end by force. Default: 30. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StopTimeout?: number;

  /** A command in the container that tells ECS whether it is healthy. */
  @Expose()
  @Type(() => HealthCheck)
  declare HealthCheck?: HealthCheck;

  /** Containers that must have come to a condition before this one starts. Their order has no meaning. */
  @Expose()
  @Type(() => ContainerDependency)
  declare DependsOn?: ContainerDependency[];

  /** Where Volumes appear in the container. Their order has no meaning. */
  @Expose()
  @Type(() => MountPoint)
  declare MountPoints?: MountPoint[];
}

/** A port of a container. All containers of a task share one network interface, so that each port is there once. */
export class PortMapping extends BaseModel {
  static readonly DEFAULTS = { Protocol: 'tcp' } as const;
  constructor(properties?: Properties<PortMapping>) {
    super(properties);
  }

  /** The port. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare ContainerPort?: number;

  /** Its protocol. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Protocol?: 'tcp' | 'udp';

  /** Name of the port, unique in the task; main is that of ContainerPort. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** What is spoken at the port. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AppProtocol?: 'http' | 'http2' | 'grpc';
}

/** A container that runs beside the primary one in every task. Its output goes to the log group of the service. */
export class SidecarContainer extends BaseModel {
  static readonly DEFAULTS = { Essential: true, Interactive: false, PseudoTerminal: false, Cpu: 0 } as const;
  constructor(properties?: Properties<SidecarContainer>) {
    super(properties);
  }

  /** Name of the container, unique in the task; Main is the primary container. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Container image, with registry and tag or digest, e.g. public.ecr.aws/nginx/nginx:1.27. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Image?: string;

  /** Whether the task stops when this container stops. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Essential?: boolean;

  /** Ports that the container listens on, beside those of the other containers. The load balancer does not reach them. Their order has no meaning. */
  @Expose()
  @Type(() => PortMapping)
  declare PortMappings?: PortMapping[];

  /** Credentials of a private registry. */
  @Expose()
  @Type(() => RepositoryCredentials)
  declare RepositoryCredentials?: RepositoryCredentials;

  /** Command that replaces the image's. An empty list means none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Command?: string[];

  /** Environment variables. Their order has no meaning. */
  @Expose()
  @Type(() => KeyValuePair)
  declare Environment?: KeyValuePair[];

  /** Files of environment variables, which are read in their order when a task starts; variables of Environment count before them. The task execution role needs s3:GetObject of the files and s3:GetBucketLocation of their buckets. */
  @Expose()
  @Type(() => EnvironmentFile)
  declare EnvironmentFiles?: EnvironmentFile[];

  /** Environment variables read from secrets. Their order has no meaning. */
  @Expose()
  @Type(() => Secret)
  declare Secrets?: Secret[];

  /** Entry point that replaces the image's. An empty list means none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare EntryPoint?: string[];

  /** User, and group after a colon, that the processes run as, by name or id. Default: the image's. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare User?: string;

  /** Whether the container's root file system is read-only. Default: false. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare ReadonlyRootFilesystem?: boolean;

  /** Directory in which the command runs. Default: the image's. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare WorkingDirectory?: string;

  /** Whether the standard input stays open. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Interactive?: boolean;

  /** Whether the container gets a terminal. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare PseudoTerminal?: boolean;

  /** Labels of the container, by their names. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare DockerLabels?: Record<string, string>;

  /** CPU units of the task that the container gets before others when all of them are busy; those of all containers together are at most those of the task. 0 means none of its own. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Cpu?: number;

  /** Memory in MiB above which the container is stopped; at most that of the task. Default: no limit but the task's. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Memory?: number;

  /** Memory in MiB that is kept for the container, less than Memory; what is kept for all containers, or else their Memory, is together at most that of the task. Default: none. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MemoryReservation?: number;

  /** Limits of resources for the processes of the container. Their order has no meaning. */
  @Expose()
  @Type(() => Ulimit)
  declare Ulimits?: Ulimit[];

  /** Parameters of the kernel. Their order has no meaning. */
  @Expose()
  @Type(() => SystemControl)
  declare SystemControls?: SystemControl[];

  /** Settings of Linux for a container. */
  @Expose()
  @Type(() => LinuxParameters)
  declare LinuxParameters?: LinuxParameters;

  /** Whether a container that ends is started again by itself, without a new task. */
  @Expose()
  @Type(() => RestartPolicy)
  declare RestartPolicy?: RestartPolicy;

  /** Seconds after which containers that wait for this one to end or to be healthy give up, and the task stops. Default: ECS decides. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StartTimeout?: number;

  /** Seconds between the signal to stop and the end by force. Default: 30. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StopTimeout?: number;

  /** A command in the container that tells ECS whether it is healthy. */
  @Expose()
  @Type(() => HealthCheck)
  declare HealthCheck?: HealthCheck;

  /** Containers that must have come to a condition before this one starts. Their order has no meaning. */
  @Expose()
  @Type(() => ContainerDependency)
  declare DependsOn?: ContainerDependency[];

  /** Where Volumes appear in the container. Their order has no meaning. */
  @Expose()
  @Type(() => MountPoint)
  declare MountPoints?: MountPoint[];
}

/** How a task may use an Amazon EFS file system. */
export class AuthorizationConfig extends BaseModel {
  static readonly DEFAULTS = { IAM: 'DISABLED' } as const;
  constructor(properties?: Properties<AuthorizationConfig>) {
    super(properties);
  }

  /** Access point through which the file system is mounted. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AccessPointId?: string;

  /** Whether the task role authorises the mount. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare IAM?: 'ENABLED' | 'DISABLED';
}

/** An Amazon EFS file system. Its mount targets must let the tasks in, on TCP port 2049. */
export class EFSVolumeConfiguration extends BaseModel {
  static readonly DEFAULTS = { RootDirectory: '/', TransitEncryption: 'ENABLED' } as const;
  constructor(properties?: Properties<EFSVolumeConfiguration>) {
    super(properties);
  }

  /** Id of the file system. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare FilesystemId?: string;

  /** Directory of the file system that becomes the root of the volume. With an access point, only /. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare RootDirectory?: string;

  /** Whether the data is encrypted on its way. Required with an access point and with IAM. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TransitEncryption?: 'ENABLED' | 'DISABLED';

  /** Port of the encrypted connection, with TransitEncryption only. The mount helper of Amazon EFS chooses one by default. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare TransitEncryptionPort?: number;

  /** How a task may use an Amazon EFS file system. */
  @Expose()
  @Type(() => AuthorizationConfig)
  declare AuthorizationConfig?: AuthorizationConfig;
}

/** An Amazon S3 Files file system. It needs TaskRoleArn, whose role mounts it. */
export class S3FilesVolumeConfiguration extends BaseModel {
  static readonly DEFAULTS = { RootDirectory: '/' } as const;
  constructor(properties?: Properties<S3FilesVolumeConfiguration>) {
    super(properties);
  }

  /** ARN of the file system. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare FileSystemArn?: string;

  /** Directory that is mounted. / or nothing with an access point. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare RootDirectory?: string;

  /** Port of the encrypted connection. AWS chooses one by default. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare TransitEncryptionPort?: number;

  /** ARN of an access point. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AccessPointArn?: string;
}

/** Tags of the EBS volumes. */
export class EBSTagSpecification extends BaseModel {
  constructor(properties?: Properties<EBSTagSpecification>) {
    super(properties);
  }

  /** What is tagged. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ResourceType?: 'volume';

  /** Whose tags the volumes get too. None by default. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare PropagateTags?: 'SERVICE' | 'TASK_DEFINITION';

  /** Tags of the volumes. */
  @Expose()
  @Type(() => Tag)
  declare Tags?: Tag[];
}

/** An EBS volume that Amazon ECS makes for each task, and deletes with it. */
export class ManagedEBSVolume extends BaseModel {
  static readonly DEFAULTS = { VolumeType: 'gp3', FilesystemType: 'xfs', Encrypted: true } as const;
  constructor(properties?: Properties<ManagedEBSVolume>) {
    super(properties);
  }

  /** Size. That of the snapshot by default; required without one. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare SizeInGiB?: number;

  /** Snapshot that the volumes begin with. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SnapshotId?: string;

  /** MiB per second at which the snapshot is fetched. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare VolumeInitializationRate?: number;

  /** Type of the volumes. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare VolumeType?: 'gp3' | 'gp2' | 'io1' | 'io2' | 'st1' | 'sc1';

  /** I/O operations per second. Required by io1 and io2. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Iops?: number;

  /** MiB per second, of gp3 alone. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Throughput?: number;

  /** File system of the volumes. With a snapshot it is the snapshot's. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare FilesystemType?: 'xfs' | 'ext4' | 'ext3';

  /** Whether the volumes are encrypted. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Encrypted?: boolean;

  /** Key that encrypts them. The account's key for EBS by default. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare KmsKeyId?: string;

  /** Role with which Amazon ECS makes the volumes. InfrastructureRoleArn by default; AmazonECSInfrastructureRolePolicyForVolumes is enough. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare RoleArn?: string;

  /** Tags of the volumes. */
  @Expose()
  @Type(() => EBSTagSpecification)
  declare TagSpecifications?: EBSTagSpecification[];
}

/** A volume that the containers of a task share: a file system, an EBS volume, or else empty at the start of each task. */
export class Volume extends BaseModel {
  constructor(properties?: Properties<Volume>) {
    super(properties);
  }

  /** Name of the volume, unique among Volumes. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** An Amazon EFS file system. Its mount targets must let the tasks in, on TCP port 2049. */
  @Expose()
  @Type(() => EFSVolumeConfiguration)
  declare EFSVolumeConfiguration?: EFSVolumeConfiguration;

  /** An Amazon S3 Files file system. It needs TaskRoleArn, whose role mounts it. */
  @Expose()
  @Type(() => S3FilesVolumeConfiguration)
  declare S3FilesVolumeConfiguration?: S3FilesVolumeConfiguration;

  /** An EBS volume that Amazon ECS makes for each task, and deletes with it. */
  @Expose()
  @Type(() => ManagedEBSVolume)
  declare ManagedEBSVolume?: ManagedEBSVolume;
}

/** Starts a deployment although nothing else changes, for example because an image has been pushed again under the same tag. */
export class ForceNewDeployment extends BaseModel {
  constructor(properties?: Properties<ForceNewDeployment>) {
    super(properties);
  }

  /** A text that is new each time, such as a time or the number of a build. A deployment starts when it changes. It is kept as a Docker label of the task definition. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Nonce?: string;
}

/** Storage of a task that ends with it. */
export class EphemeralStorage extends BaseModel {
  constructor(properties?: Properties<EphemeralStorage>) {
    super(properties);
  }

  /** Its size. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare SizeInGiB?: number;
}

/** Where the load balancer logs the requests that it gets. */
export class AccessLogs extends BaseModel {
  constructor(properties?: Properties<AccessLogs>) {
    super(properties);
  }

  /** Name of an S3 bucket of this Region, whose policy lets Elastic Load Balancing write into it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Bucket?: string;

  /** What the names of the logs begin with. Default: nothing. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Prefix?: string;
}

/** The load balancer that the service is reached through. Services that agree on all of this, on the VPC and on WebAclArn share one; a change moves the service to another load balancer without losing a request. */
export class LoadBalancerConfiguration extends BaseModel {
  static readonly DEFAULTS = {
    Type: 'application',
    IpAddressType: 'ipv4',
    CrossZone: false,
    HttpRedirect: true,
    IdleTimeoutSeconds: 60,
  } as const;
  constructor(properties?: Properties<LoadBalancerConfiguration>) {
    super(properties);
  }

  /** application: an Application Load Balancer. network: a Network Load Balancer of the service alone, for connections of any protocol. none: no load balancer, for services that take their work from elsewhere, such as a queue; excludes everything else here and whatever else is of a load balancer. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Type?: 'application' | 'network' | 'none';

  /** Whether the internet reaches the load balancer. internet-facing needs public subnets. Default: internet-facing when its subnets route to an internet gateway, else internal. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Scheme?: 'internet-facing' | 'internal';

  /** Addresses of the load balancer: IPv4 (ipv4), IPv4 and IPv6 (dualstack), or public IPv6 and private IPv4 and IPv6 ones (dualstack-without-public-ipv4, internet-facing only). With IPv6 each of its subnets needs an IPv6 CIDR block, and each host gets an AAAA record beside its A record. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare IpAddressType?: 'ipv4' | 'dualstack' | 'dualstack-without-public-ipv4';

  /** Ids of the load balancer's subnets: one for each Availability Zone that tasks run in, two at least unless Type is network, in the tasks' VPC. Default: the tasks' subnets. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Subnets?: string[];

  /** Address ranges, IPv4 or IPv6, that may reach the load balancer: 30 of each family at most, 60 without HttpRedirect. Default: 0.0.0.0/0 and ::/0, everybody; none where AllowedPrefixListIds are given. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AllowedCidrs?: string[];

  /** Ids of prefix lists, customer-managed or AWS-managed, whose addresses may reach the load balancer beside AllowedCidrs. In a security group a prefix list counts as many rules as it can have entries, that of Amazon CloudFront 55, at each port that is open: with HttpRedirect that one does not fit into the 60 rules. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AllowedPrefixListIds?: string[];

  /** Allocation ids of Elastic IP addresses, one for each subnet of an internet-facing Network Load Balancer, which clients then reach at these addresses. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AllocationIds?: string[];

  /** Whether a Network Load Balancer sends connections to tasks in all Availability Zones, rather than in the one where they arrive. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare CrossZone?: boolean;

  /** Where a Network Load Balancer takes connections. */
  @Expose()
  @Type(() => NetworkListener)
  declare Listener?: NetworkListener;

  /** Whether requests to http:// are redirected to https://. When not, nobody reaches port 80. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare HttpRedirect?: boolean;

  /** Seconds after which a connection is closed on which nothing was sent. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare IdleTimeoutSeconds?: number;

  /** Where the load balancer logs the requests that it gets. */
  @Expose()
  @Type(() => AccessLogs)
  declare AccessLogs?: AccessLogs;

  /** Listener of a load balancer of the same VPC that the author looks after: of an Application Load Balancer an HTTPS listener, on which the service gets a rule; with Type network that of a Network Load Balancer, which the service has for itself. Excludes everything else here but Type and the protocol of Listener, and WebAclArn. Without a hosted zone the author also looks after the DNS record and the certificate. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ListenerArn?: string;
}

/** Where a Network Load Balancer takes connections. */
export class NetworkListener extends BaseModel {
  constructor(properties?: Properties<NetworkListener>) {
    super(properties);
  }

  /** TLS is ended by the load balancer, with a certificate for DomainName. UDP needs IpAddressType ipv4. Default: TLS where the template names DomainName or CertificateArn, else TCP. With ListenerArn it is that of the listener, by default TCP. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Protocol?: 'TCP' | 'TLS' | 'UDP' | 'TCP_UDP';

  /** Port of the connections. Default: 443 with TLS, else 80. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Port?: number;

  /** Port at which a deployment is tested: its new tasks answer there from the stage TEST_TRAFFIC_SHIFT on. Needs the strategy BLUE_GREEN, LINEAR or CANARY. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare TestPort?: number;
}

/** How the load balancer sees whether a task is healthy, beside HealthCheckPath. A change takes effect with new tasks: without any other change it starts a deployment. */
export class TargetGroupHealthCheck extends BaseModel {
  static readonly DEFAULTS = {
    IntervalSeconds: 30,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
  } as const;
  constructor(properties?: Properties<TargetGroupHealthCheck>) {
    super(properties);
  }

  /** Behind a Network Load Balancer, how a task is checked: by a connection, or by a request for HealthCheckPath at ContainerPort. Of the certificate that the container shows with HTTPS nothing is checked. Default: HTTP where the template names HealthCheckPath, else TCP. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Protocol?: 'TCP' | 'HTTP' | 'HTTPS';

  /** Codes of a healthy answer, e.g. 200, 200-299 or 200,302: HTTP statuses from 200 to 499, with ProtocolVersion GRPC gRPC codes from 0 to 99. Default: 200, with GRPC 12. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Matcher?: string;

  /** Seconds between two checks of a task. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare IntervalSeconds?: number;

  /** Seconds without an answer after which a check has failed; less than IntervalSeconds. Default: 5, or 4 when IntervalSeconds is 5. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare TimeoutSeconds?: number;

  /** Checks in a row that make a task healthy. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare HealthyThresholdCount?: number;

  /** Failed checks in a row that make a task unhealthy. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare UnhealthyThresholdCount?: number;
}

/** How the load balancer talks to the tasks. */
export class TargetGroupConfiguration extends BaseModel {
  static readonly DEFAULTS = {
    DeregistrationDelaySeconds: 300,
    LoadBalancingAlgorithmType: 'round_robin',
    SlowStartDurationSeconds: 0,
    ProtocolVersion: 'HTTP1',
  } as const;
  constructor(properties?: Properties<TargetGroupConfiguration>) {
    super(properties);
  }

  /** How the load balancer sees whether a task is healthy, beside HealthCheckPath. A change takes effect with new tasks: without any other change it starts a deployment. */
  @Expose()
  @Type(() => TargetGroupHealthCheck)
  declare HealthCheck?: TargetGroupHealthCheck;

  /** Seconds that requests under way get to end before a task is stopped. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare DeregistrationDelaySeconds?: number;

  /** Seconds for which a client that keeps cookies stays with the task that answered it. During a deployment clients are spread over old and new tasks all the same. Default: clients do not stay. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StickinessDurationSeconds?: number;

  /** How the load balancer chooses the task for a request. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancingAlgorithmType?: 'round_robin' | 'least_outstanding_requests' | 'weighted_random';

  /** Seconds in which a new task gets more and more requests, from 30 to 900, instead of its whole share at once; 0 means at once. Needs the algorithm round_robin. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare SlowStartDurationSeconds?: number;

  /** Version of HTTP in which the tasks are talked to. During a change new tasks are talked to in both versions, so that the new image must answer both; from and to GRPC an update is refused, and the service has to be replaced by one of another ServiceName. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ProtocolVersion?: 'HTTP1' | 'HTTP2' | 'GRPC';
}

/** A further host name at which the service answers. */
export class AdditionalDomain extends BaseModel {
  constructor(properties?: Properties<AdditionalDomain>) {
    super(properties);
  }

  /** The host name. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare DomainName?: string;

  /** Route 53 hosted zone that holds it. Required unless the hosted zone of the type configuration holds it, or CertificateArn is given: then the DNS record is the author's. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HostedZoneId?: string;

  /** An issued ACM certificate that covers it. Default: as for DomainName of the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CertificateArn?: string;
}

/** How Route 53 answers for the host names of the service where services of several Regions share them. With a RoutingPolicy other than SIMPLE each Region has a record of its own, and a Regional name beside DomainName, <Region>.<DomainName>, which always leads to this Region. */
export class DnsConfiguration extends BaseModel {
  static readonly DEFAULTS = { RoutingPolicy: 'SIMPLE' } as const;
  constructor(properties?: Properties<DnsConfiguration>) {
    super(properties);
  }

  /** How Route 53 chooses among the records of a name: SIMPLE has one record, LATENCY prefers the Region that answers the client fastest, FAILOVER prefers the healthy PRIMARY, WEIGHTED divides by Weight. All records of a name have one policy. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare RoutingPolicy?: 'SIMPLE' | 'LATENCY' | 'FAILOVER' | 'WEIGHTED';

  /** What tells the records of the service from others of the same name. Default: the service's name, a hyphen and the Region. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SetIdentifier?: string;

  /** Which of the two records of the policy FAILOVER this one is. Required with FAILOVER. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Failover?: 'PRIMARY' | 'SECONDARY';

  /** Share of the answers among the weights of all records of the name, for the policy WEIGHTED; 0 means none while another weight is greater. Required with WEIGHTED. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Weight?: number;

  /** The Route 53 health check that takes the Region out of the answers while none of its target groups has a healthy task. It follows metrics of the load balancer, so that it works for internal ones too. */
  @Expose()
  @Type(() => DnsHealthCheck)
  declare HealthCheck?: DnsHealthCheck;
}

/** The Route 53 health check that takes the Region out of the answers while none of its target groups has a healthy task. It follows metrics of the load balancer, so that it works for internal ones too. */
export class DnsHealthCheck extends BaseModel {
  static readonly DEFAULTS = { EvaluationPeriods: 2, Disabled: false, Inverted: false } as const;
  constructor(properties?: Properties<DnsHealthCheck>) {
    super(properties);
  }

  /** Minutes in a row without a healthy task after which the Region counts as unhealthy. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare EvaluationPeriods?: number;

  /** Whether the Region counts as healthy, whatever its tasks do. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Disabled?: boolean;

  /** Whether the Region counts as unhealthy while it is healthy: so clients leave it before work is done there. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Inverted?: boolean;
}

/** A load balancer at which the service is reached beside the first one, with target groups, a listener rule, a certificate, a DNS record, a security group of its own and an alarm of its own. */
export class AdditionalLoadBalancer extends BaseModel {
  static readonly DEFAULTS = { HealthCheckPath: '/' } as const;
  constructor(properties?: Properties<AdditionalLoadBalancer>) {
    super(properties);
  }

  /** What tells it from the others: what is made for it is named after it. With another name it is another one. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** TCP port of the primary container that its requests go to. Default: the one that the first load balancer sends requests to. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare ContainerPort?: number;

  /** The load balancer that the service is reached through. Services that agree on all of this, on the VPC and on WebAclArn share one; a change moves the service to another load balancer without losing a request. */
  @Expose()
  @Type(() => LoadBalancerConfiguration)
  declare LoadBalancerConfiguration?: LoadBalancerConfiguration;

  /** How the load balancer talks to the tasks. */
  @Expose()
  @Type(() => TargetGroupConfiguration)
  declare TargetGroupConfiguration?: TargetGroupConfiguration;

  /** Path that it requests to see whether a task is healthy. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HealthCheckPath?: string;

  /** Host name at which the service answers there. Default: the service's name, a hyphen and Name in the base domain of the type configuration. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare DomainName?: string;

  /** As HostedZoneId of the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HostedZoneId?: string;

  /** As CertificateArn of the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CertificateArn?: string;

  /** How Route 53 answers for the host names of the service where services of several Regions share them. With a RoutingPolicy other than SIMPLE each Region has a record of its own, and a Regional name beside DomainName, <Region>.<DomainName>, which always leads to this Region. */
  @Expose()
  @Type(() => DnsConfiguration)
  declare DnsConfiguration?: DnsConfiguration;

  /** Paths at which the service answers there. Default: all paths. Their order has no meaning. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare PathPatterns?: string[];

  /** As WebAclArn of the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare WebAclArn?: string;

  /** Rules of the service in the AWS WAF web ACL of its load balancer. They concern requests for its hosts alone. In this order: AllowedCidrs, BlockedCidrs, RateLimit, managed rule groups (reputation list, KnownBadInputs, CommonRuleSet, then others), bodies. Rules that are added to the web ACL by hand stay, and so do changes to these rules until the template changes them. 5,000 web ACL capacity units are there for all services of a load balancer; above 1,500 AWS charges more. Excludes WebAclArn. */
  @Expose()
  @Type(() => WebAcl)
  declare WebAcl?: WebAcl;
}

/** Where the tasks and the load balancer run. */
export class NetworkConfiguration extends BaseModel {
  constructor(properties?: Properties<NetworkConfiguration>) {
    super(properties);
  }

  /** Ids of subnets of one VPC in at least two Availability Zones. When all of them route to an internet gateway the load balancer is internet-facing and tasks get public addresses; when none of them does, the load balancer is internal. Default: the public subnets of the default VPC. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Subnets?: string[];

  /** Ids of security groups that the tasks get beside the one made for the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SecurityGroups?: string[];
}

/** Where services run that name it. */
export class NetworkProfile extends BaseModel {
  constructor(properties?: Properties<NetworkProfile>) {
    super(properties);
  }

  /** The word by which templates name it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Ids of the subnets of the tasks. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Subnets?: string[];

  /** Ids of security groups that the tasks get. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SecurityGroups?: string[];

  /** Ids of the subnets of load balancers, one in each Availability Zone. Default: those of the tasks. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancerSubnets?: string[];
}

/** A share of the tasks on one kind of capacity. */
export class CapacityProviderStrategyItem extends BaseModel {
  static readonly DEFAULTS = { Base: 0, Weight: 0 } as const;
  constructor(properties?: Properties<CapacityProviderStrategyItem>) {
    super(properties);
  }

  /** FARGATE, or FARGATE_SPOT for spare capacity that is cheaper and that AWS may take back with two minutes' notice. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CapacityProvider?: 'FARGATE' | 'FARGATE_SPOT';

  /** Number of tasks that run on it before weights apply. At most one item may have one. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Base?: number;

  /** Its share of all further tasks, relative to the other items. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Weight?: number;
}

/** Metrics, and how often they are measured. */
export class MetricConfiguration extends BaseModel {
  constructor(properties?: Properties<MetricConfiguration>) {
    super(properties);
  }

  /** Names of metrics of the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare MetricNames?: ('CPUUtilization' | 'MemoryUtilization')[];

  /** Seconds between two values. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare ResolutionSeconds?: 20 | 60;
}

/** How often metrics of the service are measured. */
export class Monitoring extends BaseModel {
  constructor(properties?: Properties<Monitoring>) {
    super(properties);
  }

  /** One item for each resolution. 60 seconds for metrics that it does not name. */
  @Expose()
  @Type(() => MetricConfiguration)
  declare MetricConfigurations?: MetricConfiguration[];
}

/** The steps of the strategy CANARY: first few requests go to the new tasks, then all. */
export class CanaryConfiguration extends BaseModel {
  static readonly DEFAULTS = { CanaryPercent: 5, CanaryBakeTimeInMinutes: 3 } as const;
  constructor(properties?: Properties<CanaryConfiguration>) {
    super(properties);
  }

  /** Per cent of the requests that go to the new tasks; a multiple of 0.1. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare CanaryPercent?: number;

  /** How long the first step lasts. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare CanaryBakeTimeInMinutes?: number;
}

/** The steps of the strategy LINEAR: more and more requests go to the new tasks. */
export class LinearConfiguration extends BaseModel {
  static readonly DEFAULTS = { StepPercent: 10, StepBakeTimeInMinutes: 6 } as const;
  constructor(properties?: Properties<LinearConfiguration>) {
    super(properties);
  }

  /** Per cent of the requests that each step adds; a multiple of 0.1. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StepPercent?: number;

  /** How long each step lasts. The last one, after which all requests go to the new tasks, is followed by BakeTimeInMinutes instead. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare StepBakeTimeInMinutes?: number;
}

/** With the strategy ROLLING: lets a deployment end before all of its tasks are healthy. */
export class EarlySuccessCriteria extends BaseModel {
  constructor(properties?: Properties<EarlySuccessCriteria>) {
    super(properties);
  }

  /** Whether a deployment may end early. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Enable?: boolean;

  /** Per cent of the desired number of tasks that must be healthy for it. At least MinimumHealthyPercent. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare HealthyPercent?: number;

  /** Whether the deployment waits for the former tasks to stop (BLOCKING), or they stop afterwards (DEFERRED). */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare SourceServiceRevisionCleanup?: 'BLOCKING' | 'DEFERRED';
}

/** How many tasks must fail before a deployment fails. */
export class ThresholdConfiguration extends BaseModel {
  constructor(properties?: Properties<ThresholdConfiguration>) {
    super(properties);
  }

  /** What Value counts: per cent of the desired number of tasks, at least 3 and at most 200 tasks (BOUNDED_PERCENT), per cent without those bounds (UNBOUNDED_PERCENT), or tasks (COUNT). */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Type?: 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT' | 'COUNT';

  /** The number. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Value?: number;
}

/** What happens when the tasks of a deployment do not become healthy. */
export class DeploymentCircuitBreaker extends BaseModel {
  static readonly DEFAULTS = { Enable: true, Rollback: true, ResetOnHealthyTask: true } as const;
  constructor(properties?: Properties<DeploymentCircuitBreaker>) {
    super(properties);
  }

  /** Whether the deployment then fails, instead of being tried without end. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Enable?: boolean;

  /** Whether the service then goes back to what ran before. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Rollback?: boolean;

  /** Whether a task that becomes healthy sets the count of failed ones to zero. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare ResetOnHealthyTask?: boolean;

  /** How many tasks must fail before a deployment fails. */
  @Expose()
  @Type(() => ThresholdConfiguration)
  declare ThresholdConfiguration?: ThresholdConfiguration;
}

/** What happens when an alarm goes off during a deployment. */
export class DeploymentAlarms extends BaseModel {
  static readonly DEFAULTS = { Enable: true, Rollback: true } as const;
  constructor(properties?: Properties<DeploymentAlarms>) {
    super(properties);
  }

  /** Names of CloudWatch alarms of your own that are watched beside the one made for the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AlarmNames?: string[];

  /** Whether alarms are watched at all. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Enable?: boolean;

  /** Whether the service then goes back to what ran before. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Rollback?: boolean;
}

/** The alarm that is made for the service: its rate of failed requests, in per cent, minute by minute. */
export class RollbackAlarm extends BaseModel {
  static readonly DEFAULTS = { Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 2 } as const;
  constructor(properties?: Properties<RollbackAlarm>) {
    super(properties);
  }

  /** Per cent of failed requests above which a minute counts as bad. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Threshold?: number;

  /** Minutes that are looked at. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare EvaluationPeriods?: number;

  /** Bad minutes among them that set the alarm off. At most EvaluationPeriods. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare DatapointsToAlarm?: number;
}

/** What ends a lifecycle hook that nobody ends: by default a rollback, after an hour for AWS_LAMBDA and twelve hours for PAUSE. */
export class HookTimeoutConfiguration extends BaseModel {
  static readonly DEFAULTS = { Action: 'ROLLBACK' } as const;
  constructor(properties?: Properties<HookTimeoutConfiguration>) {
    super(properties);
  }

  /** Minutes until Action is taken: at most 1440 for AWS_LAMBDA and 20160 for PAUSE. All that a deployment waits for must fit into the 36 hours of an operation. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare TimeoutInMinutes?: number;

  /** Whether the deployment then goes on or is rolled back. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Action?: 'ROLLBACK' | 'CONTINUE';
}

/** Something that happens at stages of a deployment before it goes on: a Lambda function is invoked, or somebody has to continue it. */
export class DeploymentLifecycleHook extends BaseModel {
  static readonly DEFAULTS = { TargetType: 'AWS_LAMBDA' } as const;
  constructor(properties?: Properties<DeploymentLifecycleHook>) {
    super(properties);
  }

  /** AWS_LAMBDA invokes a function, whose answer lets the deployment go on or rolls it back. PAUSE waits until somebody calls ContinueServiceDeployment. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TargetType?: 'AWS_LAMBDA' | 'PAUSE';

  /** ARN of the function. Needed for AWS_LAMBDA. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HookTargetArn?: string;

  /** ARN of the role with which Amazon ECS invokes the function: it trusts ecs.amazonaws.com and permits lambda:InvokeFunction. Needed for AWS_LAMBDA. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare RoleArn?: string;

  /** Stages at which it happens. A step of CANARY or LINEAR has PRE_PRODUCTION_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT of its own. PAUSE is not possible while requests are being moved. TEST_TRAFFIC_SHIFT and POST_TEST_TRAFFIC_SHIFT need TestTraffic. ROLLING has PRE_SCALE_UP and POST_SCALE_UP alone. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LifecycleStages?: (
    | 'RECONCILE_SERVICE'
    | 'PRE_SCALE_UP'
    | 'POST_SCALE_UP'
    | 'TEST_TRAFFIC_SHIFT'
    | 'POST_TEST_TRAFFIC_SHIFT'
    | 'PRE_PRODUCTION_TRAFFIC_SHIFT'
    | 'PRODUCTION_TRAFFIC_SHIFT'
    | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  )[];

  /** What the function is told beside the deployment, as names and texts. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HookDetails?: Record<string, string>;

  /** What ends a lifecycle hook that nobody ends: by default a rollback, after an hour for AWS_LAMBDA and twelve hours for PAUSE. */
  @Expose()
  @Type(() => HookTimeoutConfiguration)
  declare TimeoutConfiguration?: HookTimeoutConfiguration;
}

/** How new tasks replace old ones. */
export class DeploymentConfiguration extends BaseModel {
  static readonly DEFAULTS = {
    BakeTimeInMinutes: 3,
    MaximumPercent: 200,
    MinimumHealthyPercent: 100,
  } as const;
  constructor(properties?: Properties<DeploymentConfiguration>) {
    super(properties);
  }

  /** ROLLING replaces tasks one after the other behind one target group. BLUE_GREEN, CANARY and LINEAR start all new tasks beside the old ones and then move the requests: at once, in two steps, in equal steps. VERSIONED makes a new ECS service for each change of what runs, and leaves the former ones as they are: Traffic says which of them answer. It can change in any update. Default: CANARY, ROLLING where there are no requests to move. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Strategy?: 'ROLLING' | 'BLUE_GREEN' | 'LINEAR' | 'CANARY' | 'VERSIONED';

  /** The steps of the strategy CANARY: first few requests go to the new tasks, then all. */
  @Expose()
  @Type(() => CanaryConfiguration)
  declare CanaryConfiguration?: CanaryConfiguration;

  /** The steps of the strategy LINEAR: more and more requests go to the new tasks. */
  @Expose()
  @Type(() => LinearConfiguration)
  declare LinearConfiguration?: LinearConfiguration;

  /** With the strategy ROLLING: lets a deployment end before all of its tasks are healthy. */
  @Expose()
  @Type(() => EarlySuccessCriteria)
  declare EarlySuccessCriteria?: EarlySuccessCriteria;

  /** What happens at stages of a deployment before it goes on: at most ten hooks of each type. */
  @Expose()
  @Type(() => DeploymentLifecycleHook)
  declare LifecycleHooks?: DeploymentLifecycleHook[];

  /** How long the old tasks stay after all requests go to the new ones. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare BakeTimeInMinutes?: number;

  /** Greatest number of tasks during a deployment, in per cent of the desired number. With ROLLING, more than MinimumHealthyPercent. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MaximumPercent?: number;

  /** Least number of healthy tasks during a deployment, in per cent of the desired number. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MinimumHealthyPercent?: number;

  /** What happens when the tasks of a deployment do not become healthy. */
  @Expose()
  @Type(() => DeploymentCircuitBreaker)
  declare DeploymentCircuitBreaker?: DeploymentCircuitBreaker;

  /** What happens when an alarm goes off during a deployment. */
  @Expose()
  @Type(() => DeploymentAlarms)
  declare Alarms?: DeploymentAlarms;

  /** The alarm that is made for the service: its rate of failed requests, in per cent, minute by minute. */
  @Expose()
  @Type(() => RollbackAlarm)
  declare RollbackAlarm?: RollbackAlarm;
}

/** A metric that the number of tasks follows. */
export class ScalingMetric extends BaseModel {
  constructor(properties?: Properties<ScalingMetric>) {
    super(properties);
  }

  /** The metric; each may be followed once. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AutoScalingMetric?:
    'AVERAGE_CPU' | 'AVERAGE_MEMORY' | 'REQUEST_COUNT_PER_TARGET' | 'SQS_BACKLOG_PER_TASK';

  /** Value of the metric that target tracking keeps. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare AutoScalingTargetValue?: number;

  /** Queue in Amazon SQS, of this account and Region, of SQS_BACKLOG_PER_TASK. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare QueueName?: string;
}

/** How the number of tasks follows the load. */
export class ScalingTarget extends BaseModel {
  static readonly DEFAULTS = {
    MinTaskCount: 1,
    MaxTaskCount: 20,
    AutoScalingMetric: 'AVERAGE_CPU',
    AutoScalingTargetValue: 60,
  } as const;
  constructor(properties?: Properties<ScalingTarget>) {
    super(properties);
  }

  /** Least number of tasks. At 0 no metric raises the number again: 0 is refused with REQUEST_COUNT_PER_TARGET, unless a ScheduledAction raises it. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MinTaskCount?: number;

  /** Greatest number of tasks. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MaxTaskCount?: number;

  /** Metric that target tracking follows: per cent of CPU, per cent of memory, requests per target and minute, or messages in a queue per task. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AutoScalingMetric?:
    'AVERAGE_CPU' | 'AVERAGE_MEMORY' | 'REQUEST_COUNT_PER_TARGET' | 'SQS_BACKLOG_PER_TASK';

  /** Value of the metric that target tracking keeps. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare AutoScalingTargetValue?: number;

  /** Queue in Amazon SQS, of this account and Region, of SQS_BACKLOG_PER_TASK. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare QueueName?: string;

  /** Further metrics that target tracking follows. The number of tasks grows when any metric asks for it, and shrinks when all of them do. Their order has no meaning. */
  @Expose()
  @Type(() => ScalingMetric)
  declare AdditionalMetrics?: ScalingMetric[];

  /** Seconds after a scaling in before the next. Default: 300, by Application Auto Scaling. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare ScaleInCooldown?: number;

  /** Seconds after a scaling out before the next. Default: 300, by Application Auto Scaling. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare ScaleOutCooldown?: number;

  /** Changes of MinTaskCount and MaxTaskCount at set times. Their order has no meaning. */
  @Expose()
  @Type(() => ScheduledAction)
  declare ScheduledActions?: ScheduledAction[];
}

/** A change of the least and greatest number of tasks at a set time. Give MinTaskCount, MaxTaskCount or both. */
export class ScheduledAction extends BaseModel {
  static readonly DEFAULTS = { Timezone: 'UTC' } as const;
  constructor(properties?: Properties<ScheduledAction>) {
    super(properties);
  }

  /** Name of the scheduled action, unique in the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** When: at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields), as Application Auto Scaling writes it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Schedule?: string;

  /** Time zone of an at or cron expression, by its IANA name, e.g. Europe/Berlin. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Timezone?: string;

  /** First time at which it may happen, in UTC, e.g. 2027-01-31T06:00:00Z. Default: at once. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare StartTime?: string;

  /** Last time at which it may happen, in UTC. Default: none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare EndTime?: string;

  /** Least number of tasks from then on. Default: unchanged. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MinTaskCount?: number;

  /** Greatest number of tasks from then on. Default: unchanged. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare MaxTaskCount?: number;
}

/** Status of the ECS service. */
export class Status extends BaseModel {
  constructor(properties?: Properties<Status>) {
    super(properties);
  }

  /** ACTIVE, DRAINING or INACTIVE. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare StatusCode?: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
}

/** An address at which the service answers. */
export class IngressPath extends BaseModel {
  constructor(properties?: Properties<IngressPath>) {
    super(properties);
  }

  /** PUBLIC behind an internet-facing load balancer, PRIVATE behind an internal one. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AccessType?: 'PUBLIC' | 'PRIVATE';

  /** The address, with its scheme. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Endpoint?: string;
}

/** The deployment that is under way. */
export class CurrentDeployment extends BaseModel {
  constructor(properties?: Properties<CurrentDeployment>) {
    super(properties);
  }

  /** Its ARN. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ServiceDeploymentArn?: string;

  /** Its status, as ECS names it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Status?: string;

  /** Its stage, as ECS names it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LifecycleStage?: string;

  /** When it began, in ISO 8601. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare StartedAt?: string;

  /** What goes on, in words. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Progress?: string;

  /** Lifecycle hooks that wait for somebody. */
  @Expose()
  @Type(() => AwaitedAction)
  declare AwaitedActions?: AwaitedAction[];
}

/** A lifecycle hook of type PAUSE that waits for somebody. */
export class AwaitedAction extends BaseModel {
  constructor(properties?: Properties<AwaitedAction>) {
    super(properties);
  }

  /** Its id in ContinueServiceDeployment. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HookId?: string;

  /** When the wait began, in ISO 8601. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Since?: string;

  /** When TimeoutAction is taken, in ISO 8601. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Until?: string;

  /** Whether the deployment then goes on (CONTINUE) or is rolled back (ROLLBACK). */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TimeoutAction?: string;

  /** The command that lets the deployment go on. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ContinueCommand?: string;

  /** The command that rolls it back. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare RollbackCommand?: string;
}

/** A configuration that takes traffic now. */
export class ActiveConfiguration extends BaseModel {
  constructor(properties?: Properties<ActiveConfiguration>) {
    super(properties);
  }

  /** ARN of the service revision. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ServiceRevisionArn?: string;

  /** When the revision was made. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CreatedAt?: string;

  /** Its share of the requests by the weights of the listener rule; absent when that is not known. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare TrafficPercent?: number;

  /** Task execution role. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ExecutionRoleArn?: string;

  /** Task role. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TaskRoleArn?: string;

  /** ARN of the task definition. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TaskDefinitionArn?: string;

  /** CPU units of a task. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Cpu?: string;

  /** Memory of a task in MiB. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Memory?: string;

  /** Path that the load balancer requests. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HealthCheckPath?: string;

  /** Where the tasks and the load balancer run. */
  @Expose()
  @Type(() => NetworkConfiguration)
  declare NetworkConfiguration?: NetworkConfiguration;

  /** The container that receives the service's traffic. Its name in the task definition is Main. */
  @Expose()
  @Type(() => PrimaryContainer)
  declare PrimaryContainer?: PrimaryContainer;

  /** How the number of tasks follows the load. */
  @Expose()
  @Type(() => ScalingTarget)
  declare ScalingTarget?: ScalingTarget;

  /** Addresses at which the configuration answers. */
  @Expose()
  @Type(() => IngressPath)
  declare IngressPaths?: IngressPath[];
}

/** What Application Auto Scaling holds for the service. */
export class AutoScalingArns extends BaseModel {
  constructor(properties?: Properties<AutoScalingArns>) {
    super(properties);
  }

  /** ARN of the scalable target. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ScalableTarget?: string;

  /** ARNs of the scaling policies. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ApplicationAutoScalingPolicies?: string[];
}

/** What stands between a client and the tasks. */
export class IngressPathArns extends BaseModel {
  constructor(properties?: Properties<IngressPathArns>) {
    super(properties);
  }

  /** The load balancer, shared by up to 25 services. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancerArn?: string;

  /** Its HTTPS listener. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ListenerArn?: string;

  /** The service's rule on the listener. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ListenerRuleArn?: string;

  /** The two target groups between which deployments shift traffic. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TargetGroupArns?: string[];

  /** Security groups of the load balancer. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancerSecurityGroups?: string[];

  /** Certificate that serves the endpoint. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CertificateArn?: string;
}

/** A resource that the service is composed of. */
export class ManagedResource extends BaseModel {
  constructor(properties?: Properties<ManagedResource>) {
    super(properties);
  }

  /** Its type, as CloudFormation names it where CloudFormation has one. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ResourceType?: string;

  /** Its ARN; absent when it has none of its own, or when it is gone and its ARN cannot be told from its name. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Arn?: string;

  /** Its status. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Status?: 'PROVISIONING' | 'ACTIVE' | 'DEPROVISIONING' | 'DELETED' | 'FAILED';

  /** Why it is not ACTIVE. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare StatusReason?: string;
}

/** Everything that was made for the service. */
export class ECSManagedResourceArns extends BaseModel {
  constructor(properties?: Properties<ECSManagedResourceArns>) {
    super(properties);
  }

  /** Security groups made for the tasks. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ServiceSecurityGroups?: string[];

  /** Log groups made for the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LogGroups?: string[];

  /** Alarms that roll a deployment back. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare MetricAlarms?: string[];

  /** What Application Auto Scaling holds for the service. */
  @Expose()
  @Type(() => AutoScalingArns)
  declare AutoScaling?: AutoScalingArns;

  /** What stands between a client and the tasks. */
  @Expose()
  @Type(() => IngressPathArns)
  declare IngressPath?: IngressPathArns;
}

/** A version that answers. */
export class VersionWeight extends BaseModel {
  constructor(properties?: Properties<VersionWeight>) {
    super(properties);
  }

  /** Its label. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Version?: string;

  /** Its share of the requests, beside the weights of the others. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Weight?: number;
}

/** With Strategy VERSIONED: how requests ask for a version by its label, whatever its weight. Each way takes one listener rule for each version. */
export class VersionTraffic extends BaseModel {
  constructor(properties?: Properties<VersionTraffic>) {
    super(properties);
  }

  /** Name of a header whose value is the label. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HttpHeaderName?: string;

  /** Key of a parameter whose value is the label. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare QueryStringKey?: string;

  /** Name of a cookie whose value is the label. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CookieName?: string;
}

/** With Strategy VERSIONED: versions that are kept though they get no requests, so that going back is one change of weights. */
export class Standby extends BaseModel {
  static readonly DEFAULTS = { Count: 1 } as const;
  constructor(properties?: Properties<Standby>) {
    super(properties);
  }

  /** How many are kept; the oldest go first. One that Traffic names is kept beside them. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Count?: number;

  /** Least number of tasks of each. Default: that of ScalingTarget, so that they can answer at once. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare TaskCount?: number;

  /** An update removes those that were made more days ago. Default: never. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare RetentionInDays?: number;
}

/** A certificate in use. */
export class Certificate extends BaseModel {
  constructor(properties?: Properties<Certificate>) {
    super(properties);
  }

  /** Its ARN. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CertificateArn?: string;

  /** AMAZON_ISSUED, IMPORTED or PRIVATE: who renews it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Type?: string;

  /** When it ends. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare NotAfter?: string;

  /** From 30 days before it ends: what to do. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Warning?: string;
}

/** A version of the service. */
export class ServiceVersion extends BaseModel {
  constructor(properties?: Properties<ServiceVersion>) {
    super(properties);
  }

  /** Its label. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Version?: string;

  /** SERVING when it has a weight, STANDBY when it is healthy without one. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare State?: 'CREATING' | 'SERVING' | 'STANDBY';

  /** Its share of the requests, beside the weights of the others. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Weight?: number;

  /** Tasks of it that pass the health checks of the load balancer. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare HealthyTargetCount?: number;

  /** Tasks of it that run. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare RunningTaskCount?: number;

  /** ARN of its ECS service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ServiceArn?: string;

  /** ARN of its target group. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TargetGroupArn?: string;

  /** ARN of its task definition. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TaskDefinitionArn?: string;

  /** When it was made. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CreatedAt?: string;

  /** What a request has that is for this version: a header, a parameter, a cookie. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ReachedBy?: string[];
}

/** How many requests one IP address may send. */
export class RateLimit extends BaseModel {
  static readonly DEFAULTS = { EvaluationWindowSec: 300 } as const;
  constructor(properties?: Properties<RateLimit>) {
    super(properties);
  }

  /** Requests from one IP address within the window; further ones are blocked until there are fewer. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare Limit?: number;

  /** The window, in seconds. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare EvaluationWindowSec?: 60 | 120 | 300 | 600;
}

/** What a request gets, with status 403, that BlockedCidrs, RateLimit or the limit of bodies blocks. What managed rule groups block gets the answer of AWS WAF. */
export class BlockPage extends BaseModel {
  static readonly DEFAULTS = { ContentType: 'TEXT_HTML' } as const;
  constructor(properties?: Properties<BlockPage>) {
    super(properties);
  }

  /** The body of the answer. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Content?: string;

  /** Its type, as AWS WAF names it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ContentType?: 'TEXT_PLAIN' | 'TEXT_HTML' | 'APPLICATION_JSON';
}

/** Rules of the service in the AWS WAF web ACL of its load balancer. They concern requests for its hosts alone. In this order: AllowedCidrs, BlockedCidrs, RateLimit, managed rule groups (reputation list, KnownBadInputs, CommonRuleSet, then others), bodies. Rules that are added to the web ACL by hand stay, and so do changes to these rules until the template changes them. 5,000 web ACL capacity units are there for all services of a load balancer; above 1,500 AWS charges more. Excludes WebAclArn. */
export class WebAcl extends BaseModel {
  static readonly DEFAULTS = { Enabled: true, LargeBodies: false, Logging: false } as const;
  constructor(properties?: Properties<WebAcl>) {
    super(properties);
  }

  /** False takes the rules of the service away; everything else here then means nothing. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Enabled?: boolean;

  /** How many requests one IP address may send. */
  @Expose()
  @Type(() => RateLimit)
  declare RateLimit?: RateLimit;

  /** Address ranges, IPv4 or IPv6, whose requests pass without another rule. Others are not kept out: LoadBalancerConfiguration/AllowedCidrs does that. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AllowedCidrs?: string[];

  /** Address ranges, IPv4 or IPv6, whose requests are blocked. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare BlockedCidrs?: string[];

  /** Rule groups of AWS. The services of a load balancer share them. Default: reputation list, KnownBadInputs and CommonRuleSet; an empty list means none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ManagedRuleGroups?: (
    | 'AWSManagedRulesAdminProtectionRuleSet'
    | 'AWSManagedRulesAmazonIpReputationList'
    | 'AWSManagedRulesAnonymousIpList'
    | 'AWSManagedRulesCommonRuleSet'
    | 'AWSManagedRulesKnownBadInputsRuleSet'
    | 'AWSManagedRulesLinuxRuleSet'
    | 'AWSManagedRulesPHPRuleSet'
    | 'AWSManagedRulesSQLiRuleSet'
    | 'AWSManagedRulesUnixRuleSet'
    | 'AWSManagedRulesWindowsRuleSet'
    | 'AWSManagedRulesWordPressRuleSet'
  )[];

  /** Rules of these groups that only count what they match. A group with another choice of them is one more group of the load balancer, which takes its capacity once more. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CountedRules?: string[];

  /** Whether bodies of more than 8 KB pass, which SizeRestrictions_BODY of the CommonRuleSet blocks. AWS WAF looks at their first 8 KB. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare LargeBodies?: boolean;

  /** What a request gets, with status 403, that BlockedCidrs, RateLimit or the limit of bodies blocks. What managed rule groups block gets the answer of AWS WAF. */
  @Expose()
  @Type(() => BlockPage)
  declare BlockPage?: BlockPage;

  /** Whether requests are logged to the log group aws-waf-logs-<load balancer> in Amazon CloudWatch Logs, without their cookies and authorization headers. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare Logging?: boolean;
}

/** A complete Amazon ECS service from one container image: cluster, task definition, service with canary deployments and alarm rollback, shared Application Load Balancer, certificate, DNS record, target groups, listener rule, security groups, autoscaling, logs and web ACL. A superset of AWS::ECS::ExpressGatewayService. */
export class ResourceModel extends BaseModel {
  static override readonly TYPE_NAME: string = 'Org::ECS::ExpressService';
  /** JSON pointers to the properties that may not be returned. */
  static readonly WRITE_ONLY_PROPERTIES: readonly string[] = [
    '/properties/Authentication/Oidc/ClientSecret',
    '/properties/RequiredHttpHeader/Values',
    '/properties/EventBusName',
  ];
  /** JSON pointer to the property that holds the tags. */
  static readonly TAG_PROPERTY: string | undefined = '/properties/Tags';

  /** The primary identifier by JSON pointer, or null while any part of it is unset. */
  getPrimaryIdentifier(): Record<string, unknown> | null {
    const identifier = { '/properties/ServiceArn': this.ServiceArn };
    return Object.values(identifier).every((part) => part != null) ? identifier : null;
  }

  static readonly DEFAULTS = {
    Cluster: 'default',
    Cpu: '1024',
    Memory: '2048',
    CpuArchitecture: 'X86_64',
    HealthCheckPath: '/',
    AvailabilityZoneRebalancing: 'ENABLED',
    PropagateTags: 'SERVICE',
    EnableECSManagedTags: true,
    PlatformVersion: 'LATEST',
    EnableExecuteCommand: false,
    LogGroupDeletionPolicy: 'Delete',
    LogRetentionInDays: 30,
  } as const;
  constructor(properties?: Properties<ResourceModel>) {
    super(properties);
  }

  /** Name of the service, unique in its cluster. Default: the logical id with a suffix. Fn::GetAtt returns it as Name. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ServiceName?: string;

  /** Name or ARN of the cluster. The cluster named default is made when it is absent; any other must exist. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Cluster?: string;

  /** Role that lets ECS shift traffic on the load balancer, and make volumes that name no role. Trusts ecs.amazonaws.com. Default: one is made with the managed policies AmazonECSInfrastructureRolePolicyForLoadBalancers and, for volumes, AmazonECSInfrastructureRolePolicyForVolumes, where ECS needs it. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare InfrastructureRoleArn?: string;

  /** Task execution role: pulls the images, writes logs, reads secrets and EnvironmentFiles. Default: one is made that may do so with what the template names, and nothing else. Secrets and repositories that are encrypted with a key of your own need a role here, or a key policy that permits theirs. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ExecutionRoleArn?: string;

  /** Role that the containers' own AWS calls use. Default: one is made where TaskPolicy or TaskPolicyArns is given, else none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TaskRoleArn?: string;

  /** IAM policy document of the role that is made for the containers' own AWS calls. What is taken away stays until no task of the revision before is left. Not with TaskRoleArn. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TaskPolicy?: Record<string, unknown>;

  /** Managed policies of the role that is made for the containers' own AWS calls. Not with TaskRoleArn. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TaskPolicyArns?: string[];

  /** The container that receives the service's traffic. Its name in the task definition is Main. */
  @Expose()
  @Type(() => PrimaryContainer)
  declare PrimaryContainer?: PrimaryContainer;

  /** Containers that run beside the primary one. Their order has no meaning. */
  @Expose()
  @Type(() => SidecarContainer)
  declare SidecarContainers?: SidecarContainer[];

  /** A task definition of your own, instead of one made from PrimaryContainer: FARGATE, awsvpc, with a container named Main that maps one named TCP port. Excludes PrimaryContainer, ExecutionRoleArn, TaskRoleArn, Cpu, Memory, CpuArchitecture, SidecarContainers, EphemeralStorage and Volumes. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TaskDefinitionArn?: string;

  /** CPU units of a task, in a pair with Memory that Fargate offers. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Cpu?: '256' | '512' | '1024' | '2048' | '4096' | '8192' | '16384';

  /** Memory of a task in MiB, in a pair with Cpu that Fargate offers. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Memory?: string;

  /** Instruction set of the image. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CpuArchitecture?: 'X86_64' | 'ARM64';

  /** Storage of a task that ends with it. */
  @Expose()
  @Type(() => EphemeralStorage)
  declare EphemeralStorage?: EphemeralStorage;

  /** Volumes that containers mount. Their order has no meaning. */
  @Expose()
  @Type(() => Volume)
  declare Volumes?: Volume[];

  /** Path that the load balancer requests to see whether a task is healthy: letters from a to z, digits and @:%_+.~#?&/=-. A change takes effect with new tasks: without any other change it starts a deployment. With ProtocolVersion GRPC the default is /AWS.ALB/healthcheck. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HealthCheckPath?: string;

  /** How the load balancer talks to the tasks. */
  @Expose()
  @Type(() => TargetGroupConfiguration)
  declare TargetGroupConfiguration?: TargetGroupConfiguration;

  /** Where the tasks and the load balancer run. */
  @Expose()
  @Type(() => NetworkConfiguration)
  declare NetworkConfiguration?: NetworkConfiguration;

  /** One of NetworkProfiles of the type configuration, in whose subnets the service runs. What is changed there reaches the service with its next update. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare NetworkProfile?: string;

  /** The load balancer that the service is reached through. Services that agree on all of this, on the VPC and on WebAclArn share one; a change moves the service to another load balancer without losing a request. */
  @Expose()
  @Type(() => LoadBalancerConfiguration)
  declare LoadBalancerConfiguration?: LoadBalancerConfiguration;

  /** Load balancers at which the service is reached beside that of LoadBalancerConfiguration, such as an internal one beside a public one. Every deployment moves the requests of all of them. Their order has no meaning. */
  @Expose()
  @Type(() => AdditionalLoadBalancer)
  declare AdditionalLoadBalancers?: AdditionalLoadBalancer[];

  /** How the number of tasks follows the load. */
  @Expose()
  @Type(() => ScalingTarget)
  declare ScalingTarget?: ScalingTarget;

  /** Capacity that tasks run on. Default: FARGATE, Base 1, Weight 1. With FARGATE_SPOT, a cluster other than the one named default must offer it. */
  @Expose()
  @Type(() => CapacityProviderStrategyItem)
  declare CapacityProviderStrategy?: CapacityProviderStrategyItem[];

  /** Seconds after the start of a task in which Amazon ECS does not stop it for failed health checks. Default: 300, with a load balancer. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare HealthCheckGracePeriodSeconds?: number;

  /** Whether Amazon ECS moves tasks when they are spread unevenly over the Availability Zones. Needs a MaximumPercent above 100; with less the default is DISABLED. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AvailabilityZoneRebalancing?: 'ENABLED' | 'DISABLED';

  /** Where tasks get their tags from. A change takes effect with new tasks, and starts no deployment. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare PropagateTags?: 'SERVICE' | 'TASK_DEFINITION' | 'NONE';

  /** Whether Amazon ECS gives tasks tags with the names of the cluster and the service. A change takes effect with new tasks, and starts no deployment. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare EnableECSManagedTags?: boolean;

  /** Version of the Fargate platform. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare PlatformVersion?: string;

  /** Whether ECS Exec may run commands in the containers. Needs a task role that permits the ssmmessages actions of ECS Exec. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare EnableExecuteCommand?: boolean;

  /** How often metrics of the service are measured. */
  @Expose()
  @Type(() => Monitoring)
  declare Monitoring?: Monitoring;

  /** How new tasks replace old ones. */
  @Expose()
  @Type(() => DeploymentConfiguration)
  declare DeploymentConfiguration?: DeploymentConfiguration;

  /** Amazon EventBridge event bus, by name or ARN, that is told when a version of the service is made, gets more or fewer requests, is promoted, rolled back and retired: see docs/events.md. One of another account has to be given by its ARN. Only with Strategy VERSIONED. Default: the event bus of the type configuration, if any. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare EventBusName?: string;

  /** Starts a deployment although nothing else changes, for example because an image has been pushed again under the same tag. */
  @Expose()
  @Type(() => ForceNewDeployment)
  declare ForceNewDeployment?: ForceNewDeployment;

  /** Host name at which the service answers. Default: the service's name in the base domain of the type configuration. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare DomainName?: string;

  /** Route 53 hosted zone that holds DomainName. Required with DomainName, unless the hosted zone of the type configuration holds it, or CertificateArn is given: then the DNS record is the author's. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HostedZoneId?: string;

  /** An issued ACM certificate that covers the host name. Default: the wildcard certificate of the type configuration where it covers the host name, else one that is requested for the service. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CertificateArn?: string;

  /** Further host names at which the service answers. They follow every deployment as DomainName does, for they are matched by the same listener rule; with PathPatterns and DomainName there are five values at most. Their order has no meaning. */
  @Expose()
  @Type(() => AdditionalDomain)
  declare AdditionalDomains?: AdditionalDomain[];

  /** How Route 53 answers for the host names of the service where services of several Regions share them. With a RoutingPolicy other than SIMPLE each Region has a record of its own, and a Regional name beside DomainName, <Region>.<DomainName>, which always leads to this Region. */
  @Expose()
  @Type(() => DnsConfiguration)
  declare DnsConfiguration?: DnsConfiguration;

  /** Paths at which the service answers, with * for any characters and ? for one, e.g. /api/*; six of these wildcards at most. Default: all paths. Their order has no meaning. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare PathPatterns?: string[];

  /** How the requests are told that meet the new tasks of a deployment before all others do, from its stage TEST_TRAFFIC_SHIFT on: they meet every member that is given. They get a listener rule of their own, for the host names and paths of the service, right before that of all other requests; a port of their own is not offered. Host names, paths, values of RequiredHttpHeader and these values are five at most. Not with the strategy ROLLING, whose new tasks get ordinary requests at once. */
  @Expose()
  @Type(() => TestTraffic)
  declare TestTraffic?: TestTraffic;

  /** With Strategy VERSIONED: label of what the template runs, by which Traffic names it and VersionTraffic reaches it. One version has it. Default: from a hash of what runs. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Version?: string;

  /** With Strategy VERSIONED: the versions that answer. Versions that it does not name get no requests but those of VersionTraffic; so does a new version, until it is named. Default: all requests go to what the template runs, once it is healthy. */
  @Expose()
  @Type(() => VersionWeight)
  declare Traffic?: VersionWeight[];

  /** With Strategy VERSIONED: how requests ask for a version by its label, whatever its weight. Each way takes one listener rule for each version. */
  @Expose()
  @Type(() => VersionTraffic)
  declare VersionTraffic?: VersionTraffic;

  /** With Strategy VERSIONED: versions that are kept though they get no requests, so that going back is one change of weights. */
  @Expose()
  @Type(() => Standby)
  declare Standby?: Standby;

  /** A header without which requests do not reach the service, such as a custom header that Amazon CloudFront adds. It is a condition of the listener rules: a request without it is for whatever rule comes next, and at last for the default action of the listener, which answers 404 on a shared load balancer. Health checks need none. Of the first load balancer alone. Host names, paths and values are five at most. */
  @Expose()
  @Type(() => RequiredHttpHeader)
  declare RequiredHttpHeader?: RequiredHttpHeader;

  /** How users sign in before their requests reach the service: Cognito or Oidc. */
  @Expose()
  @Type(() => Authentication)
  declare Authentication?: Authentication;

  /** Amazon ECS Service Connect: tasks of services in one namespace reach each other by name, through a proxy that ECS adds to each task. An empty object connects the service as a client, which others do not connect to; with ClientAlias others do, at the port of PrimaryContainer. Clients know the endpoints that were there when they were deployed, so that they are to depend on the services that they connect to. The proxy takes of the task's CPU and memory: ECS recommends 256 units and 64 MiB more. */
  @Expose()
  @Type(() => ServiceConnectConfiguration)
  declare ServiceConnectConfiguration?: ServiceConnectConfiguration;

  /** Regional AWS WAF web ACL of the load balancer. Services with different web ACLs do not share a load balancer. Default: the web ACL of the type configuration, if any. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare WebAclArn?: string;

  /** Rules of the service in the AWS WAF web ACL of its load balancer. They concern requests for its hosts alone. In this order: AllowedCidrs, BlockedCidrs, RateLimit, managed rule groups (reputation list, KnownBadInputs, CommonRuleSet, then others), bodies. Rules that are added to the web ACL by hand stay, and so do changes to these rules until the template changes them. 5,000 web ACL capacity units are there for all services of a load balancer; above 1,500 AWS charges more. Excludes WebAclArn. */
  @Expose()
  @Type(() => WebAcl)
  declare WebAcl?: WebAcl;

  /** What becomes of the log group that is made for the service when the service is deleted. A retained one loses nothing; a service of the same name in the same cluster takes it over. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LogGroupDeletionPolicy?: 'Delete' | 'Retain';

  /** How long the log group that is made for the service keeps its events. */
  @Expose()
  @Transform(toNumber, { toClassOnly: true })
  declare LogRetentionInDays?:
    | 1
    | 3
    | 5
    | 7
    | 14
    | 30
    | 60
    | 90
    | 120
    | 150
    | 180
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653;

  /** Tags of the service and of everything that is made for it alone. With many domains and stack tags fewer fit; the refusal says how many. */
  @Expose()
  @Type(() => Tag)
  declare Tags?: Tag[];

  /** ARN of the service's name: arn:<partition>:ecs:<Region>:<account>:service/<cluster>/<service name>. It follows from Cluster and ServiceName, and stays as long as the resource, whichever ECS services stand behind the name. The ECS service of that very name has it as its own ARN. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ServiceArn?: string;

  /** Name of the service, given or generated; value of the CloudWatch dimension ServiceName of AWS/ECS. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Name?: string;

  /** Name of its cluster; value of the CloudWatch dimension ClusterName of AWS/ECS. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ClusterName?: string;

  /** Address of the service, https:// and its host name. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare Endpoint?: string;

  /** Last part of the ARN of the load balancer, app/<name>/<id>; value of the CloudWatch dimension LoadBalancer of AWS/ApplicationELB. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancerFullName?: string;

  /** DNS name of the load balancer. DNS records outside Route 53 point at it by CNAME. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancerDnsName?: string;

  /** Hosted zone of LoadBalancerDnsName, for alias records in Route 53. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancerCanonicalHostedZoneId?: string;

  /** DNS names of the additional load balancers, in the order of their Names. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare AdditionalLoadBalancerDnsNames?: string[];

  /** With Strategy VERSIONED: every version, the newest first. */
  @Expose()
  @Type(() => ServiceVersion)
  declare Versions?: ServiceVersion[];

  /** Certificates in use, that of the endpoint first, with a warning from 30 days before one ends that nobody has renewed. */
  @Expose()
  @Type(() => Certificate)
  declare Certificates?: Certificate[];

  /** Last parts of the ARNs of the two target groups, targetgroup/<name>/<id>, in the order of their names; values of the CloudWatch dimension TargetGroup of AWS/ApplicationELB. Every deployment moves the requests from one to the other, so an alarm looks at both. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare TargetGroupFullNames?: string[];

  /** Ids of the security groups made for the tasks, e.g. to let the tasks into a database. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare ServiceSecurityGroupIds?: string[];

  /** Ids of the security groups of the load balancer. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare LoadBalancerSecurityGroupIds?: string[];

  /** Status of the ECS service. */
  @Expose()
  @Type(() => Status)
  declare Status?: Status;

  /** When the service was made. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CreatedAt?: string;

  /** When the service was last deployed. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare UpdatedAt?: string;

  /** The deployment that is under way. */
  @Expose()
  @Type(() => CurrentDeployment)
  declare CurrentDeployment?: CurrentDeployment;

  /** Configurations that take traffic now: one, or two during a deployment. */
  @Expose()
  @Type(() => ActiveConfiguration)
  declare ActiveConfigurations?: ActiveConfiguration[];

  /** Everything that was made for the service. */
  @Expose()
  @Type(() => ECSManagedResourceArns)
  declare ECSManagedResourceArns?: ECSManagedResourceArns;

  /** Everything that the service is composed of, with its status: also what should be there and is not. */
  @Expose()
  @Type(() => ManagedResource)
  declare ManagedResources?: ManagedResource[];
}

/** What AWS alone decides. */
export type Attributes = Pick<
  Properties<ResourceModel>,
  | 'ServiceArn'
  | 'Name'
  | 'ClusterName'
  | 'Endpoint'
  | 'LoadBalancerFullName'
  | 'LoadBalancerDnsName'
  | 'LoadBalancerCanonicalHostedZoneId'
  | 'AdditionalLoadBalancerDnsNames'
  | 'Versions'
  | 'Certificates'
  | 'TargetGroupFullNames'
  | 'ServiceSecurityGroupIds'
  | 'LoadBalancerSecurityGroupIds'
  | 'Status'
  | 'CreatedAt'
  | 'UpdatedAt'
  | 'CurrentDeployment'
  | 'ActiveConfigurations'
  | 'ECSManagedResourceArns'
  | 'ManagedResources'
>;

/** What a template may set. */
export type Inputs = Omit<Properties<ResourceModel>, keyof Attributes>;

/** What a platform team sets once for each account and Region. */
export class TypeConfigurationModel extends BaseModel {
  static override readonly TYPE_NAME: string = 'Org::ECS::ExpressService';
  static readonly DEFAULTS = { WebAclByDefault: true } as const;
  constructor(properties?: Properties<TypeConfigurationModel>) {
    super(properties);
  }

  /** Domain in which services get their host names, <service name>.<base domain>. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare BaseDomain?: string;

  /** Route 53 hosted zone of the base domain. Required with BaseDomain. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare HostedZoneId?: string;

  /** Issued wildcard certificate for *.<base domain>; without it each service gets a certificate of its own. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare CertificateArn?: string;

  /** Regional AWS WAF web ACL for load balancers of services that name none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare WebAclArn?: string;

  /** Whether a new service on a public load balancer has rules in its web ACL when its template names neither WebAcl nor WebAclArn. Services that are there already stay as they are. */
  @Expose()
  @Transform(toBoolean, { toClassOnly: true })
  declare WebAclByDefault?: boolean;

  /** Prefixes of image names that services may use, e.g. 123456789012.dkr.ecr.eu-west-1.amazonaws.com/. Default: any. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare PermittedImageRegistries?: string[];

  /** Networks that templates name by a word (NetworkProfile). */
  @Expose()
  @Type(() => NetworkProfile)
  declare NetworkProfiles?: NetworkProfile[];

  /** Amazon EventBridge event bus, by name or ARN, that is told of the versions of services that name none. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare EventBusName?: string;

  /** Managed policy that is the permissions boundary of the roles that are made. */
  @Expose()
  @Transform(toText, { toClassOnly: true })
  declare PermissionsBoundaryArn?: string;
}
