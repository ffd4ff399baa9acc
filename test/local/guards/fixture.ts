/** What the tests of the guards share: clients, a default VPC, and short ways to make resources. */
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CreateSecurityGroupCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import { type LocalAws, startLocalAws } from '../../../local';

export let aws: LocalAws;
export let elb: ElasticLoadBalancingV2Client;
export let ec2: EC2Client;
export let ecs: ECSClient;
export let scaling: ApplicationAutoScalingClient;
export let acm: ACMClient;
export let route53: Route53Client;
export let waf: WAFV2Client;

/** A default VPC with its subnets, in the order of their zones. */
export let vpc: string;
export let subnets: string[];

/** Start a local AWS with small quotas for the tests of a file, and reset it before each of them. */
export function useLocalAws(): void {
  beforeAll(async () => {
    aws = await startLocalAws({
      clock: 'manual',
      limits: {
        rulesPerLoadBalancer: 3,
        certificatesPerLoadBalancer: 2,
        targetGroupsPerLoadBalancer: 4,
        targetGroupsPerRegion: 8,
        loadBalancersPerRegion: 4,
      },
    });
    const options = { ...aws.clientOptions(), maxAttempts: 1 };
    elb = new ElasticLoadBalancingV2Client(options);
    ec2 = new EC2Client(options);
    ecs = new ECSClient(options);
    scaling = new ApplicationAutoScalingClient(options);
    acm = new ACMClient(options);
    route53 = new Route53Client(options);
    waf = new WAFV2Client(options);
  });
  afterAll(() => aws.close());
  beforeEach(async () => {
    await aws.reset();
    const found = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets!;
    found.sort((a, b) => a.AvailabilityZone!.localeCompare(b.AvailabilityZone!));
    subnets = found.map(({ SubnetId }) => SubnetId!);
    vpc = found[0]!.VpcId!;
  });

  beforeEach(() => (zone = undefined));
}

export async function loadBalancer(name = 'alb', more: object = {}): Promise<string> {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: subnets.slice(0, 2), ...more }),
  );
  return LoadBalancers![0]!.LoadBalancerArn!;
}

export async function securityGroup(name: string): Promise<string> {
  return (await ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpc })))
    .GroupId!;
}

export async function targetGroup(name: string, more: object = {}): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: vpc,
      TargetType: 'ip',
      ...more,
    }),
  );
  return TargetGroups![0]!.TargetGroupArn!;
}

export const NOT_FOUND = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '404' } };
export const forwardTo = (TargetGroupArn: string) => ({ Type: 'forward' as const, TargetGroupArn });
export const host = (value: string) => [{ Field: 'host-header', HostHeaderConfig: { Values: [value] } }];

export async function listener(LoadBalancerArn: string, more: object = {}): Promise<string> {
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [NOT_FOUND],
      ...more,
    }),
  );
  return Listeners![0]!.ListenerArn!;
}

export async function rule(
  ListenerArn: string,
  Priority: number,
  action: object = NOT_FOUND,
): Promise<string> {
  const { Rules } = await elb.send(
    new CreateRuleCommand({
      ListenerArn,
      Priority,
      Conditions: host(`h${Priority}.example.com`),
      Actions: [action as typeof NOT_FOUND],
    }),
  );
  return Rules![0]!.RuleArn!;
}

/** A certificate of which the DNS records exist and the time to validate has passed. */
export async function issuedCertificate(DomainName: string): Promise<string> {
  const { CertificateArn } = await acm.send(
    new RequestCertificateCommand({ DomainName, ValidationMethod: 'DNS' }),
  );
  await createValidationRecord(CertificateArn!);
  await acm.send(new DescribeCertificateCommand({ CertificateArn }));
  await aws.clock.advance(60_000);
  return CertificateArn!;
}

let zone: string | undefined;

export async function hostedZone(): Promise<string> {
  zone ??= (await route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' })))
    .HostedZone!.Id!;
  return zone;
}

export async function change(...Changes: Change[]): Promise<void> {
  await changeIn(await hostedZone(), Changes);
}

async function changeIn(HostedZoneId: string, Changes: Change[]): Promise<void> {
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
}

export async function createValidationRecord(CertificateArn: string, zoneId?: string): Promise<void> {
  const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
  const { Name, Value } = Certificate!.DomainValidationOptions![0]!.ResourceRecord!;
  await changeIn(zoneId ?? (await hostedZone()), [
    {
      Action: 'UPSERT',
      ResourceRecordSet: { Name, Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value }] },
    },
  ]);
}

export async function status(CertificateArn: string): Promise<string> {
  return (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate!.Status!;
}
