/** What a platform team sets up in an account before services are deployed there, made as users would, through the APIs. */
import { randomUUID } from 'node:crypto';
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import type { LocalAws } from '.';

/** The parts of the local AWS that are used here. */
type Account = Pick<LocalAws, 'clientOptions' | 'clock'>;

/** Virtual milliseconds between two looks at a certificate. */
const CERTIFICATE_POLL = 30_000;

/** Make a public hosted zone. @returns its id, without the prefix `/hostedzone/`. */
export async function createHostedZone(account: Account, domain: string): Promise<string> {
  const { HostedZone } = await new Route53Client(account.clientOptions()).send(
    new CreateHostedZoneCommand({ Name: domain, CallerReference: randomUUID() }),
  );
  return HostedZone!.Id!.replace('/hostedzone/', '');
}

/**
 * Request a certificate, validate it in a hosted zone, and wait on the virtual clock until it is issued.
 *
 * @returns its ARN.
 */
export async function issueCertificate(
  account: Account,
  hostedZoneId: string,
  domainName: string,
): Promise<string> {
  const acm = new ACMClient(account.clientOptions());
  const { CertificateArn } = await acm.send(
    new RequestCertificateCommand({ DomainName: domainName, ValidationMethod: 'DNS' }),
  );
  const describe = async () =>
    (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate!;
  const { Name, Type, Value } = (await describe()).DomainValidationOptions![0]!.ResourceRecord!;
  const ResourceRecordSet = { Name, Type, TTL: 300, ResourceRecords: [{ Value }] };
  await new Route53Client(account.clientOptions()).send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: hostedZoneId,
      ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] },
    }),
  );
  while ((await describe()).Status !== 'ISSUED') await account.clock.sleep(CERTIFICATE_POLL);
  return CertificateArn!;
}

/** The managed policies that AWS recommends for roles of these service principals. */
const POLICIES: Readonly<Record<string, string>> = {
  'ecs.amazonaws.com': 'arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers',
  'ecs-tasks.amazonaws.com': 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
};

/**
 * Make a role that a service principal, e.g. `ecs-tasks.amazonaws.com`, may assume, with the policy that is recommended
 * for it. @returns its ARN.
 */
export async function createRole(account: Account, roleName: string, principal: string): Promise<string> {
  const iam = new IAMClient(account.clientOptions());
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: roleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  const PolicyArn = POLICIES[principal];
  if (PolicyArn) await iam.send(new AttachRolePolicyCommand({ RoleName: roleName, PolicyArn }));
  return Role!.Arn!;
}
