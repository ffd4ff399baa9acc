/** The operations that are disturbed, as a table: each begins in the state that the one before leaves. */
import type { Structure } from '../../local/service';

/** What an account has that templates refer to. */
export interface Surroundings {
  readonly executionRoleArn: string;
  readonly infrastructureRoleArn: string;
  readonly privateSubnetIds: readonly string[];
}

/** An operation on the one service. */
export interface Operation {
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly description: string;
  /** Properties of the template; undefined for a deletion. */
  readonly template?: (surroundings: Surroundings) => Structure;
  /** Whether it leaves a version that stands by, to which a creation with the same template would not come. */
  readonly leavesVersion?: true;
  /** The operation with the template before, where a roll-back does not bring back all that is removed. */
  readonly rolledBackBy?: string;
}

/** Nothing takes longer than it must: what handlers wait for they look at again and again, with the same calls. */
const WITHOUT_WAITS = {
  DeploymentConfiguration: {
    BakeTimeInMinutes: 0,
    CanaryConfiguration: { CanaryPercent: 50, CanaryBakeTimeInMinutes: 0 },
  },
  TargetGroupConfiguration: {
    DeregistrationDelaySeconds: 5,
    HealthCheck: { IntervalSeconds: 5, TimeoutSeconds: 2, HealthyThresholdCount: 2 },
  },
};

function created({ executionRoleArn, infrastructureRoleArn }: Surroundings): Structure {
  return {
    ServiceName: 'hello',
    ExecutionRoleArn: executionRoleArn,
    InfrastructureRoleArn: infrastructureRoleArn,
    PrimaryContainer: { Image: 'example/hello:1', Environment: [{ Name: 'STAGE', Value: 'one' }] },
    ...WITHOUT_WAITS,
    Tags: [
      { Key: 'team', Value: 'blue' },
      { Key: 'passing', Value: 'yes' },
    ],
  };
}

/** A task role that is made, for one action. */
const withTaskRole = (Action: string): Structure => ({
  TaskPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] },
  TaskPolicyArns: ['arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess'],
});

function updatedInPlace(surroundings: Surroundings): Structure {
  return {
    ...created(surroundings),
    ...withTaskRole('s3:GetObject'),
    PrimaryContainer: { Image: 'example/hello:2', Environment: [{ Name: 'STAGE', Value: 'two' }] },
    // Without MinTaskCount: a service that is created with it begins with as many tasks, one that is updated does not.
    ScalingTarget: { MaxTaskCount: 5, AutoScalingTargetValue: 70 },
    Tags: [
      { Key: 'team', Value: 'green' },
      { Key: 'added', Value: 'yes' },
    ],
  };
}

function internalBeside(surroundings: Surroundings): Structure {
  return {
    ...updatedInPlace(surroundings),
    AdditionalLoadBalancers: [
      {
        Name: 'internal',
        LoadBalancerConfiguration: { Scheme: 'internal', Subnets: [...surroundings.privateSubnetIds] },
        TargetGroupConfiguration: WITHOUT_WAITS.TargetGroupConfiguration,
      },
    ],
  };
}

function rolling(surroundings: Surroundings): Structure {
  const { PrimaryContainer, ...others } = updatedInPlace(surroundings);
  return {
    ...others,
    PrimaryContainer: { ...PrimaryContainer, Image: 'example/hello:3' },
    DeploymentConfiguration: { Strategy: 'ROLLING', BakeTimeInMinutes: 0 },
  };
}

/** A pause at which nobody decides. */
const PAUSE = {
  TargetType: 'PAUSE',
  LifecycleStages: ['POST_SCALE_UP'],
  TimeoutConfiguration: { TimeoutInMinutes: 1, Action: 'CONTINUE' },
};

function linearWithGate(surroundings: Surroundings): Structure {
  const { PrimaryContainer, ...others } = updatedInPlace(surroundings);
  return {
    ...others,
    PrimaryContainer: { ...PrimaryContainer, Image: 'example/hello:4' },
    DeploymentConfiguration: {
      Strategy: 'LINEAR',
      BakeTimeInMinutes: 0,
      LinearConfiguration: { StepPercent: 50, StepBakeTimeInMinutes: 0 },
      LifecycleHooks: [PAUSE],
    },
  };
}

