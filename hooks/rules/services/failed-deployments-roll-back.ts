import { type Outcome, requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all } from '../../engine/truth';
import { ORGANISATION_SERVICE } from '../../resources/containers';

export const rule = defineRule({
  id: 'SVC-03',
  title: 'Failed deployments roll back by themselves',
  severity: 'LOW',
  targets: ['AWS::ECS::Service', ORGANISATION_SERVICE],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html',
  rationale:
    'Without a circuit breaker a broken version is started over and over, and the stack waits for hours.',
  remedy: 'Set Enable and Rollback of DeploymentConfiguration.DeploymentCircuitBreaker to true.',
  check: ({ resource }): Outcome => {
    const breaker = resource.at('DeploymentConfiguration.DeploymentCircuitBreaker');
    // The organisation's type has a circuit breaker with rollback unless it is told otherwise.
    const byDefault = resource.type === ORGANISATION_SERVICE;
    return when(resource.at('DeploymentController.Type').or('ECS').equals('ECS'), () =>
      requires(
        all(
          breaker.at('Enable').or(byDefault).equals(true),
          breaker.at('Rollback').or(byDefault).equals(true),
        ),
        'a failed deployment is not rolled back',
      ),
    );
  },
});

const service = (DeploymentCircuitBreaker?: unknown, rest: object = {}) =>
  single('AWS::ECS::Service', { DeploymentConfiguration: { DeploymentCircuitBreaker }, ...rest });

export const examples = (): Examples => ({
  pass: [
    {
      title: 'an organisation service that names one half',
      template: single(ORGANISATION_SERVICE, {
        DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true } },
      }),
    },
    { title: 'enabled with rollback', template: service({ Enable: true, Rollback: 'true' }) },
    {
      title: 'deployed by CodeDeploy',
      template: service(undefined, { DeploymentController: { Type: 'CODE_DEPLOY' } }),
    },
    { title: 'an organisation service, which has one', template: single(ORGANISATION_SERVICE, {}) },
  ],
  fail: [
    {
      title: 'an organisation service that does not go back',
      template: single(ORGANISATION_SERVICE, {
        DeploymentConfiguration: { DeploymentCircuitBreaker: { Rollback: false } },
      }),
    },
    { title: 'no circuit breaker', template: service() },
    { title: 'no rollback', template: service({ Enable: true, Rollback: false }) },
  ],
  indeterminate: [
    {
      title: 'rollback by a parameter without value',
      template: {
        ...service({ Enable: true, Rollback: { Ref: 'Rollback' } }),
        Parameters: { Rollback: { Type: 'String' } },
      },
    },
  ],
});
