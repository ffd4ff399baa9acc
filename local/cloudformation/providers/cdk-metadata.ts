/** `AWS::CDK::Metadata`: what the CDK tells AWS about the constructs of a stack. Nothing is made of it. */
import { randomUUID } from 'node:crypto';
import type { ResourceProvider } from './provider';

export const cdkMetadataProvider: ResourceProvider = {
  handles: ({ typeName }) => typeName === 'AWS::CDK::Metadata',
  create: async () => ({ physicalId: randomUUID(), attributes: {} }),
  update: async ({ current }) => ({ physicalId: current.physicalId, attributes: {} }),
  delete: async () => undefined,
  read: async () => ({}),
};
