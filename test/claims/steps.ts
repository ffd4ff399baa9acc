/** The scenario: what becomes of one service, as a table. Each step begins where the one before has ended. */
import type { Structure } from '../../local/service';
import type { Surroundings } from '../crash/operations';

/** The host of the service: in the base domain, but not under its wildcard certificate. */
export const HOST = 'www.hello.apps.example.com';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One operation on the service. */
export interface Step {
  readonly name: string;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  /** Properties of the template; undefined for a deletion. */
  readonly template?: (surroundings: Surroundings) => Structure;
  /** Virtual milliseconds that pass before. */
  readonly after?: number;
  /** Virtual milliseconds that the operation may take. */
  readonly within: number;
  /** What the failure has to say, where the operation is to fail. */
  readonly fails?: RegExp;
}

function first({ executionRoleArn, infrastructureRoleArn }: Surroundings): Structure {
  return {
    ServiceName: 'hello',
    DomainName: HOST,
    ExecutionRoleArn: executionRoleArn,
    InfrastructureRoleArn: infrastructureRoleArn,
    PrimaryContainer: { Image: 'example/hello:1' },
    DeploymentConfiguration: {
      BakeTimeInMinutes: 1,
      CanaryConfiguration: { CanaryPercent: 5, CanaryBakeTimeInMinutes: 2 },
    },
    TargetGroupConfiguration: {
      DeregistrationDelaySeconds: 30,
      HealthCheck: { IntervalSeconds: 5, TimeoutSeconds: 2, HealthyThresholdCount: 2 },
    },
  };
}

const image = (surroundings: Surroundings): Structure => ({
  ...first(surroundings),
  PrimaryContainer: { Image: 'example/hello:2' },
});

function sticky(surroundings: Surroundings): Structure {
  const { TargetGroupConfiguration, ...others } = image(surroundings);
  return {
    ...others,
    TargetGroupConfiguration: { ...TargetGroupConfiguration, StickinessDurationSeconds: 600 },
  };
}

const port = (surroundings: Surroundings): Structure => ({
  ...sticky(surroundings),
  PrimaryContainer: { Image: 'example/hello:3', ContainerPort: 8080 },
  HealthCheckPath: '/health',
});

const scaled = (surroundings: Surroundings): Structure => ({
  ...port(surroundings),
  ScalingTarget: { MinTaskCount: 2, MaxTaskCount: 5, AutoScalingTargetValue: 70 },
});

const later = (surroundings: Surroundings): Structure => ({
  ...scaled(surroundings),
  PrimaryContainer: { Image: 'example/hello:4', ContainerPort: 8080 },
});

const moved = (surroundings: Surroundings): Structure => ({
  ...later(surroundings),
  NetworkConfiguration: { Subnets: [...surroundings.privateSubnetIds] },
});

const broken = (surroundings: Surroundings): Structure => ({
  ...moved(surroundings),
  PrimaryContainer: { Image: 'example/hello:exits', ContainerPort: 8080 },
});

const brokenFirst = (surroundings: Surroundings): Structure => ({
  ...first(surroundings),
  PrimaryContainer: { Image: 'example/hello:exits' },
});

export const STEPS: readonly Step[] = [
  {
    name: 'create, with an image whose container exits',
    action: 'CREATE',
    template: brokenFirst,
    within: 35 * HOUR,
    fails: /exited with code 1/,
  },
  { name: 'create', action: 'CREATE', template: first, within: HOUR },
  { name: 'a new image', action: 'UPDATE', template: image, within: HOUR },
  { name: 'sticky sessions', action: 'UPDATE', template: sticky, within: HOUR },
  { name: 'another port, health check path and image', action: 'UPDATE', template: port, within: HOUR },
  {
    name: 'scaling alone, when no deployment is listed any more',
    action: 'UPDATE',
    template: scaled,
    after: 100 * DAY,
    within: 10 * MINUTE,
  },
  { name: 'a new image after that', action: 'UPDATE', template: later, within: HOUR },
  { name: 'a move to another load balancer', action: 'UPDATE', template: moved, within: 2 * HOUR },
  {
    name: 'an image whose container exits',
    action: 'UPDATE',
    template: broken,
    // Less than what CloudFormation allows, 36 hours.
    within: 35 * HOUR,
    fails: /exited with code 1/,
  },
  { name: 'delete', action: 'DELETE', within: HOUR },
];
