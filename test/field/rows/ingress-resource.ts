import { EC2 } from '@aws-sdk/client-ec2';
import type { Row } from '../row';

export const rows: readonly Row[] = [
  {
    inputs: ['ingress-resource.yml'],
    right: 'a rule lets the tasks into the group of a database, and goes with the stack',
    async shows(account) {
      const ec2 = new EC2(account.aws.clientOptions());
      const { GroupId } = await ec2.createSecurityGroup({ GroupName: 'database', Description: 'database' });
      const rules = async () => {
        const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [GroupId!] });
        return SecurityGroups![0]!.IpPermissions!.map(({ FromPort, ToPort, UserIdGroupPairs }) => [
          FromPort,
          ToPort,
          UserIdGroupPairs!.map((pair) => pair.GroupId),
        ]);
      };
      try {
        const { status, resources } = await account.deploy('ingress', {
          template: 'ingress-resource.yml',
          parameters: { DatabaseGroup: GroupId! },
        });
        expect(status).toBe('CREATE_COMPLETE');
        expect(resources.In).toMatch(/^sgr-[0-9a-f]{17}$/);
        expect(await rules()).toEqual([[5432, 5432, [expect.stringMatching(/^sg-[0-9a-f]{17}$/)]]]);
        expect((await account.remove('ingress')).status).toBe('DELETE_COMPLETE');
        expect(await rules()).toEqual([]);

        const refused = await account.create('ingress', {
          template: 'ingress-resource.yml',
          parameters: { DatabaseGroup: 'sg-0123456789abcdef0' },
        });
        expect(refused.status).toBe('ROLLBACK_COMPLETE');
        expect(refused.reasons.In).toBe(
          "The security group 'sg-0123456789abcdef0' does not exist (InvalidGroup.NotFound, HandlerErrorCode: NotFound)",
        );
      } finally {
        await ec2.deleteSecurityGroup({ GroupId });
      }
    },
  },
];
