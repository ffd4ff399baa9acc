/** One invocation of a hook: from the checked event to the answer, with its log and its metrics. */
import { HandlerError } from '../../../src/core/failure';
import { toHandlerError } from '../../../src/aws/handler-error';
import { clientConfiguration } from '../../../src/aws/client-configuration';
import { type LambdaContext, startDeadline } from '../../../src/cloudformation/extension/deadline';
import { Delivery } from '../../../src/cloudformation/extension/delivery';
import { InvocationLogger } from '../../../src/cloudformation/extension/logger';
import { InvocationMetrics, type MetricNames } from '../../../src/cloudformation/extension/metrics';
import { Redaction } from '../../../src/cloudformation/extension/redaction';
import { answerOf } from './answer';
import type { HookInvocationEvent, ParsedEvent } from './event';
import type { HookProgress, HookType } from './hook-type';
import { supports } from './targets';
import { typeConfigurationOf } from './type-configuration';

/** How long CloudFormation waits for the answer to an invocation of a hook. */
const LIMIT_MILLISECONDS = 30_000;

/** Run the handler that the event asks for. Never rejects: every outcome is an answer. */
export async function invoke<TypeConfiguration>(
  type: HookType<TypeConfiguration>,
  parsed: ParsedEvent,
  context: LambdaContext | undefined,
): Promise<HookProgress> {
  const { event } = parsed;
  const { actionInvocationPoint } = event;
  const redaction = redactionOf(parsed);
  const logger = new InvocationLogger(redaction, {
    requestId: context?.awsRequestId,
    actionInvocationPoint,
    targetName: event.requestData.targetName,
    targetLogicalId: event.requestData.targetLogicalId,
  });
  const metrics = new InvocationMetrics(metricNames(event, type.schema.typeName));
  const delivery = startDelivery(parsed);
  const start = new Date();
  await metrics.publishInvocationMetric(start, actionInvocationPoint);
  let answer: HookProgress;
  try {
    answer = answerOf(await handle(type, parsed, logger, context));
  } catch (error) {
    const failure = toHandlerError(error);
    logger.log('failed', { code: failure.code, error: failure });
    await metrics.publishExceptionMetric(new Date(), actionInvocationPoint, failure);
    answer = answerOf({ hookStatus: 'FAILED', errorCode: failure.code, message: failure.message });
  }
  answer = { ...answer, message: answer.message && redaction.text(answer.message) };
  logger.log('answered', {
    hookStatus: answer.hookStatus,
    errorCode: answer.errorCode,
    reason: answer.message,
  });
  const end = new Date();
  await metrics.publishDurationMetric(end, actionInvocationPoint, end.valueOf() - start.valueOf());
  await delivery?.finish(logger, metrics);
  return answer;
}

async function handle<TypeConfiguration>(
  { schema, handlers }: HookType<TypeConfiguration>,
  { event, callerCredentials }: ParsedEvent,
  logger: InvocationLogger,
  context: LambdaContext | undefined,
): Promise<HookProgress> {
  const { actionInvocationPoint, region, requestData } = event;
  const deadline = startDeadline(LIMIT_MILLISECONDS, context);
  const handler = handlers[actionInvocationPoint];
  if (!handler || !supports(schema, actionInvocationPoint, requestData.targetName)) {
    return {
      hookStatus: 'FAILED',
      errorCode: 'UnsupportedTarget',
      message: `${schema.typeName} does not judge ${requestData.targetName} at ${actionInvocationPoint}. Take it out of the hook's target filters, or add it to targetNames in its schema.`,
    };
  }
  const progress = await handler({
    event,
    typeConfiguration: typeConfigurationOf(
      event.hookModel ?? {},
      schema.typeConfiguration,
    ) as TypeConfiguration,
    callbackContext: event.requestContext?.callbackContext ?? {},
    clientConfiguration: callerCredentials && clientConfiguration(region, callerCredentials),
    deadline,
    logger,
  });
  if (!progress) throw new HandlerError('InternalFailure', 'The handler returned nothing');
  return progress;
}

function startDelivery({ event, providerCredentials }: ParsedEvent): Delivery | undefined {
  const { awsAccountId, region, stackId, requestData } = event;
  const { providerLogGroupName, targetLogicalId } = requestData;
  if (!providerCredentials || !providerLogGroupName) return undefined;
  return new Delivery({
    credentials: providerCredentials,
    region,
    accountId: awsAccountId,
    logGroupName: providerLogGroupName,
    logStreamName: stackId && targetLogicalId ? `${stackId}/${targetLogicalId}` : `${awsAccountId}-${region}`,
  });
}

/** The names that the official libraries give to the metrics of hooks. */
function metricNames({ awsAccountId, hookTypeName }: HookInvocationEvent, ownName: string): MetricNames {
  const typeName = hookTypeName ?? ownName;
  return {
    namespace: `AWS/CloudFormation/${awsAccountId}/${typeName.replaceAll('::', '/')}`,
    actionDimension: 'DimensionKeyInvocationPointType',
    typeDimension: 'DimensionKeyHookType',
    typeName,
  };
}

/** Knows every secret that the event carries. */
function redactionOf({ event, callerCredentials, providerCredentials }: ParsedEvent): Redaction {
  const redaction = new Redaction([]);
  redaction.addSecrets(Object.values(callerCredentials ?? {}));
  redaction.addSecrets(Object.values(providerCredentials ?? {}));
  redaction.addSecrets([event.requestData.payload]);
  return redaction;
}
