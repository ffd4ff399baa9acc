/** Lambda functions of lifecycle hooks: what they answer is set by the test, and every event that they get is kept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeploymentLifecycleHook, DeploymentLifecycleHookStage } from '@aws-sdk/client-ecs';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { createRole } from '../../local/account';
import { MINUTE, type Fixture } from './fixture';

/** What a function gets from ECS. */
export interface HookEvent {
  readonly executionId: string;
  readonly lifecycleStage: string;
  readonly resourceArn: string;
  readonly executionDetails: {
    readonly serviceArn: string;
    readonly targetServiceRevisionArn: string;
    readonly testTrafficWeights: Readonly<Record<string, number>>;
    readonly productionTrafficWeights: Readonly<Record<string, number>>;
  };
  readonly hookDetails?: any;
}

/** An answer; `throws` stands for an exception, and the member `milliseconds` is real time that the function takes. */
export type Answer = object | null | 'throws';

/** Answers with the next of the answers in its folder, the last one again and again, and writes down each event. */
const BUNDLE = `
const { appendFileSync, readFileSync, existsSync } = require('node:fs');
exports.handler = async (event) => {
  const calls = process.env.FOLDER + '/calls';
  const before = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\\n').length : 0;
  appendFileSync(calls, JSON.stringify(event) + '\\n');
  const answers = JSON.parse(readFileSync(process.env.FOLDER + '/answers', 'utf8'));
  const answer = answers[Math.min(before, answers.length - 1)];
  if (answer === 'throws') throw new Error('thrown');
  if (answer?.milliseconds) await new Promise((resolve) => setTimeout(resolve, answer.milliseconds));
  return answer;
};
`;

/** One function, with the role that may invoke it. */
export interface HookFunction {
  readonly arn: string;
  /** The events that it got, the first one first. */
  events(): HookEvent[];
  /** A hook that calls it. */
  hook(
    stages: readonly DeploymentLifecycleHookStage[],
    more?: Partial<DeploymentLifecycleHook>,
  ): DeploymentLifecycleHook;
}

export class HookFunctions {
  private constructor(
    private readonly fixture: Fixture,
    private readonly folder: string,
    readonly roleArn: string,
  ) {}

  static async start(fixture: Fixture): Promise<HookFunctions> {
    const folder = mkdtempSync(join(tmpdir(), 'hooks-'));
    writeFileSync(join(folder, 'bundle.js'), BUNDLE);
    const functions = new HookFunctions(
      fixture,
      folder,
      await createRole(fixture.aws, 'hooks', 'ecs.amazonaws.com'),
    );
    await functions.allow('hooks', '*');
    return functions;
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Let a role invoke a function, and wait until it can be used. */
  async allow(RoleName: string, Resource: string): Promise<void> {
    const statement = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource };
    await new IAMClient(this.fixture.aws.clientOptions()).send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'invoke',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      }),
    );
    await this.fixture.advance(MINUTE);
  }

  /** A function that gives these answers, and the last of them from then on. */
  make(...answers: Answer[]): HookFunction {
    const name = this.fixture.name('hook');
    const folder = mkdtempSync(join(this.folder, 'function-'));
    writeFileSync(join(folder, 'answers'), JSON.stringify(answers));
    this.fixture.aws.lambda.register({
      name,
      bundle: join(this.folder, 'bundle.js'),
      handler: 'handler',
      environment: { FOLDER: folder },
    });
    const arn = this.fixture.aws.lambda.arn(name);
    return {
      arn,
      events() {
        try {
          const lines = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
          return lines.map((line) => JSON.parse(line) as HookEvent);
        } catch {
          return [];
        }
      },
      hook: (lifecycleStages, more = {}) => ({
        hookTargetArn: arn,
        roleArn: this.roleArn,
        lifecycleStages: [...lifecycleStages],
        ...more,
      }),
    };
  }
}
