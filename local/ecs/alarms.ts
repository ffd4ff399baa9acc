/** CloudWatch alarms that end a deployment. */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { EcsContext } from './context';
import { alarmsTriggered } from './endings';
import type { Flow } from './flow';
import type { ServiceDeployment } from './state';
import { TIMINGS } from './timings';

/**
 * Watch the alarms of a deployment until the returned flow is interrupted. Alarms that are in ALARM already when the
 * deployment starts are not watched, so that a fix can be deployed (ECS developer guide, "How CloudWatch alarms detect
 * Amazon ECS deployment failures").
 */
export function watchAlarms(context: EcsContext, deployment: ServiceDeployment): Flow | undefined {
  const { alarms, configuration, service } = deployment;
  if (alarms.status !== 'MONITORING') return undefined;

  async function inAlarm(): Promise<string[]> {
    const { cloudWatch } = context.aws(service.cluster.scope.region);
    const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: alarms.names, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }),
    );
    return [...MetricAlarms, ...CompositeAlarms]
      .filter(({ StateValue }) => StateValue === 'ALARM')
      .map(({ AlarmName }) => AlarmName!);
  }

  return context.flows.start(async (flow) => {
    if ((await inAlarm()).length > 0) {
      alarms.status = 'DISABLED';
      return;
    }
    for (;;) {
      await flow.sleep(TIMINGS.alarmPolling);
      const names = await inAlarm();
      if (names.length === 0) continue;
      alarms.status = 'TRIGGERED';
      alarms.triggered = names;
      deployment.flow?.interrupt(alarmsTriggered(names, configuration.alarms.rollback));
      return;
    }
  });
}
