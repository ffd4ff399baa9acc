/** A service whose infrastructure role has no rights. */
import type { Experiment } from '../experiment';
import { Setting } from '../setting';

export const infrastructureRole: Experiment = {
  name: 'infrastructure-role',
  title: 'a service whose infrastructure role has no rights',
  claims: ['ecs.unusable-infrastructure-role-fails-later'],
  uses: [
    { resource: 'Application Load Balancer', count: 1 },
    { resource: 'Fargate task (0.25 vCPU, 0.5 GB)', count: 1 },
  ],
  minutes: 15,
  async run(laboratory) {
    const setting = await Setting.prepare(laboratory);
    const ingress = await setting.ingress();
    const roleArn = await setting.infrastructureRole('without rights');
    try {
      const service = await setting.service([ingress], { strategy: 'BLUE_GREEN' }, { roleArn });
      const { status } = await setting.ended(service, 1, 30);
      const events = await setting.events(service);
      const telling = events.find((message) =>
        /missing permissions on ECS Infrastructure Role/.test(message),
      );
      return {
        'ecs.unusable-infrastructure-role-fails-later': {
          holds: telling !== undefined,
          seen: `CreateService is accepted; the deployment ends ${status}: ${telling ?? events[0] ?? 'no event'}`,
        },
      };
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== 'InvalidParameterException') throw error;
      return {
        'ecs.unusable-infrastructure-role-fails-later': {
          holds: false,
          seen: `CreateService is ${name}: ${message}`,
        },
      };
    }
  },
};
