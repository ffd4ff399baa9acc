import { single } from '../../hooks/engine/rule';
import { TASK_DEFINITION } from '../../hooks/resources/containers';
import type { RuleCases } from '../labelled-case';

const task = (Environment?: unknown) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', Environment }] });

export const cases: RuleCases = {
  rule: 'TD-08',
  checks: [
    {
      tool: 'trivy',
      check: 'AWS-0036',
      pass: { 'no variables': task() },
      fail: { 'an access key': task([{ Name: 'AWS_ACCESS_KEY_ID', Value: 'AIDAEXAMPLE' }]) },
    },
    {
      tool: 'cdk-nag',
      check: 'ECSTaskDefinitionNoEnvironmentVariables',
      pass: { 'no variables': task() },
      fail: { 'any variable': task([{ Name: 'STAGE', Value: 'test' }]) },
    },
  ],
};
