import { CreateClusterCommand, DeleteClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { whileRequested } from '../../moves/steady-requests';
import { ACCOUNT_ID, REGION } from '../../support/account';
import { BASE_DOMAIN, inputText, refusal } from '../inputs';
import type { Row } from '../row';

const INPUT = 'replacement-same-host.yml';
const HOST = `replacement-same-host.${BASE_DOMAIN}`;
const OTHER_HOST = `next.${BASE_DOMAIN}`;

/** The template of the input with these services, each in a cluster and with a host. */
function services(...all: readonly { id: string; cluster: string; host: string }[]): string {
  const [head, resource] = inputText(INPUT).split(/^Resources:\n/m) as [string, string];
  const texts = all.map(({ id, cluster, host }) =>
    resource
      .replace(/^ {2}S:/m, `  ${id}:`)
      .replace('!Ref C', cluster)
      .replace(/DomainName: .*/, `DomainName: ${host}`),
  );
  return `${head}Resources:\n${texts.join('')}`;
}

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right:
      'a replacement that wants the host of the service it replaces is told the steps that lose no request, and they lose none',
    async shows(account) {
      const ecs = new ECSClient(account.aws.clientOptions());
      await ecs.send(new CreateClusterCommand({ clusterName: 'prod' }));
      expect(await account.create('host', { template: INPUT })).toMatchObject({ status: 'CREATE_COMPLETE' });
      const old = { id: 'S', cluster: 'default', host: HOST };
      const next = { id: 'T', cluster: 'prod', host: OTHER_HOST };
      const { answers } = await whileRequested(account.aws, HOST, account.hostedZoneId, async () => {
        const refused = await account.update('host', { template: INPUT, parameters: { C: 'prod' } });
        expect(refused.status).toBe('UPDATE_ROLLBACK_COMPLETE');
        expect(refused.reasons.S).toEqual(
          refusal(
            'ResourceConflict',
            `DomainName: ${HOST} belongs to arn:aws:ecs:${REGION}:${ACCOUNT_ID}:service/default/replacement-same-host. Choose another host name. To replace that service and lose no request, add this one under another logical id and with another DomainName, exchange the DomainName of the two in one update of the stack, and remove the other one after that.`,
          ),
        );

        for (const template of [
          services(old, next),
          services({ ...old, host: OTHER_HOST }, { ...next, host: HOST }),
          services({ ...next, host: HOST }),
        ]) {
          expect(await account.update('host', { template })).toMatchObject({ status: 'UPDATE_COMPLETE' });
        }
      });
      expect(answers.lost).toEqual([]);
      expect(answers.total).toBeGreaterThan(20);
      await account.remove('host');
      await ecs.send(new DeleteClusterCommand({ cluster: 'prod' }));
    },
  },
];
