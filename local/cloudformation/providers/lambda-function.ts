/** `AWS::Lambda::Function`: the code in a template, or the package in S3 that it names, runs in the local Lambda. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../../clock';
import type { Lambda } from '../../lambda';
import type { Structure } from '../../service';
import { readObject } from '../s3';
import { generatedName } from './api/api-type';
import { ProvisionFailure, type ProvisionRequest, type ResourceProvider } from './provider';

const PYTHON = join(__dirname, '..', '..', '..', '.venv', 'bin', 'python');

/** What the execution environment gets beside the function's own variables: credentials of its role. */
const ROLE_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'lambda', AWS_SECRET_ACCESS_KEY: 'local' };

/** Provides functions, and forgets all of them with their unpacked code on `reset`. */
export function lambdaFunctionProvider({
  clock,
  lambda,
  motoUrl,
}: {
  readonly clock: Clock;
  readonly lambda: Lambda;
  readonly motoUrl: string;
}): ResourceProvider & { reset(): void } {
  /** Folder of the unpacked code, by name of the function. */
  const folders = new Map<string, string>();

  async function deploy(request: ProvisionRequest, name: string): Promise<void> {
    const { Runtime, Handler, Timeout, Environment } = request.properties;
    if (!String(Runtime).startsWith('nodejs'))
      throw invalid(`The local AWS runs Node.js functions only, not Runtime ${Runtime}.`);
    const [, file, handler] = /^(.+)\.([^.]+)$/.exec(String(Handler)) ?? [];
    if (!file || !handler) throw invalid(`Handler ${Handler} is not FILE.FUNCTION.`);
    const folder = await clock.work(() => unpack(request.properties.Code, motoUrl));
    forget(name);
    folders.set(name, folder);
    lambda.register({
      name,
      bundle: join(folder, `${file}.js`),
      handler,
      // AWS's default.
      timeoutSeconds: Timeout ?? 3,
      environment: { ...ROLE_CREDENTIALS, ...Environment?.Variables },
    });
  }

  function forget(name: string): void {
    lambda.remove(name);
    const folder = folders.get(name);
    if (folder) rmSync(folder, { recursive: true });
    folders.delete(name);
  }

  const provisioned = (name: string) => ({ physicalId: name, attributes: { Arn: lambda.arn(name) } });
  return {
    handles: ({ typeName }) => typeName === 'AWS::Lambda::Function',
    async create(request) {
      const name: string = request.properties.FunctionName ?? generatedName(request);
      if (lambda.has(name))
        throw new ProvisionFailure(`Function already exist: ${name}`, { code: 'AlreadyExists' });
      await deploy(request, name);
      return provisioned(name);
    },
    async update(request) {
      await deploy(request, request.current.physicalId);
      return provisioned(request.current.physicalId);
    },
    delete: async (request) => forget(request.current.physicalId),
    read: async ({ current }) =>
      lambda.has(current.physicalId) ? provisioned(current.physicalId).attributes : undefined,
    reset() {
      for (const name of [...folders.keys()]) forget(name);
    },
  };
}

/** Put the code into a new folder. @throws ProvisionFailure when there is none. */
async function unpack(code: Structure, motoUrl: string): Promise<string> {
  if (code.ZipFile !== undefined) return writeOut(code.ZipFile);
  const archive = await readObject(motoUrl, code.S3Bucket, code.S3Key);
  if (!archive)
    throw new ProvisionFailure(
      `Error occurred while GetObject. S3 Error Code: NoSuchKey. There is no object ${code.S3Key} in the bucket ${code.S3Bucket}.`,
      { code: 'InvalidRequest' },
    );
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  const path = join(folder, 'package.zip');
  try {
    writeFileSync(path, archive);
    await promisify(execFile)(PYTHON, ['-m', 'zipfile', '-e', path, folder]);
  } catch {
    rmSync(folder, { recursive: true });
    throw invalid(
      `Could not unzip uploaded file: ${code.S3Key} in the bucket ${code.S3Bucket} is no zip file.`,
    );
  }
  rmSync(path);
  return folder;
}

/** Code that stands in a template is a CommonJS module of this name (Lambda developer guide, `AWS::Lambda::Function` `Code`). */
function writeOut(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(folder, 'index.js'), source);
  return folder;
}

function invalid(message: string): ProvisionFailure {
  return new ProvisionFailure(message, { code: 'InvalidRequest' });
}
