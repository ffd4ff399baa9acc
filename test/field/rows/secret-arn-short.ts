import { refusal } from '../inputs';
import type { Row } from '../row';

export const rows: readonly Row[] = [
  {
    inputs: ['secret-arn-short.yml'],
    right: 'the ARN of a secret with a part of the selector is refused at its ValueFrom, with the form',
    async shows(account) {
      const { status, reasons } = await account.create('short', { template: 'secret-arn-short.yml' });
      expect(status).toBe('ROLLBACK_COMPLETE');
      expect(reasons.S).toEqual(
        refusal(
          'InvalidRequest',
          'PrimaryContainer/Secrets/0/ValueFrom: has 1 of the three parts that may follow the name of the secret. Give all three, empty where they do not matter: arn:aws:secretsmanager:region:account:secret:name, for one value in it arn:aws:secretsmanager:region:account:secret:name:json-key:version-stage:version-id. For a JSON key alone, end with :json-key::.',
        ),
      );
    },
  },
];
