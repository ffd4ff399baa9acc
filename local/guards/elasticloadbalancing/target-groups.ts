/** Target groups and the health of their targets. */
import {
  CreateTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  type CreateTargetGroupCommandInput,
  type TargetGroup,
  type TargetGroupAttribute,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../service';
import { output, type GuardContext, type ServiceGuard } from '../guard';
import type { Inventory } from './inventory';
import { checkName } from './names';
import { checkHealthCheck, checkTargetGroupAttributes, withNetworkDefaults } from './network-target-groups';
import type { Stickiness } from './stickiness';

/** Members of CreateTargetGroup that a target group shows again; two creations must agree on them. */
const SETTINGS = [
  'Protocol',
  'ProtocolVersion',
  'Port',
  'VpcId',
  'TargetType',
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckPath',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'IpAddressType',
] as const satisfies readonly (keyof CreateTargetGroupCommandInput & keyof TargetGroup)[];

/** What the path of a health check may consist of. */
const HEALTH_CHECK_PATH = /^\/[A-Za-z0-9@:%_+.~#?&/=-]*$/;

/** Seconds of slow start, and the algorithm that knows it. */
const SLOW_START = { least: 30, most: 900, algorithm: 'round_robin' };

/** Defaults of a health check by gRPC, where moto has those by HTTP. */
const GRPC_HEALTH_CHECK = { HealthCheckPath: '/AWS.ALB/healthcheck', Matcher: { GrpcCode: '12' } };

const NOT_IN_USE = {
  State: 'unused',
  Reason: 'Target.NotInUse',
  Description: 'Target group is not configured to receive traffic from the load balancer',
} as const;

/** @returns the operations, and what they remember. */
export function targetGroups(
  { limits, network }: GuardContext,
  inventory: Inventory,
  stickiness: Stickiness,
): { operations: ServiceGuard['operations']; reset(): void } {
  // Counted here, since moto would have to list thousands for each creation.
  const created = new Map<string, Set<string>>();
  const createdIn = (region: string) => {
    let arns = created.get(region);
    if (!arns) created.set(region, (arns = new Set()));
    return arns;
  };

  return {
    reset: () => created.clear(),
    operations: {
      async CreateTargetGroup({ region, input }) {
        const wanted = withDefaults(input as CreateTargetGroupCommandInput);
        checkName('Target group', wanted.Name!);
        checkHealthCheck(wanted.Protocol, wanted);
        checkHealthCheckPath(wanted.HealthCheckPath);
        const namesake = await inventory.targetGroupNamed(region, wanted.Name!);
        if (namesake) {
          if (SETTINGS.every((name) => wanted[name] === undefined || wanted[name] === namesake[name])) {
            return { TargetGroups: [namesake] };
          }
          throw new AwsError(
            'DuplicateTargetGroupName',
            `A target group with the same name '${wanted.Name}' exists, but with different settings`,
          );
        }
        if (createdIn(region).size >= limits.targetGroupsPerRegion) {
          throw new AwsError(
            'TooManyTargetGroups',
            'The quota for the number of target groups has been reached',
          );
        }
        const answer = await inventory.client(region).send(new CreateTargetGroupCommand(wanted));
        for (const { TargetGroupArn } of answer.TargetGroups!) createdIn(region).add(TargetGroupArn!);
        return output(answer);
      },

      async ModifyTargetGroup({ region, input }) {
        const [group] = await inventory.targetGroups(region, [input.TargetGroupArn]);
        if (group)
          checkHealthCheck(group.Protocol, { HealthCheckProtocol: group.HealthCheckProtocol, ...input });
        checkHealthCheckPath(input.HealthCheckPath);
        return undefined;
      },

      async ModifyTargetGroupAttributes({ region, input }) {
        const [group] = await inventory.targetGroups(region, [input.TargetGroupArn]);
        checkTargetGroupAttributes(group?.Protocol, input.Attributes);
        const { Attributes: before = [] } = await inventory
          .client(region)
          .send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: input.TargetGroupArn }));
        checkSlowStart([...before, ...input.Attributes]);
        await stickiness.change(region, input.TargetGroupArn, input.Attributes);
        return undefined;
      },

      async DeleteTargetGroup({ region, input }) {
        const [group] = await inventory.targetGroups(region, [input.TargetGroupArn]);
        // In use it stays, and moto refuses.
        if (!group?.LoadBalancerArns?.length) createdIn(region).delete(input.TargetGroupArn);
        return undefined;
      },

      async DescribeTargetHealth({ region, input }) {
        const arn = input.TargetGroupArn;
        const answer = await inventory
          .client(region)
          .send(new DescribeTargetHealthCommand({ TargetGroupArn: arn, ...input }));
        const [group] = await inventory.targetGroups(region, [arn]);
        const inUse = (group!.LoadBalancerArns?.length ?? 0) > 0;
        return {
          ...output(answer),
          TargetHealthDescriptions: answer.TargetHealthDescriptions!.map((description) => {
            const { Id, Port } = description.Target!;
            const health = inUse ? network.targetHealth(arn, Id!, Port!) : NOT_IN_USE;
            return health ? { ...description, TargetHealth: health } : description;
          }),
        };
      },
    },
  };
}

/** @param attributes those that the target group has, then those that it is to have. */
function checkSlowStart(attributes: readonly TargetGroupAttribute[]): void {
  const last = Object.fromEntries(attributes.map(({ Key, Value }) => [Key!, Value]));
  const seconds = Number(last['slow_start.duration_seconds'] ?? 0);
  const algorithm = last['load_balancing.algorithm.type'];
  if (seconds === 0) return;
  if (seconds < SLOW_START.least || seconds > SLOW_START.most) {
    throw new AwsError(
      'ValidationError',
      `Slow start duration must be 0, or between ${SLOW_START.least} and ${SLOW_START.most} seconds`,
    );
  }
  if (algorithm !== undefined && algorithm !== SLOW_START.algorithm) {
    throw new AwsError(
      'InvalidConfigurationRequest',
      `Slow start cannot be enabled with the load balancing algorithm '${algorithm}'`,
    );
  }
}

function checkHealthCheckPath(path: string | undefined): void {
  if (path === undefined || HEALTH_CHECK_PATH.test(path)) return;
  throw new AwsError(
    'ValidationError',
    `Health check path '${path}' must begin with a '/' character and can only consist of the characters: a-z, A-Z, 0-9, and @:%_+.~#?&/=-`,
  );
}

function withDefaults(input: CreateTargetGroupCommandInput): CreateTargetGroupCommandInput {
  return withNetworkDefaults(input.ProtocolVersion === 'GRPC' ? { ...GRPC_HEALTH_CHECK, ...input } : input);
}
