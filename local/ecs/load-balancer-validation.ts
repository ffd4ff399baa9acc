/** What ECS refuses in the load balancers of a service (ECS developer guide, troubleshooting of blue/green deployments). */
import {
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  type ElasticLoadBalancingV2Client,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Answers } from '../claims/answers';
import { AwsError, type Structure } from '../service';
import { forwardedTargetGroups, isAuthenticating, isListener } from './listener-rules';
import type { TaskDefinition } from './state';

/** Quota "Target groups per service". */
const LOAD_BALANCERS_PER_SERVICE = 5;
const RULE_ARN = /:listener-rule\/app\//;
const NETWORK_LISTENER_ARN = /:listener\/net\//;

/**
 * Check the load balancers in a service's settings against its task definition and against ELB.
 *
 * @throws AwsError InvalidParameterException.
 */
export async function checkLoadBalancers(
  client: ElasticLoadBalancingV2Client,
  answers: Answers,
  taskDefinition: TaskDefinition,
  settings: Structure,
): Promise<void> {
  const loadBalancers: Structure[] = settings.loadBalancers;
  if (loadBalancers.length === 0) return;
  if (loadBalancers.length > LOAD_BALANCERS_PER_SERVICE) {
    refuse(`load balancers can have at most ${LOAD_BALANCERS_PER_SERVICE} items.`);
  }
  if (loadBalancers.some(({ targetGroupArn }) => !targetGroupArn)) {
    refuse(
      'All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)',
    );
  }
  for (const loadBalancer of loadBalancers) checkContainer(loadBalancer, taskDefinition);
  checkAdvanced(loadBalancers, settings.deploymentConfiguration.strategy);
  const arns = loadBalancers.flatMap(targetGroupArns);
  const repeated = arns.find((arn, index) => arns.indexOf(arn) !== index);
  if (repeated) refuse(`Duplicate targetGroupArn found: ${repeated}`);
  await checkTargetGroups(client, arns, taskDefinition);
  await checkProtocols(client, answers, loadBalancers);
  await Promise.all(loadBalancers.map((loadBalancer) => checkRules(client, answers, loadBalancer)));
}

function checkContainer({ containerName, containerPort }: Structure, { definition }: TaskDefinition): void {
  const container = definition.containerDefinitions.find(({ name }: Structure) => name === containerName);
  if (!container) refuse(`The container ${containerName} does not exist in the task definition.`);
  if (!container.portMappings.some((mapping: Structure) => mapping.containerPort === containerPort)) {
    refuse(`The container ${containerName} did not have a container port ${containerPort} defined.`);
  }
}

function checkAdvanced(loadBalancers: readonly Structure[], strategy: string): void {
  const advanced = loadBalancers.flatMap(({ advancedConfiguration }) => advancedConfiguration ?? []);
  if (strategy !== 'ROLLING' && advanced.length < loadBalancers.length) {
    refuse(
      'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy',
    );
  }
  if (advanced.length > 0 && advanced.length < loadBalancers.length) {
    refuse('Either all or none of the provided loadBalancers must have advancedConfiguration defined');
  }
  for (const configuration of advanced) {
    for (const member of ['productionListenerRule', 'testListenerRule']) {
      const arn = configuration[member];
      if (arn && !RULE_ARN.test(arn) && !NETWORK_LISTENER_ARN.test(arn)) {
        refuse(
          `${member} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${arn}`,
        );
      }
    }
  }
  const production = advanced.map(({ productionListenerRule }) => productionListenerRule);
  const shared = advanced
    .map(({ testListenerRule }) => testListenerRule)
    .filter((rule) => production.includes(rule));
  if (shared.length > 0) {
    refuse(
      `The following rules cannot be used as both production and test listener rules: ${shared.join(', ')}`,
    );
  }
}

