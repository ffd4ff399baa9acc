/**
 * `AWS::CloudFormation::WaitConditionHandle` and `AWS::CloudFormation::WaitCondition`: a presigned URL to which somebody
 * writes signals, and a resource that is there once enough of them have come.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Structure } from '../../service';
import { makeVersionedBucket, objectVersions, PRESIGNED } from '../s3';
import { ProvisionFailure, type Provisioned, type ProvisionRequest, type ResourceProvider } from './provider';

export interface WaitConditionOptions {
  readonly clock: Clock;
  /** URL of the local endpoint. */
  readonly endpoint: () => string;
  readonly motoUrl: string;
}

/** Virtual milliseconds between two looks for signals. */
const INTERVAL = 5_000;

/** What somebody has written to the URL of a handle. */
interface Signal {
  readonly Status: string;
  readonly UniqueId: string;
  readonly Data?: string;
  readonly Reason?: string;
}

export function waitConditionProvider({ clock, endpoint, motoUrl }: WaitConditionOptions): ResourceProvider {
  const bucketOf = ({ stack }: ProvisionRequest) => `cloudformation-waitcondition-${stack.region}`;

  async function createHandle(request: ProvisionRequest): Promise<Provisioned> {
    const bucket = bucketOf(request);
    await clock.work(() => makeVersionedBucket(motoUrl, bucket));
    const physicalId = `${endpoint()}/${bucket}/${request.stack.name}/${request.logicalId}-${randomUUID()}?${PRESIGNED}`;
    request.onPhysicalId(physicalId);
    return { physicalId, attributes: {} };
  }

  async function createCondition(request: ProvisionRequest): Promise<Provisioned> {
    const { Handle, Timeout, Count = 1 } = request.properties;
    const key = URL.canParse(Handle) && new URL(Handle).pathname.split('/').slice(2).join('/');
    if (!key)
      throw new ProvisionFailure('Handle must be the Ref of an AWS::CloudFormation::WaitConditionHandle.');
    if (!(Number(Timeout) > 0)) throw new ProvisionFailure('Timeout must be given, in seconds.');
    const physicalId = `${request.stack.id}/${request.logicalId}`;
    request.onPhysicalId(physicalId);
    const deadline = clock.now() + Number(Timeout) * 1000;
    for (;;) {
      const signals = await clock.work(() => received(bucketOf(request), key));
      const failed = [...signals.values()].find(({ Status }) => Status !== 'SUCCESS');
      if (failed)
        throw new ProvisionFailure(
          `WaitCondition received failed message: '${failed.Reason ?? ''}' for uniqueId: ${failed.UniqueId}`,
          { physicalId },
        );
      if (signals.size >= Number(Count)) {
        const Data = JSON.stringify(
          Object.fromEntries([...signals.values()].map(({ UniqueId, Data: data }) => [UniqueId, data ?? ''])),
        );
        return { physicalId, attributes: { Data } };
      }
      if (request.signal?.aborted) throw new ProvisionFailure('Resource creation cancelled', { physicalId });
      if (clock.now() >= deadline)
        throw new ProvisionFailure(
          `WaitCondition timed out. Received ${signals.size} conditions when expecting ${Count}`,
          { physicalId },
        );
      await clock.sleep(INTERVAL);
    }
  }

  /** Signals by their unique id; one that is sent again counts once, and what is no signal does not count. */
  async function received(bucket: string, key: string): Promise<Map<string, Signal>> {
    const texts = await objectVersions(motoUrl, bucket, key);
    return new Map(texts.flatMap(signalOf).map((signal) => [signal.UniqueId, signal]));
  }

  const creations: Readonly<Record<string, (request: ProvisionRequest) => Promise<Provisioned>>> = {
    'AWS::CloudFormation::WaitCondition': createCondition,
    'AWS::CloudFormation::WaitConditionHandle': createHandle,
  };
  return {
    handles: ({ typeName }) => Object.hasOwn(creations, typeName),
    create: (request) => creations[request.type.typeName]!(request),
    async update({ type }) {
      throw new ProvisionFailure(`Update to resource type ${type.typeName} is not supported.`, {
        untouched: true,
      });
    },
    // What was signalled stays in the bucket, which is AWS's own.
    delete: async () => undefined,
    read: async () => ({}),
  };
}

function signalOf(text: string): Signal[] {
  try {
    const signal: Structure = JSON.parse(text);
    return typeof signal.UniqueId === 'string' && typeof signal.Status === 'string' ? [signal as Signal] : [];
  } catch {
    return [];
  }
}
