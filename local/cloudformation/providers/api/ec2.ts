/** Types of Amazon EC2. */
import type { IpPermission } from '@aws-sdk/client-ec2';
import type { Structure } from '../../../service';
import type { ApiContext, ApiType } from './api-type';

export const securityGroupIngress: ApiType = {
  typeName: 'AWS::EC2::SecurityGroupIngress',
  async create(context) {
    const { SecurityGroupRules } = await context.clients.ec2.authorizeSecurityGroupIngress(rule(context));
    return provisioned(SecurityGroupRules![0]!.SecurityGroupRuleId!);
  },
  async update(context) {
    const { GroupId, GroupName, IpPermissions } = rule(context);
    await context.clients.ec2.updateSecurityGroupRuleDescriptionsIngress({
      GroupId,
      GroupName,
      IpPermissions,
    });
    return provisioned(context.request.current.physicalId);
  },
  delete: ({ clients, request: { current } }) =>
    clients.ec2.revokeSecurityGroupIngress({
      ...group(current.properties),
      SecurityGroupRuleIds: [current.physicalId],
    }),
};

export const securityGroupEgress: ApiType = {
  typeName: 'AWS::EC2::SecurityGroupEgress',
  async create(context) {
    const { GroupId, IpPermissions } = rule(context);
    const { SecurityGroupRules } = await context.clients.ec2.authorizeSecurityGroupEgress({
      GroupId,
      IpPermissions,
    });
    return provisioned(SecurityGroupRules![0]!.SecurityGroupRuleId!);
  },
  async update(context) {
    const { GroupId, IpPermissions } = rule(context);
    await context.clients.ec2.updateSecurityGroupRuleDescriptionsEgress({ GroupId, IpPermissions });
    return provisioned(context.request.current.physicalId);
  },
  delete: ({ clients, request: { current } }) =>
    clients.ec2.revokeSecurityGroupEgress({
      GroupId: current.properties.GroupId,
      SecurityGroupRuleIds: [current.physicalId],
    }),
};

const provisioned = (physicalId: string) => ({ physicalId, attributes: { Id: physicalId } });
const group = ({ GroupId, GroupName }: Structure) => ({ GroupId, GroupName });

/** The group and the one rule that a resource describes. */
function rule({ request: { properties } }: ApiContext): {
  GroupId?: string;
  GroupName?: string;
  IpPermissions: IpPermission[];
} {
  const { Description, CidrIp, CidrIpv6, IpProtocol, FromPort, ToPort } = properties;
  const prefixList = properties.SourcePrefixListId ?? properties.DestinationPrefixListId;
  const pair = {
    GroupId: properties.SourceSecurityGroupId ?? properties.DestinationSecurityGroupId,
    GroupName: properties.SourceSecurityGroupName,
    UserId: properties.SourceSecurityGroupOwnerId,
  };
  return {
    ...group(properties),
    IpPermissions: [
      {
        IpProtocol: String(IpProtocol),
        FromPort,
        ToPort,
        IpRanges: CidrIp && [{ CidrIp, Description }],
        Ipv6Ranges: CidrIpv6 && [{ CidrIpv6, Description }],
        PrefixListIds: prefixList && [{ PrefixListId: prefixList, Description }],
        UserIdGroupPairs: (pair.GroupId ?? pair.GroupName) && [{ ...pair, Description }],
      },
    ],
  };
}
