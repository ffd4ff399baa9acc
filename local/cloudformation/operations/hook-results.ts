/** Operations that show what hooks have said. */
import type { HookHandler, HookRequest, HookResult } from '../../extension/hook-handler';
import type { TargetOperation } from '../../registry/hook';
import { AwsError, type AwsRequest, type Structure } from '../../service';
import { page, type Operations } from './context';

export function hookResultOperations(hooks: HookHandler): Operations {
  return {
    async ListHookResults(request) {
      const { TargetType, TargetId, TypeArn, Status, NextToken: token } = request.input;
      const found = [...hooks.results()]
        .reverse()
        .filter(
          (result) =>
            (!TargetType || result.request.operation === TargetType) &&
            (!TargetId || targetId(result) === TargetId) &&
            (!TypeArn || typeArn(request, result) === TypeArn) &&
            (!Status || result.status === Status),
        );
      const { items, NextToken } = page(found, token);
      const HookResults = items.map((result) => ({
        ...summary(request, result),
        TargetType: result.request.operation,
        TargetId: targetId(result),
        HookExecutionTarget: result.request.stack?.id ?? result.request.hooksRequestToken,
      }));
      return { TargetType, TargetId, HookResults, NextToken };
    },

    async GetHookResult(request) {
      const { HookResultId } = request.input;
      const result = hooks.results().find(({ id }) => id === HookResultId);
      if (!result) throw new AwsError('HookResultNotFound', `There is no hook result ${HookResultId}.`, 404);
      return {
        ...summary(request, result),
        OriginalTypeName: 'AWS::CloudFormation::LambdaHook',
        Target: {
          TargetType: 'RESOURCE',
          TargetTypeName: result.request.targetName,
          TargetId: targetId(result),
          Action: result.request.action,
        },
        Annotations: result.annotations.map(annotation),
      };
    },
  };
}

function summary(request: AwsRequest, result: HookResult): Structure {
  return {
    HookResultId: result.id,
    InvocationPoint: result.invocationPoint,
    FailureMode: result.hook.failureMode,
    TypeName: result.hook.typeName,
    TypeVersionId: '00000001',
    TypeArn: typeArn(request, result),
    Status: result.status,
    HookStatusReason: result.reason,
    InvokedAt: new Date(result.invokedAt),
  };
}

/** How each kind of target is called in the API. */
const TARGET_IDS: Record<TargetOperation, (request: HookRequest) => string> = {
  CHANGE_SET: ({ changeSetId }) => changeSetId!,
  STACK: ({ stack }) => stack!.id,
  RESOURCE: ({ logicalId }) => logicalId,
  CLOUD_CONTROL: ({ hooksRequestToken }) => hooksRequestToken!,
};

function targetId({ request }: HookResult): string {
  return TARGET_IDS[request.operation](request);
}

function typeArn(request: AwsRequest, { hook }: HookResult): string {
  return `arn:aws:cloudformation:${request.region}:${request.accountId}:type/hook/${hook.typeName.replace(/::/g, '-')}`;
}

/** The hook protocol begins the names of an annotation's members in lower case, the API in upper case. */
function annotation(members: Structure): Structure {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name[0]!.toUpperCase() + name.slice(1), value]),
  );
}
