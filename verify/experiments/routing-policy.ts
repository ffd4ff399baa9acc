/** One hosted zone in which a record gets another routing policy. */
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type Change,
} from '@aws-sdk/client-route-53';
import type { Experiment, Sightings } from '../experiment';
import type { Laboratory } from '../laboratory';

async function run(laboratory: Laboratory): Promise<Sightings> {
  const { route53 } = laboratory.clients;
  const Name = `${laboratory.name('policy')}.test`;
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name, CallerReference: `${Name} ${Date.now()}` }),
  );
  const change = (...Changes: Change[]) =>
    route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone!.Id, ChangeBatch: { Changes } }),
    );
  const simple = { Name: `a.${Name}`, Type: 'TXT', TTL: 60, ResourceRecords: [{ Value: '"a"' }] } as const;
  const record = { ...simple, ResourceRecords: [...simple.ResourceRecords] };
  const weighted = { ...record, SetIdentifier: 'one', Weight: 1 };
  await change({ Action: 'CREATE', ResourceRecordSet: record });
  const call = 'ChangeResourceRecordSets that deletes a simple record and creates a weighted one of its name';
  try {
    await change(
      { Action: 'DELETE', ResourceRecordSet: record },
      { Action: 'CREATE', ResourceRecordSet: weighted },
    );
    return { 'route-53.batch-changes-policy': { holds: true, seen: `${call} is accepted` } };
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'InvalidChangeBatch') throw error;
    return { 'route-53.batch-changes-policy': { holds: false, seen: `${call}: ${message}` } };
  }
}

export const routingPolicy: Experiment = {
  name: 'routing-policy',
  title: 'a hosted zone, in which a record gets another routing policy',
  claims: ['route-53.batch-changes-policy'],
  uses: [],
  minutes: 1,
  run,
};
