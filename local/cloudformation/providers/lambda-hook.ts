/** `AWS::CloudFormation::LambdaHook`: a Lambda function becomes a hook of the account. */
import type { Registry } from '../../registry';
import type { Hook, StackFilters } from '../../registry/hook';
import type { Structure } from '../../service';
import { ProvisionFailure, type ProvisionRequest, type ResourceProvider } from './provider';

export function lambdaHookProvider(registry: Registry): ResourceProvider {
  const provisioned = ({ stack, properties }: ProvisionRequest) => {
    const HookArn = `arn:aws:cloudformation:${stack.region}:${stack.accountId}:type/hook/${properties.Alias.replace(/::/g, '-')}`;
    return { physicalId: HookArn, attributes: { HookArn } };
  };
  return {
    handles: ({ typeName }) => typeName === 'AWS::CloudFormation::LambdaHook',
    async create(request) {
      const { Alias } = request.properties;
      if (registry.hooks().some(({ typeName }) => typeName === Alias)) {
        throw new ProvisionFailure(
          `A hook with the alias ${Alias} is activated already; choose another Alias.`,
        );
      }
      registry.activateHook(hookOf(request.properties));
      return provisioned(request);
    },
    async update(request) {
      registry.activateHook(hookOf(request.properties));
      return provisioned(request);
    },
    async delete(request) {
      registry.deactivateHook(request.current.properties.Alias);
    },
    read: async (request) => provisioned(request).attributes,
  };
}

/** The hook that the properties of the resource describe. */
export function hookOf(properties: Structure): Hook {
  const { TargetFilters: targets, StackFilters: stacks } = properties;
  return {
    typeName: properties.Alias,
    functionName: properties.LambdaFunction,
    failureMode: properties.FailureMode,
    status: properties.HookStatus,
    targetOperations: properties.TargetOperations,
    ...(targets && {
      targetFilters: {
        actions: targets.Actions ?? targets.Targets?.map(({ Action }: Structure) => Action),
        targetNames: targets.TargetNames ?? targets.Targets?.map(({ TargetName }: Structure) => TargetName),
      },
    }),
    ...(stacks && { stackFilters: stackFilters(stacks) }),
  };
}

function stackFilters({ FilteringCriteria, StackNames, StackRoles }: Structure): StackFilters {
  const selection = (list?: Structure) => list && { include: list.Include, exclude: list.Exclude };
  return {
    filteringCriteria: FilteringCriteria,
    stackNames: selection(StackNames),
    stackRoles: selection(StackRoles),
  };
}
