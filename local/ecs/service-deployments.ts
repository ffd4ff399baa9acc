/** Service deployments and service revisions: what the API tells of them, and stopping and continuing them. */
import { AwsError, type Structure } from '../service';
import { failureThreshold } from './circuit-breaker';
import type { EcsContext, Operations } from './context';
import { stoppedByUser } from './endings';
import { continueDeployment, describeHooks } from './lifecycle-hooks';
import { page } from './paging';
import { describedConfiguration } from './service-connect';
import { actualPlatformVersion } from './service-description';
import { countTasks, type ServiceDeployment, type ServiceRevision } from './state';
import { TIMINGS } from './timings';

/** Most deployments and revisions that one call describes (API reference). */
const DESCRIBED_AT_ONCE = 20;

/** Statuses in which a deployment can be stopped (ECS developer guide, "Stopping Amazon ECS service deployments"). */
const STOPPABLE = ['PENDING', 'IN_PROGRESS', 'STOP_REQUESTED', 'ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS'];

/** Those of them in which it goes back already. */
const ROLLING_BACK = ['ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS'];

/** Operations on service deployments and service revisions. */
export function serviceDeploymentOperations(context: EcsContext): Operations {
  const { state, answers, clock } = context;

  function find(arn: string): ServiceDeployment {
    const deployment = state.serviceDeployments.get(arn);
    if (!deployment) {
      throw new AwsError('ServiceDeploymentNotFoundException', 'The service deployment does not exist.');
    }
    return deployment;
  }

  /** Whether a deployment is young enough to be shown. */
  function isShown({ createdAt }: ServiceDeployment): boolean {
    return (
      !answers.holds('ecs.deployment-history-90-days') ||
      createdAt.getTime() >= clock.now() - TIMINGS.deploymentHistory
    );
  }

  function shown(arn: string): ServiceDeployment | undefined {
    const deployment = state.serviceDeployments.get(arn);
    return deployment && isShown(deployment) ? deployment : undefined;
  }

  /** Newest first, as they are kept, or the other way round. */
  function ordered(deployments: readonly ServiceDeployment[]): ServiceDeployment[] {
    return answers.holds('ecs.list-service-deployments-newest-first')
      ? [...deployments]
      : [...deployments].reverse();
  }

  return {
    ListServiceDeployments({ input, ...scope }) {
      const service = state.service(state.cluster(scope, input.cluster), input.service);
      const { before, after } = input.createdAt ?? {};
      const matching = ordered(service.serviceDeployments.filter(isShown)).filter(
        ({ status, createdAt }) =>
          (!input.status?.length || input.status.includes(status)) &&
          (before === undefined || createdAt < before) &&
          (after === undefined || createdAt > after),
      );
      const { items, nextToken } = page(
        matching.map(({ arn }) => arn),
        input,
        20,
      );
      return {
        serviceDeployments: items.map((arn) => summarise(state.serviceDeployments.get(arn)!)),
        nextToken,
      };
    },
    DescribeServiceDeployments({ input }) {
      const { found, failures } = pick(input.serviceDeploymentArns, shown);
      const described = (each: ServiceDeployment) => describeServiceDeployment(context, each);
      return { serviceDeployments: found.map(described), failures };
    },
    DescribeServiceRevisions({ input }) {
      const { found, failures } = pick(input.serviceRevisionArns, (arn) => state.serviceRevisions.get(arn));
      return {
        serviceRevisions: found.map((revision) => describeServiceRevision(context, revision)),
        failures,
      };
    },
    StopServiceDeployment({ input }) {
      const deployment = find(input.serviceDeploymentArn);
      if (!STOPPABLE.includes(deployment.status)) {
        throw new AwsError(
          'ConflictException',
          `Stopping a service deployment is not allowed in status ${deployment.status}.`,
          400,
          { resourceIds: [deployment.arn] },
        );
      }
      const stopType: 'ROLLBACK' | 'ABORT' = input.stopType ?? 'ROLLBACK';
      if (stopType === 'ROLLBACK' && ROLLING_BACK.includes(deployment.status)) {
        return { serviceDeploymentArn: deployment.arn };
      }
      deployment.status = stopType === 'ROLLBACK' ? 'ROLLBACK_REQUESTED' : 'STOP_REQUESTED';
      deployment.flow!.interrupt(stoppedByUser(stopType));
      return { serviceDeploymentArn: deployment.arn };
    },
    ContinueServiceDeployment({ input }) {
      const deployment = find(input.serviceDeploymentArn);
      continueDeployment(context, deployment, input.hookId, input.action);
      return { serviceDeploymentArn: deployment.arn };
    },
  };
}

