/** What the local AWS claims about Amazon ECS. */
import type { Claim } from './claim';

export const ECS = [
  {
    id: 'ecs.deployment-history-90-days',
    statement:
      'Service deployments that were created more than 90 days ago are neither listed nor described, so that ListServiceDeployments may list none for a service that runs.',
    source:
      'Amazon ECS developer guide, "Viewing Amazon ECS service deployments": the most recent 90-day history. That the API follows the console in this is concluded.',
    state: 'inferred',
    otherwise: 'Every service deployment of a service is listed, however old it is.',
    risk: 'None: a service without a listed deployment is taken as one that nothing is deployed to.',
    test: 'test/ecs-engine/service-deployments.test.ts',
  },
  {
    id: 'ecs.list-service-deployments-newest-first',
    statement: 'ListServiceDeployments lists the newest service deployment first.',
    source:
      'No order is documented; that of DescribeServices, whose deployments begin with the newest, is taken.',
    state: 'inferred',
    otherwise: 'The oldest comes first.',
    risk: 'None: all pages are read, and the times compared.',
    test: 'test/ecs-engine/service-deployments.test.ts',
  },
  {
    id: 'ecs.circuit-breaker-threshold-bounds',
    statement:
      'A circuit breaker of type BOUNDED_PERCENT triggers after as many failed tasks as the percentage of the desired count, at least 3 and at most 200.',
    source:
      'Amazon ECS API reference, ServiceDeploymentCircuitBreaker; ECS developer guide, "How the Amazon ECS deployment circuit breaker detects failures".',
    state: 'confirmed',
    test: 'test/ecs-engine/rolling.test.ts',
  },
  {
    id: 'ecs.awslogs-stream-names',
    statement:
      'What a container writes is in the log stream <awslogs-stream-prefix>/<container name>/<task id> of its log group.',
    source: 'Amazon ECS developer guide, "Example Amazon ECS task definition: Route logs to CloudWatch".',
    state: 'confirmed',
    test: 'test/ecs-engine/container-logs.test.ts',
  },
  {
    id: 'ecs.task-definition-size',
    statement:
      'RegisterTaskDefinition of more than 65,536 bytes is ClientException "Actual length: … Max allowed length is \'65536\' bytes.".',
    source:
      'Amazon ECS service quotas, "Task definition size"; the text is from a CloudTrail event in github.com/awsdocs/amazon-ecs-developer-guide, pull request 149.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-definitions.test.ts',
  },
  {
    id: 'ecs.image-characters',
    statement:
      'RegisterTaskDefinition of an image with other characters than letters, digits and _-.:/@#, or with more than 255, is ClientException.',
    source:
      'Amazon ECS API reference, ContainerDefinition; the texts are from github.com/hashicorp/terraform-provider-aws, issue 22629, and github.com/aws-actions/amazon-ecs-render-task-definition, issue 49.',
    state: 'confirmed',
    test: 'test/ecs-engine/task-definitions.test.ts',
  },
] as const satisfies readonly Claim[];
