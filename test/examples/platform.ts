/** What stands in the account in which the examples are deployed: their parameters name it; and looks at what they make. */
import { AssociateRouteTableCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { join } from 'node:path';
import { issueCertificate, createHostedZone } from '../../local/account';
import { BASE_DOMAIN, leadOut } from '../support/account';
import { StackAccount, type Outcome } from '../support/stack-account';

export const EXAMPLES = join(__dirname, '..', '..', 'examples');
/** Of the author's own. */
export const OWN_DOMAIN = 'example.org';

/** What stands in the account before the first example; parameters of the examples name it. */
export interface Platform {
  readonly vpc: string;
  /** In two Availability Zones; so are the private ones. */
  readonly publicSubnets: readonly string[];
  readonly privateSubnets: readonly string[];
  /** Of {@link OWN_DOMAIN}. */
  readonly hostedZoneId: string;
  /** HTTPS listener of a load balancer that no example made. */
  readonly listenerArn: string;
}

/** Open an account with a platform. */
export async function openPlatform(): Promise<{ account: StackAccount; platform: Platform }> {
  const account = await StackAccount.open(EXAMPLES, BASE_DOMAIN);
  try {
    return { account, platform: await makePlatform(account) };
  } catch (error) {
    await account.close();
    throw error;
  }
}

async function makePlatform(account: StackAccount): Promise<Platform> {
  const { aws } = account;
  const hostedZoneId = await createHostedZone(aws, OWN_DOMAIN);
  const certificateArn = await issueCertificate(aws, hostedZoneId, `lb.${OWN_DOMAIN}`);
  const ec2 = new EC2Client(aws.clientOptions());
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  const first = Subnets.sort((a, b) => (a.AvailabilityZone! < b.AvailabilityZone! ? -1 : 1)).slice(0, 2);
  const publicSubnets = first.map(({ SubnetId }) => SubnetId!);
  const vpc = first[0]!.VpcId!;
  const zones = first.map(({ AvailabilityZone }) => AvailabilityZone!);
  const { outputs } = await account.standing('platform', {
    template: platformTemplate(vpc, publicSubnets, zones, certificateArn),
  });
  const privateSubnets = [outputs.PrivateA!, outputs.PrivateB!];
  for (const SubnetId of privateSubnets) {
    // moto's CloudFormation does not do this.
    await ec2.send(new AssociateRouteTableCommand({ SubnetId, RouteTableId: outputs.Routes }));
  }
  await leadOut(ec2, outputs.Routes!, publicSubnets[0]!);
  return { vpc, publicSubnets, privateSubnets, hostedZoneId, listenerArn: outputs.Listener! };
}

/** ARNs of the services of a stack, by logical id. */
export function servicesOf({ resources }: Outcome): Record<string, string> {
  return Object.fromEntries(Object.entries(resources).filter(([, id]) => id.includes(':service/')));
}

/** The ECS service of this ARN, and its task definition. */
export async function described(
  { aws }: StackAccount,
  serviceArn: string,
): Promise<{ service: Service; taskDefinition: TaskDefinition }> {
  const ecs = new ECSClient(aws.clientOptions());
  const cluster = serviceArn.split('/')[1];
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [serviceArn] }));
  const service = services![0]!;
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition }),
  );
  return { service, taskDefinition: taskDefinition! };
}

/** Private subnets beside the public ones of the default VPC, and a load balancer of the platform team's. */
function platformTemplate(
  VpcId: string,
  publicSubnets: readonly string[],
  [first, second]: readonly string[],
  CertificateArn: string,
): string {
  const subnet = (AvailabilityZone: string | undefined, CidrBlock: string) => ({
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId, AvailabilityZone, CidrBlock },
  });
  const exported = ['PrivateA', 'PrivateB', 'Routes', 'Listener'];
  return JSON.stringify({
    Resources: {
      // Without a route to the internet.
      Routes: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId } },
      PrivateA: subnet(first, '172.31.200.0/24'),
      PrivateB: subnet(second, '172.31.201.0/24'),
      OpenGroup: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          VpcId,
          GroupDescription: 'Load balancer',
          SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }],
        },
      },
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { Subnets: publicSubnets, SecurityGroups: [{ Ref: 'OpenGroup' }] },
      },
      Listener: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: { Ref: 'Balancer' },
          Protocol: 'HTTPS',
          Port: 443,
          Certificates: [{ CertificateArn }],
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        },
      },
    },
    Outputs: Object.fromEntries(exported.map((name) => [name, { Value: { Ref: name } }])),
  });
}
