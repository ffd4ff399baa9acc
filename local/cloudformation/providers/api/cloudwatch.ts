/** Types of Amazon CloudWatch. */
import type { Provisioned } from '../provider';
import { generatedName, type ApiContext, type ApiType } from './api-type';

export const alarm: ApiType = {
  typeName: 'AWS::CloudWatch::Alarm',
  create: (context) => put(context, context.request.properties.AlarmName ?? generatedName(context.request)),
  update: (context) => put(context, context.request.current.physicalId),
  delete: ({ clients, request }) =>
    clients.cloudWatch.deleteAlarms({ AlarmNames: [request.current.physicalId] }),
};

async function put({ clients, request, tags }: ApiContext, AlarmName: string): Promise<Provisioned> {
  const { Tags: _, EvaluationPeriods, ComparisonOperator, ...rest } = request.properties;
  await clients.cloudWatch.putMetricAlarm({
    ...rest,
    AlarmName,
    EvaluationPeriods,
    ComparisonOperator,
    Tags: [...tags],
  });
  const { region, accountId } = request.stack;
  return {
    physicalId: AlarmName,
    attributes: { Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}` },
  };
}
