import { single } from '../../hooks/engine/rule';
import { TASK_DEFINITION } from '../../hooks/resources/containers';
import type { RuleCases } from '../labelled-case';

const task = (NetworkMode: string, ...ContainerDefinitions: object[]) =>
  single(TASK_DEFINITION, { NetworkMode, ContainerDefinitions });

export const cases: RuleCases = {
  rule: 'TD-04',
  checks: [
    {
      tool: 'cdk-nag',
      check: 'ECSTaskDefinitionUserForHostMode',
      pass: {
        'no containers': task('host'),
        'privileged, ordinary user': task('host', { Privileged: true, User: 'app' }),
        'bridge mode': task('bridge', {}),
      },
      fail: {
        'no user': task('host', {}),
        'ordinary user, not privileged': task('host', { User: 'app' }),
        'privileged, user 0': task('host', { Privileged: true, User: '0' }),
        'privileged, user 0 with group': task('host', { Privileged: true, User: '0:root' }),
        'a second container without user': task('host', { Privileged: true, User: 'app' }, {}),
      },
    },
  ],
};
