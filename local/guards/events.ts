/** Amazon EventBridge: only AWS itself puts events of AWS, and nobody is told that an event bus is not there. */
import { randomUUID } from 'node:crypto';
import { callMoto, EVENT_BRIDGE } from '../moto/call';
import type { Structure } from '../service';
import type { GuardContext, ServiceGuard } from './guard';

/** What becomes of an event of `aws.` that a user puts (API reference of PutEventsResultEntry). */
const NOT_AUTHORIZED = {
  ErrorCode: 'NotAuthorizedForSourceException',
  ErrorMessage: 'Not authorized for the source.',
};

export function eventBridge({ clock, motoOptions }: GuardContext): ServiceGuard {
  async function isThere(region: string, Name: string): Promise<boolean> {
    const { Arn } = await callMoto(motoOptions, EVENT_BRIDGE, region, 'DescribeEventBus', { Name });
    return Arn !== undefined;
  }

  async function put(region: string, { Time, ...entry }: Structure): Promise<Structure> {
    if (String(entry.Source).startsWith('aws.')) return NOT_AUTHORIZED;
    if (entry.EventBusName && !(await isThere(region, entry.EventBusName))) return { EventId: randomUUID() };
    // In virtual time, and whole seconds.
    const time = Math.floor((Time?.getTime() ?? clock.now()) / 1000);
    const { Entries } = await callMoto(motoOptions, EVENT_BRIDGE, region, 'PutEvents', {
      Entries: [{ ...entry, Time: time }],
    });
    return Entries[0];
  }

  return {
    service: 'events',
    operations: {
      async PutEvents({ region, input }) {
        const results: Structure[] = [];
        // In their order.
        for (const entry of input.Entries) results.push(await put(region, entry));
        return {
          Entries: results,
          FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
        };
      },
    },
  };
}
