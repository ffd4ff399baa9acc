import { rules } from '../rules';
import { createHandler } from './lambda-handler';

export type { LambdaContext } from './lambda-handler';

/** Entry point of the managed hook `AWS::CloudFormation::LambdaHook` with the rules of the catalogue. */
export const handler = createHandler(rules);
