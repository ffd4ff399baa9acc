/** The queue of examples/video-archive/notifications.yml: who sends messages, and the containers of the worker that take them. */
import { DescribeTasksCommand, ECSClient, ListTasksCommand, type Task } from '@aws-sdk/client-ecs';
import { SSM } from '@aws-sdk/client-ssm';
import type { LocalAws } from '../../../local';

/** Virtual seconds for which a container works on a message; as long is between two messages. */
const WORK_SECONDS = 20;
const USERS = 3;
/** Virtual hours without a message that is worked on, after which nobody waits any more. */
const PATIENCE_HOURS = 2;

/** A message, and the container that has worked on it. */
export interface Worked {
  readonly body: string;
  readonly task: string;
  readonly image: string;
}

interface InHand extends Worked {
  readonly receipt: string;
}

export class Notifications {
  /** Bodies of all messages, `<user> <number>`, in their order. */
  readonly sent: string[] = [];
  /** In the order in which containers have taken them. */
  readonly taken: Worked[] = [];
  /** In the order in which containers have deleted them. */
  readonly done: Worked[] = [];
  private readonly inHand = new Map<string, InHand>();
  private readonly ecs: ECSClient;
  private readonly ssm: SSM;

  constructor(
    private readonly aws: LocalAws,
    private readonly service: string,
    private readonly queueUrl: string,
    private readonly parameter: string,
  ) {
    this.ecs = new ECSClient(aws.clientOptions());
    this.ssm = new SSM(aws.clientOptions());
  }

  close(): void {
    this.ecs.destroy();
    this.ssm.destroy();
  }

  /**
   * Send messages while an operation runs, and have the containers take them until none is left.
   *
   * @returns its result, and the images that have taken messages, in their order: twice one that has begun again.
   */
  async whileSent<Result>(
    operation: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly images: readonly string[] }> {
    const { clock } = this.aws;
    const begin = this.taken.length;
    let isOver = false;
    let last = clock.now();
    const live = async () => {
      while (!isOver || this.done.length < this.sent.length) {
        await clock.work(async () => {
          const { length } = this.done;
          if (!isOver) await this.send();
          await this.work();
          if (this.done.length > length) last = clock.now();
        });
        const waiting = this.sent.length - this.done.length;
        if (clock.now() - last > PATIENCE_HOURS * 3_600_000)
          throw new Error(
            `For ${PATIENCE_HOURS} virtual hours nobody has worked on any of ${waiting} messages.`,
          );
        await clock.sleep(WORK_SECONDS * 1000);
      }
    };
    const [result] = await Promise.all([operation().finally(() => (isOver = true)), live()]);
    const images = this.taken.slice(begin).map(({ image }) => image);
    return { result, images: images.filter((image, index) => image !== images[index - 1]) };
  }

  private async send(): Promise<void> {
    const number = this.sent.length;
    const MessageGroupId = `user-${number % USERS}`;
    const MessageBody = `${MessageGroupId} ${number}`;
    this.sent.push(MessageBody);
    await this.call('SendMessage', { MessageBody, MessageGroupId });
  }

  /** What all containers do in one turn: finish the message in hand, or ask for one. */
  private async work(): Promise<void> {
    const tasks = await this.runningTasks();
    const running = new Set(tasks.map(({ taskArn }) => taskArn!));
    // A container that is stopped finishes, too.
    for (const [task, message] of this.inHand) {
      await this.call('DeleteMessage', { ReceiptHandle: message.receipt });
      this.done.push(message);
      this.inHand.delete(task);
      running.delete(task);
    }
    for (const task of tasks) if (running.has(task.taskArn!)) await this.take(task);
  }

  /** As the template says: only while the parameter holds the task definition of the container's own task. */
  private async take({ taskArn, taskDefinitionArn, containers }: Task): Promise<void> {
    const { Parameter } = await this.ssm.getParameter({ Name: this.parameter });
    if (Parameter!.Value !== taskDefinitionArn!.split('/')[1]) return;
    const { Messages = [] } = await this.call('ReceiveMessage', { MaxNumberOfMessages: 1 });
    for (const { Body: body, ReceiptHandle: receipt } of Messages) {
      const message = { body, receipt, task: taskArn!, image: containers![0]!.image! };
      this.taken.push(message);
      this.inHand.set(taskArn!, message);
    }
  }

  private async runningTasks(): Promise<Task[]> {
    const { taskArns = [] } = await this.ecs.send(new ListTasksCommand({ serviceName: this.service }));
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.ecs.send(new DescribeTasksCommand({ tasks: taskArns }));
    return tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING');
  }

  private call(operation: string, input: object): Promise<any> {
    return callSqs(this.aws, operation, { QueueUrl: this.queueUrl, ...input });
  }
}

/** Call Amazon SQS, whose client no part of this repository needs. */
export async function callSqs(aws: LocalAws, operation: string, input: object): Promise<any> {
  const scope = `local/20260101/${aws.clientOptions().region}/sqs/aws4_request`;
  const answer = await fetch(aws.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
