/** Amazon EventBridge: only AWS itself puts events of AWS. */
import { callMoto, EVENT_BRIDGE } from '../moto/call';
import type { Structure } from '../service';
import type { GuardContext, ServiceGuard } from './guard';

/** What becomes of an event of `aws.` that a user puts (API reference of PutEventsResultEntry). */
const NOT_AUTHORIZED = {
  ErrorCode: 'NotAuthorizedForSourceException',
  ErrorMessage: 'Not authorized for the source.',
};

export function eventBridge({ motoOptions }: GuardContext): ServiceGuard {
  return {
    service: 'events',
    operations: {
      async PutEvents({ region, input }) {
        const isOfAws = ({ Source }: Structure) => String(Source).startsWith('aws.');
        const entries: Structure[] = input.Entries;
        if (!entries.some(isOfAws)) return undefined;
        const others = entries
          .filter((entry) => !isOfAws(entry))
          .map(({ Time, ...entry }) => ({ ...entry, ...(Time && { Time: Time.getTime() / 1000 }) }));
        const { Entries: put = [] }: Structure =
          others.length > 0
            ? await callMoto(motoOptions, EVENT_BRIDGE, region, 'PutEvents', { Entries: others })
            : {};
        const results = entries.map((entry): Structure => (isOfAws(entry) ? NOT_AUTHORIZED : put.shift()));
        return {
          Entries: results,
          FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
        };
      },
    },
  };
}
