import type { CreateChangeSetInput } from '@aws-sdk/client-cloudformation';
import { ACCOUNT_ID, REGION, TYPE_NAME } from '../../support/account';
import type { StackAccount } from '../../support/stack-account';
import { inputText, refusal } from '../inputs';
import type { Row } from '../row';

const INPUT = 'retain-and-import.yml';
const SERVICE_ARN = `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:service/default/field-import`;

/** Make a change set, execute it, and say how the stack ended, with the calls that changed something meanwhile. */
async function change(account: StackAccount, StackName: string, input: Partial<CreateChangeSetInput>) {
  const { cloudFormation, aws } = account;
  const after = aws.calls.list({}).at(-1)!.sequence;
  const { Id, StackId } = await cloudFormation.createChangeSet({
    StackName,
    ChangeSetName: 'import',
    TemplateBody: inputText(INPUT),
    ...input,
  });
  const { Changes = [], StatusReason } = await cloudFormation.describeChangeSet({ ChangeSetName: Id });
  await cloudFormation.executeChangeSet({ ChangeSetName: Id });
  await aws.cloudFormation.settled(StackId!);
  const { Stacks } = await cloudFormation.describeStacks({ StackName });
  return {
    status: Stacks![0]!.StackStatus,
    reason: StatusReason,
    actions: Changes.map(({ ResourceChange }) => ResourceChange!.Action),
    written: aws.calls
      .list({ typeName: TYPE_NAME, after })
      .map(({ operation }) => operation)
      .filter((operation) => !/^(Describe|List|Get|BatchGet|Search)/.test(operation)),
  };
}

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right: 'a service that was retained is imported, not made again, and nothing of it is written',
    async shows(account) {
      const deployment = { template: INPUT };
      expect(await account.create('retained', deployment)).toMatchObject({ status: 'CREATE_COMPLETE' });
      await account.remove('retained');

      const again = await account.create('again', deployment);
      expect(again.status).toBe('ROLLBACK_COMPLETE');
      expect(again.reasons.S).toEqual(
        refusal(
          'AlreadyExists',
          `ServiceName: there is a service field-import (ACTIVE) in cluster default, made by this resource type. If no stack has it any more, give the resource a DeletionPolicy and import it with a change set of the type IMPORT that names ServiceArn ${SERVICE_ARN}. Else choose another name.`,
        ),
      );

      for (const holds of [true, false]) {
        account.aws.answers.give({ 'cloudformation.import-update-previous': holds });
        const imported = await change(account, 'imported', {
          ChangeSetType: 'IMPORT',
          ResourcesToImport: [
            {
              ResourceType: TYPE_NAME,
              LogicalResourceId: 'S',
              ResourceIdentifier: { ServiceArn: SERVICE_ARN },
            },
          ],
        });
        expect(imported).toEqual({
          status: 'IMPORT_COMPLETE',
          reason: undefined,
          actions: ['Import'],
          written: [],
        });
        await account.remove('imported');
      }
      account.aws.answers.reset();

      const existing = await change(account, 'existing', {
        ChangeSetType: 'CREATE',
        ImportExistingResources: true,
      });
      expect(existing).toEqual({
        status: 'CREATE_COMPLETE',
        reason: undefined,
        actions: ['Import'],
        written: [],
      });

      const deleted = {
        template: inputText(INPUT).replace('DeletionPolicy: Retain', 'DeletionPolicy: Delete'),
      };
      expect(await account.update('existing', deleted)).toMatchObject({ status: 'UPDATE_COMPLETE' });
      expect((await account.remove('existing')).status).toBe('DELETE_COMPLETE');
    },
  },
];
