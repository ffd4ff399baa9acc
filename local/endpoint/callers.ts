/** Credentials that are issued to one invocation of an extension, so that its calls can be told from all others. */
import { randomBytes } from 'node:crypto';
import type { Caller } from '../service';

/** Temporary credentials in the spelling of the extension protocol. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export class CallerRegistry {
  private readonly callers = new Map<string, Caller>();

  /** Issue credentials whose calls will be recorded as made by `caller`. */
  issue(caller: Caller): IssuedCredentials {
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    this.callers.set(accessKeyId, caller);
    return {
      accessKeyId,
      secretAccessKey: randomBytes(20).toString('hex'),
      sessionToken: randomBytes(20).toString('hex'),
    };
  }

  /** Whose credentials these are, if they were issued here. */
  find(accessKeyId: string): Caller | undefined {
    return this.callers.get(accessKeyId);
  }

  /** Forget all credentials. */
  reset(): void {
    this.callers.clear();
  }
}
