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
] as const satisfies readonly Claim[];
