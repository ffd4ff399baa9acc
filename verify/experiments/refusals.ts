/** Calls that AWS refuses, as a table. */
import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
} from '@aws-sdk/client-ec2';
import { RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  CreateLoadBalancerCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ChangeAction,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { ClaimId } from '../../local/claims';
import type { Experiment, Sighting } from '../experiment';
import { sightingOf, type Refusal } from '../refusal';
import type { Laboratory } from '../laboratory';
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
    claim: 'ecs.added-capabilities',
    call: 'RegisterTaskDefinition that adds NET_ADMIN on Fargate',
    errors: ['ClientException'],
    async arrange(setting) {
      return () => setting.register({ linuxParameters: { capabilities: { add: ['NET_ADMIN'] } } });
    },
  },
  {
    claim: 'elasticloadbalancing.slow-start',
    call: 'ModifyTargetGroupAttributes with a slow start beside least_outstanding_requests',
    errors: ['InvalidConfigurationRequest', 'InvalidConfigurationRequestException'],
    async arrange(setting) {
      const TargetGroupArn = await setting.targetGroup();
      return () =>
        setting.laboratory.clients.elb.send(
          new ModifyTargetGroupAttributesCommand({
            TargetGroupArn,
            Attributes: [
              { Key: 'slow_start.duration_seconds', Value: '30' },
              { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
            ],
          }),
        );
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
    claim: 'elasticloadbalancing.create-target-group-idempotent',
    call: 'CreateTargetGroup with the name of another one and another port',
    errors: ['DuplicateTargetGroupName', 'DuplicateTargetGroupNameException'],
    async arrange(setting) {
      const Name = setting.laboratory.name('twin');
      await setting.targetGroup({ Name, Port: 80 });
      return () => setting.targetGroup({ Name, Port: 81 });
    },
  },
  {
    claim: 'route-53.create-existing-record',
    call: 'ChangeResourceRecordSets with CREATE of a record that exists',
    errors: ['InvalidChangeBatch'],
    async arrange({ laboratory }) {
      const change = await changeOfZone(laboratory);
      const create = () => change('CREATE', TEXT);
      await create();
      return create;
    },
  },
  {
    claim: 'route-53.delete-names-values',
    call: 'ChangeResourceRecordSets with DELETE of a record and other values than it has',
    errors: ['InvalidChangeBatch'],
    async arrange({ laboratory }) {
      const change = await changeOfZone(laboratory);
      await change('CREATE', TEXT);
      return () => change('DELETE', { ...TEXT, ResourceRecords: [{ Value: '"b"' }] });
    },
  },
  {
    claim: 'route-53.cname-alone',
    call: 'ChangeResourceRecordSets with CREATE of a CNAME record beside another record',
    errors: ['InvalidChangeBatch'],
    async arrange({ laboratory }) {
      const change = await changeOfZone(laboratory);
      await change('CREATE', TEXT);
      return () => change('CREATE', { Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'example.com' }] });
    },
  },
  {
    claim: 'route-53.one-policy-of-a-name',
    call: 'ChangeResourceRecordSets with CREATE of a weighted record beside a simple one',
    errors: ['InvalidChangeBatch'],
    async arrange({ laboratory }) {
      const change = await changeOfZone(laboratory);
      await change('CREATE', TEXT);
      return () => change('CREATE', { ...TEXT, SetIdentifier: 'one', Weight: 1 });
    },
  },
  {
    claim: 'ecs.fargate-sizes',
    call: 'RegisterTaskDefinition of 256 CPU units and 4096 MiB on Fargate',
    errors: ['ClientException'],
    says: /No Fargate configuration exists/,
    async arrange({ laboratory }) {
      return () =>
        laboratory.clients.ecs.send(
          new RegisterTaskDefinitionCommand({
            family: laboratory.name('size'),
            requiresCompatibilities: ['FARGATE'],
            networkMode: 'awsvpc',
            cpu: '256',
            memory: '4096',
            containerDefinitions: [{ name: 'Main', image: 'public.ecr.aws/docker/library/httpd:2.4' }],
          }),
        );
    },
  },
  {
    claim: 'elasticloadbalancing.two-zones',
    call: 'CreateLoadBalancer with a single subnet',
    errors: ['ValidationError', 'ValidationErrorException'],
    async arrange({ laboratory, network: { subnetIds } }) {
      return () =>
        laboratory.clients.elb.send(
          new CreateLoadBalancerCommand({
            Name: laboratory.name('alb'),
            Scheme: 'internal',
            Subnets: subnetIds.slice(0, 1),
          }),
        );
    },
  },
];

/** A record set of each zone, but for its name. */
const TEXT: Omit<ResourceRecordSet, 'Name'> = {
  Type: 'TXT',
  TTL: 60,
  ResourceRecords: [{ Value: '"a"' }],
};

/** Make a hosted zone. @returns a function that changes the one record set `a` in it. */
async function changeOfZone(laboratory: Laboratory) {
  const { route53 } = laboratory.clients;
  const Name = `${laboratory.name('zone')}.test`;
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name, CallerReference: `${Name} ${Date.now()}` }),
  );
  return (Action: ChangeAction, record: Omit<ResourceRecordSet, 'Name'>) =>
    route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZone!.Id,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet: { ...record, Name: `a.${Name}` } }] },
      }),
    );
}

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
