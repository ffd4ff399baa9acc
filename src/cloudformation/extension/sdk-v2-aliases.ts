/**
 * Modules of SDK v2 that the CloudFormation library requires, and what stands in for them (relative to the root of the
 * repository). For bundlers and test runners: an import map that also holds inside node_modules.
 */
export const SDK_V2_ALIASES: Readonly<Record<string, string>> = {
  'aws-sdk/clients/all': 'src/cloudformation/extension/sdk-v2.ts',
  'aws-sdk/clients/cloudwatch': 'src/cloudformation/extension/sdk-v2.ts',
  'aws-sdk/clients/cloudwatchlogs': 'src/cloudformation/extension/sdk-v2.ts',
  'aws-sdk/clients/s3': 'src/cloudformation/extension/sdk-v2.ts',
};
