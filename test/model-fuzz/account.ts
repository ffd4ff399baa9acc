/** An account that the models refer to, and the provider in it, invoked as CloudFormation does. */
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { LocalAws } from '../../local';
import type { Structure } from '../../local/service';
import { createParameter, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

/** What there is before the first service. */
export interface Account {
  readonly driver: Driver;
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
  const driver = await Driver.start();
  const { aws } = driver;
  const ec2 = new EC2Client(aws.clientOptions());
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  // What the texts of arbitrary.ts name.
  await createParameter(aws, '/app/db', 'value');
  const { execution, infrastructure } = driver.roles;
  const typeConfiguration = aws.registry.typeConfiguration(TYPE_NAME)!;
  return {
    driver,
    aws,
    base: {
      PrimaryContainer: { Image: 'example/hello:1' },
      ExecutionRoleArn: execution,
      InfrastructureRoleArn: infrastructure,
    },
    typeConfiguration,
    words: [
      ...Subnets.map(({ SubnetId }) => SubnetId!),
      ...SecurityGroups.map(({ GroupId }) => GroupId!),
      typeConfiguration.HostedZoneId,
      typeConfiguration.CertificateArn,
      infrastructure,
      execution,
    ],
    close: () => driver.close(),
  };
}
