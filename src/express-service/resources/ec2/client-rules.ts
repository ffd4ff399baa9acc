import {
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { invalid } from '../../../core/failure';
import { done } from '../../../core/outcome';
import type { Component, Scope } from '../../composition/component';
import { serviceGroupIn, survey, SURVEY_PERMISSIONS } from '../../sharing/survey';
import { plannedPort, type ObservedTaskDefinition } from '../ecs/task-definition';
import type { ObservedServiceSecurityGroup } from './service-security-group';

/** A source that may connect to the tasks at a port. */
export interface ClientRule {
  /** Id of a security group, or a block of IPv4 addresses. */
  readonly source: string;
  readonly port: number;
}

/** What lets clients in Service Connect reach the tasks. */
export interface ObservedClientRules {
  readonly rules: readonly ClientRule[];
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  TaskDefinition: ObservedTaskDefinition;
};

interface IngressProperties {
  readonly GroupId: string;
  readonly IpProtocol: 'tcp';
  readonly FromPort: number;
  readonly ToPort: number;
  readonly CidrIp?: string;
  readonly SourceSecurityGroupId?: string;
  readonly Description: string;
}

/** Tells these rules of the group from those that people have made. */
const DESCRIPTION = 'Clients in Service Connect';

/** Security groups among the sources. */
const GROUP = /^sg-/;

/**
 * Ingress rules of the service's group for clients in Service Connect, at the container's port, where the proxy of the service
 * listens: from the groups that the template names, else from all addresses of the VPC. When the port or the sources change both
 * ways are open until the old tasks are gone.
 */
export const clientRules: Component<ObservedClientRules, Needs, IngressProperties> = {
  kind: 'ClientRules',
  needs: ['ServiceSecurityGroup', 'TaskDefinition'],
  goesWith: 'ServiceSecurityGroup',
  permissions: {
    observe: [...SURVEY_PERMISSIONS],
    apply: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:DescribeVpcs', 'ec2:RevokeSecurityGroupIngress'],
    remove: [],
  },

  desired(plan, { TaskDefinition }) {
    const { endpoint } = plan.spec.serviceConnect ?? {};
    if (!endpoint) return [];
    const port = plannedPort(plan, TaskDefinition);
    const sources = endpoint.allowedSecurityGroupIds ?? plan.network.cidrBlocks ?? [];
    return sources.map((source) => ({
      name: source,
      type: 'AWS::EC2::SecurityGroupIngress',
      properties: {
        GroupId: plan.refer('ServiceSecurityGroup', 'GroupId'),
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
        ...(GROUP.test(source) ? { SourceSecurityGroupId: source } : { CidrIp: source }),
        Description: DESCRIPTION,
      },
    }));
  },

  parts: (_scope, observed) =>
    (observed?.rules ?? []).map(() => ({ type: 'AWS::EC2::SecurityGroupIngress' })),

  async observe(scope, { ServiceSecurityGroup }) {
    if (!ServiceSecurityGroup) return undefined;
    const group = serviceGroupIn(await survey(scope), scope.identity);
    const rules = (group?.IpPermissions ?? []).flatMap(rulesOf);
    return rules.length > 0 || scope.spec?.serviceConnect ? { rules } : undefined;
  },

  async apply(scope, { ServiceSecurityGroup: { id } }, current) {
    const wanted = Object.values(scope.desired).map(ruleOf);
    const rules = current?.rules ?? [];
    const missing = without(wanted, rules);
    for (const rule of missing) await authorize(scope, id, rule);
    return done({ rules: [...rules, ...missing] });
  },

  async prune({ clients, desired }, { ServiceSecurityGroup: { id: GroupId } }, { rules }) {
    for (const rule of without(rules, Object.values(desired).map(ruleOf))) {
      const revocation = new RevokeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [permissionOf(rule)],
      });
      await unless(clients.ec2.send(revocation), 'InvalidPermission.NotFound', 'InvalidGroup.NotFound');
    }
    return done(undefined);
  },
};

async function authorize({ clients, spec }: Scope, GroupId: string, rule: ClientRule): Promise<void> {
  const IpPermissions = [permissionOf(rule)];
  try {
    await unless(
      clients.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions })),
      'InvalidPermission.Duplicate',
    );
  } catch (error) {
    if (!isSdkError(error, 'InvalidGroup.NotFound') || !GROUP.test(rule.source)) throw error;
    const index = spec?.serviceConnect?.endpoint?.allowedSecurityGroupIds?.indexOf(rule.source);
    throw invalid(
      `ServiceConnectConfiguration/AllowedSecurityGroups/${index}`,
      `is ${rule.source}, which is no security group that rules in the VPC of the service can name`,
      'Name security groups of that VPC',
    );
  }
}

function ruleOf({ CidrIp, SourceSecurityGroupId, FromPort: port }: IngressProperties): ClientRule {
  return { source: (CidrIp ?? SourceSecurityGroupId)!, port };
}

function rulesOf({ FromPort: port, IpRanges = [], UserIdGroupPairs = [] }: IpPermission): ClientRule[] {
  const sources = [
    ...IpRanges.map(({ CidrIp, Description }) => ({ source: CidrIp!, Description })),
    ...UserIdGroupPairs.map(({ GroupId, Description }) => ({ source: GroupId!, Description })),
  ];
  return sources.flatMap(({ source, Description }) =>
    Description === DESCRIPTION ? [{ source, port: port! }] : [],
  );
}

function permissionOf({ source, port }: ClientRule): IpPermission {
  return {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    ...(GROUP.test(source)
      ? { UserIdGroupPairs: [{ GroupId: source, Description: DESCRIPTION }] }
      : { IpRanges: [{ CidrIp: source, Description: DESCRIPTION }] }),
  };
}

/** Those of `some` that are not among `others`. */
function without(some: readonly ClientRule[], others: readonly ClientRule[]): ClientRule[] {
  return some.filter(
    ({ source, port }) => !others.some((other) => other.source === source && other.port === port),
  );
}

/** The security groups that clients are in, as a template names them; undefined when addresses may connect. */
export function allowedSecurityGroupIds(observed: ObservedClientRules | undefined): string[] | undefined {
  const sources = (observed?.rules ?? []).map(({ source }) => source);
  return sources.every((source) => GROUP.test(source)) ? [...new Set(sources)].sort() : undefined;
}
