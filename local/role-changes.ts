/** When roles were changed, in virtual time: other services notice a change of IAM only after a while. */
import type { Clock } from './clock';
import type { Structure } from './service';

/** Calls of IAM after which a role is not what it was before. */
const CHANGES: ReadonlySet<string> = new Set([
  'AttachRolePolicy',
  'CreateRole',
  'PutRolePolicy',
  'UpdateAssumeRolePolicy',
]);

export class RoleChanges {
  /** Virtual milliseconds of the last change, by role name. */
  private readonly times = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Take note of a call of IAM that was carried out. */
  called(operation: string, { RoleName }: Structure): void {
    if (CHANGES.has(operation)) this.changed(RoleName);
  }

  /** Take note of a change that was made now. */
  changed(roleName: string): void {
    this.times.set(roleName, this.clock.now());
  }

  /** Virtual milliseconds since the last change that was seen; Infinity when there was none. */
  age(roleName: string): number {
    const time = this.times.get(roleName);
    return time === undefined ? Infinity : this.clock.now() - time;
  }

  reset(): void {
    this.times.clear();
  }
}
