import { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm';
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { ACCOUNT_ID, REGION } from '../../support/account';
import type { StackAccount } from '../../support/stack-account';
import type { Row } from '../row';

const HOST = 'same.example.com';

async function recordNames({ aws, hostedZoneId }: StackAccount): Promise<string[]> {
  const { ResourceRecordSets = [] } = await new Route53Client(aws.clientOptions()).send(
    new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId }),
  );
  return ResourceRecordSets.map(({ Name, Type }) => `${Type} ${Name}`);
}

async function certificates({ aws }: StackAccount): Promise<unknown[]> {
  const { CertificateSummaryList = [] } = await new ACMClient(aws.clientOptions()).send(
    new ListCertificatesCommand({}),
  );
  return CertificateSummaryList.filter(({ DomainName }) => DomainName === HOST);
}

export const rows: readonly Row[] = [
  {
    inputs: ['same-domain-twice.yml'],
    right:
      'one of two services of one host is refused, and nothing of either stays, validation record included',
    async shows(account) {
      const before = await recordNames(account);
      const { status, reasons } = await account.create('same-domain-twice', {
        template: 'same-domain-twice.yml',
      });
      expect(status).toBe('ROLLBACK_COMPLETE');
      const serviceArn = `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:service/default/same-domain-twice`;
      expect(Object.values(reasons).join('\n')).toMatch(
        new RegExp(`DomainName: ${HOST} belongs to ${serviceArn}(-b)?\\.`),
      );
      expect(await recordNames(account)).toEqual(before);
      expect(await certificates(account)).toEqual([]);
    },
  },
];