async function checkTargetGroups(
  client: ElasticLoadBalancingV2Client,
  arns: string[],
  taskDefinition: TaskDefinition,
): Promise<void> {
  const { TargetGroups = [] } = await client
    .send(new DescribeTargetGroupsCommand({ TargetGroupArns: arns }))
    .catch((error: Error) => refuse(error.message));
  for (const targetGroup of TargetGroups) checkTargetGroup(targetGroup, taskDefinition);
}

function checkTargetGroup(
  { TargetGroupArn, TargetType, LoadBalancerArns }: TargetGroup,
  { definition }: TaskDefinition,
): void {
  if (definition.networkMode === 'awsvpc' && TargetType !== 'ip') {
    refuse(
      `The provided target group ${TargetGroupArn} has target type ${TargetType}, which is incompatible with the awsvpc network mode specified in the task definition.`,
    );
  }
  if (!LoadBalancerArns?.length) {
    refuse(
      `The target group with targetGroupArn ${TargetGroupArn} does not have an associated load balancer.`,
    );
  }
}

/** Listeners of Network Load Balancers may have to be of TCP. */
async function checkProtocols(
  client: ElasticLoadBalancingV2Client,
  answers: Answers,
  loadBalancers: readonly Structure[],
): Promise<void> {
  if (answers.holds('ecs.network-listeners-of-every-protocol')) return;
  const ListenerArns = loadBalancers
    .flatMap(({ advancedConfiguration: advanced }) => [
      advanced?.productionListenerRule,
      advanced?.testListenerRule,
    ])
    .filter((arn) => arn !== undefined && isListener(arn));
  if (ListenerArns.length === 0) return;
  const { Listeners = [] } = await client
    .send(new DescribeListenersCommand({ ListenerArns }))
    .catch((error: Error) => refuse(error.message));
  const other = Listeners.find(({ Protocol }) => Protocol !== 'TCP');
  if (!other) return;
  refuse(
    `The listener ${other.ListenerArn} has the protocol ${other.Protocol}, which deployments do not support.`,
  );
}

/** Both target groups of a pair must be reachable: through the production rule, or one of them through the test rule. */
async function checkRules(
  client: ElasticLoadBalancingV2Client,
  answers: Answers,
  loadBalancer: Structure,
): Promise<void> {
  const { productionListenerRule, testListenerRule } = loadBalancer.advancedConfiguration ?? {};
  if (!productionListenerRule) return;
  await checkAuthentication(client, answers, [productionListenerRule, testListenerRule]);
  const forwarded = async (rule: string) =>
    (await forwardedTargetGroups(client, rule).catch((error: Error) => refuse(error.message))).map(
      ({ targetGroupArn }) => targetGroupArn,
    );
  const production = await forwarded(productionListenerRule);
  const missing = targetGroupArns(loadBalancer).filter((arn) => !production.includes(arn));
  if (missing.length === 0) return;
  if (!testListenerRule && !isListener(productionListenerRule)) {
    if (!answers.holds('ecs.production-rule-needs-both-target-groups')) return;
    refuse(
      'For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup',
    );
  }
  const test = testListenerRule ? await forwarded(testListenerRule) : [];
  const unreachable = missing.find((arn) => !test.includes(arn));
  if (unreachable) {
    refuse(
      `Target group ${unreachable} is not associated with either productionListenerRule or testListenerRule.`,
    );
  }
}

/** @throws AwsError for a rule at which users sign in, if ECS takes none. */
async function checkAuthentication(
  client: ElasticLoadBalancingV2Client,
  answers: Answers,
  rules: readonly (string | undefined)[],
): Promise<void> {
  if (answers.holds('ecs.rules-may-authenticate')) return;
  for (const rule of rules) {
    if (rule && (await isAuthenticating(client, rule)))
      refuse(`The listener rule ${rule} has an authentication action, which is not supported.`);
  }
}

function targetGroupArns({ targetGroupArn, advancedConfiguration }: Structure): string[] {
  return [targetGroupArn, ...(advancedConfiguration ? [advancedConfiguration.alternateTargetGroupArn] : [])];
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
