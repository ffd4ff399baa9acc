/** An account in which the examples are deployed: what their parameters name, and looks at what they make. */
import { CloudFormation, type Stack } from '@aws-sdk/client-cloudformation';
import { AssociateRouteTableCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { createHostedZone, issueCertificate } from '../../local/account';
import { takeInventory } from '../../local/inventory';

export const EXAMPLES = join(__dirname, '..', '..', 'examples');
const TYPE_NAME = 'Org::ECS::ExpressService';
const BASE_DOMAIN = 'apps.example.com';
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

export class ExampleAccount {
  private before: readonly string[] = [];

  private constructor(
    readonly aws: LocalAws,
    readonly cloudFormation: CloudFormation,
    readonly platform: Platform,
  ) {}

  /** Start an AWS with a platform, and deploy roles.yml. */
  static async open(): Promise<ExampleAccount> {
    const aws = await startLocalAws();
    try {
      return await ExampleAccount.around(aws);
    } catch (error) {
      await aws.close();
      throw error;
    }
  }

  private static async around(aws: LocalAws): Promise<ExampleAccount> {
    const cloudFormation = new CloudFormation(aws.clientOptions());
    aws.registry.setTypeConfiguration(TYPE_NAME, {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: await createHostedZone(aws, BASE_DOMAIN),
    });
    const hostedZoneId = await createHostedZone(aws, OWN_DOMAIN);
    const certificateArn = await issueCertificate(aws, hostedZoneId, `lb.${OWN_DOMAIN}`);
    const ec2 = new EC2Client(aws.clientOptions());
    const { Subnets = [] } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
    );
    const first = Subnets.sort((a, b) => (a.AvailabilityZone! < b.AvailabilityZone! ? -1 : 1)).slice(0, 2);
    const publicSubnets = first.map(({ SubnetId }) => SubnetId!);
    const vpc = first[0]!.VpcId!;
    const account = new ExampleAccount(aws, cloudFormation, {
      vpc,
      publicSubnets,
      hostedZoneId,
      privateSubnets: [],
      listenerArn: '',
    });
    const zones = first.map(({ AvailabilityZone }) => AvailabilityZone!);
    const { outputs } = await account.deploy(
      'platform',
      platformTemplate(vpc, publicSubnets, zones, certificateArn),
    );
    const privateSubnets = [outputs.PrivateA!, outputs.PrivateB!];
    for (const SubnetId of privateSubnets) {
      // moto's CloudFormation does not do this.
      await ec2.send(new AssociateRouteTableCommand({ SubnetId, RouteTableId: outputs.Routes }));
    }
    const platform = { ...account.platform, privateSubnets, listenerArn: outputs.Listener! };
    const made = new ExampleAccount(aws, cloudFormation, platform);
    await made.deploy('roles', made.example('roles.yml'));
    made.before = await takeInventory(aws.clientOptions());
    return made;
  }

  /** Text of an example. */
  example(file: string): string {
    return readFileSync(join(EXAMPLES, file), 'utf8');
  }

  /**
   * Create a stack and wait until it stands.
   *
   * @throws Error with the events of what failed.
   */
  async deploy(
    name: string,
    template: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<{ stack: Stack; outputs: Record<string, string>; services: Record<string, string> }> {
    await this.cloudFormation.createStack({
      StackName: name,
      TemplateBody: template,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    });
    await this.aws.cloudFormation.settled(name);
    const { Stacks = [] } = await this.cloudFormation.describeStacks({ StackName: name });
    const stack = Stacks[0]!;
    if (stack.StackStatus !== 'CREATE_COMPLETE')
      throw new Error(`${stack.StackStatus}: ${await this.reasons(name)}`);
    const { StackResources = [] } = await this.cloudFormation.describeStackResources({ StackName: name });
    return {
      stack,
      outputs: Object.fromEntries(
        (stack.Outputs ?? []).map((output) => [output.OutputKey!, output.OutputValue!]),
      ),
      services: Object.fromEntries(
        StackResources.filter(({ ResourceType }) => ResourceType === TYPE_NAME).map((resource) => [
          resource.LogicalResourceId!,
          resource.PhysicalResourceId!,
        ]),
      ),
    };
  }

  /** Delete a stack. @returns what is left in the account that was not there before. */
  async remove(name: string): Promise<string[]> {
    const { Stacks = [] } = await this.cloudFormation.describeStacks({ StackName: name });
    const { StackId } = Stacks[0]!;
    await this.cloudFormation.deleteStack({ StackName: name });
    await this.aws.cloudFormation.settled(name);
    const after = await this.cloudFormation.describeStacks({ StackName: StackId });
    const { StackStatus } = after.Stacks![0]!;
    if (StackStatus !== 'DELETE_COMPLETE') throw new Error(`${StackStatus}: ${await this.reasons(StackId!)}`);
    return (await takeInventory(this.aws.clientOptions())).filter(
      (resource) => !this.before.includes(resource),
    );
  }

  /** The ECS service of this ARN, and its task definition. */
  async described(serviceArn: string): Promise<{ service: Service; taskDefinition: TaskDefinition }> {
    const ecs = new ECSClient(this.aws.clientOptions());
    const cluster = serviceArn.split('/')[1];
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [serviceArn] }));
    const service = services![0]!;
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition }),
    );
    return { service, taskDefinition: taskDefinition! };
  }

  close(): Promise<void> {
    return this.aws.close();
  }

  private async reasons(name: string): Promise<string> {
    const { StackEvents = [] } = await this.cloudFormation.describeStackEvents({ StackName: name });
    return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'))
      .map(({ LogicalResourceId, ResourceStatusReason }) => `${LogicalResourceId}: ${ResourceStatusReason}`)
      .join('\n');
  }
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