function updatedHard(surroundings: Surroundings): Structure {
  const { PrimaryContainer, ...others } = updatedInPlace(surroundings);
  return {
    ...others,
    ...withTaskRole('s3:PutObject'),
    PrimaryContainer: { ...PrimaryContainer, ContainerPort: 8080 },
    HealthCheckPath: '/health',
    DomainName: 'other.apps.example.com',
    AdditionalDomains: [{ DomainName: 'further.apps.example.com' }],
    PathPatterns: ['/api/*'],
  };
}

/** The host as one of several Regions. */
function routed(surroundings: Surroundings): Structure {
  return { ...updatedHard(surroundings), DnsConfiguration: { RoutingPolicy: 'LATENCY' } };
}

function moved(surroundings: Surroundings): Structure {
  return {
    ...routed(surroundings),
    NetworkConfiguration: { Subnets: [...surroundings.privateSubnetIds] },
  };
}

/** Without what is of a load balancer. */
function worker(surroundings: Surroundings): Structure {
  const { ServiceName, PrimaryContainer, Tags } = created(surroundings);
  return {
    ServiceName,
    PrimaryContainer,
    Tags,
    LoadBalancerConfiguration: { Type: 'none' },
  };
}

function workerWithGate(surroundings: Surroundings): Structure {
  const { PrimaryContainer, ...others } = worker(surroundings);
  return {
    ...others,
    PrimaryContainer: { ...PrimaryContainer, Image: 'example/hello:5' },
    ScalingTarget: { MaxTaskCount: 5 },
    DeploymentConfiguration: {
      Strategy: 'BLUE_GREEN',
      BakeTimeInMinutes: 0,
      LifecycleHooks: [PAUSE],
    },
  };
}

/** Connections instead of requests, and clients in the namespace. */
function network(surroundings: Surroundings): Structure {
  const { TargetGroupConfiguration: _, InfrastructureRoleArn: _role, ...others } = created(surroundings);
  return {
    ...others,
    DeploymentConfiguration: { Strategy: 'BLUE_GREEN', BakeTimeInMinutes: 0 },
    LoadBalancerConfiguration: { Type: 'network', Listener: { Protocol: 'TCP', Port: 7000, TestPort: 7001 } },
    ServiceConnectConfiguration: { Namespace: 'shop', ClientAlias: { Port: 80 } },
  };
}

function networkUpdated(surroundings: Surroundings): Structure {
  const { PrimaryContainer, ...others } = network(surroundings);
  const { AdditionalLoadBalancers } = internalBeside(surroundings);
  return {
    ...others,
    AdditionalLoadBalancers,
    PrimaryContainer: { ...PrimaryContainer, Image: 'example/hello:6' },
  };
}

/** Behind rules of its own. */
function filtered(surroundings: Surroundings): Structure {
  return {
    ...created(surroundings),
    WebAcl: {
      AllowedCidrs: ['192.0.2.0/24'],
      RateLimit: { Limit: 100 },
      BlockPage: { Content: '<h1>No</h1>' },
      Logging: true,
    },
  };
}

/** An IP set comes, and one goes. */
function filteredOtherwise(surroundings: Surroundings): Structure {
  return {
    ...filtered(surroundings),
    WebAcl: { BlockedCidrs: ['203.0.113.0/24'], RateLimit: { Limit: 200 }, LargeBodies: true, Logging: true },
  };
}

/** On another load balancer. */
function filteredElsewhere(surroundings: Surroundings): Structure {
  return { ...filteredOtherwise(surroundings), LoadBalancerConfiguration: { IdleTimeoutSeconds: 30 } };
}

const VERSIONED = { Strategy: 'VERSIONED', BakeTimeInMinutes: 0 };

/** The first version, beside which none stands by. */
function versioned(surroundings: Surroundings): Structure {
  return {
    ...created(surroundings),
    Version: 'v1',
    VersionTraffic: { HttpHeaderName: 'x-version' },
    Standby: { Count: 0 },
    DeploymentConfiguration: VERSIONED,
  };
}

/** Half of the requests go first, and are looked at for a while. */
function secondVersion(surroundings: Surroundings): Structure {
  const { PrimaryContainer, ...others } = versioned(surroundings);
  return {
    ...others,
    PrimaryContainer: { ...PrimaryContainer, Image: 'example/hello:2' },
    Version: 'v2',
    Standby: { Count: 1 },
    DeploymentConfiguration: {
      ...VERSIONED,
      CanaryConfiguration: { CanaryPercent: 50, CanaryBakeTimeInMinutes: 1 },
    },
  };
}

