/**
 * Resources of AWS types: moto's CloudFormation makes them. Each resource is a moto stack of its own, because moto
 * neither rolls back nor reports which resource of a stack failed.
 */
import {
  CloudFormationClient,
  CloudFormationServiceException,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type CloudFormationClientConfig,
} from '@aws-sdk/client-cloudformation';
import type { Clock } from '../../clock';
import type { Structure } from '../../service';
import { MOTO_TYPES } from './moto-types';
import {
  ProvisionFailure,
  type ExistingRequest,
  type Provisioned,
  type ProvisionRequest,
  type ResourceProvider,
} from './provider';

/** Logical id in moto's stacks; moto appends it to generated names. */
const LOGICAL_ID = 'R';

export function motoProvider(options: {
  clock: Clock;
  motoOptions: CloudFormationClientConfig;
  /** Told of each resource that was made. */
  onMade?: (typeName: string, physicalId: string) => void;
}): ResourceProvider {
  const clients = new Map<string, CloudFormationClient>();

  function client(region: string): CloudFormationClient {
    let found = clients.get(region);
    if (!found) clients.set(region, (found = new CloudFormationClient({ ...options.motoOptions, region })));
    return found;
  }

  /** Talk to moto; an answer that is no CloudFormation error becomes a reason a person understands. */
  async function ask<T>(
    request: ProvisionRequest,
    call: (moto: CloudFormationClient) => Promise<T>,
  ): Promise<T> {
    try {
      return await options.clock.work(() => call(client(request.stack.region)));
    } catch (error) {
      throw new ProvisionFailure(failureReason(error, request.type.typeName));
    }
  }

  async function inspect(request: ProvisionRequest, handle: string): Promise<Provisioned> {
    const { resources, outputs } = await ask(request, async (moto) => {
      const [described, stacks] = await Promise.all([
        moto.send(new DescribeStackResourcesCommand({ StackName: handle })),
        moto.send(new DescribeStacksCommand({ StackName: handle })),
      ]);
      return { resources: described.StackResources ?? [], outputs: stacks.Stacks?.[0]?.Outputs ?? [] };
    });
    const physicalId = resources[0]?.PhysicalResourceId;
    if (!physicalId) throw new ProvisionFailure(unsupported(request.type.typeName));
    const values = Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    const attributes: Structure = {};
    request.attributesRead.forEach((attribute, index) =>
      setPath(attributes, attribute, values[outputKey(index)]),
    );
    return { physicalId, attributes, handle };
  }

  async function discard(request: ProvisionRequest, handle: string): Promise<void> {
    await ask(request, (moto) => moto.send(new DeleteStackCommand({ StackName: handle })));
  }

  return {
    handles: (type) => type.functionName === undefined && Object.hasOwn(MOTO_TYPES, type.typeName),

    async create(request) {
      const handle = await ask(request, async (moto) => {
        const name = await freeName(moto, `${request.stack.name}-${request.logicalId}`);
        const answer = await moto
          .send(
            new CreateStackCommand({
              StackName: name,
              TemplateBody: motoTemplate(request),
              Tags: Object.entries(request.stackTags).map(([Key, Value]) => ({ Key, Value })),
            }),
          )
          .catch(async (error) => {
            // moto keeps a stack whose resource it could not make.
            await moto.send(new DeleteStackCommand({ StackName: name })).catch(() => undefined);
            throw error;
          });
        return answer.StackId!;
      });
      try {
        const result = await inspect(request, handle);
        request.onPhysicalId(result.physicalId);
        options.onMade?.(request.type.typeName, result.physicalId);
        return result;
      } catch (error) {
        await discard(request, handle).catch(() => undefined);
        throw error;
      }
    },

    async update(request) {
      if (MOTO_TYPES[request.type.typeName] !== 'updated') {
        throw new ProvisionFailure('moto cannot update this type in place.', { code: 'NotUpdatable' });
      }
      const handle = request.current.handle!;
      await ask(request, (moto) =>
        moto.send(new UpdateStackCommand({ StackName: handle, TemplateBody: motoTemplate(request) })),
      );
      return inspect(request, handle);
    },

    delete: (request: ExistingRequest) => discard(request, request.current.handle!),

    read: async (request) => (await inspect(request, request.current.handle!)).attributes,
  };
}

/** Deleted or not, a name is free when moto knows no stack of it that exists. */
async function freeName(moto: CloudFormationClient, base: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    const exists = await moto.send(new DescribeStacksCommand({ StackName: name })).then(
      (answer) => (answer.Stacks?.length ?? 0) > 0,
      () => false,
    );
    if (!exists) return name;
  }
}

const outputKey = (index: number) => `Attribute${index}`;

function motoTemplate(request: ProvisionRequest): string {
  const { type, properties, attributesRead } = request;
  return JSON.stringify({
    Resources: { [LOGICAL_ID]: { Type: type.typeName, Properties: properties } },
    Outputs: Object.fromEntries(
      attributesRead.map((attribute, index) => [
        outputKey(index),
        { Value: { 'Fn::GetAtt': [LOGICAL_ID, attribute] } },
      ]),
    ),
  });
}

/** Set `A.B.C` in a nested structure. */
function setPath(target: Structure, path: string, value: unknown): void {
  const steps = path.split('.');
  let parent = target;
  for (const step of steps.slice(0, -1)) parent = parent[step] ??= {};
  parent[steps.at(-1)!] = value;
}

function unsupported(typeName: string): string {
  return `The local AWS cannot provision resources of type ${typeName}.`;
}

function failureReason(error: unknown, typeName: string): string {
  const refusal = error instanceof CloudFormationServiceException && error.$metadata.httpStatusCode !== 500;
  if (refusal && error.name !== 'Unknown')
    return `${error.message} (HandlerErrorCode: GeneralServiceException)`;
  return `${unsupported(typeName)} moto's CloudFormation failed on its properties.`;
}
