/** The rollback alarm behind a Network Load Balancer. */
import { variantOf } from '../elastic-load-balancing/variant';
import { PERIOD_SECONDS, plannedAlarm, rollbackAlarm, type AlarmMetrics } from './rollback-alarm';

/**
 * Per cent of the tasks that fail their health checks, of the worse of the two target groups: so its limits mean the same as
 * those of requests that fail, and a few tasks of a new revision are not lost among many of the former one.
 *
 * A Network Load Balancer reads no answers, so that failures are not to be had. Connections that were reset
 * (TCP_Target_Reset_Count, TCP_ELB_Reset_Count) tell nothing of a deployment: clients that break off and tasks that are stopped
 * reset connections, too, and CloudWatch has no such metric for a target group. What is left are the health checks.
 */
const unhealthyRateMetrics: AlarmMetrics = (loadBalancer, targetGroups) => {
  const most = (id: string, MetricName: string, targetGroup: (typeof targetGroups)[number]) => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/NetworkELB',
        MetricName,
        Dimensions: [
          { Name: 'LoadBalancer', Value: loadBalancer },
          { Name: 'TargetGroup', Value: targetGroup },
        ],
      },
      Period: PERIOD_SECONDS,
      Stat: 'Maximum',
    },
    ReturnData: false,
  });
  const rates = targetGroups.flatMap((targetGroup, index) => {
    const number = index + 1;
    const [unhealthy, healthy] = [`FILL(unhealthy${number}, 0)`, `FILL(healthy${number}, 0)`];
    return [
      most(`unhealthy${number}`, 'UnHealthyHostCount', targetGroup),
      most(`healthy${number}`, 'HealthyHostCount', targetGroup),
      {
        Id: `rate${number}`,
        Expression: `IF(${unhealthy} == 0, 0, 100 * ${unhealthy} / (${unhealthy} + ${healthy}))`,
        Label: `Unhealthy tasks in target group ${number}, per cent`,
        ReturnData: false,
      },
    ];
  });
  const worst = {
    Id: 'rate',
    Expression: `MAX([${targetGroups.map((_, index) => `rate${index + 1}`).join(', ')}])`,
    Label: 'Unhealthy tasks, per cent',
    ReturnData: true,
  };
  return [...rates, worst];
};

export const networkRollbackAlarm = variantOf(rollbackAlarm, {
  desired: (plan, _found, current) =>
    plannedAlarm(plan, current, unhealthyRateMetrics, 'of its tasks fail their health checks'),
});
