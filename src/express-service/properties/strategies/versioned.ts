/** VERSIONED: each change of what runs is another ECS service, and listener rules send requests to those that are to answer. */
import { rolling } from './rolling';
import type { Strategy } from './strategy';

/** No strategy of ECS. Each of the ECS services has the one of those that are deployed once. */
export const versioned: Strategy = {
  name: 'VERSIONED',
  ecsStrategy: rolling.name,
  shiftsTraffic: true,
  makesVersions: true,
  hookStages: rolling.hookStages,
};
