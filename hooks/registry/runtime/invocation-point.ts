/** When CloudFormation invokes a hook, and the name of the handler in the schema. */
export const HANDLER_NAMES = {
  CREATE_PRE_PROVISION: 'preCreate',
  UPDATE_PRE_PROVISION: 'preUpdate',
  DELETE_PRE_PROVISION: 'preDelete',
} as const;

export type InvocationPoint = keyof typeof HANDLER_NAMES;
