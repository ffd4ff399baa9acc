/** Identifiers in the shapes that ECS uses. The same calls in the same order give the same identifiers. */
import { createHash } from 'node:crypto';

export class Identifiers {
  private issued = 0;

  /** 32 hexadecimal digits, as in task ids. */
  hexadecimal(): string {
    return this.digest().slice(0, 32);
  }

  /** A UUID, as in event and attachment ids. */
  uuid(): string {
    const digits = this.digest();
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      digits.slice(12, 16),
      digits.slice(16, 20),
      digits.slice(20, 32),
    ].join('-');
  }

  /** 19 decimal digits, as in `ecs-svc/…` and service revision ids. */
  decimal(): string {
    return (BigInt(`0x${this.digest().slice(0, 14)}`) + 10n ** 18n).toString().slice(0, 19);
  }

  /** 21 letters, digits, `-` and `_`, as in service deployment ids. */
  token(): string {
    return Buffer.from(this.digest(), 'hex').toString('base64url').slice(0, 21);
  }

  /** 43 letters, digits, `-` and `_`, as in ids of lifecycle hooks. */
  hook(): string {
    return Buffer.from(this.digest(), 'hex').toString('base64url');
  }

  /** Start again from the first identifier. */
  reset(): void {
    this.issued = 0;
  }

  private digest(): string {
    return createHash('sha256').update(`ecs ${this.issued++}`).digest('hex');
  }
}
