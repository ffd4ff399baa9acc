/**
 * The account in which templates are deployed: the two roles of examples/roles.yml, a hosted zone that is the base domain
 * of the type, and looks at what stacks come to.
 */
import { CloudFormation, type Parameter, type Stack } from '@aws-sdk/client-cloudformation';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { takeInventory } from '../../local/inventory';
import { giveBaseDomain } from './account';
import { withLateInvocations } from './late-invocations';

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

/** A template, by the name of its file in the folder of the account or by its text, and how it is deployed. */
export interface Deployment {
  readonly template: string;
  readonly parameters?: Texts;
}

export class StackAccount {
  /** Whether CloudFormation comes when it is asked to, for a test about time; until {@link clear}. */
  isPunctual = false;
  /** What there is when no test is at work. */
  private before: readonly string[] = [];
  /** Stacks that the test at work has made, in that order. */
  private readonly made: string[] = [];

  private constructor(
    readonly aws: LocalAws,
    readonly cloudFormation: CloudFormation,
    /** Of the base domain. */
    readonly hostedZoneId: string,
    private readonly folder: string,
  ) {}

  /**
   * Start an AWS and set the account up.
   *
   * @param folder of the templates that are named by their files.
   * @param baseDomain of the type; services get host names in it.
   */
  static async open(folder: string, baseDomain: string): Promise<StackAccount> {
    const aws = await startLocalAws();
    try {
      const hostedZoneId = await giveBaseDomain(aws, baseDomain);
      const account = new StackAccount(aws, new CloudFormation(aws.clientOptions()), hostedZoneId, folder);
      const { invoke } = aws.lambda;
      const late = withLateInvocations(invoke);
      aws.lambda.invoke = (...invocation) => (account.isPunctual ? invoke : late)(...invocation);
      await account.standing('roles', { template: readFileSync(ROLES, 'utf8') });
      return account;
    } catch (error) {
      await aws.close();
      throw error;
    }
  }

  close(): Promise<void> {
    this.cloudFormation.destroy();
    return this.aws.close();
  }

  /**
   * Create a stack that stays: {@link clear} leaves it, and takes for granted whatever there is by then.
   *
   * @throws Error with the reasons when it fails.
   */
  async standing(stackName: string, deployment: Deployment): Promise<Outcome> {
    const outcome = await this.create(stackName, deployment);
    if (outcome.status !== 'CREATE_COMPLETE') {
      throw new Error(`${stackName}: ${outcome.status}: ${JSON.stringify(outcome.reasons)}`);
    }
    this.made.pop();
    await this.takeForGranted();
    return outcome;
  }

  /** What there is now is not left by a test. */
  async takeForGranted(): Promise<void> {
    this.before = await takeInventory(this.aws.clientOptions());
  }

  /** Create a stack by CreateStack, and wait for the end. */
  async create(StackName: string, { template, parameters }: Deployment): Promise<Outcome> {
    const { StackId } = await this.cloudFormation.createStack({
      StackName,
      ...this.templateInput(template, parameters),
    });
    this.made.push(StackId!);
    return this.outcome(StackId!);
  }

  /** Update a stack by UpdateStack, and wait for the end. */
  async update(StackName: string, { template, parameters }: Deployment): Promise<Outcome> {
    const { StackId } = await this.cloudFormation.updateStack({
      StackName,
      ...this.templateInput(template, parameters),
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
      ...this.templateInput(template, parameters),
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

  /** Delete the stacks that the test has made, the last first. @returns what is left that was not there before. */
  async clear(): Promise<string[]> {
    for (const stackId of this.made.splice(0).reverse()) {
      const { StackStatus } = await this.describe(stackId);
      if (StackStatus !== 'DELETE_COMPLETE') await this.remove(stackId);
    }
    this.isPunctual = false;
    return (await takeInventory(this.aws.clientOptions())).filter(
      (resource) => !this.before.includes(resource),
    );
  }

  /** What the last operation on a stack came to, also one that another client has started; waits for its end. */
  async last(stackName: string): Promise<Outcome> {
    const { StackId } = await this.describe(stackName);
    return this.outcome(StackId!);
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

  private templateInput(template: string, parameters: Texts = {}) {
    return {
      TemplateBody: template.endsWith('.yml') ? readFileSync(join(this.folder, template), 'utf8') : template,
      Capabilities: ['CAPABILITY_NAMED_IAM' as const],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]): Parameter => ({
        ParameterKey,
        ParameterValue,
      })),
    };
  }
}
