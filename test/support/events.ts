/** An event bus with a queue that gets all its events. */
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import type { LocalAws } from '../../local';
import { callMoto } from '../../local/moto/call';
import { ACCOUNT_ID, REGION } from './account';

const SQS = { service: 'sqs', targetPrefix: 'AmazonSQS' };
const RULE = { Name: 'all', EventPattern: JSON.stringify({ source: ['org.ecs.express'] }) };

/** Takes all events that have come since the last time, in their order, as a target gets them. */
export type TakeEvents = () => Promise<any[]>;

/** Make the event bus. @param name of the bus, and of the queue. */
export async function eventsOnBus(aws: LocalAws, name: string): Promise<TakeEvents> {
  const sqs = (operation: string, input: object) =>
    callMoto({ endpoint: aws.endpoint }, SQS, REGION, operation, input);
  const events = new EventBridgeClient(aws.clientOptions());
  await events.send(new CreateEventBusCommand({ Name: name }));
  const { QueueUrl } = await sqs('CreateQueue', { QueueName: name });
  await events.send(new PutRuleCommand({ ...RULE, EventBusName: name }));
  const Arn = `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
  await events.send(
    new PutTargetsCommand({ Rule: RULE.Name, EventBusName: name, Targets: [{ Id: 'queue', Arn }] }),
  );
  events.destroy();
  return async () => {
    const taken: any[] = [];
    for (;;) {
      const { Messages = [] } = await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) return taken;
      for (const { Body, ReceiptHandle } of Messages) {
        taken.push(JSON.parse(Body));
        await sqs('DeleteMessage', { QueueUrl, ReceiptHandle });
      }
    }
  };
}
