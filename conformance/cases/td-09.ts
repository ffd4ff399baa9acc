import { single } from '../../hooks/engine/rule';
import { TASK_DEFINITION } from '../../hooks/resources/containers';
import type { RuleCases } from '../labelled-case';

const task = (...Volumes: object[]) => single(TASK_DEFINITION, { ContainerDefinitions: [], Volumes });
const efs = (TransitEncryption?: string) =>
  task({ Name: 'data', EFSVolumeConfiguration: { FilesystemId: 'fs-1', TransitEncryption } });

export const cases: RuleCases = {
  rule: 'TD-09',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_97',
      pass: {
        enabled: efs('ENABLED'),
        'no volumes': single(TASK_DEFINITION, { ContainerDefinitions: [] }),
        'a host volume': task({ Name: 'data', Host: { SourcePath: '/data' } }),
      },
      fail: { disabled: efs('DISABLED'), 'not said': efs() },
    },
    {
      tool: 'trivy',
      check: 'AWS-0035',
      pass: { enabled: efs('ENABLED') },
      fail: { disabled: efs('DISABLED') },
    },
  ],
};
