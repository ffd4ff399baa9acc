/** Service-linked roles, which AWS makes when an account uses a service for the first time. */
import { wait, type Wait } from '../core/outcome';

export interface ServiceLinkedRole {
  /** Name of the service, for the reader. */
  readonly service: string;
  readonly roleName: string;
  /** Principal of the service, such as `ecs.amazonaws.com`. */
  readonly principal: string;
}

/** Seconds for which a service may be unable to assume its new role; IAM usually has it within some. */
const PATIENCE_SECONDS = 5 * 60;

/** The wait for a role that the refused call has had made. */
export function newServiceLinkedRole({ service, roleName, principal }: ServiceLinkedRole): Wait {
  return wait(`the service-linked role of ${service}, which is new in this account`, 10, {
    limit: {
      seconds: PATIENCE_SECONDS,
      problem: `${service} cannot assume its service-linked role ${roleName}`,
      remedy: `Make it with "aws iam create-service-linked-role --aws-service-name ${principal}", then try again`,
    },
  });
}
