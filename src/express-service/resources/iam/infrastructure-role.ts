import type { LiveService } from '../../properties/ecs-service';
import { trustOfService } from '../../properties/policy-document';
import { roleComponent, type ObservedRole } from './role';

/** See {@link ObservedRole}. */
export type ObservedInfrastructureRole = ObservedRole;

/** What names the role. */
interface Named {
  readonly service: Pick<LiveService, 'loadBalancers' | 'volumeConfigurations'>;
}

/** The document that Amazon ECS Developer Guide has for it ("Amazon ECS infrastructure IAM role"), which has no conditions. */
const TRUST = trustOfService('ecs.amazonaws.com');

/** The role with which Amazon ECS moves requests between target groups, and makes volumes: with the policies that AWS has for that. */
export const infrastructureRole = roleComponent({
  kind: 'InfrastructureRole',
  purpose: 'infrastructure',
  policyNames: [],
  propertyPath: 'InfrastructureRoleArn',
  policyPaths: { inline: 'InfrastructureRoleArn', managed: 'InfrastructureRoleArn' },
  content({ infrastructureRole: wanted }, { partition }) {
    if (!wanted) return undefined;
    const managed = (name: string) => `arn:${partition}:iam::aws:policy/${name}`;
    return {
      trust: TRUST,
      policies: {},
      policyArns: [
        ...(wanted.movesRequests ? [managed('AmazonECSInfrastructureRolePolicyForLoadBalancers')] : []),
        ...(wanted.makesVolumes ? [managed('service-role/AmazonECSInfrastructureRolePolicyForVolumes')] : []),
      ],
    };
  },
  isNamedIn({ Service }, arn) {
    const { loadBalancers = [], volumeConfigurations = [] } = (Service as Named | undefined)?.service ?? {};
    return (
      loadBalancers.some(({ advancedConfiguration }) => advancedConfiguration?.roleArn === arn) ||
      volumeConfigurations.some(({ managedEBSVolume }) => managedEBSVolume?.roleArn === arn)
    );
  },
});