function pick<T>(
  arns: readonly string[],
  find: (arn: string) => T | undefined,
): { found: T[]; failures: Structure[] } {
  if (arns.length > DESCRIBED_AT_ONCE) refuse(`At most ${DESCRIBED_AT_ONCE} ARNs can be described at once.`);
  return {
    found: arns.flatMap((arn) => find(arn) ?? []),
    failures: arns.filter((arn) => !find(arn)).map((arn) => ({ arn, reason: 'MISSING' })),
  };
}

function summarise(deployment: ServiceDeployment): Structure {
  const { arn, service, startedAt, createdAt, finishedAt, target, status, statusReason } = deployment;
  return {
    serviceDeploymentArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    startedAt,
    createdAt,
    finishedAt,
    targetServiceRevisionArn: target.arn,
    status,
    statusReason,
  };
}

function describeServiceDeployment(context: EcsContext, deployment: ServiceDeployment): Structure {
  const { service, target, sources, configuration, circuitBreaker, alarms, productionWeight, testWeight } =
    deployment;
  const blueWeights = sources.length === 1 && {
    productionWeight: 100 - productionWeight,
    testWeight: 100 - testWeight,
  };
  const { targetServiceRevisionArn: _arn, ...summary } = summarise(deployment);
  return {
    ...summary,
    stoppedAt: deployment.stoppedAt,
    updatedAt: deployment.updatedAt,
    sourceServiceRevisions: sources.map((source) => summariseRevision(source, blueWeights || undefined)),
    targetServiceRevision: summariseRevision(target, { productionWeight, testWeight }),
    lifecycleStage: deployment.lifecycleStage,
    lifecycleHookDetails: describeHooks(context, deployment),
    deploymentConfiguration: configuration,
    rollback: deployment.rollback,
    deploymentCircuitBreaker: {
      status: circuitBreaker.status,
      failureCount: circuitBreaker.failureCount,
      threshold: failureThreshold(configuration, service.desiredCount),
    },
    alarms: { status: alarms.status, alarmNames: alarms.names, triggeredAlarmNames: alarms.triggered },
  };
}

function summariseRevision(
  revision: ServiceRevision,
  weights?: { productionWeight: number; testWeight: number },
): Structure {
  const { running, pending } = countTasks(revision);
  return {
    arn: revision.arn,
    requestedTaskCount: revision.requestedCount,
    runningTaskCount: running,
    pendingTaskCount: pending,
    requestedProductionTrafficWeight: weights?.productionWeight,
    requestedTestTrafficWeight: weights?.testWeight,
  };
}

function describeServiceRevision(context: EcsContext, revision: ServiceRevision): Structure {
  const { arn, service, settings, taskDefinition, createdAt, targetGroups } = revision;
  const { serviceConnectConfiguration, ...others } = settings;
  return {
    ...others,
    serviceConnectConfiguration: describedConfiguration(
      context,
      serviceConnectConfiguration,
      revision.serviceConnect,
    ),
    serviceRevisionArn: arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: taskDefinition.arn,
    platformVersion: actualPlatformVersion(settings),
    containerImages: taskDefinition.definition.containerDefinitions.map(({ name, image }: Structure) => ({
      containerName: name,
      image,
    })),
    guardDutyEnabled: false,
    createdAt,
    resolvedConfiguration: {
      loadBalancers: targetGroups.map(({ targetGroupArn, rules }) => ({
        targetGroupArn,
        productionListenerRule: rules?.production,
      })),
    },
  };
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
