/**
 * The account in which templates from the field are deployed: the two roles of examples/roles.yml, a hosted zone that is
 * the base domain of the type, and looks at what stacks come to.
 */
import { CloudFormation, type Parameter, type Stack } from '@aws-sdk/client-cloudformation';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { createHostedZone } from '../../local/account';
import { takeInventory } from '../../local/inventory';

export const TYPE_NAME = 'Org::ECS::ExpressService';
/** Base domain of the type; services get host names in it. */
export const BASE_DOMAIN = 'example.com';
export const ACCOUNT_ID = '123456789012';
export const REGION = 'us-east-1';

const INPUTS = join(__dirname, 'inputs');
const ROLES = join(__dirname, '..', '..', 'examples', 'roles.yml');

type Texts = Readonly<Record<string, string>>;

/** What an operation on a stack came to. */
export interface Outcome {
  /** Of the stack, e.g. `ROLLBACK_COMPLETE`. */
  readonly status: string;
  readonly outputs: Texts;
  /** Physical ids by logical id. */
  readonly resources: Texts;
  /** Why resources failed in this operation, by logical id; the first reason of each. */
  readonly reasons: Texts;
}

/** A template, by its file name in `inputs/` or by its text, and how it is deployed. */
export interface Deployment {
  readonly template: string;
  readonly parameters?: Texts;
}

export class FieldAccount {
  /** What there is when no row is at work. */
  private before: readonly string[] = [];
  /** Stacks that the row at work has made, in that order. */
  private readonly made: string[] = [];

  private constructor(
    readonly aws: LocalAws,
    readonly cloudFormation: CloudFormation,
    /** Of {@link BASE_DOMAIN}. */
    readonly hostedZoneId: string,
  ) {}

  /** Start an AWS and set the account up. */
  static async open(): Promise<FieldAccount> {
    const aws = await startLocalAws();
    try {
      const hostedZoneId = await createHostedZone(aws, BASE_DOMAIN);
      aws.registry.setTypeConfiguration(TYPE_NAME, { BaseDomain: BASE_DOMAIN, HostedZoneId: hostedZoneId });
      const account = new FieldAccount(aws, new CloudFormation(aws.clientOptions()), hostedZoneId);
      await account.create('roles', { template: readFileSync(ROLES, 'utf8') });
      account.made.length = 0;
      account.before = await takeInventory(aws.clientOptions());
      return account;
    } catch (error) {
      await aws.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.aws.close();
  }

  /** Create a stack by CreateStack, and wait for the end. */
  async create(StackName: string, { template, parameters }: Deployment): Promise<Outcome> {
    const { StackId } = await this.cloudFormation.createStack({
      StackName,
      ...templateInput(template, parameters),
    });
    this.made.push(StackId!);
    return this.outcome(StackId!);
  }

  /** Update a stack by UpdateStack, and wait for the end. */
  async update(StackName: string, { template, parameters }: Deployment): Promise<Outcome> {
    const { StackId } = await this.cloudFormation.updateStack({
      StackName,
      ...templateInput(template, parameters),
    });
    return this.outcome(StackId!);
  }

  /**
   * Create or update a stack by a change set, as `aws cloudformation deploy` does, and wait for the end.
   *
   * @throws Error with the reason when the change set fails.
   */
  async deploy(StackName: string, { template, parameters }: Deployment): Promise<Outcome> {
    const exists = await this.exists(StackName);
    const { Id: ChangeSetName, StackId } = await this.cloudFormation.createChangeSet({
      StackName,
      ChangeSetName: `deploy-${++this.changeSets}`,
      ChangeSetType: exists ? 'UPDATE' : 'CREATE',
      ...templateInput(template, parameters),
    });
    if (!exists) this.made.push(StackId!);
    const { Status, StatusReason } = await this.cloudFormation.describeChangeSet({ ChangeSetName });
    if (Status !== 'CREATE_COMPLETE') throw new Error(`${Status}: ${StatusReason}`);
    await this.cloudFormation.executeChangeSet({ ChangeSetName });
    return this.outcome(StackId!);
  }

  private changeSets = 0;

  /** Delete a stack, and wait for the end. */
  async remove(stackName: string): Promise<Outcome> {
    const { StackId } = await this.describe(stackName);
    await this.cloudFormation.deleteStack({ StackName: stackName });
    return this.outcome(StackId!);
  }

  /** Delete the stacks that the row has made, the last first. @returns what is left that was not there before. */
  async clear(): Promise<string[]> {
    for (const stackId of this.made.splice(0).reverse()) {
      const { StackStatus } = await this.describe(stackId);
      if (StackStatus !== 'DELETE_COMPLETE') await this.remove(stackId);
    }
    return (await takeInventory(this.aws.clientOptions())).filter(
      (resource) => !this.before.includes(resource),
    );
  }

  private async outcome(stackId: string): Promise<Outcome> {
    await this.aws.cloudFormation.settled(stackId);
    const { StackStatus, Outputs = [] } = await this.describe(stackId);
    const { StackResources = [] } = await this.cloudFormation.describeStackResources({ StackName: stackId });
    return {
      status: StackStatus!,
      outputs: Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!])),
      resources: Object.fromEntries(
        StackResources.map(({ LogicalResourceId, PhysicalResourceId = '' }) => [
          LogicalResourceId!,
          PhysicalResourceId,
        ]),
      ),
      reasons: await this.reasons(stackId),
    };
  }

  /** Reasons of the last operation on a stack: events since the stack itself began it. */
  private async reasons(stackId: string): Promise<Texts> {
    const { StackEvents: newestFirst = [] } = await this.cloudFormation.describeStackEvents({
      StackName: stackId,
    });
    const began = newestFirst.findIndex(
      ({ PhysicalResourceId, ResourceStatus }) =>
        PhysicalResourceId === stackId && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(ResourceStatus!),
    );
    const failures = newestFirst
      .slice(0, began + 1)
      .filter(({ ResourceStatus }) => ResourceStatus!.endsWith('_FAILED'));
    return Object.fromEntries(
      failures.map(({ LogicalResourceId, ResourceStatusReason = '' }) => [
        LogicalResourceId!,
        ResourceStatusReason,
      ]),
    );
  }

  private async describe(stackName: string): Promise<Stack> {
    const { Stacks = [] } = await this.cloudFormation.describeStacks({ StackName: stackName });
    return Stacks[0]!;
  }

  private async exists(stackName: string): Promise<boolean> {
    const { Stacks = [] } = await this.cloudFormation.describeStacks();
    return Stacks.some(({ StackName }) => StackName === stackName);
  }
}

/** Text of a template in `inputs/`. */
export function inputText(file: string): string {
  return readFileSync(join(INPUTS, file), 'utf8');
}

/** The reason of an event in which a handler of the type refuses something, as CloudFormation words it. */
export function refusal(code: string, message: string) {
  return expect.stringMatching(
    new RegExp(
      `^Resource handler returned message: "${escaped(message)}" \\(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: ${code}\\)$`,
    ),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function templateInput(template: string, parameters: Texts = {}) {
  return {
    TemplateBody: template.endsWith('.yml') ? inputText(template) : template,
    Capabilities: ['CAPABILITY_NAMED_IAM' as const],
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]): Parameter => ({
      ParameterKey,
      ParameterValue,
    })),
  };
}
