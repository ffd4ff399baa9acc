import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateHostedZoneCommand, DeleteHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { REGION } from '../../support/account';
import { refusal } from '../inputs';
import type { Row } from '../row';

export const rows: readonly Row[] = [
  {
    inputs: ['private-zone-no-certificate.yml'],
    right:
      'a host in a private zone needs a certificate that is given, which is said before anything is made',
    async shows(account) {
      const options = account.aws.clientOptions();
      const { Vpcs = [] } = await new EC2Client(options).send(new DescribeVpcsCommand({}));
      const route53 = new Route53Client(options);
      const { HostedZone } = await route53.send(
        new CreateHostedZoneCommand({
          Name: 'corp.internal',
          CallerReference: 'private',
          HostedZoneConfig: { PrivateZone: true },
          VPC: { VPCRegion: REGION, VPCId: Vpcs[0]!.VpcId },
        }),
      );
      const Zone = HostedZone!.Id!.replace('/hostedzone/', '');
      try {
        const { status, reasons } = await account.create('private', {
          template: 'private-zone-no-certificate.yml',
          parameters: { Zone },
        });
        expect(status).toBe('ROLLBACK_COMPLETE');
        expect(reasons.S).toEqual(
          refusal(
            'InvalidRequest',
            `CertificateArn: is missing: hosted zone ${Zone} is private, and AWS Certificate Manager validates certificates over public DNS only. Give the ARN of a certificate that covers api.corp.internal: of AWS Private CA, or imported.`,
          ),
        );
      } finally {
        await route53.send(new DeleteHostedZoneCommand({ Id: Zone }));
      }
    },
  },
];
