import { refusal } from '../inputs';
import type { Row } from '../row';

/** Parameters of the template that name whom a role trusts, the property, and who has to be trusted. */
const UNTRUSTING = [
  ['Exec', 'ExecutionRoleArn', 'ecs-tasks.amazonaws.com'],
  ['TaskR', 'TaskRoleArn', 'ecs-tasks.amazonaws.com'],
  ['Infra', 'InfrastructureRoleArn', 'ecs.amazonaws.com'],
] as const;

const roleArn = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

export const rows: readonly Row[] = [
  {
    inputs: ['role-missing.yml'],
    right: 'a role that is not there is refused at its property, with the principal that it has to trust',
    async shows(account) {
      const { status, reasons } = await account.create('missing', { template: 'role-missing.yml' });
      expect(status).toBe('ROLLBACK_COMPLETE');
      expect(reasons.S).toEqual(
        refusal(
          'InvalidRequest',
          `ExecutionRoleArn: there is no role ${roleArn('nope')}. Give the ARN of a role that trusts ecs-tasks.amazonaws.com.`,
        ),
      );
    },
  },
  {
    inputs: ['role-without-trust.yml'],
    right:
      'a role that does not trust Amazon ECS is refused at its property, and one of the same stack that does is used',
    async shows(account) {
      for (const [parameter, property, principal] of UNTRUSTING) {
        const stack = `untrusting-${parameter.toLowerCase()}`;
        const { status, reasons, resources } = await account.create(stack, {
          template: 'role-without-trust.yml',
          parameters: { [parameter]: 'lambda.amazonaws.com', N: stack },
        });
        expect(status).toBe('ROLLBACK_COMPLETE');
        const role = resources[parameter.charAt(0)]!;
        expect(reasons.S).toEqual(
          refusal(
            'InvalidRequest',
            `${property}: role ${roleArn(role)} does not let ${principal} assume it. Allow sts:AssumeRole to the service principal ${principal} in the trust policy of the role.`,
          ),
        );
      }
      const trusting = await account.create('trusting', { template: 'role-without-trust.yml' });
      expect(trusting).toMatchObject({ status: 'CREATE_COMPLETE', reasons: {} });
    },
  },
];
