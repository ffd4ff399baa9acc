import { ACMClient, DeleteCertificateCommand } from '@aws-sdk/client-acm';
import {
  ChangeResourceRecordSetsCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { createHostedZone, issueCertificate } from '../../../local/account';
import { requestHost } from '../../../local/http-request';
import { inputText } from '../inputs';
import type { Row } from '../row';

const INPUT = 'dns-elsewhere.yml';
const HOST = 'app.customer.com';

/** The template with a certificate of this account, and the target of the author's record. */
function templateWith(certificateArn: string): string {
  return `${inputText(INPUT).replace(/arn:aws:acm:[^']+/, certificateArn)}
Outputs:
  Target: {Value: !GetAtt S.LoadBalancerDnsName}
`;
}

/** Delete a hosted zone with the record that has validated the certificate. */
async function deleteZone(route53: Route53Client, HostedZoneId: string): Promise<void> {
  const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  const Changes = ResourceRecordSets.filter(({ Type }) => Type === 'CNAME').map((ResourceRecordSet) => ({
    Action: 'DELETE' as const,
    ResourceRecordSet,
  }));
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  await route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId }));
}

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right: 'a host whose DNS is elsewhere needs an issued certificate only; where to point is an attribute',
    async shows(account) {
      const zone = await createHostedZone(account.aws, 'customer.com');
      const CertificateArn = await issueCertificate(account.aws, zone, HOST);
      await deleteZone(new Route53Client(account.aws.clientOptions()), zone);

      const made = await account.create('dns-elsewhere', { template: templateWith(CertificateArn) });
      expect(made.status).toBe('CREATE_COMPLETE');
      expect(made.outputs.Target).toMatch(/\.elb\.amazonaws\.com$/);
      expect((await requestHost(account.aws.dataPlaneUrl, HOST)).status).toBe(200);

      await account.remove('dns-elsewhere');
      await new ACMClient(account.aws.clientOptions()).send(new DeleteCertificateCommand({ CertificateArn }));
    },
  },
];
