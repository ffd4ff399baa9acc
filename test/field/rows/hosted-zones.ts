import { GetResourceCommand, CloudControlClient } from '@aws-sdk/client-cloudcontrol';
import {
  ChangeResourceRecordSetsCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { createHostedZone } from '../../../local/account';
import { TYPE_NAME } from '../../support/account';
import type { StackAccount } from '../../support/stack-account';
import { BASE_DOMAIN, inputText } from '../inputs';
import type { Row } from '../row';

const OTHER_IMAGE = 'public.ecr.aws/docker/library/httpd:2.5';

const route53 = ({ aws }: StackAccount) => new Route53Client(aws.clientOptions());

/** Delete a zone with its records, as somebody does by hand. */
async function deleteZone(account: StackAccount, HostedZoneId: string): Promise<void> {
  const client = route53(account);
  const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  const Changes = ResourceRecordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA').map(
    (ResourceRecordSet) => ({ Action: 'DELETE' as const, ResourceRecordSet }),
  );
  if (Changes.length > 0) {
    await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  }
  await client.send(new DeleteHostedZoneCommand({ Id: HostedZoneId }));
}

/** What READ says of a service. */
async function read({ aws }: StackAccount, Identifier: string): Promise<any> {
  const { ResourceDescription } = await new CloudControlClient(aws.clientOptions()).send(
    new GetResourceCommand({ TypeName: TYPE_NAME, Identifier }),
  );
  return JSON.parse(ResourceDescription!.Properties!);
}

/** A zone that nothing leads to: its parent, the base domain, has no NS record of it. */
const NOT_DELEGATED = `undelegated.${BASE_DOMAIN}`;

export const rows: readonly Row[] = [
  {
    inputs: ['zone-deleted-by-hand.yml'],
    right:
      'an update that leaves the host as it is does not need its zone, and READ says that the zone is gone',
    async shows(account) {
      const Zone = await createHostedZone(account.aws, 'gone.test');
      const template = 'zone-deleted-by-hand.yml';
      const made = await account.create('zone', { template, parameters: { Zone } });
      expect(made).toMatchObject({ status: 'CREATE_COMPLETE' });
      await deleteZone(account, Zone);

      const updated = await account.update('zone', { template, parameters: { Zone, Image: OTHER_IMAGE } });
      expect(updated).toMatchObject({ status: 'UPDATE_COMPLETE', reasons: {} });
      const { PrimaryContainer, ManagedResources } = await read(account, made.resources.S!);
      expect(PrimaryContainer.Image).toBe(OTHER_IMAGE);
      expect(ManagedResources).toContainEqual({
        ResourceType: 'AWS::Route53::RecordSet',
        Status: 'DELETED',
        StatusReason: `Hosted zone ${Zone} was deleted, and the record with it; name another zone in HostedZoneId`,
      });
    },
  },
  {
    inputs: ['replacement-same-host.yml'],
    right:
      'a base domain that was taken out of the configuration of the type stays with the services that have it',
    async shows(account) {
      const { registry } = account.aws;
      const template = inputText('replacement-same-host.yml');
      expect(await account.create('base', { template })).toMatchObject({ status: 'CREATE_COMPLETE' });
      const configuration = registry.typeConfiguration(TYPE_NAME)!;
      registry.setTypeConfiguration(TYPE_NAME, {});
      try {
        const changed = template.replace('httpd:2.4', 'httpd:2.5');
        expect(await account.update('base', { template: changed })).toMatchObject({
          status: 'UPDATE_COMPLETE',
          reasons: {},
        });
        const failing = await account.update('base', {
          template: template.replace('httpd:2.4', 'httpd:exits'),
        });
        expect(failing.status).toBe('UPDATE_ROLLBACK_COMPLETE');
      } finally {
        registry.setTypeConfiguration(TYPE_NAME, configuration);
      }
    },
  },
  {
    inputs: ['zone-deleted-by-hand.yml'],
    right:
      'a certificate of a zone that is not delegated fails the stack within the hour, with its record and how to check',
    async shows(account) {
      const { clock } = account.aws;
      account.isPunctual = true;
      const start = clock.now();
      const Zone = await createHostedZone(account.aws, NOT_DELEGATED);
      const { status, reasons } = await account.create('undelegated', {
        template: inputText('zone-deleted-by-hand.yml').replace('api.gone.test', `api.${NOT_DELEGATED}`),
        parameters: { Zone },
      });
      expect(status).toBe('ROLLBACK_COMPLETE');
      expect(clock.now() - start).toBeLessThan(90 * 60_000);
      const name = `_[0-9a-f]+\\.api\\.${NOT_DELEGATED.replaceAll('.', '\\.')}\\.`;
      expect(reasons.S).toMatch(
        new RegExp(
          `"DomainName: ACM has not issued certificate arn:aws:acm:\\S+ of api\\.${NOT_DELEGATED} within 60 minutes: it has not found the CNAME record (${name}) with the value \\S+, which is in hosted zone ${Zone}\\. Check the delegation: "dig \\+short CNAME \\1" must answer that value, .*"aws route53 get-hosted-zone --id ${Zone}" lists\\. Correct the NS record .* or give CertificateArn\\."`,
        ),
      );
      await deleteZone(account, Zone);
    },
  },
];
