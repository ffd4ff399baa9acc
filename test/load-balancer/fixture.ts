/** A data plane over a real moto process, with targets that the test scripts. */
import { type Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { ACMClient, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import {
  type Action,
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { Answers } from '../../local/claims/answers';
import { Clock } from '../../local/clock';
import { type LoadBalancerDataPlane, startLoadBalancerDataPlane } from '../../local/load-balancer';
import { type Moto, startMoto } from '../../local/moto';
import type {
  HttpRequest,
  HttpResponse,
  ProtocolVersion,
  TargetHealth,
  TaskNetwork,
} from '../../local/service';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Container = (request: HttpRequest) => Promise<HttpResponse | undefined>;

/** Targets that a test switches on, off and between states. */
export class ScriptedNetwork implements TaskNetwork {
  readonly containers = new Map<string, Container>();
  readonly states = new Map<string, TargetHealth['State']>();
  /** By address. */
  readonly securityGroups = new Map<string, readonly string[]>();

  async request(ip: string, port: number, request: HttpRequest): Promise<HttpResponse | undefined> {
    return this.containers.get(`${ip}:${port}`)?.(request);
  }

  targetHealth(_targetGroupArn: string, ip: string, port: number): TargetHealth | undefined {
    const State = this.states.get(`${ip}:${port}`);
    return State && { State };
  }

  securityGroupsOf(ip: string): readonly string[] | undefined {
    return this.securityGroups.get(ip);
  }

  securityGroupsInUse(): ReadonlySet<string> {
    return new Set();
  }
}

export interface LoadBalancerFixture {
  readonly arn: string;
  readonly dnsName: string;
  readonly https: string;
}

export const NOT_FOUND: Action = {
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain', MessageBody: 'default' },
};

export class Fixture {
  private sequence = 0;

  private constructor(
    private readonly moto: Moto,
    readonly elb: ElasticLoadBalancingV2Client,
    readonly ec2: EC2Client,
    private readonly acm: ACMClient,
    readonly clock: Clock,
    readonly plane: LoadBalancerDataPlane,
    readonly network: ScriptedNetwork,
    readonly answers: Answers,
    private readonly vpcId: string,
    private readonly subnets: string[],
  ) {}

  static async start(): Promise<Fixture> {
    const moto = await startMoto('us-east-1');
    const ec2 = new EC2Client(moto.clientOptions);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const subnets = await Promise.all(
      ['a', 'b'].map(async (zone, index) => {
        const { Subnet } = await ec2.send(
          new CreateSubnetCommand({
            VpcId: Vpc!.VpcId,
            CidrBlock: `10.0.${index}.0/24`,
            AvailabilityZone: `us-east-1${zone}`,
          }),
        );
        return Subnet!.SubnetId!;
      }),
    );
    const network = new ScriptedNetwork();
    const clock = new Clock('manual');
    const answers = new Answers();
    const plane = await startLoadBalancerDataPlane({
      motoOptions: moto.clientOptions,
      network,
      clock,
      answers,
    });
    const elb = new ElasticLoadBalancingV2Client(moto.clientOptions);
    // The endpoint tells the data plane of every change; this client goes straight to moto and has to do so itself.
    elb.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        plane.invalidate();
        return result;
      },
      { step: 'initialize', name: 'invalidate' },
    );
    const acm = new ACMClient(moto.clientOptions);
    return new Fixture(moto, elb, ec2, acm, clock, plane, network, answers, Vpc!.VpcId!, subnets);
  }

  /** For clients straight to moto. */
  get motoOptions(): Moto['clientOptions'] {
    return this.moto.clientOptions;
  }

  async close(): Promise<void> {
    await this.plane.close();
    this.elb.destroy();
    this.ec2.destroy();
    this.acm.destroy();
    await this.moto.close();
  }

  /** A load balancer with an HTTPS listener on 443 that answers 404 unless a rule matches. */
  async loadBalancer(...SecurityGroups: string[]): Promise<LoadBalancerFixture> {
    const { LoadBalancers } = await this.elb.send(
      new CreateLoadBalancerCommand({ Name: `lb-${++this.sequence}`, Subnets: this.subnets, SecurityGroups }),
    );
    const { LoadBalancerArn: arn, DNSName: dnsName } = LoadBalancers![0]!;
    const https = await this.listener(arn!, 'HTTPS', 443, NOT_FOUND);
    return { arn: arn!, dnsName: dnsName!, https };
  }

  /** A Network Load Balancer. Returns its ARN and its DNS name. */
  async networkLoadBalancer(...SecurityGroups: string[]): Promise<{ arn: string; dnsName: string }> {
    const { LoadBalancers } = await this.elb.send(
      new CreateLoadBalancerCommand({
        Name: `nlb-${++this.sequence}`,
        Type: 'network',
        Subnets: this.subnets,
        SecurityGroups,
      }),
    );
    const { LoadBalancerArn, DNSName } = LoadBalancers![0]!;
    return { arn: LoadBalancerArn!, dnsName: DNSName! };
  }

  /** A security group with these inbound rules. Returns its id. */
  async securityGroup(IpPermissions: IpPermission[]): Promise<string> {
    const name = `group-${++this.sequence}`;
    const { GroupId } = await this.ec2.send(
      new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: this.vpcId }),
    );
    await this.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    return GroupId!;
  }

  /** Returns the listener's ARN. */
  async listener(
    loadBalancerArn: string,
    protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'TLS' | 'UDP' | 'TCP_UDP',
    port: number,
    action: Action,
  ): Promise<string> {
    const { Listeners } = await this.elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: loadBalancerArn,
        Protocol: protocol,
        Port: port,
        DefaultActions: [action],
      }),
    );
    return Listeners![0]!.ListenerArn!;
  }

  /** Add a certificate for these names to a listener. */
  async certificate(ListenerArn: string, DomainName: string, ...others: string[]): Promise<void> {
    const SubjectAlternativeNames = others.length > 0 ? others : undefined;
    const { CertificateArn } = await this.acm.send(
      new RequestCertificateCommand({ DomainName, SubjectAlternativeNames }),
    );
    await this.elb.send(
      new AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }),
    );
  }

  /** Returns the rule's ARN. */
  async rule(
    listenerArn: string,
    conditions: RuleCondition[],
    action: Action,
    priority?: number,
  ): Promise<string> {
    const { Rules } = await this.elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Conditions: conditions,
        Actions: [action],
        Priority: priority ?? ++this.sequence,
      }),
    );
    return Rules![0]!.RuleArn!;
  }

  /** Delete all rules of the listener but the default one. */
  async deleteRules(listenerArn: string): Promise<void> {
    const { Rules } = await this.elb.send(new DescribeRulesCommand({ ListenerArn: listenerArn }));
    for (const { RuleArn, IsDefault } of Rules!) {
      if (!IsDefault) await this.elb.send(new DeleteRuleCommand({ RuleArn }));
    }
  }

  /** A target group whose targets are healthy and answer with their address. Returns its ARN. */
  async targetGroup(
    addresses: string[],
    attributes: Record<string, string> = {},
    ProtocolVersion?: ProtocolVersion,
    Protocol: 'HTTP' | 'TCP' | 'UDP' | 'TCP_UDP' = 'HTTP',
  ): Promise<string> {
    const { TargetGroups } = await this.elb.send(
      new CreateTargetGroupCommand({
        Name: `tg-${++this.sequence}`,
        Protocol,
        ProtocolVersion,
        Port: 8080,
        VpcId: this.vpcId,
        TargetType: 'ip',
      }),
    );
    const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!;
    const entries = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
    if (entries.length > 0) {
      await this.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: entries }));
    }
    for (const ip of addresses) await this.target(TargetGroupArn, ip);
    return TargetGroupArn;
  }

  async target(targetGroupArn: string, ip: string): Promise<void> {
    await this.elb.send(
      new RegisterTargetsCommand({ TargetGroupArn: targetGroupArn, Targets: [{ Id: ip, Port: 8080 }] }),
    );
    this.network.states.set(`${ip}:8080`, 'healthy');
    this.network.containers.set(`${ip}:8080`, async () => ({ status: 200, headers: {}, body: ip }));
  }

  /** Send one request through the data plane. */
  request(
    host: string,
    {
      method = 'GET',
      path = '/',
      headers = {},
      body = '',
      agent,
    }: {
      method?: string;
      path?: string;
      headers?: Record<string, string>;
      body?: string;
      agent?: Agent;
    } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        this.plane.url,
        { method, path, agent, headers: { host, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** How many of `count` requests, one after another, each body answered. */
  async tally(host: string, count: number): Promise<Record<string, number>> {
    const bodies: Record<string, number> = {};
    for (let index = 0; index < count; index++) {
      const { body } = await this.request(host);
      bodies[body] = (bodies[body] ?? 0) + 1;
    }
    return bodies;
  }
}

export function hostIs(...Values: string[]): RuleCondition {
  return { Field: 'host-header', HostHeaderConfig: { Values } };
}
