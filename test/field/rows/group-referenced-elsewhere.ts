import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { refusal } from '../inputs';
import type { Row } from '../row';

const INPUT = 'group-referenced-elsewhere.yml';
const HOUR = 3_600_000;

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right: 'a deletion fails soon, with the group and the rule that keep the group of the service',
    async shows(account) {
      const ec2 = new EC2Client(account.aws.clientOptions());
      const { outputs } = await account.create('referenced', { template: INPUT });
      const [id] = outputs.Sg!.match(/sg-[0-9a-f]+/)!;
      const { GroupId } = await ec2.send(
        new CreateSecurityGroupCommand({ GroupName: 'database', Description: 'A database' }),
      );
      const rule = {
        GroupId,
        IpPermissions: [
          { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: id }] },
        ],
      };
      await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule));

      account.isPunctual = true;
      const start = account.aws.clock.now();
      const { status, reasons } = await account.remove('referenced');
      expect(status).toBe('DELETE_FAILED');
      expect(account.aws.clock.now() - start).toBeLessThan(HOUR / 2);
      expect(reasons.S).toEqual(
        refusal(
          'ResourceConflict',
          `security group ${id} (default/group-referenced-elsewhere/Tasks) cannot be deleted, because rules of other groups name it: ${GroupId} (database), ingress of tcp 5432. Delete these rules, then delete the resource again.`,
        ),
      );

      await ec2.send(new RevokeSecurityGroupIngressCommand(rule));
      expect((await account.remove('referenced')).status).toBe('DELETE_COMPLETE');
      await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    },
  },
];
