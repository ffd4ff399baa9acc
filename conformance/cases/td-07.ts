import { single } from '../../hooks/engine/rule';
import { TASK_DEFINITION } from '../../hooks/resources/containers';
import type { RuleCases } from '../labelled-case';

const task = (...ContainerDefinitions: object[]) => single(TASK_DEFINITION, { ContainerDefinitions });
const logging = { LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-group': 'app' } } };

export const cases: RuleCases = {
  rule: 'TD-07',
  checks: [
    {
      tool: 'cdk-nag',
      check: 'ECSTaskDefinitionContainerLogging',
      pass: { 'both containers': task(logging, logging) },
      fail: { none: task({}), 'one of two containers': task(logging, {}) },
    },
  ],
};
