/** Amazon EC2: security groups that are in use, and a default VPC that reaches the internet. */
import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  paginateDescribeSecurityGroups,
} from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../service';
import type { DefaultVpc } from './default-vpc';
import { regional, type GuardContext, type ServiceGuard } from './guard';
import type { LoadBalancerTimes } from './load-balancer-times';

/** @param times knows which security groups are still held by load balancers that are gone. */
export function ec2(
  { motoOptions, network }: GuardContext,
  times: LoadBalancerTimes,
  defaultVpc: DefaultVpc,
): ServiceGuard {
  const client = regional(EC2Client, motoOptions);
  const elb = regional(ElasticLoadBalancingV2Client, motoOptions);

  async function isUsedByLoadBalancer(region: string, group: string): Promise<boolean> {
    const { LoadBalancers = [] } = await elb(region).send(new DescribeLoadBalancersCommand({}));
    return LoadBalancers.some(({ SecurityGroups }) => SecurityGroups?.includes(group));
  }

  async function isReferenced(region: string, group: string): Promise<boolean> {
    const filters = ['ip-permission.group-id', 'egress.ip-permission.group-id'];
    const found = await Promise.all(
      filters.map((Name) =>
        client(region).send(new DescribeSecurityGroupsCommand({ Filters: [{ Name, Values: [group] }] })),
      ),
    );
    // A group may refer to itself.
    return found.some(({ SecurityGroups = [] }) => SecurityGroups.some(({ GroupId }) => GroupId !== group));
  }

  /** EC2 compares the names of groups in a VPC without regard to case. */
  async function checkGroupName(region: string, name: string, vpcId: string): Promise<void> {
    const namesakes = paginateDescribeSecurityGroups(
      { client: client(region) },
      { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] },
    );
    for await (const { SecurityGroups = [] } of namesakes) {
      if (!SecurityGroups.some(({ GroupName }) => GroupName?.toLowerCase() === name.toLowerCase())) continue;
      throw new AwsError(
        'InvalidGroup.Duplicate',
        `The security group '${name}' already exists for VPC '${vpcId}'`,
      );
    }
  }

  return {
    service: 'ec2',
    prepare: (region) => defaultVpc.connect(region),
    operations: {
      async CreateSecurityGroup({ region, input }) {
        const { GroupName, VpcId } = input;
        // Moto refuses equal names itself.
        if (GroupName && VpcId && /[A-Z]/i.test(GroupName)) await checkGroupName(region, GroupName, VpcId);
        return undefined;
      },
      async DeleteSecurityGroup({ region, input }) {
        const group = input.GroupId;
        if (!group) return undefined;
        const inUse =
          network.securityGroupsInUse().has(group) ||
          times.isHeld(group) ||
          (await isUsedByLoadBalancer(region, group)) ||
          (await isReferenced(region, group));
        if (inUse) throw new AwsError('DependencyViolation', `resource ${group} has a dependent object`);
        return undefined;
      },
    },
  };
}
