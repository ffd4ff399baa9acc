import { readFileSync } from 'node:fs';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type CloudFormationClientConfig,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';

/** Makes, changes and deletes stacks through the CloudFormation API, and shows their events while it waits. */
export class Stacks {
  private readonly client: CloudFormationClient;
  private readonly shown = new Set<string>();

  /** @param show is given each event once, in order. */
  constructor(
    options: CloudFormationClientConfig,
    private readonly show: (event: StackEvent) => void,
  ) {
    this.client = new CloudFormationClient(options);
  }

  /**
   * @param template path of the template.
   * @returns the stack once its operation has ended, however it ended.
   */
  async create(name: string, template: string, parameters: Record<string, string> = {}): Promise<Stack> {
    await this.client.send(new CreateStackCommand({ StackName: name, ...input(template, parameters) }));
    return this.settled(name);
  }

  /** The like of {@link create}. */
  async update(name: string, template: string, parameters: Record<string, string> = {}): Promise<Stack> {
    await this.client.send(new UpdateStackCommand({ StackName: name, ...input(template, parameters) }));
    return this.settled(name);
  }

  /** @param stackId ARN of the stack: a deleted stack is no longer found by its name. */
  async delete(stackId: string): Promise<Stack> {
    await this.client.send(new DeleteStackCommand({ StackName: stackId }));
    return this.settled(stackId);
  }

  /** Events of a stack, oldest first. */
  async events(name: string): Promise<StackEvent[]> {
    const { StackEvents = [] } = await this.client.send(new DescribeStackEventsCommand({ StackName: name }));
    return StackEvents.reverse();
  }

  private async settled(name: string): Promise<Stack> {
    for (;;) {
      const { Stacks: [stack] = [] } = await this.client.send(new DescribeStacksCommand({ StackName: name }));
      for (const event of await this.events(name)) {
        if (this.shown.has(event.EventId!)) continue;
        this.shown.add(event.EventId!);
        this.show(event);
      }
      if (!stack!.StackStatus!.endsWith('_IN_PROGRESS')) return stack!;
      // A person follows this: a few looks a second are enough and leave the processor to the work itself.
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

function input(template: string, parameters: Record<string, string>) {
  return {
    TemplateBody: readFileSync(template, 'utf8'),
    Capabilities: ['CAPABILITY_IAM' as const],
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
  };
}
