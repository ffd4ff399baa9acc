/** Resources of private registry types: their handlers do the work. */
import { randomUUID } from 'node:crypto';
import type { HandlerOutcome, HandlerRequest, ResourceHandler } from '../../extension/resource-handler';
import type { Action } from '../../registry/resource-type';
import type { Structure } from '../../service';
import {
  ProvisionFailure,
  type ExistingRequest,
  type ProvisionRequest,
  type ResourceProvider,
} from './provider';

/** Actions that get nothing but the identifier. */
const LOOKS: ReadonlySet<Action> = new Set<Action>(['READ', 'LIST']);

export function registryProvider(handler: ResourceHandler): ResourceProvider {
  async function run(
    action: Action,
    request: ProvisionRequest,
    nextToken?: string,
  ): Promise<Extract<HandlerOutcome, { status: 'SUCCESS' }>> {
    const { current, type, stack } = request;
    const identifier = current ? type.identifierModel(current.physicalId) : {};
    const requestToken = randomUUID();
    const call: HandlerRequest = {
      action,
      type,
      model: LOOKS.has(action) ? identifier : { ...request.properties, ...identifier },
      nextToken,
      ...(action === 'UPDATE' && {
        previousModel: { ...current!.properties, ...identifier },
        previousStackTags: current!.stackTags,
      }),
      logicalResourceId: request.logicalId,
      stackId: stack.id,
      systemTags: {
        'aws:cloudformation:stack-name': stack.name,
        'aws:cloudformation:logical-id': request.logicalId,
        'aws:cloudformation:stack-id': stack.id,
      },
      stackTags: request.stackTags,
      requestToken,
      region: stack.region,
      accountId: stack.accountId,
      signal: request.signal,
      onProgress(_, physicalId, message) {
        request.onPhysicalId(physicalId);
        if (message) request.onWait(message);
      },
    };
    const outcome = await handler(call);
    if (outcome.status === 'SUCCESS') return outcome;
    throw new ProvisionFailure(reason(outcome, type.typeName, requestToken), {
      code: outcome.errorCode,
      physicalId: outcome.identifier,
    });
  }

  const provisioned = (outcome: { identifier?: string; model?: Structure }) => ({
    physicalId: outcome.identifier!,
    attributes: outcome.model ?? {},
  });

  /** READ; undefined when there is no such resource. */
  async function look(request: ExistingRequest): Promise<Structure | undefined> {
    try {
      return (await run('READ', request)).model;
    } catch (error) {
      if (error instanceof ProvisionFailure && error.code === 'NotFound') return undefined;
      throw error;
    }
  }

  return {
    handles: (type) => type.functionName !== undefined,
    create: async (request) => provisioned(await run('CREATE', request)),
    update: async (request) => provisioned(await run('UPDATE', request)),
    async delete(request) {
      try {
        await run('DELETE', request);
      } catch (error) {
        if (!(error instanceof ProvisionFailure && error.code === 'NotFound')) throw error;
      }
    },
    read: look,
    import: {
      supports: (type) => type.handler('READ') !== undefined,
      async look(request) {
        const model = await look(request);
        return model && { physicalId: request.current.physicalId, attributes: model };
      },
      async list(request) {
        const identifiers: string[] = [];
        let nextToken: string | undefined;
        do {
          const page = await run('LIST', request, nextToken);
          for (const model of page.models ?? []) identifiers.push(request.type.identifier(model)!);
          nextToken = page.nextToken;
        } while (nextToken);
        return identifiers;
      },
    },
  };
}

/** The reason as CloudFormation words it in stack events. */
function reason(
  outcome: Extract<HandlerOutcome, { status: 'FAILED' }>,
  typeName: string,
  requestToken: string,
): string {
  if (outcome.errorCode === 'Cancelled') return outcome.message;
  const message =
    outcome.errorCode === 'AlreadyExists' && !outcome.message
      ? `Resource of type '${typeName}' already exists.`
      : outcome.message;
  return `Resource handler returned message: "${message}" (RequestToken: ${requestToken}, HandlerErrorCode: ${outcome.errorCode})`;
}
