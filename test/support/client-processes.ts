/** An account with a base domain, and clients of AWS as processes that talk to it as their users let them. */
import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { delimiter, join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { giveBaseDomain } from './account';

export const ROOT = join(__dirname, '..', '..');

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a folder; it finds the account by the usual variables of the environment. */
export type Run = (folder: string, program: string, ...args: string[]) => Promise<Ended>;

export interface ClientAccount {
  readonly aws: LocalAws;
  readonly run: Run;
  close(): Promise<void>;
}

export async function startClientAccount(): Promise<ClientAccount> {
  const aws = await startLocalAws();
  await giveBaseDomain(aws, 'example.com');
  return { aws, run: clientsOf(aws), close: () => aws.close() };
}

/** Clients of an account. */
export function clientsOf(aws: LocalAws): Run {
  const env = {
    PATH: [join(ROOT, '.venv', 'bin'), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    HOME: process.env.HOME,
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_PAGER: '',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // The clients would otherwise report to their makers and look for news.
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    SAM_CLI_TELEMETRY: '0',
  };
  return (cwd, program, ...args) =>
    new Promise((resolve) => {
      execFile(program, args, { cwd, env, maxBuffer: 64e6 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
      );
    });
}
