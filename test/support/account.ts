/** The account that services are deployed in: what its platform team has set up before, and what there is beside. */
import {
  AssociateRouteTableCommand,
  AssociateSubnetCidrBlockCommand,
  AssociateVpcCidrBlockCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { AttachRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CreateWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import type { LocalAws } from '../../local';
import { createHostedZone, createRole, issueCertificate } from '../../local/account';

export const TYPE_NAME = 'Org::ECS::ExpressService';
export const ACCOUNT_ID = '123456789012';
export const REGION = 'us-east-1';
/** Base domain of the type, where a test does not choose another one. */
export const BASE_DOMAIN = 'apps.example.com';

/** The roles of {@link createRoles}. */
export interface Roles {
  readonly execution: string;
  readonly infrastructure: string;
}

/** Part of the local AWS that is needed to make something in it. */
type User = Pick<LocalAws, 'clientOptions'>;

/** ARNs of the two roles, which are known before they are there. */
export const ROLES: Roles = {
  execution: `arn:aws:iam::${ACCOUNT_ID}:role/execution`,
  infrastructure: `arn:aws:iam::${ACCOUNT_ID}:role/infrastructure`,
};

/** Make the two roles that a service names. @returns their ARNs. */
export async function createRoles(user: Pick<LocalAws, 'clientOptions' | 'clock'>): Promise<Roles> {
  // One after the other, so that ids are drawn in the same order.
  await createRole(user, 'execution', 'ecs-tasks.amazonaws.com');
  await createRole(user, 'infrastructure', 'ecs.amazonaws.com');
  return ROLES;
}

/**
 * Give the type a base domain. Services get no web ACL by themselves, which would be minutes of each creation that have nothing to
 * do with most tests.
 *
 * @returns id of its hosted zone.
 */
export async function giveBaseDomain(
  aws: Pick<LocalAws, 'clientOptions' | 'clock' | 'registry'>,
  BaseDomain = BASE_DOMAIN,
): Promise<string> {
  const HostedZoneId = await createHostedZone(aws, BaseDomain);
  aws.registry.setTypeConfiguration(TYPE_NAME, { BaseDomain, HostedZoneId, WebAclByDefault: false });
  return HostedZoneId;
}

/**
 * Give the type {@link BASE_DOMAIN} and a wildcard certificate for it.
 *
 * @returns id of its hosted zone, and ARN of the certificate.
 */
export async function giveCertifiedBaseDomain(
  aws: Pick<LocalAws, 'clientOptions' | 'clock' | 'registry'>,
): Promise<{ readonly hostedZoneId: string; readonly certificateArn: string }> {
  const hostedZoneId = await giveBaseDomain(aws);
  const certificateArn = await issueCertificate(aws, hostedZoneId, `*.${BASE_DOMAIN}`);
  const configuration = aws.registry.typeConfiguration(TYPE_NAME);
  aws.registry.setTypeConfiguration(TYPE_NAME, { ...configuration, CertificateArn: certificateArn });
  return { hostedZoneId, certificateArn };
}

/** The default VPC, with two of its public subnets and two private ones, in the same two zones. */
export interface DefaultNetwork {
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  /** Without a route to an internet gateway. */
  readonly privateSubnetIds: readonly string[];
}

/** Make private subnets beside the public ones of the default VPC (172.31.0.0/16). */
export async function makePrivateSubnets(user: User): Promise<DefaultNetwork> {
  const ec2 = new EC2Client(user.clientOptions());
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  const zones = Subnets.sort((a, b) => (a.AvailabilityZone! < b.AvailabilityZone! ? -1 : 1)).slice(0, 2);
  const vpcId = zones[0]!.VpcId!;
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
  const privateSubnetIds: string[] = [];
  // One after the other, so that ids are drawn in the same order.
  for (const [index, { AvailabilityZone }] of zones.entries()) {
    const CidrBlock = `172.31.${200 + index}.0/24`;
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, AvailabilityZone, CidrBlock }));
    const SubnetId = Subnet!.SubnetId!;
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: RouteTable!.RouteTableId, SubnetId }));
    privateSubnetIds.push(SubnetId);
  }
  await leadOut(ec2, RouteTable!.RouteTableId!, zones[0]!.SubnetId!);
  ec2.destroy();
  return { vpcId, publicSubnetIds: zones.map(({ SubnetId }) => SubnetId!), privateSubnetIds };
}

/** Give a route table a way out of the VPC that is no internet gateway. @param subnetId where the NAT gateway stands. */
export async function leadOut(ec2: EC2Client, RouteTableId: string, subnetId: string): Promise<void> {
  const { NatGateway } = await ec2.send(
    new CreateNatGatewayCommand({ SubnetId: subnetId, ConnectivityType: 'private' }),
  );
  const { NatGatewayId } = NatGateway!;
  await ec2.send(new CreateRouteCommand({ RouteTableId, NatGatewayId, DestinationCidrBlock: '0.0.0.0/0' }));
}

/** Associate IPv6 CIDR blocks with subnets of a VPC, and one with the VPC where it has none. */
export async function giveIpv6Blocks(user: User, SubnetIds: readonly string[]): Promise<void> {
  const ec2 = new EC2Client(user.clientOptions());
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { VpcId } = Subnets.find(({ SubnetId }) => SubnetId === SubnetIds[0])!;
  const blockOfVpc = async () => {
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId!] }));
    return Vpcs![0]!.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock;
  };
  if (!(await blockOfVpc())) {
    await ec2.send(new AssociateVpcCidrBlockCommand({ VpcId, AmazonProvidedIpv6CidrBlock: true }));
  }
  const prefix = (await blockOfVpc())!.replace(/00::\/56$/, '');
  // One after the other, so that ids are drawn in the same order.
  for (const SubnetId of SubnetIds) {
    const number = Subnets.findIndex((subnet) => subnet.SubnetId === SubnetId);
    const Ipv6CidrBlock = `${prefix}${number.toString(16).padStart(2, '0')}::/64`;
    await ec2.send(new AssociateSubnetCidrBlockCommand({ SubnetId, Ipv6CidrBlock }));
  }
  ec2.destroy();
}

/** Make a regional web ACL that lets everything pass. @returns its ARN. */
export async function makeWebAcl(user: User, Name: string): Promise<string> {
  const { Summary } = await new WAFV2Client(user.clientOptions()).send(
    new CreateWebACLCommand({
      Name,
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: Name },
    }),
  );
  return Summary!.ARN!;
}

/** Let a role make EBS volumes for tasks. */
export async function permitVolumes(user: User, RoleName: string): Promise<void> {
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes';
  await new IAMClient(user.clientOptions()).send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
}

/** Store a parameter in the Systems Manager Parameter Store, encrypted. */
export async function createParameter(user: User, name: string, value: string): Promise<void> {
  await new SSMClient(user.clientOptions()).send(
    new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString' }),
  );
}

/** Put files of environment variables into a bucket, which is made. */
export async function createEnvironmentFiles(
  user: User,
  Bucket: string,
  keys: readonly string[],
): Promise<void> {
  const s3 = new S3Client({ ...user.clientOptions(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'LEVEL=info' }))));
  s3.destroy();
}