function firstVersionAgain(surroundings: Surroundings): Structure {
  return { ...versioned(surroundings), Standby: { Count: 1 } };
}

/** As {@link created}, with another image. */
function withoutVersions(surroundings: Surroundings): Structure {
  const { PrimaryContainer, ...others } = created(surroundings);
  return { ...others, PrimaryContainer: { ...PrimaryContainer, Image: 'example/hello:7' } };
}

export const OPERATIONS = {
  create: { action: 'CREATE', description: 'the first service of an account', template: created },
  'update-in-place': {
    action: 'UPDATE',
    description: 'image, environment, tags, scaling, and a task role that is made',
    template: updatedInPlace,
  },
  'update-additional': {
    action: 'UPDATE',
    description: 'an internal load balancer beside the public one',
    template: internalBeside,
  },
  'update-rolling': {
    action: 'UPDATE',
    description: 'image and strategy, from CANARY to ROLLING, and the internal load balancer gone',
    template: rolling,
  },
  'update-linear': {
    action: 'UPDATE',
    description: 'image and strategy, from ROLLING to LINEAR, with a lifecycle hook that pauses',
    template: linearWithGate,
  },
  'update-hard': {
    action: 'UPDATE',
    description:
      'container port, task policy, health check path, domains, path patterns and strategy, back to CANARY',
    template: updatedHard,
  },
  'update-routing': {
    action: 'UPDATE',
    description: 'the routing policy of the host, from SIMPLE to LATENCY, with health checks',
    template: routed,
  },
  'update-move': {
    action: 'UPDATE',
    description: 'from public to private subnets, and with them to another load balancer',
    template: moved,
  },
  'update-without-load-balancer': {
    action: 'UPDATE',
    description: 'away from the load balancer, the last service on it',
    template: worker,
  },
  'update-with-load-balancer': {
    action: 'UPDATE',
    description: 'back to one, which is made',
    template: created,
  },
  delete: { action: 'DELETE', description: 'the last service of an account' },
  'create-worker': {
    action: 'CREATE',
    description: 'a service without a load balancer, whose execution role is made',
    template: worker,
  },
  'update-worker': {
    action: 'UPDATE',
    description: 'its image and strategy, from ROLLING to BLUE_GREEN, with a lifecycle hook that pauses',
    template: workerWithGate,
  },
  'delete-worker': { action: 'DELETE', description: 'a service without a load balancer' },
  'create-network': {
    action: 'CREATE',
    description:
      'a service behind a Network Load Balancer of its own, with Service Connect, whose infrastructure role is made',
    template: network,
  },
  'update-network': {
    action: 'UPDATE',
    description: 'its image, by BLUE_GREEN, and an internal Application Load Balancer beside',
    template: networkUpdated,
  },
  'delete-network': { action: 'DELETE', description: 'a service behind load balancers of two types' },
  'create-filtered': {
    action: 'CREATE',
    description: 'a service with rules in the web ACL of its load balancer, which are logged',
    template: filtered,
  },
  'update-filtered': {
    action: 'UPDATE',
    description: 'the rules and the addresses that they name',
    template: filteredOtherwise,
  },
  'update-filtered-move': {
    action: 'UPDATE',
    description: 'to another load balancer, with the rules',
    template: filteredElsewhere,
  },
  'delete-filtered': { action: 'DELETE', description: 'the last service in a web ACL' },
  'create-versioned': {
    action: 'CREATE',
    description: 'a service of versions, each reached by a header',
    template: versioned,
  },
  'update-version': {
    action: 'UPDATE',
    description: 'its image, to which the requests move in two steps',
    template: secondVersion,
    leavesVersion: true,
  },
  'update-version-back': {
    action: 'UPDATE',
    description: 'back to the version that stands by',
    template: firstVersionAgain,
    leavesVersion: true,
  },
  'retire-version': {
    action: 'UPDATE',
    description: 'no version is to stand by any more',
    template: versioned,
    rolledBackBy: 'update-version-back',
  },
  'update-from-versioned': {
    action: 'UPDATE',
    description: 'image and strategy, from VERSIONED to CANARY',
    template: withoutVersions,
  },
  'update-to-versioned': {
    action: 'UPDATE',
    description: 'image and strategy, from CANARY to VERSIONED',
    template: secondVersion,
    leavesVersion: true,
  },
  'delete-versioned': { action: 'DELETE', description: 'a service of two versions' },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;
export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];
