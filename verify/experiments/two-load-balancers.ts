/** One service behind two load balancers. */
import type { Experiment } from '../experiment';
import { Setting } from '../setting';

export const twoLoadBalancers: Experiment = {
  name: 'two-load-balancers',
  title: 'a service behind two load balancers, updated by a canary deployment',
  claims: ['ecs.shifts-all-load-balancers'],
  uses: [
    { resource: 'Application Load Balancer', count: 2 },
    { resource: 'Fargate task (0.25 vCPU, 0.5 GB)', count: 2 },
  ],
  minutes: 25,
  async run(laboratory) {
    const setting = await Setting.prepare(laboratory);
    const ingresses = [await setting.ingress(), await setting.ingress()];
    const service = await setting.service(ingresses, {
      strategy: 'CANARY',
      bakeTimeInMinutes: 0,
      canaryConfiguration: { canaryPercent: 50, canaryBakeTimeInMinutes: 1 },
    });
    const shares = () => Promise.all(ingresses.map((ingress) => setting.share(ingress, ingress.alternate)));
    await setting.ended(service, 1, 30);
    const before = await shares();
    await setting.update(service, { taskDefinition: await setting.taskDefinition() });
    await setting.ended(service, 2, 30);
    const after = await shares();
    return {
      'ecs.shifts-all-load-balancers': {
        holds: before.every((share, index) => share !== after[index]),
        seen: `shares of the alternate target groups: ${before.join(' and ')} % before, ${after.join(' and ')} % after`,
      },
    };
  },
};
