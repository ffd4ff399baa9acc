/** Where the tasks run. Beside what a template says they are in the security group that is made for the service. */
import type { AwsVpcConfiguration } from '@aws-sdk/client-ecs';
import type { NetworkConfiguration } from '../model';
import { table } from './table';

export const NETWORK = table<NetworkConfiguration, AwsVpcConfiguration>('NetworkConfiguration', {
  // With other subnets the service is elsewhere: no subnet of before stays among them.
  Subnets: { to: 'subnets', whole: true },
  SecurityGroups: { to: 'securityGroups' },
});
