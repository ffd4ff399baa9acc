/** Operations that show and check templates. */
import { AwsError, type Structure } from '../../service';
import { identifierNames } from '../engine/imports';
import { isNoEcho } from '../template/parameters';
import { parseTemplate, type Template } from '../template/parse';
import { isServerless } from '../template/serverless';
import { requiredCapabilities } from '../template/validate';
import type { Context, Operations } from './context';
import { checkedTemplate, templateBody } from './target';

export function templateOperations(context: Context): Operations {
  const { stacks } = context;
  return {
    async GetTemplate({ input, region }) {
      const stack = stacks.get(input.StackName, region);
      const target = input.ChangeSetName ? stack.changeSets.get(input.ChangeSetName)?.target : stack.target;
      if (!target && input.ChangeSetName) {
        throw new AwsError(
          'ChangeSetNotFoundException',
          `ChangeSet [${input.ChangeSetName}] does not exist`,
          404,
        );
      }
      // A stack that consists of change sets alone has an empty template.
      if (!target) return { TemplateBody: '{}', StagesAvailable: ['Original', 'Processed'] };
      const isProcessed = input.TemplateStage !== 'Original' && isServerless(parseTemplate(target.body));
      return {
        TemplateBody: isProcessed ? JSON.stringify(target.template) : target.body,
        StagesAvailable: ['Original', 'Processed'],
      };
    },

    async GetTemplateSummary({ input, region }) {
      const current = input.StackName ? stacks.get(input.StackName, region).target : undefined;
      const body = current ? current.body : await templateBody(context, input);
      const template = checkedTemplate(context, body);
      const { capabilities, reason } = requiredCapabilities(template);
      return {
        Parameters: Object.entries(template.Parameters).map(([ParameterKey, definition]) => ({
          ...shown(ParameterKey, definition),
          ParameterType: definition.Type,
          ParameterConstraints: definition.AllowedValues
            ? { AllowedValues: definition.AllowedValues.map(String) }
            : {},
        })),
        Description: template.Description,
        Capabilities: capabilities,
        CapabilitiesReason: reason,
        ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
        ResourceIdentifierSummaries: identifierSummaries(context, template),
        Version: '2010-09-09',
        ...(template.Metadata && { Metadata: JSON.stringify(template.Metadata) }),
        DeclaredTransforms: transforms(template),
      };
    },

    async ValidateTemplate({ input }) {
      const template = checkedTemplate(context, await templateBody(context, input));
      const { capabilities, reason } = requiredCapabilities(template);
      return {
        Parameters: Object.entries(template.Parameters).map(([key, definition]) => shown(key, definition)),
        Description: template.Description,
        Capabilities: capabilities,
        CapabilitiesReason: reason,
        DeclaredTransforms: transforms(template),
      };
    },
  };
}

function shown(ParameterKey: string, definition: Template['Parameters'][string]): Structure {
  return {
    ParameterKey,
    DefaultValue: definition.Default?.toString(),
    NoEcho: isNoEcho(definition),
    Description: definition.Description,
  };
}

/** The properties by which resources of the template can be imported, by type. */
function identifierSummaries({ environment }: Context, template: Template): Structure[] {
  const names = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))];
  const types = names.flatMap((name) => {
    const type = environment.registry.resourceType(name);
    // A transform makes resources of other types of what only it knows.
    return type ? [[name, type] as const] : [];
  });
  return types.map(([ResourceType, type]) => ({
    ResourceType,
    LogicalResourceIds: Object.entries(template.Resources)
      .filter(([, { Type }]) => Type === ResourceType)
      .map(([logicalId]) => logicalId),
    ResourceIdentifiers: identifierNames(type),
  }));
}

function transforms(template: Template): string[] {
  return [template.Transform ?? []].flat().map(String);
}
