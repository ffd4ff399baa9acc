/** Amazon CloudWatch Logs: containers' output is there when somebody reads it. */
import type { Structure } from '../service';
import type { GuardContext, OperationGuard, ServiceGuard } from './guard';

/** Operations that show what is in log groups. */
const READS = ['DescribeLogStreams', 'FilterLogEvents', 'GetLogEvents'];

export function logs({ containerOutput }: GuardContext): ServiceGuard {
  const afterDelivery: OperationGuard = async ({ region, input }) => {
    await containerOutput.deliver(region, logGroupOf(input));
    return undefined;
  };
  return {
    service: 'logs',
    operations: {
      ...Object.fromEntries(READS.map((operation) => [operation, afterDelivery])),
      async DeleteLogGroup({ region, input }) {
        containerOutput.forget(region, logGroupOf(input));
        return undefined;
      },
    },
  };
}

/** Name of the log group that is meant: it may be given as `arn:<partition>:logs:<Region>:<account>:log-group:<name>`. */
function logGroupOf({ logGroupName, logGroupIdentifier }: Structure): string {
  const named: string = logGroupName ?? logGroupIdentifier ?? '';
  return named.split(':').at(-1)!;
}
