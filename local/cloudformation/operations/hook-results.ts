/** Operations that show what hooks have said. */
import type { HookHandler, HookResult } from '../../extension/hook-handler';
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
        HookExecutionTarget: result.request.stack?.id,
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

/** What a result is about: a change set, a stack, or a resource by its logical id. */
function targetId({ request }: HookResult): string {
  if (request.operation === 'CHANGE_SET') return request.changeSetId!;
  return request.operation === 'STACK' ? request.stack!.id : request.logicalId;
}

function typeArn(request: AwsRequest, { hook }: HookResult): string {
  return `arn:aws:cloudformation:${request.region}:${request.accountId}:type/hook/${hook.typeName.replace(/::/g, '-')}`;
}

/** The hook protocol begins the names of an annotation's members in lower case, the API in upper case. */
function annotation(members: Structure): Structure {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name[0].toUpperCase() + name.slice(1), value]),
  );
}
