/** Calls that AWS refuses, as a table. */
import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
} from '@aws-sdk/client-ec2';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import type { ClaimId } from '../../local/claims';
import type { Experiment, Sighting } from '../experiment';
import { sightingOf, type Refusal } from '../refusal';
import { Setting } from '../setting';

const REFUSALS: readonly Refusal[] = [
  {
    claim: 'ec2.security-group-in-use',
    call: 'DeleteSecurityGroup of a group that a rule of another group names',
    errors: ['DependencyViolation'],
    async arrange(setting) {
      const { ec2 } = setting.laboratory.clients;
      const [named, naming] = [await setting.securityGroup(), await setting.securityGroup()];
      await ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: naming,
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: named }] },
          ],
        }),
      );
      return () => ec2.send(new DeleteSecurityGroupCommand({ GroupId: named }));
    },
  },
  {
    claim: 'ec2.security-group-names-without-case',
    call: 'CreateSecurityGroup with a name that differs from another one in case alone',
    errors: ['InvalidGroup.Duplicate'],
    async arrange({ laboratory, network: { vpcId } }) {
      const name = laboratory.name('group');
      const create = (GroupName: string) =>
        laboratory.clients.ec2.send(
          new CreateSecurityGroupCommand({ GroupName, Description: 'Name of an experiment', VpcId: vpcId }),
        );
      await create(`${name}-a`);
      return () => create(`${name}-A`);
    },
  },
  {
    claim: 'application-autoscaling.scalable-target-exists',
    call: 'RegisterScalableTarget of a service that does not exist',
    errors: ['ValidationException'],
    says: /ECS service doesn't exist/,
    async arrange({ laboratory, cluster }) {
      const ResourceId = `service/${cluster}/${laboratory.name('none')}`;
      return () =>
        laboratory.clients.applicationAutoScaling.send(
          new RegisterScalableTargetCommand({
            ServiceNamespace: 'ecs',
            ScalableDimension: 'ecs:service:DesiredCount',
            ResourceId,
            MinCapacity: 1,
            MaxCapacity: 2,
          }),
        );
    },
  },
  {
    claim: 'ecs.task-definition-size',
    call: 'RegisterTaskDefinition with 170 variables of 400 characters',
    errors: ['ClientException'],
    says: /Max allowed length is '65536' bytes/,
    async arrange(setting) {
      const environment = Array.from({ length: 170 }, (_, index) => ({
        name: `V${index}`,
        value: 'x'.repeat(400),
      }));
      return () => setting.register({ environment });
    },
  },
  {
    claim: 'ecs.image-characters',
    call: 'RegisterTaskDefinition of an image with a blank in its name',
    errors: ['ClientException'],
    async arrange(setting) {
      return () => setting.register({ image: 'public.ecr.aws/docker/library/ht tpd:2.4' });
    },
  },
  {
    claim: 'elasticloadbalancing.health-check-path-characters',
    call: 'CreateTargetGroup with a brace in the path of its health check',
    errors: ['ValidationError', 'ValidationErrorException'],
    async arrange(setting) {
      return () => setting.targetGroup({ HealthCheckPath: '/?query={name}' });
    },
  },
  {
    claim: 'route-53.create-existing-record',
    call: 'ChangeResourceRecordSets with CREATE of a record that exists',
    errors: ['InvalidChangeBatch'],
    async arrange({ laboratory }) {
      const { route53 } = laboratory.clients;
      const Name = `${laboratory.name('zone')}.test`;
      const { HostedZone } = await route53.send(
        new CreateHostedZoneCommand({ Name, CallerReference: `${Name} ${Date.now()}` }),
      );
      const create = () =>
        route53.send(
          new ChangeResourceRecordSetsCommand({
            HostedZoneId: HostedZone!.Id,
            ChangeBatch: {
              Changes: [
                {
                  Action: 'CREATE',
                  ResourceRecordSet: {
                    Name: `a.${Name}`,
                    Type: 'TXT',
                    TTL: 60,
                    ResourceRecords: [{ Value: '"a"' }],
                  },
                },
              ],
            },
          }),
        );
      await create();
      return create;
    },
  },
];

export const refusals: Experiment = {
  name: 'refusals',
  title: 'calls that AWS refuses',
  claims: REFUSALS.map(({ claim }) => claim),
  uses: [],
  minutes: 5,
  async run(laboratory) {
    const setting = await Setting.prepare(laboratory);
    const sightings: Partial<Record<ClaimId, Sighting>> = {};
    for (const refusal of REFUSALS) {
      sightings[refusal.claim] = await sightingOf(refusal, await refusal.arrange(setting));
    }
    return sightings;
  },
};
