/** An account that the models refer to, and the provider in it, invoked as CloudFormation does. */
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { startLocalAws, type LocalAws } from '../../local';
import { createHostedZone, createParameter, createRole, issueCertificate } from '../../local/account';
import type { Structure } from '../../local/service';

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '123456789012';
const BASE_DOMAIN = 'apps.example.com';

/** What there is before the first service. */
export interface Account {
  readonly aws: LocalAws;
  /** The smallest model that is accepted. */
  readonly base: Structure;
  /** Configuration of the type. */
  readonly typeConfiguration: Structure;
  /** Identifiers of what exists; models use them where their schema allows. */
  readonly words: readonly string[];
  close(): Promise<void>;
}

/** Start a local AWS, and give SDK clients of this process its address. */
export async function startAccount(): Promise<Account> {
  const aws = await startLocalAws({ region: REGION });
  process.env.AWS_ENDPOINT_URL = aws.endpoint;
  const ec2 = new EC2Client(aws.clientOptions());
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  // What the texts of arbitrary.ts name.
  await createParameter(aws, '/app/db', 'value');
  // Before the certificate, whose issuance gives IAM the time to make them known.
  const infrastructure = await createRole(aws, 'infrastructure', 'ecs.amazonaws.com');
  const execution = await createRole(aws, 'execution', 'ecs-tasks.amazonaws.com');
  const hostedZoneId = await createHostedZone(aws, BASE_DOMAIN);
  const certificateArn = await issueCertificate(aws, hostedZoneId, `*.${BASE_DOMAIN}`);
  return {
    aws,
    base: {
      PrimaryContainer: { Image: 'example/hello:1' },
      ExecutionRoleArn: execution,
      InfrastructureRoleArn: infrastructure,
    },
    typeConfiguration: {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: hostedZoneId,
      CertificateArn: certificateArn,
    },
    words: [
      ...Subnets.map(({ SubnetId }) => SubnetId!),
      ...SecurityGroups.map(({ GroupId }) => GroupId!),
      hostedZoneId,
      certificateArn,
      infrastructure,
      execution,
    ],
    async close() {
      delete process.env.AWS_ENDPOINT_URL;
      await aws.close();
    },
  };
}

/** Do something without the provider's log on standard output. */
export async function quietly<Result>(run: () => Promise<Result>): Promise<Result> {
  const { write } = process.stdout;
  process.stdout.write = () => true;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
  }
}
