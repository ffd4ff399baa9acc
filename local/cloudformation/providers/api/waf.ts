/** Types of AWS WAF. */
import type { ExistingRequest } from '../provider';
import { generatedName, waitFor, type ApiContext, type ApiType } from './api-type';

export const webAcl: ApiType = {
  typeName: 'AWS::WAFv2::WebACL',
  async create({ clients, request, tags }) {
    const {
      Name = generatedName(request),
      Scope,
      DefaultAction,
      VisibilityConfig,
      Rules,
      Description,
    } = request.properties;
    const Tags = tags.length > 0 ? [...tags] : undefined;
    const { Summary } = await clients.waf.createWebACL({
      Name,
      Scope,
      DefaultAction,
      VisibilityConfig,
      Rules,
      Description,
      Tags,
    });
    const { Id, ARN } = Summary!;
    return { physicalId: `${Name}|${Id}|${Scope}`, attributes: { Arn: ARN, Id } };
  },
  async update(context) {
    const { DefaultAction, VisibilityConfig, Rules, Description } = context.request.properties;
    const { key, LockToken, attributes } = await current(context);
    await context.clients.waf.updateWebACL({
      ...key,
      LockToken,
      DefaultAction,
      VisibilityConfig,
      Rules,
      Description,
    });
    return { physicalId: context.request.current.physicalId, attributes };
  },
  async delete(context) {
    const { key, LockToken } = await current(context);
    await context.clients.waf.deleteWebACL({ ...key, LockToken });
  },
};

export const webAclAssociation: ApiType = {
  typeName: 'AWS::WAFv2::WebACLAssociation',
  async create(context) {
    const { ResourceArn, WebACLArn } = context.request.properties;
    const physicalId = `${ResourceArn}|${WebACLArn}`;
    // AWS WAF takes minutes to know a load balancer or a web ACL that is new.
    return waitFor(context, physicalId, async () => {
      try {
        await context.clients.waf.associateWebACL({ ResourceArn, WebACLArn });
        return { physicalId, attributes: {} };
      } catch (error) {
        if ((error as Error).name === 'WAFUnavailableEntityException') return undefined;
        throw error;
      }
    });
  },
  delete: ({ clients, request }) =>
    clients.waf.disassociateWebACL({ ResourceArn: request.current.properties.ResourceArn }),
};

/** How the API addresses an ACL as it is now. */
async function current({ clients, request }: ApiContext<ExistingRequest>) {
  const [Name, Id, Scope] = request.current.physicalId.split('|');
  const key = { Name, Id, Scope: Scope as 'REGIONAL' };
  const { LockToken, WebACL } = await clients.waf.getWebACL(key);
  return { key, LockToken, attributes: { Arn: WebACL!.ARN, Id } };
}
