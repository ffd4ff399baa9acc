/** Tasks as load balancers and the VPC see them. */
import type { TargetHealth, TaskNetwork } from '../service';
import { answer, behaviourOf, containerOnPort, statusFor } from './containers';
import type { EcsContext } from './context';
import { SECOND_MILLISECONDS } from './timings';
import { isHealthy, isUnhealthy, type HealthCheck } from './health-check';
import type { Task } from './state';

/** Statuses in which a task's containers run: while it is DEACTIVATING, connections that are open are served. */
const LISTENING = ['RUNNING', 'DEACTIVATING'];

/** The network of all tasks of an engine. */
export function createTaskNetwork({ state, clock }: EcsContext): TaskNetwork {
  return {
    async request(ip, port, request) {
      const task = state.addresses.get(ip);
      const container = task && listeningContainer(task, port, clock.now());
      if (!container) return undefined;
      const healthCheckPaths = task.healthChecks.flatMap(({ target }) => target?.path ?? []);
      return answer(task, container, request, statusFor(container, request.path, healthCheckPaths));
    },
    targetHealth(targetGroupArn, ip, port) {
      const task = state.addresses.get(ip);
      if (!task) return undefined;
      const check = task.healthChecks.find(
        ({ target }) => target?.targetGroupArn === targetGroupArn && target.port === port,
      );
      return check && healthOf(task, check, clock.now());
    },
    securityGroupsOf(ip) {
      return state.addresses.get(ip)?.networkInterface.securityGroups;
    },
    securityGroupsInUse() {
      return new Set(
        [...state.addresses.values()].flatMap(({ networkInterface }) => networkInterface.securityGroups),
      );
    },
  };
}

function listeningContainer(task: Task, port: number, time: number) {
  if (!task.startedAt || !LISTENING.includes(task.lastStatus)) return undefined;
  const container = containerOnPort(task, port);
  const since = time - task.startedAt.getTime();
  if (!container || since < behaviourOf(container.image).listensAfter * SECOND_MILLISECONDS) return undefined;
  return container;
}

function healthOf(task: Task, check: HealthCheck, time: number): TargetHealth {
  if (task.desiredStatus === 'STOPPED') {
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
  }
  if (isHealthy(check, time)) return { State: 'healthy' };
  if (isUnhealthy(check, time)) {
    return { State: 'unhealthy', Reason: check.target!.reason, Description: check.target!.description };
  }
  return {
    State: 'initial',
    Reason: 'Elb.RegistrationInProgress',
    Description: 'Target registration is in progress',
  };
}
