import { join } from 'node:path';
import type { LocalAws } from '../local';
import schema from '../hooks/schema/org-ecs-governancehook.json';
import compliant from './hook-inputs/inputs_1_pre_create.json';
import refused from './hook-inputs/inputs_1_invalid.json';
import type { ContractProject } from './cfn-test';

const ROOT = join(__dirname, '..');
const HOOK_FUNCTION = 'GovernanceHook';

/** The suite sends no payload, without which the hook refuses to judge a stack or a change set, as it should. */
const TARGETS_WITH_PAYLOAD: readonly string[] = ['STACK', 'CHANGE_SET'];

/** Rules whose answer is not in the one resource that the suite sends: what they cannot know must not refuse it here. */
const RULES_ABOUT_STACKS = ['EXP-01', 'NET-04', 'WAF-02'];

/** The strictest settings, so that every type that the hook judges has something to be refused for. */
const CONFIGURATION = {
  Profile: 'strict',
  Indeterminate: { resource: 'fail' },
  Rules: {
    ...Object.fromEntries(RULES_ABOUT_STACKS.map((id) => [id, { mode: 'warn' }])),
    'NET-02': { parameters: { allowedSubnets: subnetsOf(compliant['AWS::ECS::Service']) } },
  },
};

/** The project of the hook, on all targets that are resource types. */
export async function prepareHook(aws: LocalAws): Promise<ContractProject> {
  aws.lambda.register({
    name: HOOK_FUNCTION,
    bundle: join(ROOT, 'hooks', 'build', 'TypeFunction', 'handlers.js'),
    handler: 'entrypoint',
  });
  const targets = schema.handlers.preCreate.targetNames.filter(
    (name) => !TARGETS_WITH_PAYLOAD.includes(name),
  );
  const handler = { targetNames: targets, permissions: [] };
  return {
    config: join(ROOT, 'hooks', '.rpdk-config'),
    files: {
      'org-ecs-governancehook.json': {
        ...schema,
        handlers: { preCreate: handler, preUpdate: handler, preDelete: handler },
      },
      // Spares the suite the registry of an AWS account; the inputs make the schemas of the types unnecessary.
      'target-info.json': forEachTarget(targets, (typeName) => ({ Schema: { typeName } })),
      'inputs/inputs_1_pre_create.json': compliant,
      'inputs/inputs_1_pre_update.json': forEachTarget(targets, (typeName) => ({
        ...compliant[typeName],
        previousResourceProperties: refused[typeName].resourceProperties,
      })),
      // What breaks the rules may be deleted. An event that cannot be read is all that a deletion is refused for.
      'inputs/inputs_1_pre_delete.json': refused,
      'inputs/inputs_1_invalid.json': refused,
      'inputs/inputs_1_invalid_pre_delete.json': forEachTarget(targets, () => ({
        resourceProperties: 'none',
      })),
    },
    typeConfiguration: { CloudFormationConfiguration: { HookConfiguration: { Properties: CONFIGURATION } } },
    functionName: HOOK_FUNCTION,
  };
}

type TypeName = keyof typeof compliant & keyof typeof refused;

function forEachTarget(
  targets: readonly string[],
  value: (typeName: TypeName) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(targets.map((typeName) => [typeName, value(typeName as TypeName)]));
}

function subnetsOf(service: (typeof compliant)['AWS::ECS::Service']): readonly string[] {
  return service.resourceProperties.NetworkConfiguration.AwsvpcConfiguration.Subnets;
}
