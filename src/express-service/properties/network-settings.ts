/** Where the tasks run. Beside what a template says they are in the security group that is made for the service. */
import type { AwsVpcConfiguration } from '@aws-sdk/client-ecs';
import type { NetworkConfiguration } from '../model';
import { table, type InputRows } from './table';

export const NETWORK = table<NetworkConfiguration, AwsVpcConfiguration>('NetworkConfiguration', {
  SecurityGroups: {
    to: 'securityGroups',
    refused: {
      words: /security ?groups?/i,
      remedy: 'Name at most four security groups of the VPC of the service',
    },
  },
  Subnets: {
    to: 'subnets',
    // With other subnets the service is elsewhere: no subnet of before stays among them.
    whole: true,
    // Whoever names none follows the default VPC.
    readWhenGiven: true,
    refused: { words: /subnets?/i, remedy: 'Name at most 16 subnets of one VPC' },
  },
});

export const NETWORK_ROWS = {
  NetworkConfiguration: { members: NETWORK },
} as const satisfies InputRows<object>;
