/** The load balancer of a service: what a template may say of a shared one, end to end. */
import {
  AssociateRouteTableCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Structure } from '../../local/service';
import { Driver } from '../provider/driver';
import { testProperties } from './life-of-a-property';

let driver: Driver;
let ec2: EC2Client;
let elb: ElasticLoadBalancingV2Client;
/** Of the default VPC: two of the zones a and b for load balancers, and two for tasks without a way to the internet. */
const publicSubnets: string[] = [];
const privateSubnets: string[] = [];
/** All that are public. */
let defaultSubnets: string[];

beforeAll(async () => {
  driver = await Driver.start();
  ec2 = new EC2Client(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  const s3 = new S3Client({ ...driver.aws.clientOptions(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'requests' }));
  s3.destroy();
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  defaultSubnets = Subnets.map(({ SubnetId }) => SubnetId!).sort();
  const { VpcId } = Subnets[0]!;
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  for (const [index, AvailabilityZone] of ['us-east-1a', 'us-east-1b'].entries()) {
    publicSubnets.push(Subnets.find((subnet) => subnet.AvailabilityZone === AvailabilityZone)!.SubnetId!);
    const CidrBlock = `172.31.${200 + index}.0/24`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, AvailabilityZone, CidrBlock }));
    const { SubnetId } = Subnet!;
    privateSubnets.push(SubnetId!);
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: RouteTable!.RouteTableId, SubnetId }));
  }
  privateSubnets.sort();
  publicSubnets.sort();
});
afterAll(async () => {
  ec2.destroy();
  elb.destroy();
  await driver.close();
});

/** The load balancer that a service is reached through, its attributes and the rules that let clients in. */
async function loadBalancerOf(serviceName: string): Promise<Structure> {
  const model = Driver.modelOf(
    await driver.read(`arn:aws:ecs:us-east-1:123456789012:service/default/${serviceName}`),
  );
  const { LoadBalancerArn } = model.ECSManagedResourceArns.IngressPath;
  const { LoadBalancers } = await elb.send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }),
  );
  const [loadBalancer] = LoadBalancers!;
  const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const { SecurityGroups } = await ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: loadBalancer!.SecurityGroups }),
  );
  const [group] = SecurityGroups!;
  return {
    scheme: loadBalancer!.Scheme,
    subnets: loadBalancer!.AvailabilityZones!.map(({ SubnetId }) => SubnetId!).sort(),
    ingress: group!
      .IpPermissions!.flatMap(({ FromPort, IpRanges = [], Ipv6Ranges = [] }) =>
        [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)].map(
          (cidr) => `${FromPort} from ${cidr}`,
        ),
      )
      .sort(),
    ...Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value])),
  };
}

const noLogs = { 'access_logs.s3.enabled': 'false', 'access_logs.s3.bucket': '' };

describe('a shared load balancer', () => {
  testProperties(
    () => driver,
    [
      [
        'is as LoadBalancerConfiguration says, with private tasks behind it',
        {
          get set() {
            return {
              NetworkConfiguration: { Subnets: privateSubnets },
              LoadBalancerConfiguration: {
                Scheme: 'internet-facing',
                Subnets: publicSubnets,
                AllowedCidrs: ['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32'],
                HttpRedirect: false,
                IdleTimeoutSeconds: 120,
                AccessLogs: { Bucket: 'requests', Prefix: 'web' },
              },
            };
          },
          get held() {
            return {
              scheme: 'internet-facing',
              subnets: publicSubnets,
              ingress: ['443 from 10.0.0.0/8', '443 from 192.0.2.0/24', '443 from 2001:db8::/32'],
              'idle_timeout.timeout_seconds': '120',
              'access_logs.s3.enabled': 'true',
              'access_logs.s3.bucket': 'requests',
              'access_logs.s3.prefix': 'web',
            };
          },
          get changed() {
            return {
              LoadBalancerConfiguration: {
                Scheme: 'internal',
                Subnets: privateSubnets,
                AllowedCidrs: ['192.0.2.0/24'],
                HttpRedirect: true,
                IdleTimeoutSeconds: 60,
              },
            };
          },
          get changedHeld() {
            return {
              scheme: 'internal',
              subnets: privateSubnets,
              ingress: ['443 from 192.0.2.0/24', '80 from 192.0.2.0/24'],
              'idle_timeout.timeout_seconds': '60',
              ...noLogs,
            };
          },
          get defaultHeld() {
            return {
              scheme: 'internet-facing',
              subnets: defaultSubnets,
              ingress: ['443 from 0.0.0.0/0', '443 from ::/0', '80 from 0.0.0.0/0', '80 from ::/0'],
              'idle_timeout.timeout_seconds': '60',
              ...noLogs,
            };
          },
          get defaultRead() {
            return {
              LoadBalancerConfiguration: {
                Scheme: 'internet-facing',
                Subnets: defaultSubnets,
                AllowedCidrs: ['0.0.0.0/0', '::/0'],
                HttpRedirect: true,
                IdleTimeoutSeconds: undefined,
                AccessLogs: undefined,
              },
            };
          },
        },
      ],
    ],
    loadBalancerOf,
  );
});
