/** A load balancer that an author looks after, and everything that there is of it. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Driver } from '../support/driver';
import { inVirtualTime } from '../support/eventually';

/** What the author's load balancer answers when no rule matches. */
export const DEFAULT_ANSWER = { status: 404, body: 'nothing of the author’s' };

export class OwnLoadBalancer {
  private constructor(
    private readonly driver: Driver,
    readonly arn: string,
    readonly dnsName: string,
    readonly groupId: string,
    /** An HTTPS listener with a certificate, a rule and a default action of the author's. */
    readonly listenerArn: string,
    readonly httpListenerArn: string,
  ) {}

  /**
   * Make one in public subnets of the default VPC, open to everybody.
   *
   * @param certificateArn of its HTTPS listener.
   */
  static async make(driver: Driver, certificateArn: string): Promise<OwnLoadBalancer> {
    const { ec2, elb } = clientsOf(driver);
    const { Subnets = [] } = await ec2.send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
    );
    const { VpcId } = Subnets[0]!;
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: 'own', Description: 'Own load balancer', VpcId }),
    );
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        ],
      }),
    );
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({
        Name: 'own',
        Subnets: Subnets.map(({ SubnetId }) => SubnetId!),
        SecurityGroups: [GroupId!],
        Tags: [{ Key: 'owner', Value: 'author' }],
      }),
    );
    const { LoadBalancerArn, DNSName } = LoadBalancers![0]!;
    const { Listeners } = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'HTTPS',
        Port: 443,
        Certificates: [{ CertificateArn: certificateArn }],
        DefaultActions: [answer(String(DEFAULT_ANSWER.status), DEFAULT_ANSWER.body)],
      }),
    );
    const { ListenerArn } = Listeners![0]!;
    const plain = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 8080,
        DefaultActions: [answer('404', 'none')],
      }),
    );
    await elb.send(
      new CreateRuleCommand({
        ListenerArn,
        Priority: 10,
        Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['author.example.com'] } }],
        Actions: [answer('200', 'author')],
      }),
    );
    const own = new OwnLoadBalancer(
      driver,
      LoadBalancerArn!,
      DNSName!,
      GroupId!,
      ListenerArn!,
      plain.Listeners![0]!.ListenerArn!,
    );
    await inVirtualTime(driver.aws.clock, 'the load balancer is active', () => own.isActive(), 10);
    return own;
  }

  private async isActive(): Promise<boolean> {
    const { LoadBalancers } = await clientsOf(this.driver).elb.send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [this.arn] }),
    );
    return LoadBalancers![0]!.State?.Code === 'active';
  }

  /** Certificates of the listener, the default one first. */
  async certificates(): Promise<string[]> {
    const { Certificates = [] } = await clientsOf(this.driver).elb.send(
      new DescribeListenerCertificatesCommand({ ListenerArn: this.listenerArn }),
    );
    return Certificates.sort((a, b) => Number(b.IsDefault) - Number(a.IsDefault)).map(
      ({ CertificateArn }) => CertificateArn!,
    );
  }

  /** Rules of the listener, by priority. */
  async priorities(): Promise<string[]> {
    const { Rules = [] } = await clientsOf(this.driver).elb.send(
      new DescribeRulesCommand({ ListenerArn: this.listenerArn }),
    );
    return Rules.map(({ Priority }) => Priority!);
  }

  /** Everything that there is of it. */
  async everything(): Promise<unknown> {
    const { ec2, elb } = clientsOf(this.driver);
    const { LoadBalancers } = await elb.send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [this.arn] }),
    );
    const { Attributes } = await elb.send(
      new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: this.arn }),
    );
    const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: this.arn }));
    const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: this.listenerArn }));
    const { TagDescriptions } = await elb.send(
      new DescribeTagsCommand({ ResourceArns: [this.arn, this.listenerArn] }),
    );
    const { SecurityGroups } = await ec2.send(
      new DescribeSecurityGroupsCommand({ GroupIds: [this.groupId] }),
    );
    const certificates = await this.certificates();
    const text = {
      LoadBalancers,
      Attributes,
      Listeners,
      Rules,
      TagDescriptions,
      SecurityGroups,
      certificates,
    };
    return JSON.parse(JSON.stringify(text));
  }
}

function clientsOf({ aws }: Driver): { ec2: EC2Client; elb: ElasticLoadBalancingV2Client } {
  return {
    ec2: new EC2Client(aws.clientOptions()),
    elb: new ElasticLoadBalancingV2Client(aws.clientOptions()),
  };
}

function answer(StatusCode: string, MessageBody: string) {
  return {
    Type: 'fixed-response' as const,
    FixedResponseConfig: { StatusCode, ContentType: 'text/plain', MessageBody },
  };
}
