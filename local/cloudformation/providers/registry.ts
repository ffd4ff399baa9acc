/** Resources of private registry types: their handlers do the work. */
import { randomUUID } from 'node:crypto';
import type { HandlerOutcome, HandlerRequest, ResourceHandler } from '../../extension/resource-handler';
import type { Action } from '../../registry/resource-type';
import type { Structure } from '../../service';
import { ProvisionFailure, type ProvisionRequest, type ResourceProvider } from './provider';

export function registryProvider(handler: ResourceHandler): ResourceProvider {
  async function run(
    action: Action,
    request: ProvisionRequest,
  ): Promise<Extract<HandlerOutcome, { status: 'SUCCESS' }>> {
    const { current, type, stack } = request;
    const identifier = current ? type.identifierModel(current.physicalId) : {};
    const requestToken = randomUUID();
    const call: HandlerRequest = {
      action,
      type,
      model: action === 'READ' ? identifier : { ...request.properties, ...identifier },
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
    async read(request) {
      try {
        return (await run('READ', request)).model;
      } catch (error) {
        if (error instanceof ProvisionFailure && error.code === 'NotFound') return undefined;
        throw error;
      }
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
