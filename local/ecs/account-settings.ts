/** Account settings of ECS: those that matter here are fixed at what new accounts have. */
import type { Operations } from './context';

const EFFECTIVE: Readonly<Record<string, string>> = {
  serviceLongArnFormat: 'enabled',
  taskLongArnFormat: 'enabled',
  containerInstanceLongArnFormat: 'enabled',
  awsvpcTrunking: 'disabled',
  containerInsights: 'disabled',
  tagResourceAuthorization: 'on',
  guardDutyActivate: 'off',
  defaultLogDriverMode: 'non-blocking',
};

/** ListAccountSettings. */
export const accountSettingOperations: Operations = {
  ListAccountSettings({ input, accountId }) {
    const effective = input.effectiveSettings
      ? Object.entries(EFFECTIVE).filter(
          ([name, value]) =>
            (input.name === undefined || input.name === name) &&
            (input.value === undefined || input.value === value),
        )
      : [];
    return {
      settings: effective.map(([name, value]) => ({
        name,
        value,
        principalArn: `arn:aws:iam::${accountId}:root`,
        type: 'user',
      })),
    };
  },
};
