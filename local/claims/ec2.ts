/** What the local AWS claims about Amazon EC2 (VPCs and security groups). */
import type { Claim } from './claim';

export const EC2 = [
  {
    id: 'ec2.security-group-in-use',
    statement:
      'DeleteSecurityGroup of a group that a network interface has, or that a rule of another group names, is DependencyViolation.',
    source: 'Amazon EC2 API reference, DeleteSecurityGroup.',
    state: 'confirmed',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'ec2.security-group-names-without-case',
    statement:
      'CreateSecurityGroup of a name that a group of the VPC has, in whatever case of letters, is InvalidGroup.Duplicate.',
    source:
      'Amazon EC2 API reference, CreateSecurityGroup, GroupName: case-insensitive, and unique within the VPC.',
    state: 'confirmed',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'ec2.deleted-load-balancer-holds-groups',
    statement: 'The network interfaces of a deleted load balancer hold its security groups for a minute.',
    source: 'Seen by everybody who deletes both; ELB documents no time.',
    state: 'inferred',
    otherwise: 'They are gone with the load balancer.',
    risk: 'None: a deletion waits as long as EC2 refuses it.',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'ec2.default-vpc-public',
    statement: 'The default VPC has an internet gateway and a route to it.',
    source: 'Amazon VPC user guide, "Default VPCs".',
    state: 'confirmed',
    test: 'test/local/guards/security.test.ts',
  },
  {
    id: 'ec2.task-interface-holds-group',
    statement:
      'A running task of a service in awsvpc mode has a network interface with the security groups of its service.',
    source: 'Amazon ECS developer guide, "Amazon ECS task networking options for Fargate".',
    state: 'confirmed',
    test: 'test/local/guards/services.test.ts',
  },
] as const satisfies readonly Claim[];
