/** What the tests of moves have in common: subnets of both kinds, and looks at what there is. */
import {
  AssociateRouteTableCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import type { Driver } from '../provider/driver';

/** Private subnets of the default VPC, in the zones of the public ones. */
export async function makePrivateSubnets({ aws }: Driver): Promise<string[]> {
  const ec2 = new EC2Client(aws.clientOptions());
  const { Vpcs } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  );
  const VpcId = Vpcs![0]!.VpcId;
  const { Subnets } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId!] }] }),
  );
  const zones = [...new Set(Subnets!.map(({ AvailabilityZone }) => AvailabilityZone!))].slice(0, 2);
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const made = zones.map(async (AvailabilityZone, index) => {
    const CidrBlock = `172.31.${200 + index}.0/24`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, AvailabilityZone, CidrBlock }));
    await ec2.send(
      new AssociateRouteTableCommand({ RouteTableId: RouteTable!.RouteTableId, SubnetId: Subnet!.SubnetId }),
    );
    return Subnet!.SubnetId!;
  });
  return Promise.all(made);
}

/** @returns ARN of a regional web ACL. */
export async function makeWebAcl({ aws }: Driver, Name: string): Promise<string> {
  const { Summary } = await new WAFV2Client(aws.clientOptions()).send(
    new CreateWebACLCommand({
      Name,
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: Name },
    }),
  );
  return Summary!.ARN!;
}

/** Parts of identifiers that are drawn at random or counted, so that two runs differ in them. */
const DRAWN: readonly RegExp[] = [
  /(?<=[/-])[0-9a-f]{16,32}\b/g,
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
  /(?<=SecurityGroup )sg-\w+/g,
  /(?<=task-definition\/default-hello:)\d+/g,
  /_[0-9a-f]{32}(?=\.)/g,
];

/** Everything in the account, with what differs from run to run made equal. */
export async function inventoryOf(driver: Driver): Promise<string[]> {
  const lines = (await driver.inventory()).map((line) =>
    DRAWN.reduce((text, drawn) => text.replace(drawn, '*'), line),
  );
  // Revisions of a task definition stay until its service goes.
  return lines
    .filter((line, index) => !line.includes('TaskDefinition') || lines.indexOf(line) === index)
    .sort();
}
