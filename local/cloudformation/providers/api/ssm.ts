/** Types of AWS Systems Manager. */
import { randomBytes } from 'node:crypto';
import type { Provisioned } from '../provider';
import type { ApiContext, ApiType } from './api-type';

export const parameter: ApiType = {
  typeName: 'AWS::SSM::Parameter',
  create: (context) =>
    put(context, context.request.properties.Name ?? generatedParameterName(context), false),
  update: (context) => put(context, context.request.current.physicalId, true),
  delete: ({ clients, request }) => clients.ssm.deleteParameter({ Name: request.current.physicalId }),
};

async function put(
  { clients, request, tags }: ApiContext,
  Name: string,
  overwrite: boolean,
): Promise<Provisioned> {
  const { Type, Value, Description, AllowedPattern, Tier, DataType, Policies } = request.properties;
  await clients.ssm.putParameter({
    ...{ Name, Type, Value: String(Value), Description, AllowedPattern, Tier, DataType, Policies },
    // SSM takes tags with a new parameter only.
    ...(overwrite ? { Overwrite: true } : { Tags: [...tags] }),
  });
  if (overwrite && tags.length > 0)
    await clients.ssm.addTagsToResource({
      ResourceType: 'Parameter',
      ResourceId: Name,
      Tags: [...tags],
    });
  const { region, accountId } = request.stack;
  return {
    physicalId: Name,
    attributes: {
      Type,
      Value,
      Arn: `arn:aws:ssm:${region}:${accountId}:parameter/${Name.replace(/^\//, '')}`,
    },
  };
}

/** CloudFormation's own form of a name for parameters. */
function generatedParameterName({ request }: ApiContext): string {
  return `CFN-${request.logicalId}-${randomBytes(6).toString('hex')}`;
}
