import { DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { Row } from '../row';

export const rows: readonly Row[] = [
  {
    inputs: ['names-differ-in-case.yml'],
    right: 'services whose names differ in case alone have security groups whose names differ for EC2 too',
    async shows(account) {
      const both = await account.create('case', { template: 'names-differ-in-case.yml' });
      expect(both).toMatchObject({
        status: 'CREATE_COMPLETE',
        reasons: {},
        outputs: { EndpointA: 'https://c1.example.com', EndpointB: 'https://c2.example.com' },
      });
      const { SecurityGroups = [] } = await new EC2Client(account.aws.clientOptions()).send(
        new DescribeSecurityGroupsCommand({
          Filters: [{ Name: 'group-name', Values: ['default/*/Tasks*'] }],
        }),
      );
      expect(SecurityGroups.map(({ GroupName }) => GroupName).sort()).toEqual([
        expect.stringMatching(/^default\/CaseApi\/Tasks-[0-9a-f]{12}$/),
        'default/caseapi/Tasks',
      ]);
    },
  },
];
