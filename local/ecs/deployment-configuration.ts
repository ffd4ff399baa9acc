/** What ECS refuses in the deployment configuration of a service. */
import type { Answers } from '../claims/answers';
import { AwsError, type Structure } from '../service';
import { checkLifecycleHooks } from './lifecycle-hook-validation';

/** Bounds of numbers (API references of DeploymentConfiguration, CanaryConfiguration and LinearConfiguration). */
const BOUNDS: readonly [path: string, least: number, most: number][] = [
  ['maximumPercent', 0, 2_147_483_647],
  ['minimumHealthyPercent', 0, 100],
  ['bakeTimeInMinutes', 0, 1440],
  ['canaryConfiguration.canaryPercent', 0.1, 100],
  ['canaryConfiguration.canaryBakeTimeInMinutes', 0, 1440],
  ['linearConfiguration.stepPercent', 3, 100],
  ['linearConfiguration.stepBakeTimeInMinutes', 0, 1440],
];

/** Percentages that take one decimal. */
const TENTHS = ['canaryConfiguration.canaryPercent', 'linearConfiguration.stepPercent'];

/** The strategy that each of these members is for. */
const STRATEGY_OF: Readonly<Record<string, string>> = {
  canaryConfiguration: 'CANARY',
  linearConfiguration: 'LINEAR',
  earlySuccessCriteria: 'ROLLING',
};

/**
 * Check a service's deployment configuration.
 *
 * @param settings of the service, defaults filled in.
 * @param input the request.
 * @throws AwsError InvalidParameterException.
 */
export function checkDeploymentConfiguration(answers: Answers, settings: Structure, input: Structure): void {
  const { deploymentConfiguration: configuration } = settings;
  const given: Structure = input.deploymentConfiguration ?? {};
  for (const [path, least, most] of BOUNDS) {
    const value = path.split('.').reduce((node: any, member) => node?.[member], configuration);
    if (value === undefined) continue;
    if (value < least || value > most) refuse(`${path} must be between ${least} and ${most}.`);
    if (TENTHS.includes(path) && Math.abs(value * 10 - Math.round(value * 10)) > 1e-6) {
      refuse(`${path} must be a multiple of 0.1.`);
    }
  }
  if (configuration.minimumHealthyPercent > configuration.maximumPercent) {
    refuse('minimumHealthyPercent must not be greater than maximumPercent.');
  }
  for (const [member, strategy] of Object.entries(STRATEGY_OF)) {
    if (given[member] && configuration.strategy !== strategy) {
      refuse(`${member} is only valid when the deployment strategy is ${strategy}.`);
    }
  }
  checkEarlySuccess(configuration);
  if (input.availabilityZoneRebalancing === 'ENABLED' && configuration.maximumPercent <= 100) {
    refuse('AvailabilityZoneRebalancing does not support maximumPercent <= 100.');
  }
  checkLifecycleHooks(answers, configuration.lifecycleHooks ?? []);
  const { alarms } = configuration;
  if (alarms?.enable && alarms.alarmNames.length === 0)
    refuse('alarmNames can not be empty when alarms are enabled.');
}

/** Early success criteria name all of their members, when they are enabled (API reference of DeploymentEarlySuccessCriteria). */
function checkEarlySuccess({ earlySuccessCriteria: criteria, minimumHealthyPercent }: Structure): void {
  if (!criteria?.enable) return;
  if (criteria.healthyPercent === undefined || criteria.sourceServiceRevisionCleanup === undefined) {
    refuse(
      'healthyPercent and sourceServiceRevisionCleanup are required when earlySuccessCriteria is enabled.',
    );
  }
  if (criteria.healthyPercent < minimumHealthyPercent) {
    refuse('healthyPercent must be greater than or equal to minimumHealthyPercent.');
  }
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
