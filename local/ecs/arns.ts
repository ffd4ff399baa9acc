/** ARNs of ECS in the long format, and what can be read from one. */

/** Region and account that a resource lives in. */
export interface Scope {
  readonly region: string;
  readonly accountId: string;
}

/** ECS resource kinds, as the resource part of an ARN spells them. */
export type ResourceKind =
  | 'cluster'
  | 'service'
  | 'service-deployment'
  | 'service-revision'
  | 'task'
  | 'container'
  | 'task-definition'
  | 'task-set';

/** `arn:aws:ecs:<region>:<account>:<kind>/<name>`; a name may hold several parts divided by slashes. */
export function ecsArn(scope: Scope, kind: ResourceKind, name: string): string {
  return `arn:aws:ecs:${scope.region}:${scope.accountId}:${kind}/${name}`;
}

/** Kind and name parts of an ECS ARN; undefined when the text is none. */
export function parseEcsArn(arn: string): { kind: string; parts: string[] } | undefined {
  const match = /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:([a-z-]+)\/(.+)$/.exec(arn);
  return match ? { kind: match[1]!, parts: match[2]!.split('/') } : undefined;
}

/** The last part of a name or ARN: `web` of `arn:…:service/default/web`. */
export function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}
