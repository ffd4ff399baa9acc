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

/** Real milliseconds between two looks at a stack: a few a second are enough for a person, and leave the processor to the work itself. */
const LOOK_EVERY = 250;

/** Makes, changes and deletes stacks through the CloudFormation API. */
export class Stacks {
  private readonly client: CloudFormationClient;

  /** @param whileWaiting is called between the looks at a stack whose operation goes on, and once when it has ended. */
  constructor(
    options: CloudFormationClientConfig,
    private readonly whileWaiting: () => Promise<void>,
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

  /** What the hooks said of the stack as a whole when it was last created or changed; undefined when none was asked. */
  async hookMessage(name: string): Promise<string | undefined> {
    const events = await this.events(name);
    const { HookType, HookStatusReason } =
      events.findLast(
        ({ HookStatus, LogicalResourceId }) =>
          HookStatus?.startsWith('HOOK_COMPLETE') && LogicalResourceId === name,
      ) ?? {};
    return HookType && `${HookType}: ${HookStatusReason?.replace(/^Hook \w+ with message: /, '')}`;
  }

  /** Why the last operation on a stack failed: the first failure of a resource. */
  async failure(name: string): Promise<string | undefined> {
    const events = await this.events(name);
    const failed = events.find(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
    return failed && `${failed.LogicalResourceId}: ${failed.ResourceStatusReason}`;
  }

  /** Events of a stack, oldest first. */
  private async events(name: string): Promise<StackEvent[]> {
    const { StackEvents = [] } = await this.client.send(new DescribeStackEventsCommand({ StackName: name }));
    return StackEvents.reverse();
  }

  private async settled(name: string): Promise<Stack> {
    for (;;) {
      const { Stacks: [stack] = [] } = await this.client.send(new DescribeStacksCommand({ StackName: name }));
      await this.whileWaiting();
      if (!stack!.StackStatus!.endsWith('_IN_PROGRESS')) return stack!;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
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
